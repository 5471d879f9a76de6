//! `/cdn-cgi/image/<options>/<source>`, sources with a `cf.image` object, and the folder's
//! pictures at their own path.

use std::time::SystemTime;

use super::asked::{at, Asked};
use super::overlays::Overlay;
use super::respond::{cross_origin, Asker, Failure};
use super::sources::{Found, Reader};
use super::work::{Head, Made, Material, Order, Unmade};
use super::Inner;
use crate::delivery::{self, Facts, Stage, Validators};
use crate::hosted::account_tag;
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
            let source = &opened.source;
            let key = opened.key(asked);
            let tag = delivery::entity_tag(&key, Some(source.tag()));
            let validators = Validators { etag: tag.as_deref(), modified: opened.modified() };
            let asker = Asker::new(request, validators);
            if let Some(verdict) = asker.verdict(&self.unchanged(asked, source)) {
                return Ok(verdict);
            }
            match self.make(&opened.order(asked, &key), job) {
                Ok(made) => return Ok(self.transformed(asked, &opened, &key, &asker, &made)),
                Err(Unmade::Changed) => {}
                Err(Unmade::Failed(failure)) => return Err(asked.fail(failure)),
            }
        }
        Err(Failure::coded(9523, 500, "the source keeps changing"))
    }

    /// Headers of a 304.
    fn unchanged(&self, asked: &Asked, source: &Found) -> Vec<(String, String)> {
        let life = delivery::cache_control(source.cache_control.as_deref()).0;
        let mut headers = vec![("Cache-Control".to_owned(), life)];
        if !asked.resolved.vary.is_empty() {
            headers.push(("Vary".to_owned(), asked.resolved.vary.join(", ")));
        }
        cross_origin(&mut headers);
        headers
    }

    fn transformed(
        &self,
        asked: &Asked,
        opened: &Opened,
        key: &str,
        asker: &Asker<'_>,
        made: &Made,
    ) -> Response {
        let Some((format, head)) = Head::read(&made.kept) else {
            return Failure::coded(9517, 500, "an internal failure").response();
        };
        let warnings = [&asked.warnings[..], &head.warnings[..]].concat();
        let mut headers = delivery::headers(&Facts {
            format,
            bytes: made.kept.body.len(),
            work: made.work,
            warnings: &warnings,
            key,
            kept: made.hit,
            vary: &asked.resolved.vary,
            accept_ch: &asked.accept_ch,
            source_etag: Some(opened.source.tag()),
            source_cache_control: opened.source.cache_control.as_deref(),
        });
        headers.push(("Cache-Tag".to_owned(), opened.tags.join(",")));
        cross_origin(&mut headers);
        asker.send(format.mime(), &made.kept.body, headers)
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
        let allowed = inner.hosted.settings(&home.id).map_err(&own)?.allowed_origins.clone();
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

    /// Equal keys, equal bytes: what it is made of, options, client, encoders.
    fn key(&self, asked: &Asked) -> String {
        let overlays: Vec<_> = self.found().skip(1).map(|found| found.version.as_str()).collect();
        let options = asked.resolved.key(&asked.hints);
        let place = asked.place.name();
        format!("{VERSION} {place} {} {options} {}", self.source.version, overlays.join(","))
    }

    /// What the client can recognise the result by.
    fn modified(&self) -> Option<SystemTime> {
        self.found().map(|found| found.modified).fold(None, Option::max)
    }

    fn order(&self, asked: &Asked, key: &str) -> Order {
        let label =
            Label { tags: self.tags.clone(), address: asked.place.address(), born: self.born };
        Order {
            key: key.to_owned(),
            label,
            keep: self.found().all(|found| found.keep),
            options: asked.resolved.options.clone(),
            hints: asked.hints.clone(),
            material: Material::Source { place: asked.place.clone(), found: self.source.clone() },
            overlays: self.overlays.clone(),
            allowed: self.allowed.clone(),
        }
    }
}
