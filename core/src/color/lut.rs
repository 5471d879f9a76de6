//! Profiles of tables: CMYK, and RGB that is more than three curves and a matrix.
//!
//! moxcms takes the samples through the table to a wide space of our own; from there the black
//! point is compensated, which moxcms does not do, and sRGB is reached.

use std::sync::Arc;

use moxcms::{
    ColorProfile, Layout as CmsLayout, RenderingIntent, ToneReprCurve, Transform16BitExecutor,
    TransformOptions,
};

use super::matrix::{cms_layout, OPTIONS};
use super::{bug, narrow, Encode, Rows, Sample};
use crate::image::Layout;
use crate::Result;

type Matrix = [[f64; 3]; 3];

/// The wide space: the primaries of ProPhoto, white D50, and a curve close to the eye's, so that
/// little is lost between the points of a table.
const GAMMA: f64 = 3.0;
const WIDE_TO_XYZ: Matrix = [
    [0.797_674_9, 0.135_191_7, 0.031_353_4],
    [0.288_040_2, 0.711_874_1, 0.000_085_7],
    [0.0, 0.0, 0.825_21],
];
/// XYZ under D50 to linear sRGB.
const XYZ_TO_SRGB: Matrix = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
];
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
/// Lightest black that is taken for one, in L*.
const LIGHTEST_BLACK: f64 = 50.0;

/// Whether a profile has more than curves and a matrix.
pub(super) fn is_needed(source: &ColorProfile) -> bool {
    source.lut_a_to_b_perceptual.is_some()
        || source.lut_a_to_b_colorimetric.is_some()
        || source.lut_a_to_b_saturation.is_some()
}

/// Through a table to sRGB.
pub(super) struct Lut {
    transform: Arc<Transform16BitExecutor>,
    layout: Layout,
    /// Linear light of a sample in the wide space.
    light: Vec<f32>,
    matrix: [[f32; 3]; 3],
    /// What black point compensation takes off.
    offset: [f32; 3],
    encode: Encode,
}

impl Lut {
    pub fn rows<S: Sample>(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<S>>> {
        let wide = wide_space();
        let to_wide = |intent| {
            let options = TransformOptions { rendering_intent: intent, ..OPTIONS() };
            let layouts = (cms_layout(layout), CmsLayout::Rgb);
            source.create_transform_16bit(layouts.0, &wide, layouts.1, options).ok()
        };
        let transform = to_wide(RenderingIntent::RelativeColorimetric)
            .or_else(|| to_wide(RenderingIntent::Perceptual))?;
        let black = black_point(source, &*transform, layout)?;
        // White stays, black becomes zero: a factor and an offset for each of X, Y and Z.
        let factor: [f64; 3] = std::array::from_fn(|i| D50[i] / (D50[i] - black[i]));
        let shift: [f64; 3] = std::array::from_fn(|i| -black[i] * factor[i]);
        let scaled: Matrix = std::array::from_fn(|i| WIDE_TO_XYZ[i].map(|cell| cell * factor[i]));
        let matrix = product(&XYZ_TO_SRGB, &scaled);
        Some(Box::new(Lut {
            transform,
            layout,
            light: (0..=u16::MAX).map(|word| wide_light(word) as f32).collect(),
            matrix: matrix.map(|row| row.map(|cell| cell as f32)),
            offset: times(&XYZ_TO_SRGB, shift).map(|cell| cell as f32),
            encode: Encode::new(),
        }))
    }

    fn pixel(&self, wide: [u16; 3]) -> [u8; 3] {
        let light = wide.map(|word| self.light[usize::from(word)]);
        std::array::from_fn(|i| {
            let row = self.matrix[i];
            let sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
            self.encode.byte(sum + self.offset[i])
        })
    }
}

impl<S: Sample> Rows<S> for Lut {
    fn convert(&self, from: &[S], to: &mut [u8]) -> Result<()> {
        let samples: Vec<u16> = from.iter().map(|sample| sample.word()).collect();
        let channels = self.layout.channels();
        let mut wide = vec![0; samples.len() / channels * 3];
        self.transform.transform(&samples, &mut wide).map_err(bug)?;
        let alpha = self.layout == Layout::Rgba;
        let pixels = to.chunks_exact_mut(if alpha { 4 } else { 3 });
        let sources = wide.as_chunks::<3>().0.iter().zip(samples.chunks_exact(channels));
        for (to, (wide, source)) in pixels.zip(sources) {
            to[..3].copy_from_slice(&self.pixel(*wide));
            if alpha {
                to[3] = narrow(source[3]);
            }
        }
        Ok(())
    }
}

fn wide_space() -> ColorProfile {
    let curve = Some(ToneReprCurve::Parametric(vec![GAMMA as f32]));
    let mut profile = ColorProfile::new_pro_photo_rgb();
    profile.red_trc.clone_from(&curve);
    profile.green_trc.clone_from(&curve);
    profile.blue_trc = curve;
    profile
}

fn wide_light(word: u16) -> f64 {
    (f64::from(word) / 65_535.0).powf(GAMMA)
}

/// XYZ of the deepest neutral black: of RGB that is no light; of ink it is what the profile makes
/// of black by itself, as full ink of every colour is more than a press can take.
fn black_point(
    source: &ColorProfile,
    transform: &Transform16BitExecutor,
    layout: Layout,
) -> Option<[f64; 3]> {
    let black = match layout {
        Layout::Cmyk => black_ink(source).unwrap_or([u16::MAX; 4]),
        _ => [0, 0, 0, u16::MAX],
    };
    let mut wide = [0; 3];
    transform.transform(&black[..layout.channels()], &mut wide).ok()?;
    let luminance = times(&WIDE_TO_XYZ, wide.map(wide_light))[1];
    let most = ((LIGHTEST_BLACK + 16.0) / 116.0).powi(3);
    Some(D50.map(|white| white * luminance.clamp(0.0, most)))
}

/// The ink that the profile prints black with.
fn black_ink(source: &ColorProfile) -> Option<[u16; 4]> {
    let options = TransformOptions { rendering_intent: RenderingIntent::Perceptual, ..OPTIONS() };
    let transform = ColorProfile::new_srgb()
        .create_transform_16bit(CmsLayout::Rgb, source, CmsLayout::Rgba, options)
        .ok()?;
    let mut ink = [0; 4];
    transform.transform(&[0; 3], &mut ink).ok()?;
    Some(ink)
}

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    left.map(|row| {
        std::array::from_fn(|i| row[0] * right[0][i] + row[1] * right[1][i] + row[2] * right[2][i])
    })
}
