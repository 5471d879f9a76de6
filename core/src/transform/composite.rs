//! How pixels of an overlay meet the pixels under them, as Porter and Duff define it.
//!
//! Samples have straight alpha. Shares are in units of 1/65535, so that opacity loses nothing,
//! and every result is rounded once.

use crate::image::Layout;
use crate::options::Composite;

/// All of a pixel.
const ONE: u64 = 65_535;

/// How much an overlay's own alpha counts, and how it meets what lies under it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blend {
    pub composite: Composite,
    /// 0 to 65535.
    pub opacity: u32,
}

impl Blend {
    pub fn new(composite: Composite, opacity: f64) -> Self {
        Blend { composite, opacity: (opacity.clamp(0.0, 1.0) * ONE as f64).round() as u32 }
    }

    /// Draws `over`, RGBA, on as many pixels of `under`, which has `layout`.
    pub fn row(self, over: &[u8], under: &mut [u8], layout: Layout) {
        let over = over.as_chunks::<4>().0;
        match (layout, self.composite) {
            (Layout::Rgb, Composite::Over | Composite::Atop) => self.over_opaque(over, under),
            (Layout::Rgb, _) => {
                for (over, under) in over.iter().zip(under.as_chunks_mut::<3>().0) {
                    let [r, g, b] = *under;
                    let [r, g, b, _] = self.pixel(*over, [r, g, b, 255]);
                    *under = [r, g, b];
                }
            }
            _ => {
                for (over, under) in over.iter().zip(under.as_chunks_mut::<4>().0) {
                    *under = self.pixel(*over, *under);
                }
            }
        }
    }

    fn share(self, alpha: u8) -> u32 {
        (u32::from(alpha) * 257 * self.opacity + 32_767) / 65_535
    }

    /// Nearly all overlays: on an opaque picture, where the division is by a constant.
    fn over_opaque(self, over: &[[u8; 4]], under: &mut [u8]) {
        for (over, under) in over.iter().zip(under.as_chunks_mut::<3>().0) {
            let share = self.share(over[3]);
            let rest = ONE as u32 - share;
            for (under, over) in under.iter_mut().zip(over) {
                let sum = u32::from(*over) * share + u32::from(*under) * rest;
                *under = ((sum + 32_767) / 65_535) as u8;
            }
        }
    }

    fn pixel(self, over: [u8; 4], under: [u8; 4]) -> [u8; 4] {
        let front = u64::from(self.share(over[3]));
        let back = u64::from(under[3]) * 257;
        let (of_front, of_back) = match self.composite {
            Composite::Over => (ONE, ONE - front),
            Composite::In => (back, 0),
            Composite::Atop => (back, ONE - front),
            Composite::Out => (ONE - back, 0),
            Composite::Xor => (ONE - back, ONE - front),
            Composite::Lighter => (ONE, ONE),
        };
        let (front, back) = (front * of_front, back * of_back);
        // Only `lighter` can pass 1.
        let alpha = (front + back).min(ONE * ONE);
        if alpha == 0 {
            return [0; 4];
        }
        let mix = |index: usize| {
            let sum = u64::from(over[index]) * front + u64::from(under[index]) * back;
            ((sum + alpha / 2) / alpha).min(255) as u8
        };
        let opaque = ONE * ONE;
        [mix(0), mix(1), mix(2), ((alpha * 255 + opaque / 2) / opaque) as u8]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Porter and Duff in premultiplied floating point.
    fn reference(composite: Composite, opacity: f64, over: [u8; 4], under: [u8; 4]) -> [f64; 4] {
        let front = f64::from(over[3]) / 255.0 * opacity;
        let back = f64::from(under[3]) / 255.0;
        let (of_front, of_back) = match composite {
            Composite::Over => (1.0, 1.0 - front),
            Composite::In => (back, 0.0),
            Composite::Atop => (back, 1.0 - front),
            Composite::Out => (1.0 - back, 0.0),
            Composite::Xor => (1.0 - back, 1.0 - front),
            Composite::Lighter => (1.0, 1.0),
        };
        let alpha = (front * of_front + back * of_back).min(1.0);
        let color = |index: usize| {
            let over = f64::from(over[index]) / 255.0 * front;
            let under = f64::from(under[index]) / 255.0 * back;
            let premultiplied = (over * of_front + under * of_back).min(1.0);
            if alpha > 0.0 {
                (premultiplied / alpha).min(1.0) * 255.0
            } else {
                0.0
            }
        };
        [color(0), color(1), color(2), alpha * 255.0]
    }

    fn samples() -> impl Iterator<Item = ([u8; 4], [u8; 4])> {
        let mut state = 7_u64;
        let mut byte = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            match state >> 61 {
                0 => 0,
                1 => 255,
                _ => (state >> 33) as u8,
            }
        };
        (0..20_000).map(move |_| ([(); 4].map(|()| byte()), [(); 4].map(|()| byte())))
    }

    #[test]
    fn every_mode_is_within_one_step_of_a_floating_point_reference() {
        for (_, composite) in Composite::WORDS {
            for opacity in [0.0, 0.25, 0.5, 1.0] {
                let blend = Blend::new(*composite, opacity);
                for (over, under) in samples() {
                    let mut row = under;
                    blend.row(&over, &mut row, Layout::Rgba);
                    let expected = reference(*composite, opacity, over, under);
                    for (got, expected) in row.iter().zip(expected) {
                        let far = (f64::from(*got) - expected).abs();
                        assert!(far <= 1.0, "{composite:?} {opacity} {over:?} {under:?} {row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_opaque_picture_gives_the_same_as_one_with_an_alpha_channel() {
        for composite in [Composite::Over, Composite::Atop, Composite::Lighter] {
            let blend = Blend::new(composite, 0.7);
            for (over, [r, g, b, _]) in samples() {
                let (mut opaque, mut with_alpha) = ([r, g, b], [r, g, b, 255]);
                blend.row(&over, &mut opaque, Layout::Rgb);
                blend.row(&over, &mut with_alpha, Layout::Rgba);
                assert_eq!(opaque, with_alpha[..3], "{composite:?} {over:?}");
            }
        }
    }
}
