//! The line for bytes: probe, plan, execute.

use std::time::{Duration, Instant};

use serde_json::{json, Value};

use crate::delivery::resolve;
use crate::encode::Encoded;
use crate::hooks::Hooks;
use crate::image::{Format, Probe};
use crate::options::{FormatWord, Options, Width};
use crate::pipeline::{Executed, Times};
use crate::plan::{DecodePlan, Encoding, Measured, Plan, Request};
use crate::polish::{self, PolishOptions, Polished};
use crate::{
    decode, insight, original, overlays, pipeline, plan, Error, Input, Job, Limits, Result,
};

/// Turns bytes and options into better bytes. Cheap to make, `Send + Sync`, without state.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    limits: Limits,
    hooks: Hooks,
}

/// A finished result.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Encoded bytes: an image, or JSON when `format=json` was asked for.
    pub data: Vec<u8>,
    /// What they are and how they came about.
    pub info: Info,
}

/// What a result is and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// Format of the bytes.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Encoder quality, 1 to 100, where the format has one.
    pub quality: Option<u8>,
    /// SSIMULACRA2 of the result against what the encoder was given, where a target was asked
    /// for and verified.
    pub score: Option<f64>,
    /// How often the picture was encoded, where a target was asked for.
    pub encodes: Option<u8>,
    /// Number of frames; 1 for a still picture.
    pub frames: u32,
    /// How long all frames take together, in milliseconds; 0 for a still picture.
    pub duration_ms: u64,
    /// Format of the source.
    pub source_format: Format,
    /// Width of the source, as seen.
    pub source_width: u32,
    /// Height of the source, as seen.
    pub source_height: u32,
    /// What the caller should know.
    pub warnings: Vec<String>,
    /// Time spent by stage.
    pub timings: Timings,
    /// Pixel and codec memory that was booked at once, in bytes.
    pub memory: u64,
}

/// Wall-clock time by stage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timings {
    /// Reading the header and planning.
    pub plan: Duration,
    /// Decoding.
    pub decode: Duration,
    /// Steps between decoder and encoder.
    pub transform: Duration,
    /// Encoding.
    pub encode: Duration,
}

impl Engine {
    /// An engine under `limits`.
    pub fn new(limits: Limits) -> Self {
        Engine { limits, hooks: Hooks::NONE }
    }

    /// The same engine with what the host does for it.
    #[must_use]
    pub fn with_hooks(self, hooks: Hooks) -> Self {
        Engine { hooks, ..self }
    }

    /// What the host does for it.
    pub fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// What a job may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Refuses options that this version, or this engine without a hook for them, does not do.
    pub fn check(&self, options: &Options) -> Result<()> {
        options.check_supported()?;
        plan::check_hooks(options, self.hooks.offered())
    }

    /// Reads the header of `source`.
    pub fn probe(&self, source: &[u8]) -> Result<Probe> {
        self.check_bytes(source)?;
        decode::probe(source, &self.limits)
    }

    /// The plan that `render` would follow. Pixels are decoded only when the options ask what
    /// pixels alone can tell, such as where a face is.
    pub fn plan(&self, input: &Input<'_>, options: &Options, job: &Job) -> Result<(Probe, Plan)> {
        self.check(options)?;
        let options = &resolve(options, input.hints).options;
        let probe = self.probe(input.source)?;
        let decode = |plan: &DecodePlan| {
            pipeline::decoded(plan, &probe, input.source, &self.limits, &self.hooks, job)
        };
        let measured = insight::measure(&decode, &probe, options, job)?;
        let accepts = input.hints.accepts();
        let source_bytes = input.source.len() as u64;
        let request = Request {
            options,
            accepts: &accepts,
            source_bytes,
            measured: &measured,
            hooks: self.hooks.offered(),
            overlays: &[],
        };
        let overlays = overlays::look_at(input.assets, &request, &probe, &self.limits, job)?;
        let request = Request { overlays: &overlays, ..request };
        let plan = plan::plan(&request, &probe, &self.limits)?;
        Ok((probe, plan))
    }

    /// Renders the source as `options` say, for the client of `input`.
    pub fn render(&self, input: &Input<'_>, options: &Options, job: &Job) -> Result<Rendered> {
        let start = Instant::now();
        job.check()?;
        let (probe, plan) = self.plan(input, options, job)?;
        let plan_time = start.elapsed();
        let done = if plan.output.encoding == Encoding::Json {
            let data = describe(&probe, &plan, input.source.len()).to_string().into_bytes();
            Executed::still(Encoded { data, encoding: Encoding::Json }, Times::default())
        } else {
            pipeline::execute(&plan, &probe, input, &self.limits, &self.hooks, job)?
        };
        let original = match plan.output.encoding {
            Encoding::Source(_) => None,
            _ => original::instead_of(done.encoded.data.len(), &plan, input.source),
        };
        let mut info = Info::new(&probe, plan, &done, plan_time);
        let Some(data) = original else {
            return Ok(Rendered { data: done.encoded.data, info });
        };
        info.become_the_original();
        Ok(Rendered { data, info })
    }

    /// [`Engine::render`] for options as text: URL form, or JSON when it starts with `{`.
    /// Warnings of the parser stand before those of the plan.
    pub fn render_text(&self, input: &Input<'_>, options: &str, job: &Job) -> Result<Rendered> {
        let parsed = Options::parse(options)?;
        let mut rendered = self.render(input, &parsed.options, job)?;
        rendered.info.warnings.splice(0..0, parsed.warnings);
        Ok(rendered)
    }

