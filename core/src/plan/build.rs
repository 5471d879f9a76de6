//! From options and header to a plan.

use super::aim::aim;
use super::geometry::{place, times_dpr, trimmed, without_border, Rect, Target};
use super::original::original;
use super::output::{choose, Picture};
use super::profile::{self, Draft};
use super::steps::{decode_plan, may_be_transparent, opaque_background, Frame, Steps, View};
use super::{
    animation, memory, metadata, overlay, shrink, vector, Drawable, Encoding, Measured, Needs,
    OutputPlan, Plan, Step,
};
use crate::hooks::{missing, Offered};
use crate::image::{Format, Probe, ProfileUse};
use crate::options::{Fit, Gravity, Options, Overlay, Upscale, Width};
use crate::{Error, Limits, Result};

/// What a plan is made from, besides the header and the limits.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What is asked for, plain for one client: see `delivery::resolve`.
    pub options: &'a Options,
    /// Formats beyond JPEG, PNG and GIF that the client accepts, best first.
    pub accepts: &'a [Format],
    /// Bytes of the source.
    pub source_bytes: u64,
    /// What was measured on the pixels.
    pub measured: &'a Measured,
    /// What the host does for us.
    pub hooks: Offered,
    /// What is known of each overlay.
    pub overlays: &'a [Drawable],
}

/// Makes the plan, or says which option or limit stands in its way.
///
/// `Unsupported` for options whose effect is not there yet, `Invalid` when trim leaves nothing,
/// `TooLarge` when the result or the memory it takes passes a limit.
pub fn plan(request: &Request<'_>, probe: &Probe, limits: &Limits) -> Result<Plan> {
    let options = request.options;
    options.check_supported()?;
    check_hooks(options, request.hooks)?;
    vector::check(probe, options)?;
    if vector::is_sent(probe, options) {
        return Ok(vector::sent(probe, options));
    }
    let mut warnings = Vec::new();
    check_width(options, &mut warnings)?;
    let dpr = device_pixel_ratio(options, &mut warnings)?;
    let animation = animation::asked(options, probe, &mut warnings);
    let all_frames = animation.map(|_| animation::of_all_frames(probe));
    let probe = all_frames.as_ref().unwrap_or(probe);
    let rest = after_trim(request, probe, dpr, &mut warnings)?;
    let view = View::new(probe, options, rest);
    let mut placement = place(view.size, &target(probe, options, dpr, &mut warnings));
    let crop = aim(&mut placement, &view, options, request.measured, &mut warnings);
    let border = Frame::new(options, placement.output(), dpr);
    let (width, height) = border.map_or(placement.output(), |border| (border.width, border.height));
    check_output(width, height, limits)?;

    let clears = options.draw.iter().flatten().any(Overlay::clears);
    let alpha = may_be_transparent(probe, options, &placement, border.as_ref()) || clears;
    let frames = animation.map_or(1, |animation| animation.frames);
    let picture = Picture { source: probe.format, width, height, alpha, frames };
    let (encoding, target) = choose(request, &picture, limits, &mut warnings)?;
    // The search for a score is one of still pictures: frames get the quality it would begin at.
    let target = target.filter(|_| animation.is_none());

    if probe.profile.usage(probe.model) == ProfileUse::Broken {
        warnings.push("the colour profile is broken and was ignored".to_owned());
    }

    let area = view.stored_area(&placement);
    let fast = options.compression.is_some();
    let size = view.stored_size(&placement);
    let mut decode = match (options.segment, probe.format) {
        (Some(_), _) => decode_plan(probe, 1),
        (None, Format::Svg) => vector::drawn(probe, &area, size, limits),
        _ => decode_plan(probe, shrink::decode_scale(probe, &area, size, fast)),
    };
    let keeps_alpha = encoding.format().has_alpha() || encoding == Encoding::Json;
    let mut steps = Steps {
        probe,
        options,
        view: &view,
        decode: &decode,
        placement: &placement,
        border,
        keeps_alpha: keeps_alpha || clears,
        list: Vec::new(),
    }
    .collect();
    let drawn = overlay::draw(request, probe, placement.output(), limits, &mut warnings)?;
    // Overlays lie on all but the border, which is the last step.
    let at = steps.len() - usize::from(border.is_some());
    steps.splice(at..at, drawn.draws);
    if clears && !keeps_alpha {
        steps.push(Step::Flatten { background: opaque_background(options) });
    }
    let mut draft = Draft {
        probe,
        options,
        encoding: &encoding,
        animated: animation.is_some(),
        decode: &mut decode,
        steps: &mut steps,
    };
    let profile = profile::settle(&mut draft, &mut warnings);
    let size = (width, height);
    let metadata = metadata::kept(options, probe, encoding.format(), size, &mut warnings);
    metadata::warn_of_losses(options, probe, encoding.format(), &mut warnings);
    let still = OutputPlan::still(width, height, encoding);
    let mut output = OutputPlan { target, metadata, profile, animation, ..still };
    output.original = original(request, probe, &decode, &steps, &output);
    let memory = memory::estimate(probe, &decode, &steps, &output);
    let memory = (drawn.held + memory).max(drawn.memory).max(Needs::of(options).memory(probe));
    let trim = options.trim.map(|_| rest);
    let (source, overlays) = (probe.format, drawn.overlays);
    let plan = Plan { source, decode, area, steps, overlays, output, trim, crop, memory, warnings };
    if animation::is_passed_through(&plan, probe, request.accepts, limits)? {
        return Ok(animation::pass_through(plan, probe, options, limits));
    }
    if memory > limits.memory {
        return Err(Error::too_large("memory", limits.memory, memory));
    }
    Ok(plan)
}

