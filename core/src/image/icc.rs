//! What a plan must know of a colour profile: whether it can be used at all, and whether it is
//! sRGB under another name. Conversion itself is a step's business.

use super::{Cicp, ColorModel, Profile};

/// What has to be done for a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileUse {
    /// Nothing: the numbers are sRGB already.
    Nothing,
    /// The numbers must be converted.
    Convert,
    /// The profile is broken or is for another colour model, and cannot be used.
    Broken,
}

impl Profile {
    /// Its kind in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Profile::Srgb => "srgb",
            Profile::Icc(_) => "icc",
            Profile::Cicp(_) => "cicp",
        }
    }

    /// Whether the numbers mean light beyond white (PQ, HLG).
    pub fn is_hdr(&self) -> bool {
        let transfer = match self {
            Profile::Srgb => None,
            Profile::Cicp(cicp) => Some(cicp.transfer),
            Profile::Icc(bytes) => Icc::new(bytes).and_then(|icc| icc.stated_transfer()),
        };
        matches!(transfer, Some(16 | 18))
    }

    /// Whether it is an ICC profile of grey.
    pub fn is_grey_icc(&self) -> bool {
        matches!(self, Profile::Icc(bytes) if bytes.get(16..20) == Some(b"GRAY"))
    }

    /// Whether it is an ICC profile of red, green and blue.
    pub fn is_rgb_icc(&self) -> bool {
        matches!(self, Profile::Icc(bytes) if bytes.get(16..20) == Some(b"RGB "))
    }

    /// What has to be done for samples of `model`.
    pub fn usage(&self, model: ColorModel) -> ProfileUse {
        match self {
            Profile::Srgb => ProfileUse::Nothing,
            Profile::Cicp(cicp) if model == ColorModel::Cmyk || cicp.is_srgb() => {
                ProfileUse::Nothing
            }
            Profile::Cicp(_) => ProfileUse::Convert,
            Profile::Icc(bytes) => icc_usage(bytes, model),
        }
    }
}

impl Cicp {
    /// Whether the code points mean sRGB for display. The camera curves of BT.709 and its kin
    /// (1, 6, 14, 15) are read as sRGB's: that is how pictures tagged with them are made and
    /// shown, and "unspecified" (2) means sRGB.
    pub fn is_srgb(&self) -> bool {
        matches!(self.primaries, 1 | 2) && self.has_srgb_curve()
    }

    /// Whether the transfer characteristics are sRGB's, or as good as.
    pub fn has_srgb_curve(&self) -> bool {
        matches!(self.transfer, 1 | 2 | 6 | 13 | 14 | 15)
    }
}

fn icc_usage(bytes: &[u8], model: ColorModel) -> ProfileUse {
    let Some(icc) = Icc::new(bytes) else {
        return ProfileUse::Broken;
    };
    match (icc.space, model) {
        (b"RGB ", ColorModel::Rgb | ColorModel::Gray) if icc.is_srgb().unwrap_or(false) => {
            ProfileUse::Nothing
        }
        // Of an RGB profile on grey samples the grey axis is meant.
        (b"RGB ", ColorModel::Rgb | ColorModel::Gray)
        | (b"CMYK", ColorModel::Cmyk)
        | (b"GRAY", ColorModel::Gray) => ProfileUse::Convert,
        _ => ProfileUse::Broken,
    }
}

/// Length of the fixed header.
const HEADER: usize = 128;
/// sRGB's primaries as profiles state them, adapted to D50: red, green, blue.
const SRGB: [[f64; 3]; 3] =
    [[0.4360, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]];
/// Farthest that a primary may be from sRGB's.
const NEAR: f64 = 0.002;
/// Farthest that a curve may be from sRGB's: well under one step of 8 bits.
const SAME_CURVE: f64 = 0.5 / 255.0;

struct Icc<'a> {
    bytes: &'a [u8],
    space: &'a [u8; 4],
}

