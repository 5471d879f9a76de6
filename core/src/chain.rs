//! Several transforms one after another, each on the result of the one before.
//!
//! A step that only draws on the result, or only says how it is written, joins the step before
//! it, so that nearly every chain is one render. What is in between is kept without loss: as PNG,
//! and as WebP where frames follow each other.

use serde_json::{Map, Value};

use crate::engine::{Engine, Info, Rendered};
use crate::image::{Image, Layout};
use crate::options::{Color, Compression, FormatWord, Metadata, Options, Quality};
use crate::{decode, Error, Input, Job, Result};

/// Options that may join the step before them.
const LATE: [&str; 6] = ["draw", "format", "quality", "anim", "metadata", "compression"];
/// Options that `background` may join, as it comes after them in a render anyway.
const BEFORE_BACKGROUND: [&str; 9] =
    ["width", "height", "dpr", "gravity", "zoom", "trim", "rotate", "flip", "upscale"];

const WHITE: Color = Color { red: 255, green: 255, blue: 255, alpha: 255 };

/// A finished picture as bare samples, rows from the top without gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    /// Red, green, blue, and alpha where it was asked for; 8 bits each, alpha straight.
    pub data: Vec<u8>,
    /// What they are and how they came about; the format named is the one before the last step.
    pub info: Info,
}

impl Engine {
    /// Renders `steps` one after another; the last one says how the result is written. No step
    /// at all is one without options.
    pub fn render_steps(
        &self,
        input: &Input<'_>,
        steps: &[Options],
        job: &Job,
    ) -> Result<Rendered> {
        let steps = joined(steps)?;
        let (last, before) = steps.split_last().ok_or_else(|| Error::internal("no step"))?;
        let mut done: Option<Rendered> = None;
        for step in before {
            let format = self.between(input, done.as_ref(), &steps)?;
            done = Some(self.follow(input, done, &lossless(step, format), job)?);
        }
        self.follow(input, done, last, job)
    }

    /// [`Engine::render_steps`] to bare samples: with `alpha` four a pixel, else three, with
    /// transparency painted over as `background` of the last step says, or white.
    pub fn render_pixels(
        &self,
        input: &Input<'_>,
        steps: &[Options],
        alpha: bool,
        job: &Job,
    ) -> Result<Pixels> {
        let mut steps = steps.to_vec();
        let background = steps.last().and_then(|last| last.background);
        let paint = if alpha { background } else { background.or(Some(WHITE)) };
        steps.push(Options {
            background: paint,
            anim: Some(false),
            ..lossless(&Options::default(), FormatWord::PngForce)
        });
        let rendered = self.render_steps(input, &steps, job)?;
        let written = Input::new(&rendered.data);
        let options = Options { format: Some(FormatWord::PngForce), ..Options::default() };
        let (probe, plan) = self.plan(&written, &options, job)?;
        let _memory = job.charge(plan.memory)?;
        let image = decode::decode(written.source, &probe, &plan.decode, self.limits(), job)?;
        Ok(Pixels { data: samples(&image, alpha, job)?, info: rendered.info })
    }

    /// The format between two steps.
    fn between(
        &self,
        input: &Input<'_>,
        done: Option<&Rendered>,
        steps: &[Options],
    ) -> Result<FormatWord> {
        let source = done.map_or(input.source, |done| &done.data);
        let moves =
            steps.iter().all(|step| step.anim != Some(false)) && self.probe(source)?.frames > 1;
        Ok(if moves { FormatWord::Webp } else { FormatWord::PngForce })
    }

    /// One step on the picture so far. What the steps cost is summed up.
    fn follow(
        &self,
        input: &Input<'_>,
        done: Option<Rendered>,
        step: &Options,
        job: &Job,
    ) -> Result<Rendered> {
        let Some(before) = done else { return self.render(input, step, job) };
        let mut rendered = self.render(&Input { source: &before.data, ..*input }, step, job)?;
        let (info, first) = (&mut rendered.info, before.info);
        info.source_format = first.source_format;
        (info.source_width, info.source_height) = (first.source_width, first.source_height);
        info.warnings.splice(0..0, first.warnings);
        info.memory = info.memory.max(first.memory);
        info.timings.plan += first.timings.plan;
        info.timings.decode += first.timings.decode;
        info.timings.transform += first.timings.transform;
        info.timings.encode += first.timings.encode;
        Ok(rendered)
    }
}