/// What is left of the picture as seen: the border goes first, and what `trim` says besides is
/// cut off the rest.
fn after_trim(
    request: &Request<'_>,
    probe: &Probe,
    dpr: f64,
    warnings: &mut Vec<String>,
) -> Result<Rect> {
    let (width, height) = probe.oriented_size();
    let whole = Rect { left: 0, top: 0, width, height };
    let Some(trim) = request.options.trim else {
        return Ok(whole);
    };
    let content = request.measured.content.zip(trim.border).map(|(content, border)| {
        let keep = border.keep.unwrap_or(0);
        without_border((width, height), content, keep, dpr).unwrap_or_else(|| {
            warnings.push("the picture is nothing but border and was not trimmed".to_owned());
            whole
        })
    });
    let outer = content.unwrap_or(whole);
    let inner = trimmed((outer.width, outer.height), &trim, dpr)?;
    Ok(Rect { left: outer.left + inner.left, top: outer.top + inner.top, ..inner })
}

/// Refuses what only a hook does, when the host has none.
pub(crate) fn check_hooks(options: &Options, hooks: Offered) -> Result<()> {
    if options.segment.is_some() && !hooks.segment {
        return Err(missing("segment=foreground"));
    }
    if options.upscale == Some(Upscale::Generate) && !hooks.upscale {
        return Err(missing("upscale=generate"));
    }
    Ok(())
}

/// `width=auto` is a matter of the client's hints, which no plan knows.
fn check_width(options: &Options, warnings: &mut Vec<String>) -> Result<()> {
    if options.width == Some(Width::Auto) {
        return Err(Error::invalid("width", "pixels, resolved from the client's hints", "auto"));
    }
    for (name, given) in [
        ("wbreakpoints", options.wbreakpoints.is_some()),
        ("wmobile", options.wmobile.is_some()),
        ("wdesktop", options.wdesktop.is_some()),
    ] {
        if given {
            warnings.push(format!("{name} has no effect without width=auto"));
        }
    }
    Ok(())
}

