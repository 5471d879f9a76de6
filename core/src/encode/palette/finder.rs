//! The nearest colour of a palette.

use super::{Pixel, MAX_COLORS};

/// Answers that are remembered. A picture asks for few colours very often.
const REMEMBERED: usize = 1 << 13;
/// Farther from every colour than any other colour is.
const NOWHERE: f32 = 1e6;

/// Finds the nearest of up to 256 colours, all of which it weighs.
pub(in crate::encode) struct Finder {
    /// Premultiplied red, green, blue, and alpha, plane by plane.
    planes: Box<[[f32; MAX_COLORS]; 4]>,
    remembered: Vec<(u32, u16)>,
}

impl Finder {
    pub fn new(colors: &[Pixel]) -> Self {
        let mut planes = Box::new([[NOWHERE; MAX_COLORS]; 4]);
        for (at, color) in colors.iter().enumerate() {
            for (plane, sample) in planes.iter_mut().zip(premultiplied(*color)) {
                plane[at] = sample;
            }
        }
        Finder { planes, remembered: vec![(0, u16::MAX); REMEMBERED] }
    }

    /// The number of the colour that is nearest to `color`; of equals the first.
    pub fn nearest(&mut self, color: Pixel) -> u8 {
        let key = u32::from_le_bytes(color);
        let slot = (key.wrapping_mul(0x9e37_79b1) >> 19) as usize % REMEMBERED;
        let (known, at) = self.remembered[slot];
        if known == key && at != u16::MAX {
            return at as u8;
        }
        let (at, _) = self.search(color);
        self.remembered[slot] = (key, u16::from(at));
        at
    }

    /// The number of the nearest colour and how far it is, squared.
    pub fn search(&self, color: Pixel) -> (u8, f32) {
        let [red, green, blue, alpha] = premultiplied(color);
        let [reds, greens, blues, alphas] = &*self.planes;
        let mut distances = [0f32; MAX_COLORS];
        for (at, distance) in distances.iter_mut().enumerate() {
            let veil = alphas[at] - alpha;
            *distance = apart(reds[at] - red, veil)
                + apart(greens[at] - green, veil)
                + apart(blues[at] - blue, veil);
        }
        let least = distances.iter().copied().fold(f32::MAX, f32::min);
        let at = distances.iter().position(|distance| *distance == least).unwrap_or(0);
        (at as u8, least)
    }
}

/// How far a premultiplied sample is off on black and on white.
fn apart(sample: f32, veil: f32) -> f32 {
    let on_white = sample - veil;
    sample * sample + on_white * on_white
}

fn premultiplied([red, green, blue, alpha]: Pixel) -> [f32; 4] {
    let part = f32::from(alpha) / 255.0;
    let [red, green, blue] = [red, green, blue].map(|sample| f32::from(sample) * part);
    [red, green, blue, f32::from(alpha)]
}
