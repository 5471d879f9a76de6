//! Runs a call of the binding.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::steps::{drawing, Call, Canvas, Output, Step};
use crate::options::FormatWord;
use crate::{Assets, Engine, Error, Input, Job, Options, Result};

/// A finished result.
pub(super) struct Done {
    /// Media type, or `rgb` and `rgba`.
    pub kind: &'static str,
    pub data: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub warnings: Vec<String>,
}

/// Everything that the steps build on.
struct Work<'a> {
    engine: &'a Engine,
    call: &'a Call<'a>,
    job: &'a Job,
    /// Steps of each picture that is not drawn yet.
    waiting: HashMap<usize, Vec<Options>>,
    assets: Assets,
}

/// Follows the steps; `assets` are the fonts that texts name.
pub(super) fn run(engine: &Engine, call: &Call<'_>, assets: Assets, job: &Job) -> Result<Done> {
    let mut work = Work { engine, call, job, waiting: HashMap::new(), assets };
    for step in &call.steps {
        match step {
            Step::Change { image, options } => work.add(*image, options.as_ref().clone()),
            Step::Draw { image, onto, placed } => {
                let what = work.overlay(*image)?;
                work.add(*onto, drawing(engine, what, placed)?);
            }
        }
    }
    work.finish()
}

impl Work<'_> {
    fn add(&mut self, image: usize, options: Options) {
        self.waiting.entry(image).or_default().push(options);
    }

    /// The overlay that a picture has become: an asset, or a text that no step has touched.
    fn overlay(&mut self, image: usize) -> Result<Map<String, Value>> {
        let steps = self.waiting.remove(&image).unwrap_or_default();
        let data = match (&self.call.canvases[image], steps.is_empty()) {
            (Canvas::Text(text), true) => return Ok(member("text", text.clone())),
            (Canvas::Picture(data), true) => data.to_vec(),
            (canvas, false) => {
                let last = Options { format: Some(FormatWord::PngForce), ..Options::default() };
                let source = self.source(canvas)?;
                let input = Input::new(source).with_assets(&self.assets);
                self.engine.render_steps(&input, &[steps, vec![last]].concat(), self.job)?.data
            }
        };
        let name = format!("image {image}");
        self.assets.insert(name.clone(), data);
        Ok(member("url", name.into()))
    }

    fn source<'c>(&self, canvas: &'c Canvas<'_>) -> Result<&'c [u8]> {
        match canvas {
            Canvas::Picture(data) => Ok(data),
            Canvas::Text(_) => Err(Error::unsupported("a text can only be drawn as it is")),
        }
    }

    fn finish(mut self) -> Result<Done> {
        let mut steps = self.waiting.remove(&0).unwrap_or_default();
        let source = self.source(&self.call.canvases[0])?;
        let input = Input::new(source).with_assets(&self.assets);
        match &self.call.output {
            Output::File(options) => {
                steps.push(options.clone());
                let rendered = self.engine.render_steps(&input, &steps, self.job)?;
                let info = rendered.info;
                Ok(Done {
                    kind: info.format.mime(),
                    data: rendered.data,
                    width: info.width,
                    height: info.height,
                    warnings: info.warnings,
                })
            }
            Output::Pixels { options, alpha } => {
                steps.push(options.clone());
                let pixels = self.engine.render_pixels(&input, &steps, *alpha, self.job)?;
                Ok(Done {
                    kind: if *alpha { "rgba" } else { "rgb" },
                    data: pixels.data,
                    width: pixels.info.width,
                    height: pixels.info.height,
                    warnings: pixels.info.warnings,
                })
            }
        }
    }
}

fn member(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}