fn device_pixel_ratio(options: &Options, warnings: &mut Vec<String>) -> Result<f64> {
    let dpr = options.dpr.unwrap_or(1.0);
    if !(dpr.is_finite() && dpr > 0.0) {
        return Err(Error::invalid("dpr", "a number above 0", dpr));
    }
    if dpr > 3.0 {
        warnings.push("dpr > 3 should never be used".to_owned());
    }
    Ok(dpr)
}

fn target(probe: &Probe, options: &Options, dpr: f64, warnings: &mut Vec<String>) -> Target {
    let fit = options.fit.unwrap_or(Fit::ScaleDown);
    let width = match options.width {
        Some(Width::Pixels(width)) => Some(times_dpr(width, dpr)),
        _ => None,
    };
    let height = options.height.map(|height| times_dpr(height, dpr));
    let wants_box = matches!(fit, Fit::Cover | Fit::Crop | Fit::AspectCrop | Fit::Pad);
    if wants_box && width.is_some() != height.is_some() {
        let word = fit.word();
        warnings.push(format!("{word} fit mode needs both width and height"));
    }
    let fit = vector::fit(probe, fit);
    Target { width, height, fit, gravity: options.gravity.unwrap_or(Gravity::Center) }
}

fn check_output(width: u32, height: u32, limits: &Limits) -> Result<()> {
    let side = width.max(height);
    if side > limits.output_side {
        return Err(Error::too_large("output side", limits.output_side, side));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.output_pixels {
        return Err(Error::too_large("output pixels", limits.output_pixels, pixels));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::look::{Attention, Look, INTEREST_SIDE};
    use super::super::{Area, Face, Interest, Palette, Step};
    use super::*;
    use crate::image::{ColorModel, Embedded, Profile};
    use crate::options::{
        Color, Compression, Flip, FormatWord, Quality, Segment, Trim, TrimBorder,
    };
    use crate::Kind;

    fn jpeg(width: u32, height: u32) -> Probe {
        Probe {
            format: Format::Jpeg,
            width,
            height,
            frames: 1,
            loops: 0,
            duration_ms: 0,
            orientation: 1,
            model: ColorModel::Rgb,
            alpha: false,
            frames_alpha: false,
            bits: 8,
            progressive: false,
            lossless: false,
            subsampling: Some("4:2:0"),
            profile: Profile::Srgb,
            embedded: Embedded::default(),
        }
    }

    fn png(width: u32, height: u32, alpha: bool) -> Probe {
        Probe {
            format: Format::Png,
            alpha,
            frames_alpha: alpha,
            lossless: true,
            subsampling: None,
            ..jpeg(width, height)
        }
    }

    fn planned(probe: &Probe, options: &Options, accepts: &[Format]) -> Result<Plan> {
        plan(
            &Request {
                options,
                accepts,
                source_bytes: 1,
                measured: &Measured::default(),
                hooks: Offered::default(),
                overlays: &[],
            },
            probe,
            &Limits::default(),
        )
    }

    fn options() -> Options {
        Options::default()
    }

    fn format_of(probe: &Probe, options: &Options, accepts: &[Format]) -> Format {
        planned(probe, options, accepts).unwrap().output.encoding.format()
    }

    #[test]
    fn a_plan_that_changes_nothing_has_no_steps() {
        let plan = planned(&jpeg(100, 50), &options(), &[]).unwrap();
        assert!(plan.steps.is_empty());
        assert_eq!(plan.decode.scale, 1);
    }

    #[test]
    fn turns_and_mirrors_are_one_step_after_the_resize() {
        let probe = Probe { orientation: 6, ..jpeg(400, 200) };
        let flip = Some(Flip { horizontal: true, vertical: false });
        let options =
            Options { width: Some(Width::Pixels(50)), rotate: Some(90), flip, ..options() };
        let plan = planned(&probe, &options, &[]).unwrap();
        let Step::Resize { width, height, .. } = plan.steps[0] else { panic!("{plan:?}") };
        assert_eq!((width, height), (50, 25));
        assert_eq!(plan.steps[1..], [Step::Orient { orientation: 2 }][..]);
    }

    #[test]
    fn turns_that_undo_each_other_are_no_step() {
        let probe = Probe { orientation: 6, ..jpeg(400, 200) };
        let options = Options { rotate: Some(270), ..options() };
        assert!(planned(&probe, &options, &[]).unwrap().steps.is_empty());
    }

    #[test]
    fn the_decoder_shrinks_and_the_area_is_mapped_exactly() {
        let options = Options { width: Some(Width::Pixels(720)), ..options() };
        let plan = planned(&jpeg(2725, 2225), &options, &[]).unwrap();
        assert_eq!((plan.decode.scale, plan.decode.width, plan.decode.height), (2, 1363, 1113));
        let area = Area { left: 0.0, top: 0.0, width: 1362.5, height: 1112.5 };
        assert_eq!(plan.steps, [Step::Resize { area, width: 720, height: 588 }]);
    }

    #[test]
    fn what_trim_cuts_off_is_gone_before_the_resize() {
        let trim = Some(Trim { left: Some(100.0), ..Trim::default() });
        let options = Options { trim, width: Some(Width::Pixels(30)), ..options() };
        let plan = planned(&png(400, 200, false), &options, &[]).unwrap();
        assert_eq!(plan.steps[0], Step::Crop { left: 100, top: 0, width: 300, height: 200 });
        let area = Area { left: 0.0, top: 0.0, width: 300.0, height: 200.0 };
        assert_eq!(plan.steps[1], Step::Resize { area, width: 30, height: 20 });
    }

    #[test]
    fn without_a_format_opaque_is_jpeg_and_transparent_is_png() {
        assert_eq!(format_of(&png(9, 9, false), &options(), &[]), Format::Jpeg);
        assert_eq!(format_of(&png(9, 9, true), &options(), &[]), Format::Png);
        let white = Some(Color { red: 255, green: 255, blue: 255, alpha: 255 });
        let painted = Options { background: white, ..options() };
        assert_eq!(format_of(&png(9, 9, true), &painted, &[]), Format::Jpeg);
    }

    #[test]
    fn auto_takes_the_first_accepted_format_that_can_hold_the_picture() {
        let auto = Options { format: Some(FormatWord::Auto), ..options() };
        let both = [Format::Avif, Format::Webp];
        assert_eq!(format_of(&jpeg(1200, 10), &auto, &both), Format::Avif);
        assert_eq!(format_of(&jpeg(1201, 10), &auto, &both), Format::Webp);
        assert_eq!(format_of(&jpeg(1201, 10), &auto, &[]), Format::Jpeg);
        let plan = planned(&jpeg(1201, 10), &auto, &both).unwrap();
        assert_eq!(plan.warnings, ["image too large for AVIF"]);
    }

    #[test]
    fn an_explicit_avif_that_is_too_large_falls_back() {
        let avif = Options { format: Some(FormatWord::Avif), ..options() };
        assert_eq!(format_of(&jpeg(1600, 10), &avif, &[]), Format::Avif);
        assert_eq!(format_of(&jpeg(1601, 10), &avif, &[]), Format::Jpeg);
        assert_eq!(format_of(&jpeg(1601, 10), &avif, &[Format::Webp]), Format::Webp);
    }

    #[test]
    fn transparency_is_painted_over_for_jpeg() {
        let jpeg = Options { format: Some(FormatWord::Jpeg), ..options() };
        let plan = planned(&png(60, 60, true), &jpeg, &[]).unwrap();
        let background = Color { red: 255, green: 255, blue: 255, alpha: 255 };
        assert_eq!(plan.steps, [Step::Flatten { background }]);
    }

    #[test]
    fn small_and_huge_jpegs_are_sequential() {
        let progressive = |side| {
            let plan = planned(&jpeg(side, side), &options(), &[]).unwrap();
            matches!(plan.output.encoding, Encoding::Jpeg { progressive: true, .. })
        };
        assert!(!progressive(49) && progressive(50) && progressive(3000) && !progressive(3001));
    }

    #[test]
    fn fast_is_the_quickest_encoder_that_keeps_transparency() {
        let fast = Options { compression: Some(Compression::Fast), ..options() };
        let quick =
            Encoding::Jpeg { quality: 85, progressive: false, full_chroma: false, fast: true };
        assert_eq!(planned(&jpeg(90, 90), &fast, &[]).unwrap().output.encoding, quick);
        assert_eq!(format_of(&png(90, 90, true), &fast, &[]), Format::Png);
        let webp = Options { format: Some(FormatWord::Webp), ..fast };
        assert_eq!(format_of(&png(90, 90, true), &webp, &[]), Format::Webp);
    }

    #[test]
    fn webp_of_full_quality_is_lossless() {
        let quality = Some(Quality::Number(100));
        let webp = Options { format: Some(FormatWord::Webp), quality, ..options() };
        let plan = planned(&jpeg(90, 90), &webp, &[]).unwrap();
        assert_eq!(plan.output.encoding, Encoding::Webp { quality: None, method: 4 });
    }

    #[test]
    fn what_has_no_effect_yet_is_refused_or_warned_of() {
        let cut = Options { segment: Some(Segment::Foreground), ..options() };
        assert_eq!(planned(&jpeg(9, 9), &cut, &[]).unwrap_err().kind(), Kind::Unsupported);
        let quality = Some(Quality::Number(50));
        let format = Some(FormatWord::Gif);
        let gif = Options { quality, format, ..options() };
        let plan = planned(&png(9, 9, true), &gif, &[]).unwrap();
        assert_eq!(plan.warnings, ["quality has no effect on gif"]);
    }

    #[test]
    fn quality_allows_png_a_palette_and_force_forbids_it() {
        let palette = |format, quality: Option<u8>| {
            let options = Options { format, quality: quality.map(Quality::Number), ..options() };
            let plan = planned(&png(9, 9, true), &options, &[]).unwrap();
            match plan.output.encoding {
                Encoding::Png { palette, .. } => (palette, plan.warnings.len()),
                other => panic!("{other:?}"),
            }
        };
        let (png, force) = (Some(FormatWord::Png), Some(FormatWord::PngForce));
        assert_eq!(palette(png, None), (Palette::Same, 0));
        assert_eq!(palette(png, Some(100)), (Palette::Same, 0));
        assert_eq!(palette(png, Some(60)), (Palette::Learnt { quality: 60 }, 0));
        assert_eq!(palette(None, Some(60)), (Palette::Learnt { quality: 60 }, 0));
        assert_eq!(palette(force, None), (Palette::Never, 0));
        assert_eq!(palette(force, Some(60)), (Palette::Never, 1));
    }

    #[test]
    fn large_sources_fit_the_default_memory_and_impossible_ones_do_not() {
        let small = Options { width: Some(Width::Pixels(320)), ..options() };
        for probe in [jpeg(4000, 3000), jpeg(12_000, 8_333), png(6000, 4000, false)] {
            assert!(planned(&probe, &small, &[]).is_ok(), "{probe:?}");
        }
        let webp = Probe { format: Format::Webp, ..png(6000, 4000, false) };
        assert!(planned(&webp, &small, &[]).is_ok());
        let error = planned(&png(10_000, 10_000, true), &small, &[]).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
        assert!(error.message().starts_with("memory: limit "), "{error}");
    }

    #[test]
    fn profiles_are_converted_after_a_shrinking_resize_and_before_anything_else() {
        let probe = Probe { model: ColorModel::Cmyk, ..jpeg(4000, 3000) };
        let options = Options { width: Some(Width::Pixels(100)), rotate: Some(90), ..options() };
        let plan = planned(&probe, &options, &[]).unwrap();
        assert!(matches!(plan.steps[..], [Step::Resize { .. }, Step::ToSrgb, Step::Orient { .. }]));
        let larger =
            Options { fit: Some(Fit::Contain), width: Some(Width::Pixels(3200)), ..options };
        let plan = planned(&probe, &larger, &[]).unwrap();
        assert!(matches!(plan.steps[..2], [Step::ToSrgb, Step::Resize { .. }]), "{plan:?}");
    }

    #[test]
    fn explain_names_every_step() {
        let trim = Some(Trim { left: Some(10.0), ..Trim::default() });
        let options = Options {
            trim,
            width: Some(Width::Pixels(64)),
            height: Some(64),
            fit: Some(Fit::Pad),
            rotate: Some(90),
            brightness: Some(1.5),
            blur: Some(3.0),
            sharpen: Some(1.0),
            ..options()
        };
        let json = planned(&png(400, 200, true), &options, &[]).unwrap().to_json();
        let steps: Vec<_> =
            json["steps"].as_array().unwrap().iter().map(|step| step["step"].clone()).collect();
        let names = ["crop", "resize", "orient", "pad", "adjust", "blur", "sharpen"];
        assert_eq!(steps, names);
        assert_eq!(json["output"]["format"], "png");
    }

    fn measured_plan(probe: &Probe, options: &Options, measured: &Measured) -> Plan {
        let hooks = Offered::default();
        let request =
            Request { options, accepts: &[], source_bytes: 1, measured, hooks, overlays: &[] };
        plan(&request, probe, &Limits::default()).unwrap()
    }

    fn square(gravity: Gravity) -> Options {
        let (width, height) = (Some(Width::Pixels(100)), Some(100));
        Options { width, height, fit: Some(Fit::Cover), gravity: Some(gravity), ..options() }
    }

    #[test]
    fn a_small_look_lets_the_decoder_shrink_and_turns_the_picture_upright() {
        let look = Look::small(&Probe { orientation: 6, ..jpeg(4000, 3000) }, INTEREST_SIDE);
        assert_eq!((look.decode.scale, look.decode.width), (8, 500));
        let area = Area { left: 0.0, top: 0.0, width: 500.0, height: 375.0 };
        let shrunk = Step::Resize { area, width: 256, height: 192 };
        assert_eq!(look.steps, [shrunk, Step::Orient { orientation: 6 }]);
        assert!(Look::small(&jpeg(100, 50), INTEREST_SIDE).steps.is_empty());
        assert_eq!(Look::small(&jpeg(1000, 3), INTEREST_SIDE).decode.scale, 2);
    }

    #[test]
    fn pixels_are_asked_only_where_something_may_be_cut() {
        let uncut = Options { fit: None, ..square(Gravity::Auto) };
        assert_eq!(Needs::of(&uncut), Needs::default());
        assert_eq!(Needs::of(&square(Gravity::Auto)).interest, Some(Attention::Salient));
        assert_eq!(Needs::of(&square(Gravity::Entropy)).interest, Some(Attention::Detail));
        assert!(Needs::of(&square(Gravity::Face)).faces);
    }

    /// A picture of 400 by 200 with a face of 40 by 40 at (300, 20).
    fn with_a_face() -> Measured {
        let face = Face { left: 0.75, top: 0.1, width: 0.1, height: 0.2, score: 0.9 };
        Measured { faces: Some(vec![face]), ..Measured::default() }
    }

    #[test]
    fn gravity_face_centres_the_window_on_the_face_as_far_as_the_picture_reaches() {
        let plan = measured_plan(&jpeg(400, 200), &square(Gravity::Face), &with_a_face());
        let crop = plan.crop.unwrap();
        assert_eq!(crop.area, Area { left: 200.0, top: 0.0, width: 200.0, height: 200.0 });
        assert_eq!((crop.gravity, crop.faces[0].1), (Gravity::Face, true));
        assert_eq!(crop.faces[0].0.left, 300.0);
        assert!(plan.warnings.is_empty());
    }

    #[test]
    fn zoom_narrows_the_window_to_the_face_through_trim_and_turns() {
        let zoomed = Options { zoom: Some(1.0), ..square(Gravity::Face) };
        let face = Area { left: 300.0, top: 20.0, width: 40.0, height: 40.0 };
        for (rotate, flip, trim) in [(0, false, 0.0), (90, true, 10.0), (270, false, 19.0)] {
            let options = Options {
                rotate: Some(rotate),
                flip: Some(Flip { horizontal: flip, vertical: false }),
                trim: Some(Trim { top: Some(trim), left: Some(trim), ..Trim::default() }),
                ..zoomed.clone()
            };
            let plan = measured_plan(&jpeg(400, 200), &options, &with_a_face());
            let Area { left, top, width, height } = plan.crop.unwrap().area;
            let off = (left - face.left).abs() + (top - face.top).abs();
            assert!(off < 1e-6 && (width - 40.0).abs() + (height - 40.0).abs() < 1e-6);
        }
    }

    #[test]
    fn zoom_does_not_enlarge_where_the_fit_does_not() {
        for fit in [Fit::Crop, Fit::AspectCrop] {
            let fit = Some(fit);
            let options = Options { zoom: Some(1.0), fit, ..square(Gravity::Face) };
            let plan = measured_plan(&jpeg(400, 200), &options, &with_a_face());
            assert_eq!(plan.crop.unwrap().area.width, 100.0);
            assert_eq!(plan.steps.len(), 1);
        }
    }

    #[test]
    fn a_face_that_trim_cut_off_is_no_face() {
        let trim = Some(Trim { right: Some(150.0), ..Trim::default() });
        let options = Options { trim, ..square(Gravity::Face) };
        let plan = measured_plan(&jpeg(400, 200), &options, &with_a_face());
        assert_eq!(plan.crop.unwrap().gravity, Gravity::Auto);
        assert_eq!(plan.warnings, ["no face was found; the crop is that of gravity=auto"]);
    }

    #[test]
    fn interest_that_trim_cut_off_does_not_count() {
        let mut weights = vec![0.0; 40 * 20];
        weights[10 * 40 + 2] = 9.0;
        weights[10 * 40 + 37] = 1.0;
        let interest = Some(Interest { columns: 40, rows: 20, weights });
        let measured = Measured { interest, ..Measured::default() };
        let left = |options: &Options| {
            measured_plan(&jpeg(400, 200), options, &measured).crop.unwrap().area.left
        };
        assert_eq!(left(&square(Gravity::Auto)), 0.0);
        let trim = Some(Trim { left: Some(50.0), ..Trim::default() });
        assert_eq!(left(&Options { trim, ..square(Gravity::Auto) }), 200.0);
    }

    #[test]
    fn a_border_that_was_found_goes_before_the_sides() {
        let border = Some(TrimBorder { keep: Some(5), ..TrimBorder::default() });
        let trim = Some(Trim { border, left: Some(0.5), ..Trim::default() });
        let options = Options { trim, ..options() };
        let content = Some([100, 20, 200, 90]);
        let measured = Measured { content, ..Measured::default() };
        let rest = measured_plan(&jpeg(400, 200), &options, &measured).trim.unwrap();
        assert_eq!(rest, Rect { left: 200, top: 15, width: 105, height: 100 });
        let nothing = Measured { content: Some([0; 4]), ..measured };
        let plan = measured_plan(&jpeg(400, 200), &options, &nothing);
        assert_eq!(plan.warnings, ["the picture is nothing but border and was not trimmed"]);
        assert_eq!(plan.trim.unwrap().width, 200);
    }
}
