//! Looks at overlays before the plan is made: headers and focus of pictures, layout of texts.

use crate::image::{Image, Probe};
use crate::options::{Options, Overlay, Text, Width};
use crate::plan::{self, DecodePlan, Drawable, Measured, Request, TextPlan};
#[cfg(feature = "text")]
use crate::text;
use crate::{decode, insight, Assets, Error, Job, Limits, Result};

/// One `Drawable` for each overlay that `request` asks for; its pictures and fonts are in
/// `assets`, or a `NotFound` names the one that is not.
pub(crate) fn look_at(
    assets: &Assets,
    request: &Request<'_>,
    base: &Probe,
    limits: &Limits,
    job: &Job,
) -> Result<Vec<Drawable>> {
    let Some(overlays) = request.options.draw.as_deref().filter(|list| !list.is_empty()) else {
        return Ok(Vec::new());
    };
    let canvas = plan::canvas(request, base, limits)?;
    let look = |(index, overlay): (usize, &Overlay)| {
        let drawable = match (&overlay.url, &overlay.text) {
            (Some(name), _) => picture(name, overlay, assets, limits, job),
            (None, Some(text)) => {
                let dpr = plan::overlay_dpr(overlay, request.options);
                lay_out(text, overlay, (canvas, dpr), assets, job)
            }
            (None, None) => Err(Error::invalid("draw", "url or text", "neither")),
        };
        let told =
            |error: Error| Error::new(error.kind(), format!("draw[{index}]: {}", error.message()));
        drawable.map_err(told)
    };
    overlays.iter().enumerate().map(look).collect()
}

/// A text takes the room of its box, or that of the picture it is drawn on.
#[cfg(feature = "text")]
fn lay_out(
    words: &Text,
    overlay: &Overlay,
    (canvas, dpr): ((u32, u32), f64),
    assets: &Assets,
    job: &Job,
) -> Result<Drawable> {
    let side = |value: f64, base: u32| plan::size_or_share(value, base, dpr);
    let room = text::Room {
        width: overlay.width.map_or(canvas.0, |width| side(width, canvas.0)),
        fill: overlay.width.is_some(),
        height: overlay.height.map(|height| side(height, canvas.1)),
        grow: words.size.is_none(),
    };
    let (text, warnings) = text::lay_out(plan::text_plan(words, dpr), room, assets, job)?;
    Ok(Drawable::Text { text, warnings })
}

/// The picture of a text that was laid out.
#[cfg(feature = "text")]
pub(crate) fn text_picture(words: &TextPlan, assets: &Assets, job: &Job) -> Result<Image> {
    text::draw(words, assets, job)
}

#[cfg(not(feature = "text"))]
fn lay_out(_: &Text, _: &Overlay, _: ((u32, u32), f64), _: &Assets, _: &Job) -> Result<Drawable> {
    Err(Error::unsupported("text: not in this build"))
}

#[cfg(not(feature = "text"))]
pub(crate) fn text_picture(_: &TextPlan, _: &Assets, _: &Job) -> Result<Image> {
    Err(Error::unsupported("text: not in this build"))
}

fn picture(
    name: &str,
    overlay: &Overlay,
    assets: &Assets,
    limits: &Limits,
    job: &Job,
) -> Result<Drawable> {
    let source = assets.require(name)?;
    let bytes = source.len() as u64;
    if bytes > limits.source_bytes {
        return Err(Error::too_large("source bytes", limits.source_bytes, bytes));
    }
    let probe = decode::probe(source, limits)?;
    let decode = |plan: &DecodePlan| decode::decode(source, &probe, plan, limits, job);
    // What is asked of the pixels depends on whether there is a box, not on how large it is.
    let sized = Options {
        width: overlay.width.map(|_| Width::Pixels(1)),
        height: overlay.height.map(|_| 1),
        ..overlay.options.clone()
    };
    let measured: Measured = insight::measure(&decode, &probe, &sized, job)?;
    Ok(Drawable::Picture { probe: Box::new(probe), bytes, measured: Box::new(measured) })
}
