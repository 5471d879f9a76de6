//! What one request asks for, from its URL or from a Worker's `cf` object.

use std::time::SystemTime;

use axum::http::request::Parts;
use axum::http::Method;
use safelight::delivery::{self, Conditions, Hints, Resolved, Stage, Validators};
use safelight::url::{self, Part, SourceRef, Url, TRANSFORM_PREFIX};
use safelight::{Assets, Engine, Error, Options};
use serde_json::Value;

use crate::files::{Root, Source};
use crate::reply::{self, Failure};

/// Header in which a Worker's runtime hands on the `cf` object of `fetch`.
const CF_HEADER: &str = "cf-blob";

/// A transform, understood.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Names of folders and file below the root.
    pub segments: Vec<String>,
    /// The options, as they were given.
    pub options: Options,
    /// The options for this client.
    pub resolved: Resolved,
    /// What the parser wants the client to know.
    pub warnings: Vec<String>,
    /// What the client's headers say.
    pub hints: Hints,
    /// What the client has already, and which part it wants.
    pub conditions: Conditions,
    /// Whether parts may be sent.
    pub get: bool,
    /// Pictures and fonts that the options name, and where they lie.
    overlays: Vec<(String, Vec<String>)>,
    host: Option<String>,
    source: SourceRef,
}

/// The files of a transform, opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The source.
    pub source: Source,
    /// Overlays by name.
    pub overlays: Vec<(String, Source)>,
}

impl Asked {
    /// Reads a request: a transform URL, or any URL with a `cf.image` object. `prefix` stands
    /// where the transform's would.
    pub(crate) fn read(request: &Parts, prefix: &str) -> Result<Self, Failure> {
        if delivery::is_loop(reply::header(&request.headers, "via").as_deref()) {
            return Err(Failure::from_answer(delivery::answer_loop()));
        }
        match image_of(request)? {
            Some(image) => Self::from_worker(request, &image),
            None => Self::from_url(request, prefix),
        }
    }

    /// Reads the request line as it was sent.
    fn from_url(request: &Parts, prefix: &str) -> Result<Self, Failure> {
        let text = request.uri.path_and_query().map_or("/", |text| text.as_str());
        let rest = text.strip_prefix(prefix).map(|rest| format!("{TRANSFORM_PREFIX}{rest}"));
        let url = url::parse_parts(rest.as_deref().unwrap_or(text), false).map_err(|wrong| {
            let stage = if wrong.part == Part::Options { Stage::Options } else { Stage::Url };
            Failure::new(&wrong.error, stage)
        })?;
        let Url::Transform(transform) = url else {
            return Err(Failure::coded(9431, 404, "hosted images are not served here"));
        };
        let source = transform.source_ref().map_err(at(Stage::Url))?;
        Self::new(request, *transform.options, transform.warnings, source, false)
    }

    /// The source lies at the URL's path, whatever its host: this folder stands for all of them.
    fn from_worker(request: &Parts, image: &Value) -> Result<Self, Failure> {
        let parsed = Options::parse(&image.to_string()).map_err(at(Stage::Options))?;
        // A script looks at the answer itself.
        let options = Options { onerror: None, ..parsed.options };
        let text = request.uri.path_and_query().map_or("/", |text| text.as_str());
        let source = SourceRef::read(text).map_err(at(Stage::Url))?;
        Self::new(request, options, parsed.warnings, source, true)
    }

    fn new(
        request: &Parts,
        options: Options,
        warnings: Vec<String>,
        source: SourceRef,
        worker: bool,
    ) -> Result<Self, Failure> {
        // The server has no hooks.
        Engine::default().check(&options).map_err(at(Stage::Options))?;
        let lines = || {
            let text = |(name, value)| Some((reply::name(name), reply::text(value)?));
            request.headers.iter().filter_map(text)
        };
        let hints = Hints::from_headers(lines());
        let mut resolved = delivery::resolve(&options, &hints);
        if worker {
            resolved.vary.push("CF-Blob");
        }
        let named = |name: String| {
            let at = SourceRef::read(&name).map_err(at(Stage::Options))?;
            Ok((name, segments(&at, worker)?))
        };
        Ok(Asked {
            segments: segments(&source, worker)?,
            overlays: assets(&options).into_iter().map(named).collect::<Result<_, _>>()?,
            conditions: Conditions::from_headers(lines()),
            get: request.method == Method::GET,
            host: reply::header(&request.headers, "host"),
            options,
            resolved,
            warnings,
            hints,
            source,
        })
    }