    /// The plan, its cost and its cache key as JSON; options as in [`Engine::render_text`].
    /// Results are kept under `key` and the values of the request headers in `vary`; `options`
    /// are the plain ones for this client.
    pub fn explain_text(&self, input: &Input<'_>, options: &str, job: &Job) -> Result<Value> {
        let parsed = Options::parse(options)?;
        let (probe, plan) = self.plan(input, &parsed.options, job)?;
        let resolved = resolve(&parsed.options, input.hints);
        let mut warnings = parsed.warnings;
        warnings.extend_from_slice(&plan.warnings);
        Ok(json!({
            "source": probe.to_json(),
            "plan": plan.to_json(),
            "key": parsed.options.to_string(),
            "options": resolved.options.to_string(),
            "vary": resolved.vary,
            "warnings": warnings,
        }))
    }

    /// What the picture is like, as JSON: hashes, colours, faces, the point to keep in view and a
    /// tiny placeholder, all from one small decode.
    ///
    /// Fields: `format`, `mime`, `width`, `height`, `size`, `frames`, `alpha`, `color`, `palette`
    /// (`color`, `share`, `text`), `blurhash`, `thumbhash`, `phash`, `faces` (`left`, `top`,
    /// `width`, `height`, `score`), `focus` (`x`, `y`, `from`) and `placeholder`. Positions are
    /// shares of the picture as seen.
    pub fn describe(&self, input: &Input<'_>, job: &Job) -> Result<Value> {
        job.check()?;
        let probe = self.probe(input.source)?;
        let side = insight::describe::SIDE;
        let options = Options {
            width: Some(Width::Pixels(side)),
            height: Some(side),
            format: Some(FormatWord::Png),
            anim: Some(false),
            ..Options::default()
        };
        let source_bytes = input.source.len() as u64;
        let measured = Measured::default();
        let request = Request {
            options: &options,
            accepts: &[],
            source_bytes,
            measured: &measured,
            hooks: self.hooks.offered(),
            overlays: &[],
        };
        let plan = plan::plan(&request, &probe, &self.limits)?;
        let image = pipeline::picture(&plan, &probe, input, &self.limits, &self.hooks, job)?;
        insight::describe::describe(&image, &probe, source_bytes, job)
    }

    /// Makes the source smaller without changing what it shows, or as little as the floor allows
    /// (reference §5). The answer is never larger than the source and never below the floor;
    /// where nothing is gained it is the source itself.
    ///
    /// A source that is too large, broken, or of a format that is not polished is no error but
    /// the status of the answer, which then has the source's bytes. Errors: `Cancelled` and
    /// `Timeout`. No hook is called.
    pub fn polish(
        &self,
        input: &Input<'_>,
        options: &PolishOptions,
        job: &Job,
    ) -> Result<Polished> {
        polish::polish(input.source, options, &self.limits, job)
    }

    fn check_bytes(&self, source: &[u8]) -> Result<()> {
        let bytes = source.len() as u64;
        if bytes > self.limits.source_bytes {
            return Err(Error::too_large("source bytes", self.limits.source_bytes, bytes));
        }
        Ok(())
    }
}

impl Info {
    fn new(probe: &Probe, plan: Plan, done: &Executed, plan_time: Duration) -> Self {
        let encoding = &done.encoded.encoding;
        let Times { decode, transform, encode } = done.times;
        let mut warnings = plan.warnings;
        warnings.extend_from_slice(&done.warnings);
        let (source_width, source_height) = probe.oriented_size();
        Info {
            format: encoding.format(),
            width: plan.output.width,
            height: plan.output.height,
            quality: encoding.quality(),
            score: done.aim.and_then(|aim| aim.score),
            encodes: done.aim.map(|aim| aim.encodes),
            frames: done.frames,
            duration_ms: done.duration_ms,
            source_format: probe.format,
            source_width,
            source_height,
            warnings,
            timings: Timings { plan: plan_time, decode, transform, encode },
            memory: plan.memory,
        }
    }

    /// The source is sent in place of the result.
    fn become_the_original(&mut self) {
        self.format = self.source_format;
        self.quality = None;
        self.score = self.score.map(|_| 100.0);
        self.warnings.push("original is smaller".to_owned());
    }

    /// As JSON, the same in every language. Times are milliseconds.
    pub fn to_json(&self, bytes: usize) -> Value {
        let ms = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        let mut value = json!({
            "format": self.format.name(),
            "mime": self.format.mime(),
            "width": self.width,
            "height": self.height,
            "size": bytes,
            "quality": self.quality,
            "frames": self.frames,
            "duration": (self.frames > 1).then_some(self.duration_ms),
            "source": {
                "format": self.source_format.name(),
                "width": self.source_width,
                "height": self.source_height,
            },
            "warnings": self.warnings,
            "timings": {
                "plan": ms(self.timings.plan),
                "decode": ms(self.timings.decode),
                "transform": ms(self.timings.transform),
                "encode": ms(self.timings.encode),
            },
            "memory": self.memory,
        });
        if let Some(encodes) = self.encodes {
            value["score"] = json!(self.score.map(|score| (score * 100.0).round() / 100.0));
            value["encodes"] = json!(encodes);
        }
        value
    }
}

/// The answer to `format=json` (reference §2.4).
fn describe(probe: &Probe, plan: &Plan, source_bytes: usize) -> Value {
    let (width, height) = probe.oriented_size();
    let mut answer = json!({
        "width": plan.output.width,
        "height": plan.output.height,
        "original": {
            "file_size": source_bytes,
            "width": width,
            "height": height,
            "format": probe.format.mime(),
        },
    });
    if let Some(animation) = plan.output.animation {
        answer["frames"] = animation.frames.into();
    }
    answer
}
