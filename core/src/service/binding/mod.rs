//! The server's side of a Worker's Images binding: `env.IMAGES.info()` and `.input()…output()`
//! arrive as forms at `/info` and `/transform` (reference §8.4).

mod run;
mod steps;

use serde_json::json;

use super::respond::{self, Failure};
use super::sources::Reader;
use super::Inner;
use crate::api::multipart::{self, Part};
use crate::delivery::{code_for, Code, Situation, Stage, CSP};
use crate::url::SourceRef;
use crate::{Assets, Error, Job, Kind, Request, Response, Result};
use run::Done;
use steps::{find, Call, Canvas, IMAGE_BYTES};

/// Bytes of a whole form: a picture and some overlays.
pub(super) const FORM_BYTES: usize = 3 * IMAGE_BYTES + (1 << 20);
/// Warnings that are sent, and the length of each.
const MOST_WARNINGS: usize = 10;
const LONGEST_WARNING: usize = 200;

impl Inner {
    /// The answer to a form at `path`; `None` when there is no such form.
    pub(super) fn binding(&self, request: &Request<'_>, path: &str, job: &Job) -> Option<Response> {
        let answer = match path {
            _ if request.method != "POST" => return None,
            "/info" => self.info(request),
            "/transform" => self.transform_form(request, job),
            _ => return None,
        };
        Some(answer.unwrap_or_else(Failure::response))
    }

    /// Format, bytes and size of a picture.
    fn info(&self, request: &Request<'_>) -> std::result::Result<Response, Failure> {
        let parts = self.form(request, IMAGE_BYTES + (1 << 16))?;
        let Some(image) = find(&parts, "image") else {
            let error = Error::invalid("form", "a part image", "none");
            return Err(failure(&error, coded(&error, Stage::Url)));
        };
        // Here the number says that there is no picture at all.
        let probe = self.engine.probe(image.data);
        let probe = probe.map_err(|error| failure(&error, code_for(&error, Stage::Decode)))?;
        let (width, height) = probe.oriented_size();
        let (format, bytes) = (probe.format.mime(), image.data.len());
        Ok(respond::json(&match format {
            "image/svg+xml" => json!({ "format": format }),
            _ => json!({ "format": format, "file_size": bytes, "width": width, "height": height }),
        }))
    }

    /// A picture after some steps.
    fn transform_form(
        &self,
        request: &Request<'_>,
        job: &Job,
    ) -> std::result::Result<Response, Failure> {
        let told = |stage| move |error: Error| failure(&error, coded(&error, stage));
        let parts = self.form(request, FORM_BYTES)?;
        let call = Call::read(&self.engine, &parts).map_err(told(Stage::Options))?;
        let fonts = self.fonts(&call, job).map_err(told(Stage::Transform))?;
        let _place = self.pool.enter(job).map_err(|error| match error.kind() {
            Kind::Busy => situation(Situation::Busy),
            _ => told(Stage::Transform)(error),
        })?;
        let done = run::run(&self.engine, &call, fonts, job).map_err(told(Stage::Transform))?;
        self.count_transform();
        Ok(answer(done))
    }

    /// The parts of a form of at most `most` bytes.
    fn form<'a>(
        &self,
        request: &Request<'a>,
        most: usize,
    ) -> std::result::Result<Vec<Part<'a>>, Failure> {
        if self.config.require_signature {
            return Err(situation(Situation::BindingDenied));
        }
        if request.body.len() > most {
            let error = Error::too_large("form bytes", most, request.body.len());
            return Err(failure(&error, Situation::SourceTooLarge.code()));
        }
        let kind = request.header("content-type").unwrap_or_default();
        let parts = multipart::read(kind, request.body);
        parts.map_err(|error| failure(&error, coded(&error, Stage::Url)))
    }

    /// The fonts that texts name, from the folder: the path of a URL says where.
    fn fonts(&self, call: &Call<'_>, job: &Job) -> Result<Assets> {
        let missing = || Error::new(Kind::NotFound, "there is no such font");
        let mut assets = Assets::new();
        for canvas in &call.canvases {
            let Canvas::Text(text) = canvas else { continue };
            let name = text["font"]["url"].as_str();
            let Some(name) = name.filter(|name| assets.get(name).is_none()) else { continue };
            let source = SourceRef::read(name)?;
            let reader = Reader { allowed: &[], born: 0, job };
            let place = self.sources.place(&source, true, Vec::new()).map_err(|_| missing())?;
            let found = self.sources.find(&place, reader).map_err(|_| missing())?;
            let bytes = self.sources.read(&place, &found.version, reader).map_err(|_| missing())?;
            assets.insert(name, bytes.as_slice());
        }
        Ok(assets)
    }
}

fn answer(done: Done) -> Response {
    let (width, height) = (done.width.to_string(), done.height.to_string());
    let mut response = Response::new(200, done.data)
        .with("Content-Type", done.kind)
        .with("X-Content-Type-Options", "nosniff")
        .with("Cache-Control", "no-store")
        .with("Content-Security-Policy", CSP)
        .with("Cf-Images-Output-Format", done.kind)
        .with("Cf-Images-Output-Width", width)
        .with("Cf-Images-Output-Height", height);
    for warning in done.warnings.iter().take(MOST_WARNINGS) {
        let plain = warning.chars().filter(|c| matches!(c, ' '..='~') && *c != '"');
        let plain: String = plain.take(LONGEST_WARNING).collect();
        response = response.with("Warning", format!("cf-images 299 \"{plain}\""));
    }
    response
}

/// The code of an error, in the binding's own words for two of them.
fn coded(error: &Error, stage: Stage) -> Code {
    match (error.kind(), stage) {
        // A source or an output that it does not do.
        (Kind::Unsupported, _) => code_for(error, Stage::Encode),
        (Kind::TooLarge, Stage::Options) => Situation::SourceTooLarge.code(),
        (Kind::Invalid | Kind::Malformed, Stage::Url) => Situation::RequestMalformed.code(),
        _ => code_for(error, stage),
    }
}

fn situation(situation: Situation) -> Failure {
    let code = situation.code();
    Failure::binding(code, code.meaning)
}

fn failure(error: &Error, code: Code) -> Failure {
    Failure::binding(code, error.message())
}
