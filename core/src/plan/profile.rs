//! Where colours are converted, and which profile a result carries.

use super::{memory, DecodePlan, Encoding, Step};
use crate::image::{Format, Layout, Probe, Profile, ProfileUse};
use crate::options::{Colorspace, Options};

/// What is planned so far.
pub(super) struct Draft<'a> {
    pub probe: &'a Probe,
    pub options: &'a Options,
    pub encoding: &'a Encoding,
    pub animated: bool,
    pub decode: &'a mut DecodePlan,
    pub steps: &'a mut Vec<Step>,
}

/// Takes the conversion out of the steps where the source's profile is kept, or where samples of
/// more than 8 bits are converted while they are decoded. Returns the profile of the result.
pub(super) fn settle(draft: &mut Draft<'_>, warnings: &mut Vec<String>) -> Profile {
    let probe = draft.probe;
    if !draft.steps.contains(&Step::ToSrgb) {
        return Profile::Srgb;
    }
    if draft.options.colorspace == Some(Colorspace::Keep) {
        match obstacle(draft) {
            None => {
                draft.steps.retain(|step| *step != Step::ToSrgb);
                return probe.profile.clone();
            }
            Some(what) => warnings.push(format!(
                "colorspace=keep is not possible for {what}: colours were converted to srgb"
            )),
        }
    }
    let deep = probe.bits > 8 && matches!(probe.format, Format::Png | Format::Avif);
    if deep && !draft.animated {
        draft.steps.retain(|step| *step != Step::ToSrgb);
        draft.decode.to_srgb = true;
    }
    Profile::Srgb
}

/// What stands in the way of keeping the source's colours.
fn obstacle(draft: &Draft<'_>) -> Option<&'static str> {
    let probe = draft.probe;
    let layout = memory::result_layout(draft.decode, draft.steps);
    let format = draft.encoding.format();
    match format {
        _ if probe.layout() == Layout::Cmyk => Some("cmyk"),
        _ if probe.profile.is_hdr() => Some("high dynamic range"),
        _ if probe.profile.usage(probe.model) != ProfileUse::Convert => Some("a broken profile"),
        Format::Gif => Some("gif"),
        Format::Avif if draft.animated => Some("animated avif"),
        Format::Webp if layout == Layout::Gray => Some("grey in webp"),
        _ if probe.profile.is_grey_icc() && layout != Layout::Gray => {
            Some("a grey profile on a result in colour")
        }
        _ if probe.profile.is_rgb_icc() && layout == Layout::Gray => {
            Some("an rgb profile on a grey result")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Cicp, ColorModel, Embedded};

    fn probe(format: Format, bits: u8, transfer: u8) -> Probe {
        let cicp = Cicp { primaries: 12, transfer, matrix: 0, full_range: true };
        Probe {
            format,
            width: 8,
            height: 8,
            frames: 1,
            loops: 0,
            duration_ms: 0,
            orientation: 1,
            model: ColorModel::Rgb,
            alpha: false,
            frames_alpha: false,
            bits,
            progressive: false,
            lossless: true,
            subsampling: None,
            profile: Profile::Cicp(cicp),
            embedded: Embedded::default(),
        }
    }

    /// Profile of the result, whether steps convert, whether the decoder does, and warnings.
    fn settled(probe: &Probe, keep: bool, encoding: Encoding) -> (Profile, bool, bool, usize) {
        let colorspace = keep.then_some(Colorspace::Keep);
        let options = Options { colorspace, ..Options::default() };
        let mut decode =
            DecodePlan { scale: 1, width: 8, height: 8, layout: probe.layout(), to_srgb: false };
        let (mut steps, mut warnings) = (vec![Step::ToSrgb], Vec::new());
        let profile = settle(
            &mut Draft {
                probe,
                options: &options,
                encoding: &encoding,
                animated: false,
                decode: &mut decode,
                steps: &mut steps,
            },
            &mut warnings,
        );
        (profile, !steps.is_empty(), decode.to_srgb, warnings.len())
    }

    const WEBP: Encoding = Encoding::Webp { quality: None, method: 4 };

    #[test]
    fn a_kept_profile_is_written_and_nothing_is_converted() {
        let probe = probe(Format::Png, 8, 13);
        assert_eq!(settled(&probe, true, WEBP), (probe.profile.clone(), false, false, 0));
        assert_eq!(settled(&probe, false, WEBP), (Profile::Srgb, true, false, 0));
    }

    #[test]
    fn deep_samples_are_converted_while_they_are_decoded() {
        assert_eq!(
            settled(&probe(Format::Png, 16, 13), false, WEBP),
            (Profile::Srgb, false, true, 0)
        );
    }

    #[test]
    fn hdr_ink_and_gif_are_converted_all_the_same_with_a_warning() {
        let ink = Probe { model: ColorModel::Cmyk, ..probe(Format::Jpeg, 8, 13) };
        assert_eq!(settled(&ink, true, WEBP), (Profile::Srgb, true, false, 1));
        assert_eq!(
            settled(&probe(Format::Avif, 10, 16), true, WEBP),
            (Profile::Srgb, false, true, 1)
        );
        let plain = probe(Format::Png, 8, 13);
        assert_eq!(settled(&plain, true, Encoding::Gif), (Profile::Srgb, true, false, 1));
    }
}
