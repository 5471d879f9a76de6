//! What a picture could be: the markup of the size that it is shown at, and its bytes, rendered.

use std::collections::BTreeMap;

use serde_json::json;

use super::look::{Look, Origin, Size};
use super::place::{Kind, Place};
use super::request::{Fitted, Request};
use super::srcset;
use crate::delivery::Hints;
use crate::image::{Format, Probe};
use crate::markup::markup;
use crate::options::Options;
use crate::url::{self, Url, DELIVERY_PREFIX, TRANSFORM_PREFIX};
use crate::{Assets, Engine, Input, Job, Kind as ErrorKind, Result};

/// Up to here a picture has one size, and densities of it.
const SMALL: f64 = 160.0;
/// Origin this share of the view on a picture is as wide as the page.
const FULL: f64 = 0.97;

/// A better picture for one place.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) src: String,
    pub(super) srcset: Option<String>,
    pub(super) sizes: Option<String>,
    /// The one that the client takes, and what it is.
    pub(super) url: String,
    pub(super) made: Made,
    /// Bytes at the same size in the source's own format.
    pub(super) resized: u64,
}

/// A result that was rendered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    pub(super) bytes: u64,
    pub(super) format: Format,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Renders pictures of a page, each once.
pub(super) struct Kitchen<'a> {
    pub(super) engine: &'a Engine,
    pub(super) request: &'a Request,
    pub(super) assets: &'a Assets,
    pub(super) job: &'a Job,
    hints: Hints,
    made: BTreeMap<(String, String), Made>,
}

impl<'a> Kitchen<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        request: &'a Request,
        assets: &'a Assets,
        job: &'a Job,
    ) -> Self {
        let hints = Hints::from_headers([("accept", request.accept.as_str())]);
        Kitchen { engine, request, assets, job, hints, made: BTreeMap::new() }
    }

    /// What the header of a picture says, where it was given and is one that is read.
    pub(super) fn probe(&self, url: &str) -> Option<Probe> {
        self.engine.probe(self.assets.get(url)?).ok()
    }

    /// The better picture; `None` for drawings, which are as small as they get, and for what is
    /// transformed already.
    pub(super) fn offer(
        &mut self,
        place: &Place,
        look: &Look,
        probe: &Probe,
        sizes: Option<&str>,
    ) -> Result<Option<Offer>> {
        let Some(size) = look.size else {
            return Ok(None);
        };
        let Some(source) = source(&look.url, self.request) else {
            return Ok(None);
        };
        if probe.format == Format::Svg {
            return Ok(None);
        }
        let slot = needed(size, look.fit, probe.oriented_size());
        let written = self.write(place.kind, slot, &source, probe, sizes)?;
        let view = self.request.viewport;
        let slot = match sizes.and_then(|sizes| srcset::slot(sizes, view)) {
            Some(slot) => slot,
            None if written.full => view.width,
            None => slot,
        };
        let candidates = srcset::parse(written.srcset.as_deref().unwrap_or_default());
        let chosen = srcset::choose(&candidates, slot, view.dpr);
        let url = chosen.map_or_else(|| written.src.clone(), |it| it.url.clone());
        let Url::Transform(transform) = url::parse(&url)? else {
            return Ok(None);
        };
        let made = self.make(&look.url, &transform.options)?;
        let resized = match made.width < probe.oriented_size().0 {
            true => {
                let options = Options { format: None, ..(*transform.options).clone() };
                self.make(&look.url, &options)?.bytes
            }
            false => self.assets.get(&look.url).unwrap_or_default().len() as u64,
        };
        let Written { src, srcset, sizes, .. } = written;
        Ok(Some(Offer { src, srcset, sizes, url, made, resized: resized.max(made.bytes) }))
    }

    fn make(&mut self, url: &str, options: &Options) -> Result<Made> {
        let key = (url.to_owned(), options.to_string());
        if let Some(made) = self.made.get(&key) {
            return Ok(*made);
        }
        let source = self.assets.require(url)?;
        let input = Input::new(source).with_hints(&self.hints);
        let done = self.engine.render(&input, options, self.job)?;
        let made = Made {
            bytes: done.data.len() as u64,
            format: done.info.format,
            width: done.info.width,
            height: done.info.height,
        };
        self.made.insert(key, made);
        Ok(made)
    }

    fn write(
        &self,
        kind: Kind,
        slot: f64,
        source: &str,
        probe: &Probe,
        sizes: Option<&str>,
    ) -> Result<Written> {
        let view = self.request.viewport;
        let single = matches!(kind, Kind::Poster | Kind::Icon);
        let wide = if single { slot * view.dpr } else { slot };
        let full = kind == Kind::Image && slot >= view.width * FULL;
        let layout = match kind {
            Kind::Image if full => "full",
            Kind::Image if slot > SMALL => "constrained",
            _ => "fixed",
        };
        let (width, height) = probe.oriented_size();
        let options = self.request.options.to_string();
        let mut asked = json!({
            "source": source,
            "host": self.request.host,
            "width": width,
            "height": height,
            "layout": layout,
            "display_width": wide.ceil().clamp(1.0, 1e6) as u32,
            "sizes": sizes.filter(|_| layout != "fixed"),
            "alt": "",
        });
        if !options.is_empty() {
            asked["options"] = options.into();
        }
        let made = markup(&asked.to_string())?;
        let text = |name: &str| made[name].as_str().map(str::to_owned);
        let srcset = text("srcset").filter(|_| !single);
        Ok(Written { src: text("src").unwrap_or_default(), srcset, sizes: text("sizes"), full })
    }
}

