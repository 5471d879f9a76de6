//! From the colours that a profile means to sRGB of 8 bits.
//!
//! Relative colorimetric with black point compensation: white becomes white and the deepest black
//! black. Colours that sRGB cannot show are clipped to its edge. Grey stays grey, CMYK becomes
//! RGB, alpha is only narrowed. A profile that cannot be used after all is passed over: the
//! numbers are then read as sRGB, and ink as plain subtraction.

mod embed;
mod grey;
mod hdr;
mod ink;
mod lut;
mod matrix;

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, MatrixCoefficients,
    TransferCharacteristics,
};

use crate::image::{Cicp, Layout, Profile};
use crate::{Error, Result};

pub(crate) use embed::icc_of;
use grey::Grey;
use hdr::Hdr;
use ink::Subtract;
use lut::Lut;

/// A stored sample of 8 or 16 bits.
pub(crate) trait Sample: Copy + Into<u32> + 'static {
    /// On the scale of 16 bits.
    fn word(self) -> u16;
    /// The converter of a matrix profile for samples of this depth.
    fn matrix(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<Self>>>;
}

impl Sample for u8 {
    fn word(self) -> u16 {
        u16::from(self) * 257
    }

    fn matrix(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<Self>>> {
        matrix::low(source, layout)
    }
}

impl Sample for u16 {
    fn word(self) -> u16 {
        self
    }

    fn matrix(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<Self>>> {
        matrix::high(source, layout)
    }
}

/// A sample of 16 bits in 8, rounded.
pub(crate) fn narrow(word: u16) -> u8 {
    ((u32::from(word) * 255 + 32_767) / 65_535) as u8
}

/// Converts rows of one layout; CMYK becomes RGB.
pub(crate) trait Rows<S> {
    /// Writes the pixels of `from` to `to`, which has as many.
    fn convert(&self, from: &[S], to: &mut [u8]) -> Result<()>;
}

/// The converter for samples of `layout` that `profile` explains; `None` when the numbers stay.
pub(crate) fn converter<S: Sample>(profile: &Profile, layout: Layout) -> Option<Box<dyn Rows<S>>> {
    if let Some(hdr) = cicp_of(profile).as_ref().and_then(Hdr::new) {
        return Some(Box::new(hdr.rows(layout)));
    }
    let source = color_profile(profile);
    match (layout, source) {
        (Layout::Cmyk, Some(source)) if source.color_space == DataColorSpace::Cmyk => {
            Lut::rows(&source, layout).or(Some(Box::new(Subtract)))
        }
        (Layout::Cmyk, _) => Some(Box::new(Subtract)),
        (_, None) => None,
        (Layout::Gray, Some(source)) => Grey::rows(&source, layout),
        (_, Some(source)) if source.color_space == DataColorSpace::Gray => {
            Grey::rows(&source, layout)
        }
        (_, Some(source)) if lut::is_needed(&source) => Lut::rows(&source, layout),
        (_, Some(source)) => S::matrix(&source, layout),
    }
}

fn color_profile(profile: &Profile) -> Option<ColorProfile> {
    match profile {
        Profile::Srgb => None,
        Profile::Icc(bytes) => ColorProfile::new_from_slice(bytes).ok(),
        Profile::Cicp(cicp) => cicp_profile(cicp),
    }
}

/// Code points, also of an ICC profile that states them.
fn cicp_of(profile: &Profile) -> Option<Cicp> {
    match profile {
        Profile::Srgb => None,
        Profile::Cicp(cicp) => Some(*cicp),
        Profile::Icc(bytes) => {
            let stated = ColorProfile::new_from_slice(bytes).ok()?.cicp?;
            Some(Cicp {
                primaries: stated.color_primaries as u8,
                transfer: stated.transfer_characteristics as u8,
                matrix: 0,
                full_range: true,
            })
        }
    }
}

/// The profile of code points whose transfer is no HDR.
fn cicp_profile(cicp: &Cicp) -> Option<ColorProfile> {
    let transfer = if cicp.has_srgb_curve() {
        TransferCharacteristics::Srgb
    } else {
        cicp.transfer.try_into().ok()?
    };
    // Only the primaries are unsaid: they are those of sRGB.
    let primaries = if cicp.primaries == 2 { 1 } else { cicp.primaries };
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: transfer,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    profile.red_trc.is_some().then_some(profile)
}

/// sRGB's curve from linear light, in 8 bits.
fn srgb(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let value =
        if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

/// sRGB's curve as a table: fine enough that the darkest steps are told apart.
struct Encode(Vec<u8>);

impl Encode {
    const LAST: f32 = 16_383.0;

    fn new() -> Self {
        Encode((0..=Self::LAST as u32).map(|step| srgb(f64::from(step) / 16_383.0)).collect())
    }

    fn byte(&self, linear: f32) -> u8 {
        self.0[(linear.clamp(0.0, 1.0) * Self::LAST + 0.5) as usize]
    }
}

fn bug(error: moxcms::CmsError) -> Error {
    Error::internal(format!("colour: {error}"))
}

#[cfg(test)]
mod tests;
