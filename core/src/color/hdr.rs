//! High dynamic range (PQ and HLG of BT.2100) to sRGB.
//!
//! 1. Samples become light on a display: PQ by itself, HLG by its system gamma of 1.2 for a
//!    display of 1000 cd/m², on luminance, so that hues stay. 1 is diffuse white, which BT.2408
//!    puts at 203 cd/m².
//! 2. Light is expressed in sRGB's primaries. A colour outside of them is mixed with the grey of
//!    its own luminance until it is inside.
//! 3. The brightest channel `x` is rolled off above a knee of 0.75:
//!    `0.75 + e / (1 + e * (1 / 0.25 - 1 / (peak - 0.75)))` with `e = x - 0.75`. It leaves the
//!    knee with slope 1 and reaches 1 at the peak: what the transfer can say at most, so that no
//!    highlight is flat. All channels are scaled by the same factor.

use super::{narrow, Encode, Rows, Sample};
use crate::image::{Cicp, Layout};
use crate::Result;

/// Luminance of diffuse white in cd/m².
const WHITE: f64 = 203.0;
/// Most that PQ can say, in cd/m².
const PQ_PEAK: f64 = 10_000.0;
/// The display that HLG is shown on, in cd/m².
const HLG_PEAK: f64 = 1000.0;
/// HLG's system gamma on that display, less one.
const HLG_GAMMA: f32 = 0.2;
/// Where the roll-off starts, in units of white.
const KNEE: f32 = 0.75;
/// Steps of the transfer's table, between which lines are drawn.
const STEPS: usize = 4096;

type Matrix = [[f32; 3]; 3];

/// BT.2020 to BT.709 primaries, linear light.
const FROM_2020: Matrix = [
    [1.660_491, -0.587_641_1, -0.072_849_9],
    [-0.124_550_5, 1.132_899_9, -0.008_349_4],
    [-0.018_150_8, -0.100_578_9, 1.118_729_7],
];
/// P3 with D65 white to BT.709 primaries, linear light.
const FROM_P3: Matrix = [
    [1.224_940_2, -0.224_940_2, 0.0],
    [-0.042_056_9, 1.042_056_9, 0.0],
    [-0.019_637_6, -0.078_636_1, 1.098_273_7],
];
const FROM_709: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Weights of red, green and blue in luminance, for the primaries of each matrix.
const LUMA_2020: [f32; 3] = [0.262_7, 0.678, 0.059_3];
const LUMA_P3: [f32; 3] = [0.228_974_6, 0.691_738_5, 0.079_286_9];
const LUMA_709: [f32; 3] = [0.212_639, 0.715_168_7, 0.072_192_3];

/// How one kind of HDR is read.
pub(super) struct Hdr {
    /// What the transfer makes of a sample: light in units of white for PQ, scene light for HLG.
    light: Vec<f32>,
    /// Peak in units of white.
    peak: f32,
    scene: bool,
    matrix: &'static Matrix,
    luma: [f32; 3],
    encode: Encode,
}

impl Hdr {
    /// For code points whose transfer is PQ or HLG.
    pub fn new(cicp: &Cicp) -> Option<Self> {
        let (light, peak, scene): (fn(f64) -> f64, _, _) = match cicp.transfer {
            16 => (pq, PQ_PEAK, false),
            18 => (hlg, HLG_PEAK, true),
            _ => return None,
        };
        let (matrix, luma) = match cicp.primaries {
            9 => (&FROM_2020, LUMA_2020),
            11 | 12 => (&FROM_P3, LUMA_P3),
            _ => (&FROM_709, LUMA_709),
        };
        let step = |step| light(step as f64 / (STEPS - 1) as f64) as f32;
        Some(Hdr {
            light: (0..STEPS).map(step).collect(),
            peak: (peak / WHITE) as f32,
            scene,
            matrix,
            luma,
            encode: Encode::new(),
        })
    }

    /// For rows of `layout`.
    pub fn rows(self, layout: Layout) -> Toned {
        Toned { hdr: self, layout }
    }

    fn light_of(&self, word: u16) -> f32 {
        let place = f32::from(word) * ((STEPS - 1) as f32 / 65_535.0);
        let before = (place as usize).min(STEPS - 2);
        let (low, high) = (self.light[before], self.light[before + 1]);
        low + (high - low) * (place - before as f32)
    }

    fn pixel(&self, words: [u16; 3]) -> [u8; 3] {
        let mut light = words.map(|word| self.light_of(word));
        if self.scene {
            let factor = self.peak * dot(self.luma, light).powf(HLG_GAMMA);
            light = light.map(|light| light * factor);
        }
        let linear = inside(self.matrix.map(|row| dot(row, light)));
        let brightest = linear[0].max(linear[1]).max(linear[2]);
        let factor = if brightest > KNEE { self.roll_off(brightest) / brightest } else { 1.0 };
        linear.map(|linear| self.encode.byte(linear * factor))
    }

    /// Bends what lies between the knee and the peak into what is left below white.
    fn roll_off(&self, light: f32) -> f32 {
        let excess = light.min(self.peak) - KNEE;
        let bend = 1.0 / (1.0 - KNEE) - 1.0 / (self.peak - KNEE);
        KNEE + excess / (1.0 + bend * excess)
    }
}

/// [`Hdr`] for one layout.
pub(super) struct Toned {
    hdr: Hdr,
    layout: Layout,
}

impl<S: Sample> Rows<S> for Toned {
    fn convert(&self, from: &[S], to: &mut [u8]) -> Result<()> {
        if self.layout == Layout::Gray {
            for (from, to) in from.iter().zip(to) {
                *to = self.hdr.pixel([from.word(); 3])[1];
            }
            return Ok(());
        }
        let channels = self.layout.channels();
        for (from, to) in from.chunks_exact(channels).zip(to.chunks_exact_mut(channels)) {
            to[..3].copy_from_slice(&self.hdr.pixel([0, 1, 2].map(|i: usize| from[i].word())));
            if channels == 4 {
                to[3] = narrow(from[3].word());
            }
        }
        Ok(())
    }
}

fn dot(left: [f32; 3], right: [f32; 3]) -> f32 {
    left[0] * right[0] + left[1] * right[1] + left[2] * right[2]
}

/// Mixes a colour of sRGB's primaries with grey until no channel is below zero.
fn inside(linear: [f32; 3]) -> [f32; 3] {
    let least = linear[0].min(linear[1]).min(linear[2]);
    if least >= 0.0 {
        return linear;
    }
    let grey = dot(LUMA_709, linear).max(0.0);
    let share = grey / (grey - least);
    linear.map(|linear| (grey + (linear - grey) * share).max(0.0))
}

/// PQ (SMPTE ST 2084) to units of white.
fn pq(value: f64) -> f64 {
    const M1: f64 = 2610.0 / 16_384.0;
    const M2: f64 = 2523.0 / 32.0;
    const C1: f64 = 3424.0 / 4096.0;
    const C2: f64 = 2413.0 / 128.0;
    const C3: f64 = 2392.0 / 128.0;
    let power = value.powf(1.0 / M2);
    let share = ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1);
    share * PQ_PEAK / WHITE
}

/// HLG (ARIB STD-B67) to scene light, 0 to 1.
fn hlg(value: f64) -> f64 {
    const A: f64 = 0.178_832_77;
    const B: f64 = 0.284_668_92;
    const C: f64 = 0.559_910_73;
    if value <= 0.5 {
        value * value / 3.0
    } else {
        (((value - C) / A).exp() + B) / 12.0
    }
}
