//! What is known of a page besides its text, read and checked.

use serde_json::Value;

use super::place::Kind;
use super::srcset::Viewport;
use crate::markup::read::{required, wrong, Fields};
use crate::options::{Options, Quality, QualityWord};
use crate::{Error, Result};

const KNOWN: &[&str] = &["url", "host", "viewport", "accept", "options", "shown", "html"];
const SHOWN: &[&str] = &["url", "kind", "width", "height", "fit", "main", "above_fold", "reserved"];

/// Pictures that may be told as shown.
const MOST_SHOWN: usize = 10_000;
/// A client that takes every format.
const ACCEPT: &str = "image/avif,image/webp,*/*;q=0.8";

/// A request without gaps.
pub(super) struct Request {
    /// Where the page is.
    pub(super) url: ::url::Url,
    /// Scheme and host in front of transform URLs.
    pub(super) host: Option<String>,
    pub(super) viewport: Viewport,
    pub(super) accept: String,
    /// Options of every transform URL.
    pub(super) options: Options,
    /// Pictures as a browser has shown them.
    pub(super) shown: Vec<Shown>,
    /// Whether the page is answered with all changes.
    pub(super) html: bool,
}

/// How a browser has shown one picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) url: String,
    /// Where it was shown, where that is told.
    pub(super) kind: Option<Kind>,
    /// In CSS pixels.
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) fit: Fitted,
    /// Whether it is the largest thing of the first view.
    pub(super) main: bool,
    pub(super) above_fold: bool,
    /// Whether the page kept its place free before it was there.
    pub(super) reserved: bool,
}

/// `object-fit`, as far as it tells how many pixels are of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fitted {
    Fill,
    Contain,
    Cover,
    None,
}

impl Request {
    pub(super) fn read(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Error::invalid("request", "a json object", error))?;
        let fields = Fields::of("request", &value, KNOWN)?;
        Ok(Request {
            url: page_url(required("url", fields.text("url")?)?)?,
            host: fields.text("host")?.map(str::to_owned),
            viewport: viewport(fields.get("viewport"))?,
            accept: fields.text("accept")?.unwrap_or(ACCEPT).to_owned(),
            options: options(fields.get("options"))?,
            shown: fields.list("shown", MOST_SHOWN, shown)?.unwrap_or_default(),
            html: fields.flag("html")?.unwrap_or(false),
        })
    }
}

fn page_url(text: &str) -> Result<::url::Url> {
    let url = ::url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| Error::invalid("url", "an http(s) URL", text.escape_default()))
}

fn viewport(value: Option<&Value>) -> Result<Viewport> {
    let usual = Viewport { width: 1350.0, height: 940.0, dpr: 1.0 };
    let Some(value) = value else { return Ok(usual) };
    let fields = Fields::of("viewport", value, &["width", "height", "dpr"])?;
    let side = |name| -> Result<Option<f64>> { number(name, fields.get(name), 1.0, 100_000.0) };
    Ok(Viewport {
        width: side("width")?.unwrap_or(usual.width),
        height: side("height")?.unwrap_or(usual.height),
        dpr: number("dpr", fields.get("dpr"), 0.1, 10.0)?.unwrap_or(1.0),
    })
}

/// Without any, the quality is whatever looks the same.
fn options(value: Option<&Value>) -> Result<Options> {
    let text = match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(given @ Value::Object(_)) => given.to_string(),
        Some(other) => return Err(wrong("options", "text or an object", other)),
    };
    if text.is_empty() {
        let quality = Some(Quality::Word(QualityWord::Auto));
        return Ok(Options { quality, ..Options::default() });
    }
    let options = Options::parse(&text)?.options;
    let sized = options.width.is_some() || options.height.is_some() || options.dpr.is_some();
    match sized || options.format.is_some() {
        true => Err(Error::invalid("options", "no width, height, dpr or format", &text)),
        false => Ok(options),
    }
}

fn shown(value: &Value) -> Result<Shown> {
    let fields = Fields::of("shown", value, SHOWN)?;
    let side = |name| -> Result<f64> {
        Ok(number(name, fields.get(name), 0.0, 1_000_000.0)?.unwrap_or(0.0))
    };
    let flag = |name| -> Result<bool> { Ok(fields.flag(name)?.unwrap_or(false)) };
    Ok(Shown {
        url: required("url", fields.text("url")?)?.to_owned(),
        kind: fields.text("kind")?.map(kind).transpose()?,
        width: side("width")?,
        height: side("height")?,
        fit: match fields.text("fit")? {
            None | Some("fill") => Fitted::Fill,
            Some("contain" | "scale-down") => Fitted::Contain,
            Some("cover") => Fitted::Cover,
            Some("none") => Fitted::None,
            Some(other) => return Err(Error::invalid("fit", "a value of object-fit", other)),
        },
        main: flag("main")?,
        above_fold: flag("above_fold")?,
        reserved: flag("reserved")?,
    })
}

fn kind(word: &str) -> Result<Kind> {
    let kinds = [Kind::Image, Kind::Background, Kind::Poster, Kind::Icon];
    let found = kinds.into_iter().find(|kind| kind.word() == word);
    found.ok_or_else(|| Error::invalid("kind", "image, background, poster or icon", word))
}

fn number(name: &str, value: Option<&Value>, least: f64, most: f64) -> Result<Option<f64>> {
    let Some(value) = value else { return Ok(None) };
    let number = value.as_f64().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| wrong(name, &format!("{least} to {most}"), value))
}
