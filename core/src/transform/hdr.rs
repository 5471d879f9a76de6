//! High dynamic range (PQ and HLG of BT.2100) to sRGB.
//!
//! Diffuse white, 203 cd/m² by BT.2408, becomes white; what is brighter is rolled off, so that
//! highlights keep some shape.

use crate::image::{Cicp, Image, Layout};
use crate::{Job, Result};

/// Luminance of diffuse white in cd/m².
const WHITE: f64 = 203.0;
/// Brightest that is told apart, in cd/m²: the peak that most material is graded for.
const PEAK: f64 = 1000.0;
/// Where the roll-off starts, in units of white.
const KNEE: f32 = 0.75;

/// BT.2020 to BT.709 primaries, linear light.
const FROM_2020: [[f32; 3]; 3] = [
    [1.660_491, -0.587_641_1, -0.072_849_9],
    [-0.124_550_5, 1.132_899_9, -0.008_349_4],
    [-0.018_150_8, -0.100_578_9, 1.118_729_7],
];
/// P3 with D65 white to BT.709 primaries, linear light.
const FROM_P3: [[f32; 3]; 3] = [
    [1.224_940_2, -0.224_940_2, 0.0],
    [-0.042_056_9, 1.042_056_9, 0.0],
    [-0.019_637_6, -0.078_636_1, 1.098_273_7],
];
const FROM_709: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// How one kind of HDR is read.
pub(super) struct Hdr {
    /// Linear light of a sample, in units of white.
    light: [f32; 256],
    matrix: &'static [[f32; 3]; 3],
    /// sRGB's curve, for linear light in 4095 steps.
    encode: Vec<u8>,
}

impl Hdr {
    /// For code points whose transfer is PQ or HLG.
    pub(super) fn new(cicp: &Cicp) -> Option<Self> {
        let light: fn(f64) -> f64 = match cicp.transfer {
            16 => pq,
            18 => hlg,
            _ => return None,
        };
        let matrix = match cicp.primaries {
            9 => &FROM_2020,
            11 | 12 => &FROM_P3,
            _ => &FROM_709,
        };
        Some(Hdr {
            light: std::array::from_fn(|value| (light(value as f64 / 255.0) / WHITE) as f32),
            matrix,
            encode: (0..4096).map(|step| srgb(f64::from(step) / 4095.0)).collect(),
        })
    }

    fn pixel(&self, pixel: &mut [u8]) {
        let light: [f32; 3] = std::array::from_fn(|index| self.light[usize::from(pixel[index])]);
        let linear = self
            .matrix
            .map(|row| (row[0] * light[0] + row[1] * light[1] + row[2] * light[2]).max(0.0));
        let brightest = linear[0].max(linear[1]).max(linear[2]);
        // One factor for all three keeps the hue.
        let factor = if brightest > KNEE { roll_off(brightest) / brightest } else { 1.0 };
        for (value, linear) in pixel.iter_mut().zip(linear) {
            let step = (linear * factor * 4095.0 + 0.5).min(4095.0) as usize;
            *value = self.encode[step];
        }
    }
}

/// Tone-maps `image`.
pub(super) fn run(mut image: Image, hdr: &Hdr, job: &Job) -> Result<Image> {
    match image.layout() {
        Layout::Gray => {
            let table: Vec<u8> = (0..=255u8)
                .map(|value| {
                    let mut pixel = [value; 3];
                    hdr.pixel(&mut pixel);
                    pixel[1]
                })
                .collect();
            image.for_rows(job, |row| {
                row.iter_mut().for_each(|value| *value = table[usize::from(*value)]);
            })?;
        }
        layout => image.for_rows(job, |row| {
            row.chunks_exact_mut(layout.channels()).for_each(|pixel| hdr.pixel(&mut pixel[..3]));
        })?,
    }
    Ok(image)
}

/// Bends what lies between the knee and the peak into what is left below white.
fn roll_off(light: f32) -> f32 {
    let peak = (PEAK / WHITE) as f32;
    let (room, excess) = (1.0 - KNEE, light.min(peak) - KNEE);
    // Leaves the knee with slope 1 and reaches white at the peak.
    let bend = 1.0 / room - 1.0 / (peak - KNEE);
    KNEE + excess / (1.0 + bend * excess)
}

/// PQ (SMPTE ST 2084) to cd/m².
fn pq(value: f64) -> f64 {
    const M1: f64 = 2610.0 / 16_384.0;
    const M2: f64 = 2523.0 / 32.0;
    const C1: f64 = 3424.0 / 4096.0;
    const C2: f64 = 2413.0 / 128.0;
    const C3: f64 = 2392.0 / 128.0;
    let power = value.powf(1.0 / M2);
    10_000.0 * ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1)
}

/// HLG (ARIB STD-B67) to cd/m² on a display of 1000 cd/m²; its system gamma is applied to each
/// channel, which is exact for grey.
fn hlg(value: f64) -> f64 {
    const A: f64 = 0.178_832_77;
    const B: f64 = 0.284_668_92;
    const C: f64 = 0.559_910_73;
    let scene =
        if value <= 0.5 { value * value / 3.0 } else { (((value - C) / A).exp() + B) / 12.0 };
    PEAK * scene.powf(1.2)
}

fn srgb(linear: f64) -> u8 {
    let value =
        if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(transfer: u8, value: u8) -> u8 {
        let cicp = Cicp { primaries: 9, transfer, matrix: 9, full_range: true };
        let image = Image::from_data(1, 1, Layout::Rgb, vec![value; 3]).unwrap();
        run(image, &Hdr::new(&cicp).unwrap(), &Job::default()).unwrap().data()[1]
    }

    #[test]
    fn brighter_stays_brighter_and_the_ends_stay() {
        for transfer in [16, 18] {
            let values: Vec<u8> = (0..=255).map(|value| mapped(transfer, value)).collect();
            assert!(values.is_sorted());
            assert_eq!((values[0], values[255]), (0, 255));
        }
    }

    #[test]
    fn mid_grey_of_pq_lands_near_mid_grey() {
        // 26 cd/m², an 18 % grey under 203 cd/m² white, is code 0.38 in PQ.
        let grey = mapped(16, 97);
        assert!((90..135).contains(&grey), "{grey}");
    }
}
