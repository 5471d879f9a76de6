//! What becomes of an animation (reference §2.2, §2.3).
//!
//! Where the reference leaves room: `frames` is the key of `format=json`; without `format`, and
//! for clients that take nothing better, GIF and PNG stay what they are; an animated WebP stays
//! one without `format`; an AVIF sequence is written only when AVIF is asked for by name.

use super::{AnimationPlan, Area, Encoding, Original, OutputPlan, Plan};
use crate::image::{Format, Probe};
use crate::options::{FormatWord, Metadata, Options};
use crate::{Error, Limits, Result};

/// The animation that `options` ask for; `None` when the result is a still picture.
pub(super) fn asked(
    options: &Options,
    probe: &Probe,
    warnings: &mut Vec<String>,
) -> Option<AnimationPlan> {
    if probe.frames < 2 || options.anim == Some(false) {
        return None;
    }
    if matches!(options.format, Some(FormatWord::Jpeg | FormatWord::BaselineJpeg)) {
        warnings.push("only the first frame is kept: jpeg has no animation".to_owned());
        return None;
    }
    if probe.format == Format::Jxl {
        warnings.push("only the first frame of jxl is read".to_owned());
        return None;
    }
    Some(AnimationPlan { frames: probe.frames, loops: probe.loops })
}

/// `probe` with the transparency of all frames instead of that of the first.
pub(super) fn of_all_frames(probe: &Probe) -> Probe {
    Probe { alpha: probe.frames_alpha, ..probe.clone() }
}

/// The format that every client plays.
pub(super) fn standard(source: Format) -> Format {
    match source {
        Format::Png => Format::Png,
        _ => Format::Gif,
    }
}

/// The format when none is asked for.
pub(super) fn own(source: Format) -> Format {
    match source {
        // Whoever reads AVIF sequences reads animated WebP, and GIF would be far larger.
        Format::Webp | Format::Avif => Format::Webp,
        other => standard(other),
    }
}

/// Pixels of all frames of `probe` together.
pub fn animation_pixels(probe: &Probe) -> u64 {
    let frame = u64::from(probe.width) * u64::from(probe.height);
    frame.saturating_mul(u64::from(probe.frames))
}

/// Whether the source is too large to be transformed and is sent as it is.
pub(super) fn is_passed_through(
    plan: &Plan,
    probe: &Probe,
    accepts: &[Format],
    limits: &Limits,
) -> Result<bool> {
    let encoding = &plan.output.encoding;
    if plan.output.animation.is_none() || *encoding == Encoding::Json {
        return Ok(false);
    }
    let pixels = animation_pixels(probe);
    if pixels > limits.animation_pixels {
        return Err(Error::too_large("animation pixels", limits.animation_pixels, pixels));
    }
    let limit = limits.animation_transform_pixels;
    if pixels <= limit {
        return Ok(false);
    }
    let source = probe.format;
    let read = matches!(source, Format::Gif | Format::Png) || encoding.format() == source;
    if !read && !accepts.contains(&source) {
        return Err(Error::too_large("animation pixels", limit, pixels));
    }
    Ok(true)
}

/// The plan that sends the source as it is.
pub(super) fn pass_through(plan: Plan, probe: &Probe, options: &Options, limits: &Limits) -> Plan {
    let (width, height) = probe.oriented_size();
    let mut warnings = plan.warnings;
    let (pixels, limit) = (animation_pixels(probe), limits.animation_transform_pixels);
    warnings.push(format!(
        "animation too large to transform, sent as it is: {pixels} pixels in all frames, limit {limit}"
    ));
    let encoding = Encoding::Source(probe.format);
    let original = match options.metadata {
        Some(Metadata::Keep) => Original::WithMetadata,
        _ => Original::WithoutMetadata,
    };
    let output = OutputPlan {
        animation: plan.output.animation,
        original: Some(original),
        ..OutputPlan::still(width, height, encoding)
    };
    let (steps, overlays, trim, crop) = (Vec::new(), Vec::new(), None, None);
    let area = Area::whole(probe);
    Plan { area, steps, overlays, trim, crop, output, memory: 0, warnings, ..plan }
}

#[cfg(test)]
mod tests {
    use super::super::{plan, Measured, Request};
    use super::*;
    use crate::image::{ColorModel, Layout, Profile};
    use crate::options::{Compression, Width};
    use crate::Kind;

    fn moving(format: Format, frames: u32) -> Probe {
        Probe {
            format,
            width: 500,
            height: 200,
            frames,
            loops: 3,
            duration_ms: 100,
            orientation: 1,
            model: ColorModel::Rgb,
            alpha: false,
            frames_alpha: false,
            bits: 8,
            progressive: false,
            lossless: true,
            subsampling: None,
            profile: Profile::Srgb,
            embedded: Default::default(),
        }
    }

    fn planned(probe: &Probe, options: &Options, accepts: &[Format]) -> Result<Plan> {
        let measured = Measured::default();
        let hooks = crate::hooks::Offered::default();
        let request = Request {
            options,
            accepts,
            source_bytes: 1,
            measured: &measured,
            hooks,
            overlays: &[],
        };
        plan(&request, probe, &Limits::default())
    }

