//! `/cdn-cgi/image/<options>/<source>`, sources with a `cf.image` object, and the folder's
//! pictures at their own path.

use std::time::SystemTime;

use super::asked::{at, Asked};
use super::overlays::Overlay;
use super::respond::{cross_origin, Asker, Failure};
use super::sources::{Found, Reader};
use super::told::{Known, Told};
use super::work::{Made, Material, Order, Unmade};
use super::Inner;
use crate::delivery::{self, Situation, Stage, Validators};
use crate::hosted::{account_tag, Transformations};
use crate::storage::results::Label;
use crate::{url, Job, Request, Response, VERSION};

/// How often a request starts again because its source changed under it.
const TRIES: usize = 4;

impl Inner {
    /// The answer to a transform.
    pub(super) fn transform(
        &self,
        request: &Request<'_>,
        asked: &Asked,
        job: &Job,
    ) -> Result<Response, Failure> {
        for _ in 0..TRIES {
            let opened = Opened::new(self, asked, job).map_err(|failure| asked.fail(failure))?;
            let order = opened.order(asked);
            let unchanged = self.unchanged(asked, &opened);
            let modified = opened.modified();
            let known = Known { version: opened.source.tag(), modified };
            if let Some(verdict) = known.verdict(request, &order.key(), &unchanged) {
                return Ok(verdict);
            }
            match self.make(&order, job) {
                Ok(made) => return Ok(self.transformed(request, asked, &opened, &known, &made)),
                Err(Unmade::Changed) => {}
                Err(Unmade::Failed(failure)) => return Err(asked.fail(failure)),
            }
        }
        Err(Failure::coded(9523, 500, "the source keeps changing"))
    }

    /// Headers of a 304.
    fn unchanged(&self, asked: &Asked, opened: &Opened) -> Vec<(String, String)> {
        let life = delivery::cache_control(opened.source.cache_control.as_deref()).0;
        let mut headers = vec![("Cache-Control".to_owned(), life)];
        if !asked.resolved.vary.is_empty() {
            headers.push(("Vary".to_owned(), asked.resolved.vary.join(", ")));
        }
        cross_origin(&mut headers);
        headers
    }

    fn transformed(
        &self,
        request: &Request<'_>,
        asked: &Asked,
        opened: &Opened,
        known: &Known<'_>,
        made: &Made,
    ) -> Response {
        let life = opened.source.cache_control.as_deref();
        let told = Told {
            warnings: &asked.warnings,
            vary: &asked.resolved.vary,
            accept_ch: &asked.accept_ch,
            tags: &opened.tags,
            life: delivery::cache_control(life).0,
            source_cache_control: life,
        };
        known.answer(request, made, &told)
    }

    /// A picture as it lies in the folder. Only what the engine knows as a picture leaves.
    pub(super) fn original(&self, request: &Request<'_>, path: &str) -> Result<Response, Failure> {
        let segments = url::local_path(path).map_err(at(Stage::Url))?;
        let file = self.sources.file(&segments).map_err(at(Stage::Source))?;
        let (tag, modified) = (format!("\"{}\"", file.tag()), file.modified());
        // The folder's owner may change a picture at any time.
        let mut headers = vec![("Cache-Control".to_owned(), "no-cache".to_owned())];
        cross_origin(&mut headers);
        let asker = Asker::new(request, Validators { etag: Some(&tag), modified });
        if let Some(verdict) = asker.verdict(&headers) {
            return Ok(verdict);
        }
        let data = file.read(self.engine.limits().source_bytes).map_err(at(Stage::Source))?;
        let kind = self.engine.probe(&data).map_err(at(Stage::Decode))?.format.mime();
        let more = [
            ("Content-Type", kind),
            ("X-Content-Type-Options", "nosniff"),
            ("ETag", &tag),
            ("Content-Security-Policy", delivery::CSP),
        ];
        headers.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(asker.send(kind, &std::sync::Arc::new(data), headers))
    }
}

/// What a transform is made of, as it is now.
struct Opened {
    source: Found,
    overlays: Vec<Overlay>,
    /// By what the result can be purged.
    tags: Vec<String>,
    /// Hosts that the account allows.
    allowed: Vec<String>,
    born: u64,
}

impl Opened {
    fn new(inner: &Inner, asked: &Asked, job: &Job) -> Result<Self, Failure> {
        let own = at(Stage::Transform);
        let born = inner.hosted.seen().map_err(&own)?;
        let home = inner.hosted.home();
        let settings = inner.hosted.settings(&home.id).map_err(&own)?;
        let allowed = match settings.transformations {
            Transformations::Off => return Err(Failure::situation(Situation::NotHere)),
            Transformations::On => settings.allowed_origins.clone(),
            Transformations::Open => vec!["*".to_owned()],
        };
        let reader = Reader { allowed: &allowed, born, job };
        let source = inner.sources.find(&asked.place, reader)?;
        let overlays = inner.overlays(&asked.resolved.options, asked.worker, reader)?;
        let mut tags = source.tags.clone();
        tags.push(account_tag(&home.id));
        Ok(Opened { source, overlays, tags, allowed, born })
    }

    fn found(&self) -> impl Iterator<Item = &Found> {
        let overlays = self.overlays.iter().map(|overlay| &overlay.found);
        std::iter::once(&self.source).chain(overlays)
    }

    /// What the client can recognise the result by.
    fn modified(&self) -> Option<SystemTime> {
        self.found().map(|found| found.modified).fold(None, Option::max)
    }

    fn order(&self, asked: &Asked) -> Order {
        let overlays: Vec<_> = self.found().skip(1).map(|found| found.version.as_str()).collect();
        let start = format!("{VERSION} {} {}", asked.place.name(), self.source.version);
        let label =
            Label { tags: self.tags.clone(), address: asked.place.address(), born: self.born };
        Order {
            ends: [start, overlays.join(",")],
            label,
            keep: self.found().all(|found| found.keep),
            resolved: asked.resolved.clone(),
            hints: asked.hints.clone(),
            material: Material::Source { place: asked.place.clone(), found: self.source.clone() },
            overlays: self.overlays.clone(),
            allowed: self.allowed.clone(),
            ahead: false,
        }
    }
}
