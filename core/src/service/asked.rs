//! What one request for a transform asks for, from its URL or from a Worker's `cf` object.

use serde_json::Value;

use super::respond::Failure;
use super::sources::{Place, Sources};
use crate::delivery::{self, Hints, Resolved, Situation, Stage};
use crate::url::{self, Part, SourceRef, Url};
use crate::{Engine, Error, Options, Request};

/// Header in which a Worker's runtime hands on the `cf` object of `fetch`.
const CF_HEADER: &str = "cf-blob";

/// A transform, understood.
#[derive(Debug)]
pub(super) struct Asked {
    /// The source.
    pub place: Place,
    /// Whether it came from a Worker, for which any host's path leads to the folder.
    pub worker: bool,
    /// The options for this client.
    pub resolved: Resolved,
    /// What the client's headers say.
    pub hints: Hints,
    /// Hints that the options ask for.
    pub accept_ch: Vec<&'static str>,
    /// What the parser wants the client to know.
    pub warnings: Vec<String>,
    /// Where a failure sends the client, when that was asked for.
    redirect: Option<String>,
}

type Read<T> = std::result::Result<T, Failure>;

impl Asked {
    /// Reads a transform URL, without mount and signature, as it was sent.
    pub(super) fn from_url(
        engine: &Engine,
        sources: &Sources,
        request: &Request<'_>,
        text: &str,
    ) -> Read<Self> {
        let url = url::parse_parts(text, false).map_err(|wrong| {
            let stage = if wrong.part == Part::Options { Stage::Options } else { Stage::Url };
            Failure::new(&wrong.error, stage)
        })?;
        let Url::Transform(transform) = url else {
            return Err(Failure::situation(Situation::NoSuchImage));
        };
        let source = transform.source_ref().map_err(at(Stage::Url))?;
        let given = Given { options: *transform.options, warnings: transform.warnings, source };
        Self::new(engine, sources, request, given, false)
    }

    /// Reads a request with a Worker's `cf.image`; `None` when there is none. The source lies at
    /// the URL's path, whatever its host: the folder stands for all of them.
    pub(super) fn from_worker(
        engine: &Engine,
        sources: &Sources,
        request: &Request<'_>,
        text: &str,
    ) -> Read<Option<Self>> {
        let Some(image) = image_of(request)? else { return Ok(None) };
        let parsed = Options::parse(&image.to_string()).map_err(at(Stage::Options))?;
        // A script looks at the answer itself.
        let options = Options { onerror: None, ..parsed.options };
        let source = SourceRef::read(text).map_err(at(Stage::Url))?;
        let given = Given { options, warnings: parsed.warnings, source };
        Self::new(engine, sources, request, given, true).map(Some)
    }

    fn new(
        engine: &Engine,
        sources: &Sources,
        request: &Request<'_>,
        given: Given,
        worker: bool,
    ) -> Read<Self> {
        let Given { options, warnings, source } = given;
        engine.check(&options).map_err(at(Stage::Options))?;
        let hints = Hints::from_headers(request.headers.iter().copied());
        let mut resolved = delivery::resolve(&options, &hints);
        let headers = origin_headers(&options, request);
        if worker {
            resolved.vary.push("CF-Blob");
        }
        Ok(Asked {
            place: sources.place(&source, worker, headers)?,
            worker,
            redirect: delivery::error_redirect(&options, &source, request.header("host")),
            accept_ch: delivery::accept_ch(&options),
            resolved,
            hints,
            warnings,
        })
    }

    /// The answer for a failure: the source instead, when `onerror=redirect` asks for it.
    pub(super) fn fail(&self, failure: Failure) -> Failure {
        match &self.redirect {
            Some(place) => failure.redirected(place),
            None => failure,
        }
    }
}

/// What was asked, before anything is known of the client.
struct Given {
    options: Options,
    warnings: Vec<String>,
    source: SourceRef,
}

/// The `image` member of the `cf` object, where there is one.
fn image_of(request: &Request<'_>) -> Read<Option<Value>> {
    let Some(text) = request.header(CF_HEADER) else { return Ok(None) };
    let cf: Value = serde_json::from_str(text)
        .map_err(|_| Failure::coded(9424, 400, "cf: expected a JSON object, got something else"))?;
    Ok(cf.get("image").filter(|image| image.is_object()).cloned())
}

/// What the source's server is told of the client: nothing, unless the options say so.
fn origin_headers(options: &Options, request: &Request<'_>) -> Vec<(String, String)> {
    let mut headers = delivery::origin_headers(options, request.headers.iter().copied());
    // The fetcher says by itself who it is.
    headers.retain(|(name, _)| name != "Via");
    headers
}

pub(super) fn at(stage: Stage) -> impl Fn(Error) -> Failure {
    move |error| Failure::new(&error, stage)
}
