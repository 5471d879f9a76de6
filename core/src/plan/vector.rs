//! SVG sources: sent on as they are, or drawn at the very size that is asked for.
//!
//! Where the reference leaves room: it never draws an SVG. Here a format of pixels that is asked
//! for by name draws it; without one, with `auto` and with `svg` it is sent on, cleaned, and no
//! option changes it. A drawing has no pixels of its own, so no size enlarges it.

use super::steps::decode_plan;
use super::{Area, DecodePlan, Encoding, OutputPlan, Plan};
use crate::image::{Format, Probe};
use crate::options::{Fit, FormatWord, Options};
use crate::{Error, Limits, Result};

/// Whether the source is sent on as SVG.
pub(crate) fn is_sent(probe: &Probe, options: &Options) -> bool {
    let open = matches!(options.format, None | Some(FormatWord::Auto | FormatWord::Svg));
    probe.format == Format::Svg && open
}

/// Refuses to make an SVG of pixels.
pub(super) fn check(probe: &Probe, options: &Options) -> Result<()> {
    if options.format == Some(FormatWord::Svg) && probe.format != Format::Svg {
        let source = probe.format.name();
        return Err(Error::unsupported(format!(
            "format=svg: conversion from {source} is not possible"
        )));
    }
    Ok(())
}

/// The plan that sends the source on.
pub(super) fn sent(probe: &Probe, options: &Options) -> Plan {
    let changes = Options {
        format: None,
        onerror: None,
        metadata: None,
        origin_auth: None,
        ..options.clone()
    };
    let warning = "svg is sent as it is: options change it only with a format of pixels";
    let warnings = (changes != Options::default()).then(|| warning.to_owned());
    Plan {
        source: probe.format,
        decode: decode_plan(probe, 1),
        area: Area::whole(probe),
        steps: Vec::new(),
        overlays: Vec::new(),
        output: OutputPlan::still(probe.width, probe.height, Encoding::Source(Format::Svg)),
        trim: None,
        crop: None,
        memory: 0,
        warnings: warnings.into_iter().collect(),
    }
}

/// What `fit` means for a drawing.
pub(super) fn fit(probe: &Probe, fit: Fit) -> Fit {
    match fit {
        Fit::ScaleDown if probe.format == Format::Svg => Fit::Contain,
        Fit::Crop | Fit::AspectCrop if probe.format == Format::Svg => Fit::Cover,
        other => other,
    }
}

/// The drawing as large as it takes for `area` of it to be of `size`, within the limits of a
/// source.
pub(super) fn drawn(probe: &Probe, area: &Area, size: (u32, u32), limits: &Limits) -> DecodePlan {
    let (wide, high) = (f64::from(probe.width), f64::from(probe.height));
    let x = wide * f64::from(size.0) / area.width;
    let y = high * f64::from(size.1) / area.height;
    let room = (f64::from(limits.source_side) / x.max(y))
        .min((limits.source_pixels as f64 / (x * y)).sqrt())
        .min(1.0);
    let side = |length: f64| (length * room).round().max(1.0) as u32;
    DecodePlan { width: side(x), height: side(y), ..decode_plan(probe, 1) }
}
