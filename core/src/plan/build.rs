//! From options and header to a plan.

use super::geometry::{place, times_dpr, Target};
use super::output::{choose, Picture};
use super::steps::{decode_plan, may_be_transparent, Steps, View};
use super::{memory, shrink, Encoding, OutputPlan, Plan};
use crate::image::{exif, Format, Probe, ProfileUse};
use crate::options::{Fit, Gravity, Metadata, Options, Width};
use crate::{Error, Limits, Result};

/// What a plan is made from, besides the header and the limits.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What is asked for.
    pub options: &'a Options,
    /// Formats beyond JPEG, PNG and GIF that the client accepts, best first.
    pub accepts: &'a [Format],
    /// Bytes of the source.
    pub source_bytes: u64,
}

/// Makes the plan, or says which option or limit stands in its way.
///
/// `Unsupported` for options whose effect is not there yet, `Invalid` when trim leaves nothing,
/// `TooLarge` when the result or the memory it takes passes a limit.
pub fn plan(request: &Request<'_>, probe: &Probe, limits: &Limits) -> Result<Plan> {
    let options = request.options;
    options.check_supported()?;
    let mut warnings = Vec::new();
    let dpr = device_pixel_ratio(options, &mut warnings)?;
    let view = View::new(probe, options, dpr)?;
    let placement = place(view.size, &target(options, dpr, &mut warnings));
    let (width, height) = placement.output();
    check_output(width, height, limits)?;

    let alpha = may_be_transparent(probe, options, &placement);
    let picture = Picture { source: probe.format, width, height, alpha };
    let encoding = choose(request, &picture, limits, &mut warnings)?;
    warn_of_animation(options, probe, &encoding, &mut warnings);

    if probe.profile.usage(probe.model) == ProfileUse::Broken {
        warnings.push("the colour profile is broken and was ignored".to_owned());
    }

    let area = view.stored_area(&placement);
    let fast = options.compression.is_some();
    let scale = shrink::decode_scale(probe, &area, view.stored_size(&placement), fast);
    let decode = decode_plan(probe, scale);
    let keeps_alpha = encoding.format().has_alpha() || encoding == Encoding::Json;
    let steps = Steps {
        probe,
        options,
        view: &view,
        decode: &decode,
        placement: &placement,
        keeps_alpha,
        list: Vec::new(),
    }
    .collect();
    let exif = metadata(options, probe, &encoding);
    let output = OutputPlan { width, height, encoding, exif };
    let memory = memory::estimate(probe, &decode, &steps, &output);
    if memory > limits.memory {
        return Err(Error::too_large("memory", limits.memory, memory));
    }
    Ok(Plan { source: probe.format, decode, steps, output, memory, warnings })
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

fn target(options: &Options, dpr: f64, warnings: &mut Vec<String>) -> Target {
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

fn warn_of_animation(
    options: &Options,
    probe: &Probe,
    encoding: &Encoding,
    warnings: &mut Vec<String>,
) {
    let asked = options.anim.unwrap_or(true) && *encoding != Encoding::Json;
    if asked && probe.frames > 1 {
        let text = "only the first frame of an animation is kept in this version";
        warnings.push(text.to_owned());
    }
}

/// Only JPEG to JPEG carries metadata (reference §2.6).
fn metadata(options: &Options, probe: &Probe, encoding: &Encoding) -> Option<Vec<u8>> {
    let block = probe.exif.as_deref()?;
    if probe.format != Format::Jpeg || encoding.format() != Format::Jpeg {
        return None;
    }
    match options.metadata.unwrap_or(Metadata::Copyright) {
        Metadata::Copyright => exif::copyright_only(block),
        Metadata::Keep => exif::upright(block),
        Metadata::None => None,
    }
}