/// The same step, written without loss.
fn lossless(step: &Options, format: FormatWord) -> Options {
    let webp = format == FormatWord::Webp;
    Options {
        format: Some(format),
        quality: webp.then_some(Quality::Number(100)),
        compression: (!webp).then_some(Compression::Fast),
        metadata: Some(Metadata::None),
        slow_connection_quality: None,
        ..step.clone()
    }
}

/// Steps with those joined that one render can do in the same order.
fn joined(steps: &[Options]) -> Result<Vec<Options>> {
    let mut list: Vec<Map<String, Value>> = Vec::new();
    for step in steps {
        let Value::Object(next) = step.to_json() else { continue };
        match list.last_mut().filter(|last| may_join(last, &next)) {
            Some(last) => join(last, next),
            None => list.push(next),
        }
    }
    if list.is_empty() {
        list.push(Map::new());
    }
    let read =
        |map: Map<String, Value>| Ok(Options::parse(&Value::Object(map).to_string())?.options);
    list.into_iter().map(read).collect()
}

fn may_join(last: &Map<String, Value>, next: &Map<String, Value>) -> bool {
    let written = ["format", "quality", "compression"].iter().any(|name| last.contains_key(*name));
    let framed = last.contains_key("border") && next.contains_key("draw");
    let under = last.keys().all(|name| BEFORE_BACKGROUND.contains(&name.as_str()))
        && !next.contains_key("draw");
    let fits = |name: &String| LATE.contains(&name.as_str()) || (name == "background" && under);
    !written && !framed && next.keys().all(fits)
}

fn join(last: &mut Map<String, Value>, next: Map<String, Value>) {
    for (name, value) in next {
        match (last.get_mut(&name), value) {
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (_, value) => {
                last.insert(name, value);
            }
        }
    }
}

/// Three or four samples a pixel.
fn samples(image: &Image, alpha: bool, job: &Job) -> Result<Vec<u8>> {
    let channels = if alpha { 4 } else { 3 };
    let pixels = image.width() as usize * image.height() as usize;
    let bytes = pixels.saturating_mul(channels);
    let _memory = job.charge(bytes as u64)?;
    let mut data = Vec::new();
    data.try_reserve_exact(bytes)
        .map_err(|_| Error::too_large("memory", "what the system gives", bytes))?;
    for y in 0..image.height() {
        job.check()?;
        for pixel in image.row(y).chunks_exact(image.layout().channels()) {
            let four = match (image.layout(), pixel) {
                (Layout::Gray, [gray]) => [*gray, *gray, *gray, 255],
                (Layout::Rgb, [red, green, blue]) => [*red, *green, *blue, 255],
                (Layout::Rgba, [red, green, blue, alpha]) => [*red, *green, *blue, *alpha],
                _ => return Err(Error::internal("png gave other samples than it can hold")),
            };
            data.extend(&four[..channels]);
        }
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(steps: &[&str]) -> Vec<String> {
        let steps: Vec<_> =
            steps.iter().map(|text| Options::parse(text).unwrap().options).collect();
        joined(&steps).unwrap().iter().map(Options::to_string).collect()
    }

    #[test]
    fn how_it_is_written_joins_the_last_step() {
        let one = texts(&["width=50,blur=2", "format=webp,quality=70"]);
        assert_eq!(one, ["width=50,blur=2,format=webp,quality=70"]);
        assert_eq!(texts(&[]), [""]);
    }

    #[test]
    fn a_step_that_changes_pixels_stays_on_its_own() {
        assert_eq!(texts(&["width=50", "blur=2"]), ["width=50", "blur=2"]);
        assert_eq!(texts(&["width=50", "width=20", "format=png"]).len(), 2);
    }

    #[test]
    fn overlays_join_unless_a_frame_is_in_between() {
        let draw = r#"{"draw":[{"url":"a"}]}"#;
        assert_eq!(texts(&["width=50", draw, draw, "format=png"]).len(), 1);
        assert_eq!(texts(&[r#"{"border":{"color":"red","width":1}}"#, draw]).len(), 2);
        assert_eq!(texts(&[draw, "blur=1"]).len(), 2);
        assert_eq!(texts(&[draw, "background=red"]).len(), 2);
    }

    #[test]
    fn a_background_joins_only_what_it_would_not_change() {
        assert_eq!(texts(&["width=50,rotate=90", "background=red,format=png"]).len(), 1);
        for first in ["fit=pad,width=9,height=9", "blur=1", "background=blue", "format=png"] {
            assert_eq!(texts(&[first, "background=red"]).len(), 2, "{first}");
        }
    }
}