    fn asking(format: FormatWord) -> Options {
        Options { format: Some(format), ..Options::default() }
    }

    /// The format that an animation from `source` is written in.
    fn written(source: Format, options: &Options, accepts: &[Format]) -> Format {
        let plan = planned(&moving(source, 9), options, accepts).unwrap();
        assert_eq!(plan.output.animation, Some(AnimationPlan { frames: 9, loops: 3 }));
        plan.output.encoding.format()
    }

    #[test]
    fn an_animation_stays_one_in_a_format_that_the_client_plays() {
        let (auto, all) = (asking(FormatWord::Auto), [Format::Avif, Format::Webp]);
        for source in [Format::Gif, Format::Webp, Format::Png, Format::Avif] {
            assert_eq!(written(source, &auto, &all), Format::Webp);
            assert_eq!(written(source, &asking(FormatWord::Avif), &[]), Format::Avif);
            let kept = if source == Format::Png { Format::Png } else { Format::Gif };
            assert_eq!(written(source, &auto, &[]), kept);
            assert_eq!(written(source, &auto, &[Format::Avif]), kept);
        }
        let own = |source| written(source, &Options::default(), &[]);
        assert_eq!([Format::Gif, Format::Png].map(own), [Format::Gif, Format::Png]);
        assert_eq!([Format::Webp, Format::Avif].map(own), [Format::Webp; 2]);
        let fast = Options { compression: Some(Compression::Fast), ..auto };
        assert_eq!(written(Format::Gif, &fast, &all), Format::Webp);
    }

    #[test]
    fn anim_false_and_jpeg_keep_the_first_frame() {
        let still = Options { anim: Some(false), ..Options::default() };
        let plan = planned(&moving(Format::Gif, 9), &still, &[]).unwrap();
        assert_eq!((plan.output.animation, plan.warnings.len()), (None, 0));
        let plan = planned(&moving(Format::Gif, 9), &asking(FormatWord::Jpeg), &[]).unwrap();
        assert_eq!(plan.output.animation, None);
        assert_eq!(plan.warnings, ["only the first frame is kept: jpeg has no animation"]);
        let plan = planned(&moving(Format::Gif, 1), &Options::default(), &[]).unwrap();
        assert_eq!(plan.output.animation, None);
    }

    #[test]
    fn a_large_animation_is_passed_through_and_a_huge_one_refused() {
        let small = Options { width: Some(Width::Pixels(50)), ..Options::default() };
        let plan = planned(&moving(Format::Gif, 500), &small, &[]).unwrap();
        assert_eq!((plan.output.width, plan.warnings.len()), (50, 0));
        let plan = planned(&moving(Format::Gif, 501), &small, &[]).unwrap();
        assert_eq!((plan.output.width, plan.output.height), (500, 200));
        assert_eq!(plan.output.encoding, Encoding::Source(Format::Gif));
        assert!(plan.steps.is_empty() && plan.warnings[0].contains("sent as it is"), "{plan:?}");
        let error = planned(&moving(Format::Gif, 1_001), &small, &[]).unwrap_err();
        assert_eq!(error.to_string(), "animation pixels: limit 100000000, got 100100000");
        let first = Options { anim: Some(false), ..small.clone() };
        assert_eq!(planned(&moving(Format::Gif, 1_001), &first, &[]).unwrap().output.width, 50);
        let json = Options { format: Some(FormatWord::Json), ..small };
        assert!(planned(&moving(Format::Gif, 1_001), &json, &[]).is_ok());
    }

    #[test]
    fn what_the_client_may_not_play_is_not_passed_through() {
        let probe = moving(Format::Webp, 501);
        let auto = asking(FormatWord::Auto);
        assert_eq!(planned(&probe, &auto, &[]).unwrap_err().kind(), Kind::TooLarge);
        let plan = planned(&probe, &auto, &[Format::Webp]).unwrap();
        assert_eq!(plan.output.encoding, Encoding::Source(Format::Webp));
    }

    #[test]
    fn memory_does_not_grow_with_the_number_of_frames() {
        for word in [FormatWord::Gif, FormatWord::Webp, FormatWord::Png, FormatWord::Avif] {
            for source in [Format::Gif, Format::Webp, Format::Png, Format::Avif] {
                let memory = |frames| planned(&moving(source, frames), &asking(word), &[]);
                assert_eq!(memory(2).unwrap().memory, memory(500).unwrap().memory);
                assert!(memory(2).unwrap().memory < 24 << 20);
            }
        }
    }

    #[test]
    fn transparency_of_a_later_frame_is_planned_for() {
        let probe = Probe { frames_alpha: true, ..moving(Format::Gif, 2) };
        let layout = |options: &Options| planned(&probe, options, &[]).unwrap().decode.layout;
        assert_eq!(layout(&Options::default()), Layout::Rgba);
        let still = Options { anim: Some(false), ..Options::default() };
        assert_eq!(layout(&still), Layout::Rgb);
    }
}