    /// Opens every file that is needed.
    pub(crate) fn open(&self, root: &Root) -> safelight::Result<Opened> {
        let open = |(name, segments): &(String, Vec<String>)| {
            Ok((name.clone(), root.find(segments).map_err(|_| missing(name))?))
        };
        let overlays = self.overlays.iter().map(open).collect::<safelight::Result<_>>()?;
        Ok(Opened { source: root.find(&self.segments)?, overlays })
    }

    /// The answer for a failure: the source instead, when `onerror=redirect` asks for it.
    pub(crate) fn fail(&self, error: &Error, stage: Stage) -> Failure {
        match delivery::error_redirect(&self.options, &self.source, self.host.as_deref()) {
            Some(place) => Failure::from_answer(delivery::answer_redirect(error, stage, place)),
            None => Failure::new(error, stage),
        }
    }
}

impl Opened {
    /// What the result is kept under, besides the source: options, client, overlays.
    pub(crate) fn key(&self, asked: &Asked) -> String {
        let overlays: Vec<_> = self.overlays.iter().map(|(_, file)| file.tag()).collect();
        format!("{} {}", asked.resolved.key(&asked.hints), overlays.join(","))
    }

    /// What the client can recognise the result by.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        let overlays = self.overlays.iter().map(|(_, file)| file.modified);
        overlays.fold(self.source.modified, |latest, one| latest.max(one))
    }

    /// Reads the overlays.
    pub(crate) fn assets(overlays: Vec<(String, Source)>, limit: u64) -> safelight::Result<Assets> {
        let mut assets = Assets::new();
        for (name, file) in overlays {
            assets.insert(name, file.read(limit)?);
        }
        Ok(assets)
    }
}

/// Whether there is a `cf.image` object, or something broken in its place.
pub(crate) fn wants_image(request: &Parts) -> bool {
    !matches!(image_of(request), Ok(None))
}

/// The `image` member of the `cf` object, where there is one.
fn image_of(request: &Parts) -> Result<Option<Value>, Failure> {
    let Some(text) = reply::header(&request.headers, CF_HEADER) else { return Ok(None) };
    let cf: Value = serde_json::from_str(&text)
        .map_err(|_| Failure::coded(9424, 400, "cf: expected a JSON object, got something else"))?;
    Ok(cf.get("image").filter(|image| image.is_object()).cloned())
}

/// The names of pictures and fonts that `draw` uses, each once.
fn assets(options: &Options) -> Vec<String> {
    let json = options.to_json();
    let mut names: Vec<String> = Vec::new();
    for overlay in json["draw"].as_array().into_iter().flatten() {
        for name in [&overlay["url"], &overlay["text"]["font"]["url"]] {
            if let Some(name) = name.as_str().filter(|name| !names.iter().any(|it| it == name)) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// Where a source lies below the root. `any_host` takes the path of any URL.
fn segments(source: &SourceRef, any_host: bool) -> Result<Vec<String>, Failure> {
    let path = match source {
        SourceRef::Path(path) => path.as_str(),
        SourceRef::Remote { url, .. } if any_host => path_of(url),
        SourceRef::Remote { .. } => {
            let text = "transformation origin is not in allowed origins list: this server reads its own folder only";
            return Err(Failure::coded(9401, 403, text));
        }
    };
    url::local_path(path).map_err(at(Stage::Url))
}

/// The path of an absolute URL.
pub(crate) fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or("/", |at| &url[authority + at..])
}

fn missing(name: &str) -> Error {
    let name: String = name.chars().filter(char::is_ascii_graphic).take(80).collect();
    Error::new(safelight::Kind::NotFound, format!("draw: there is no such picture: {name}"))
}

pub(crate) fn at(stage: Stage) -> impl Fn(Error) -> Failure {
    move |error| Failure::new(&error, stage)
}

/// Tag and date, as the client knows them.
pub(crate) fn validators<'a>(tag: Option<&'a str>, modified: Option<SystemTime>) -> Validators<'a> {
    Validators { etag: tag, modified }
}