impl<'a> Icc<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let signature = bytes.get(36..40)?;
        let space = bytes.get(16..20)?.try_into().ok()?;
        let icc = Icc { bytes, space };
        let tags = icc.u32(HEADER)?;
        (signature == b"acsp" && (1..=1000).contains(&tags)).then_some(icc)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        Some(u16::from_be_bytes(self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        Some(u32::from_be_bytes(self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
    }

    /// A signed number with 16 bits after the point.
    fn fixed(&self, at: usize) -> Option<f64> {
        self.u32(at).map(|raw| f64::from(raw.cast_signed()) / 65_536.0)
    }

    fn tag(&self, name: &[u8; 4]) -> Option<usize> {
        let count = self.u32(HEADER)? as usize;
        let mut entries = self.bytes.get(HEADER + 4..)?.chunks_exact(12).take(count);
        let entry = entries.find(|entry| entry[..4] == name[..])?;
        Some(u32::from_be_bytes(entry[4..8].try_into().ok()?) as usize)
    }

    /// Transfer characteristics of a `cicp` tag.
    fn stated_transfer(&self) -> Option<u8> {
        self.bytes.get(self.tag(b"cicp")?.checked_add(9)?).copied()
    }

    fn is_srgb(&self) -> Option<bool> {
        if self.tag(b"A2B0").is_some() {
            return Some(false);
        }
        for (name, wanted) in [b"rXYZ", b"gXYZ", b"bXYZ"].into_iter().zip(SRGB) {
            let at = self.tag(name)?;
            for (index, wanted) in wanted.into_iter().enumerate() {
                if (self.fixed(at + 8 + index * 4)? - wanted).abs() > NEAR {
                    return Some(false);
                }
            }
        }
        for name in [b"rTRC", b"gTRC", b"bTRC"] {
            let at = self.tag(name)?;
            for step in 0..=32 {
                let value = f64::from(step) / 32.0;
                let linear = self.curve(at, value)?;
                if (srgb_encoded(linear) - value).abs() > SAME_CURVE {
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    /// The curve at `at` for `value`; nothing for kinds that sRGB profiles do not use.
    fn curve(&self, at: usize, value: f64) -> Option<f64> {
        match self.bytes.get(at..at.checked_add(4)?)? {
            b"para" if self.u16(at + 8)? == 3 => self.parametric(at + 12, value),
            b"curv" => self.sampled(at + 8, value),
            _ => None,
        }
    }

    fn parametric(&self, at: usize, value: f64) -> Option<f64> {
        let [gamma, a, b, c, d] = [0, 1, 2, 3, 4].map(|index| self.fixed(at + index * 4));
        if value >= d? {
            Some((a? * value + b?).powf(gamma?))
        } else {
            Some(c? * value)
        }
    }

    fn sampled(&self, at: usize, value: f64) -> Option<f64> {
        let last = (self.u32(at)? as usize).checked_sub(2)? + 1;
        let position = value * last as f64;
        let before = (position.floor() as usize).min(last - 1);
        let sample =
            |index: usize| self.u16(at + 4 + index * 2).map(|raw| f64::from(raw) / 65_535.0);
        let (low, high) = (sample(before)?, sample(before + 1)?);
        Some(low + (high - low) * (position - before as f64))
    }
}

/// sRGB's curve from linear light.
fn srgb_encoded(linear: f64) -> f64 {
    if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn icc(bytes: Vec<u8>) -> Profile {
        Profile::Icc(bytes)
    }

    #[test]
    fn srgb_written_as_icc_needs_nothing() {
        let bytes = lcms2::Profile::new_srgb().icc().unwrap();
        assert_eq!(icc(bytes.clone()).usage(ColorModel::Rgb), ProfileUse::Nothing);
        assert_eq!(icc(bytes).usage(ColorModel::Cmyk), ProfileUse::Broken);
    }

    #[test]
    fn another_curve_or_other_primaries_are_converted() {
        let white = lcms2::CIExyY { x: 0.3127, y: 0.3290, Y: 1.0 };
        let color = |x, y| lcms2::CIExyY { x, y, Y: 1.0 };
        let srgb = lcms2::CIExyYTRIPLE {
            Red: color(0.64, 0.33),
            Green: color(0.30, 0.60),
            Blue: color(0.15, 0.06),
        };
        let curve = lcms2::ToneCurve::new(1.8);
        let profile = lcms2::Profile::new_rgb(&white, &srgb, &[&curve, &curve, &curve]).unwrap();
        assert_eq!(icc(profile.icc().unwrap()).usage(ColorModel::Rgb), ProfileUse::Convert);
    }

    #[test]
    fn a_cut_profile_is_broken_or_at_least_no_panic() {
        let bytes = lcms2::Profile::new_srgb().icc().unwrap();
        for length in 0..bytes.len() {
            let usage = icc(bytes[..length].to_vec()).usage(ColorModel::Rgb);
            assert!(length > HEADER || usage == ProfileUse::Broken);
        }
    }

    #[test]
    fn camera_curves_are_read_as_srgb() {
        let cicp = |primaries, transfer| Cicp { primaries, transfer, matrix: 6, full_range: true };
        assert!(cicp(1, 13).is_srgb() && cicp(1, 1).is_srgb() && cicp(2, 2).is_srgb());
        assert!(!cicp(12, 13).is_srgb() && !cicp(9, 16).is_srgb());
    }
}
