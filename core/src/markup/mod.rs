//! `<img>` and `<picture>` text for a picture whose size is known: no pixels, no network.
//!
//! The request is a JSON object:
//!
//! | field | meaning |
//! |---|---|
//! | `source` | what transform URLs name: a path of the host or an `http(s)` URL |
//! | `delivery` | instead of `source`, a hosted image: `account`, `image`, and `custom` for the form with a prefix |
//! | `host` | scheme and host in front of every URL; without it they are paths |
//! | `width`, `height` | size of the source as seen; no URL asks for more |
//! | `layout` | `constrained` (shrinks with the page; the default), `fixed` or `full` (as wide as the page) |
//! | `display_width` | width in CSS pixels; the source's where none is given, not used by `full` |
//! | `display_height` | height in CSS pixels at that width: the picture is cropped to the shape |
//! | `options` | options of every URL, as text or object, without width, height and dpr |
//! | `formats` | `avif`, `webp`, …: one `<source>` each, and JPEG behind them (PNG where `alpha` is true); without it one `<img>` with `format=auto` |
//! | `widths` | widths instead of the usual ones |
//! | `sizes` | the `sizes` attribute instead of the layout's |
//! | `alt` | alternative text; without it the picture is marked as decoration |
//! | `class` | the `class` attribute |
//! | `priority` | the main picture of the page: loaded at once and first, with a `preload` link |
//! | `placeholder` | a CSS colour or a `data:image/…;base64,` URL that is seen until the picture is there |
//! | `style` | false leaves out inline styles, and the placeholder with them |
//! | `sign` | `key`, and `expires` in Unix seconds: signs hosted images |
//!
//! The answer has `html`, its parts `src`, `srcset`, `sizes`, `width`, `height` and `sources`
//! (`type`, `srcset`), `preload` (a `<link>`, or null) and `warnings`. The parts are not escaped.

mod html;
mod ladder;
pub(crate) mod read;
mod request;
#[cfg(test)]
mod tests;
mod urls;

use serde_json::{json, Value};

use self::html::Tag;
use self::ladder::Ladder;
use self::request::{Layout, Request};
use crate::Result;

/// Writes the markup that `request`, a JSON object, asks for.
///
/// ```
/// let request = r#"{"source": "/a.jpg", "width": 1600, "height": 900, "display_width": 800,
///     "alt": "A boat"}"#;
/// let markup = safelight::markup::markup(request)?;
/// assert_eq!(markup["sizes"], "(min-width: 800px) 800px, 100vw");
/// assert_eq!(markup["height"], 450);
/// # Ok::<(), safelight::Error>(())
/// ```
pub fn markup(request: &str) -> Result<Value> {
    let mut request = Request::read(request)?;
    let ladder = Ladder::of(&mut request);
    let images = Images::build(&request, &ladder)?;
    let html = match images.sources.is_empty() {
        true => images.img(&request).text(),
        false => images.picture(&request),
    };
    Ok(json!({
        "html": html,
        "src": images.src,
        "srcset": images.srcset,
        "sizes": images.sizes,
        "width": request.shape().0,
        "height": request.shape().1,
        "sources": images.sources.iter().map(Source::to_json).collect::<Vec<_>>(),
        "preload": request.priority.then(|| images.preload()),
        "warnings": request.warnings,
    }))
}

/// The attribute values of the finished markup.
struct Images {
    src: String,
    srcset: Option<String>,
    sizes: Option<String>,
    sources: Vec<Source>,
}

/// One format of a `<picture>`.
struct Source {
    mime: &'static str,
    srcset: String,
}

impl Source {
    fn to_json(&self) -> Value {
        json!({ "type": self.mime, "srcset": self.srcset })
    }
}

impl Images {
    fn build(request: &Request, ladder: &Ladder) -> Result<Self> {
        let mut sources = Vec::new();
        for format in &request.formats {
            let srcset = ladder.srcset(|width| urls::build(request, width, Some(*format)))?;
            sources.push(Source { mime: request::mime(*format), srcset });
        }
        let fallback = request.fallback();
        let src = urls::build(request, ladder.usual, fallback)?;
        let more = ladder.steps.len() > 1;
        let srcset = more.then(|| ladder.srcset(|width| urls::build(request, width, fallback)));
        let sizes = (ladder.by_width && more).then(|| request.sizes());
        Ok(Images { src, srcset: srcset.transpose()?, sizes, sources })
    }

    fn picture(&self, request: &Request) -> String {
        let mut text = String::from("<picture>");
        for source in &self.sources {
            let tag = Tag::new("source").with("type", source.mime).with("srcset", &source.srcset);
            text.push_str(&tag.with_some("sizes", self.sizes.as_deref()).text());
        }
        text + &self.img(request).text() + "</picture>"
    }

    fn img(&self, request: &Request) -> Tag {
        let (width, height) = request.shape();
        let tag = Tag::new("img")
            .with("src", &self.src)
            .with_some("srcset", self.srcset.as_deref())
            .with_some("sizes", self.sizes.as_deref())
            .with("width", &width.to_string())
            .with("height", &height.to_string())
            .with("alt", &request.alt);
        let tag = match request.priority {
            true => tag.with("loading", "eager").with("fetchpriority", "high"),
            false => tag.with("loading", "lazy"),
        };
        tag.with("decoding", "async")
            .with_some("class", request.class.as_deref())
            .with_some("style", style(request).as_deref())
    }

    /// Of the first format, which the client takes if it reads it; others find nothing preloaded.
    fn preload(&self) -> String {
        let first = self.sources.first();
        let srcset = first.map(|source| source.srcset.as_str()).or(self.srcset.as_deref());
        let tag = Tag::new("link").with("rel", "preload").with("as", "image");
        let tag = match (first, srcset) {
            (Some(source), _) => tag.with("type", source.mime),
            (None, None) => tag.with("href", &self.src),
            (None, Some(_)) => tag,
        };
        tag.with_some("imagesrcset", srcset)
            .with_some("imagesizes", self.sizes.as_deref())
            .with("fetchpriority", "high")
            .text()
    }
}

fn style(request: &Request) -> Option<String> {
    if !request.style {
        return None;
    }
    let layout = match request.layout {
        Layout::Constrained => Some("max-width:100%;height:auto".to_owned()),
        Layout::Full => Some("width:100%;height:auto".to_owned()),
        Layout::Fixed => None,
    };
    let rules: Vec<String> = layout.into_iter().chain(request.placeholder.clone()).collect();
    (!rules.is_empty()).then(|| rules.join(";"))
}