/// Markup without bytes.
struct Written {
    src: String,
    srcset: Option<String>,
    sizes: Option<String>,
    full: bool,
}

/// The size of what says none: the source's, as far as it fits on the page.
pub(super) fn size_of(probe: &Probe, request: &Request) -> Size {
    let (width, height) = probe.oriented_size();
    let shown = f64::from(width).min(request.viewport.width);
    let height = f64::from(height) * shown / f64::from(width.max(1));
    Size { width: shown, height: Some(height), origin: Origin::Source }
}

/// How wide the picture must be, in CSS pixels, for every pixel that is seen.
fn needed(size: Size, fit: Fitted, source: (u32, u32)) -> f64 {
    let ratio = f64::from(source.0) / f64::from(source.1.max(1));
    let by_height = size.height.map_or(size.width, |height| height * ratio);
    // Layouts round to whole pixels.
    if (by_height - size.width).abs() <= ratio.max(1.0) * 1.5 {
        return size.width;
    }
    match fit {
        Fitted::Contain => size.width.min(by_height),
        Fitted::None => f64::from(source.0),
        Fitted::Cover | Fitted::Fill => size.width.max(by_height),
    }
}

/// What a transform URL names: a path of the host that transforms, or a whole URL. `None` for what
/// is a transform itself.
fn source(url: &str, request: &Request) -> Option<String> {
    let url = ::url::Url::parse(url).ok()?;
    let path = &url[::url::Position::BeforePath..];
    if path.starts_with(TRANSFORM_PREFIX) || path.starts_with(DELIVERY_PREFIX) {
        return None;
    }
    let host = request.host.as_deref().and_then(|host| ::url::Url::parse(host).ok());
    let home = host.unwrap_or_else(|| request.url.clone());
    match home.origin() == url.origin() && !path.starts_with("//") {
        true => Some(path.to_owned()),
        false => Some(url.to_string()),
    }
}

/// Whether the picture comes from a host that the page does not need anyway.
pub(super) fn is_foreign(url: &str, request: &Request) -> Option<String> {
    let url = ::url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    let home = request.host.as_deref().and_then(|host| ::url::Url::parse(host).ok());
    let known = [Some(&request.url), home.as_ref()];
    let ours = known.into_iter().flatten().any(|known| known.host_str() == Some(host));
    (!ours).then(|| host.to_owned())
}

/// Whether an error is of one picture and not of the whole run.
pub(super) fn is_of_picture(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::Cancelled | ErrorKind::Timeout | ErrorKind::Internal)
}
