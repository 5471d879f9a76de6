//! What is asked for, read and checked.

use serde_json::Value;

use super::read::{pixels, required, wrong, Fields};
use crate::options::{Color, FormatWord, Options};
use crate::{Error, Result};

const KNOWN: &[&str] = &[
    "source",
    "delivery",
    "host",
    "width",
    "height",
    "layout",
    "display_width",
    "display_height",
    "options",
    "formats",
    "alpha",
    "widths",
    "sizes",
    "alt",
    "class",
    "priority",
    "placeholder",
    "style",
    "sign",
];

/// Widths at most.
const WIDTHS: usize = 40;

/// Longest placeholder, in bytes: it is part of every page.
const PLACEHOLDER: usize = 8192;

/// How the picture takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Never larger than its display width, smaller where the page is.
    Constrained,
    /// Always the same size.
    Fixed,
    /// As wide as the page.
    Full,
}

/// What the URLs name.
pub(super) enum Origin {
    /// A source to transform.
    Source(String),
    /// A hosted image.
    Hosted { account: String, image: String, custom: bool },
}

/// A request without gaps.
pub(super) struct Request {
    pub(super) origin: Origin,
    pub(super) host: Option<String>,
    pub(super) source: (u32, u32),
    pub(super) layout: Layout,
    pub(super) display_width: u32,
    pub(super) display_height: Option<u32>,
    /// Whether the shape is another than the source's.
    pub(super) cropped: bool,
    pub(super) options: Options,
    pub(super) formats: Vec<FormatWord>,
    alpha: bool,
    pub(super) widths: Option<Vec<u32>>,
    sizes: Option<String>,
    pub(super) alt: String,
    pub(super) class: Option<String>,
    pub(super) priority: bool,
    /// As CSS rules.
    pub(super) placeholder: Option<String>,
    pub(super) style: bool,
    pub(super) sign: Option<(String, Option<u64>)>,
    pub(super) warnings: Vec<String>,
}

impl Request {
    pub(super) fn read(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Error::invalid("request", "a json object", error))?;
        let fields = Fields::of("request", &value, KNOWN)?;
        let (options, mut warnings) = options(&fields)?;
        let alt = fields.text("alt")?;
        if alt.is_none() {
            warnings.push("alt: none given, so the picture counts as decoration".to_owned());
        }
        let source = (
            required("width", fields.pixels("width")?)?,
            required("height", fields.pixels("height")?)?,
        );
        let display_height = fields.pixels("display_height")?;
        let request = Request {
            origin: origin(&fields)?,
            host: host(&fields)?,
            source,
            layout: layout(&fields)?,
            display_width: fields.pixels("display_width")?.unwrap_or(source.0),
            display_height,
            cropped: display_height.is_some(),
            options,
            formats: fields.list("formats", 4, format)?.unwrap_or_default(),
            alpha: fields.flag("alpha")?.unwrap_or(false),
            widths: fields.list("widths", WIDTHS, |value| pixels("widths", value))?,
            sizes: fields.text("sizes")?.map(str::to_owned),
            alt: alt.unwrap_or_default().to_owned(),
            class: fields.text("class")?.map(str::to_owned),
            priority: fields.flag("priority")?.unwrap_or(false),
            placeholder: fields.text("placeholder")?.map(placeholder).transpose()?,
            style: fields.flag("style")?.unwrap_or(true),
            sign: sign(&fields)?,
            warnings,
        };
        request.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.sign.is_some() && matches!(self.origin, Origin::Source(_)) {
            return Err(Error::invalid("sign", "a hosted image in delivery", "a source"));
        }
        if !self.formats.is_empty() && self.options.format.is_some() {
            return Err(Error::invalid("formats", "no format in options beside it", "both"));
        }
        Ok(self)
    }

    /// Width and height that the page reserves: at the display width, or of the whole source.
    pub(super) fn shape(&self) -> (u32, u32) {
        let width = match self.layout {
            Layout::Full if self.display_height.is_none() => self.source.0,
            _ => self.display_width,
        };
        let own = || {
            let height = u64::from(width) * u64::from(self.source.1) * 2 + u64::from(self.source.0);
            ((height / (2 * u64::from(self.source.0))) as u32).max(1)
        };
        (width, self.display_height.unwrap_or_else(own))
    }

    /// The widest picture of this shape that is not enlarged.
    pub(super) fn most(&self) -> u32 {
        if !self.cropped {
            return self.source.0;
        }
        let (width, height) = self.shape();
        let high = u64::from(self.source.1) * u64::from(width) / u64::from(height);
        high.clamp(1, u64::from(self.source.0)) as u32
    }

    /// The format of `<img>`.
    pub(super) fn fallback(&self) -> Option<FormatWord> {
        match (self.formats.is_empty(), self.options.format, self.alpha) {
            (true, None, _) => Some(FormatWord::Auto),
            (true, given, _) => given,
            (false, _, true) => Some(FormatWord::Png),
            (false, _, false) => Some(FormatWord::Jpeg),
        }
    }

    pub(super) fn sizes(&self) -> String {
        let width = self.display_width;
        match (&self.sizes, self.layout) {
            (Some(sizes), _) => sizes.clone(),
            (None, Layout::Full) => "100vw".to_owned(),
            (None, Layout::Fixed) => format!("{width}px"),
            (None, Layout::Constrained) => format!("(min-width: {width}px) {width}px, 100vw"),
        }
    }
}

fn origin(fields: &Fields<'_>) -> Result<Origin> {
    match (fields.text("source")?, fields.get("delivery")) {
        (Some(source), None) => Ok(Origin::Source(source.to_owned())),
        (None, Some(delivery)) => {
            let hosted = Fields::of("delivery", delivery, &["account", "image", "custom"])?;
            Ok(Origin::Hosted {
                account: required("account", hosted.text("account")?)?.to_owned(),
                image: required("image", hosted.text("image")?)?.to_owned(),
                custom: hosted.flag("custom")?.unwrap_or(false),
            })
        }
        (Some(_), Some(_)) => Err(Error::invalid("source", "no delivery beside it", "both")),
        (None, None) => Err(Error::invalid("source", "a source or delivery", "neither")),
    }
}

/// Scheme and host, checked by a URL that is built with it.
fn host(fields: &Fields<'_>) -> Result<Option<String>> {
    use crate::url::{build, Transform, Url};
    let Some(host) = fields.text("host")? else { return Ok(None) };
    let source = "/a".to_owned();
    let options = Box::default();
    let host = Some(host.to_owned());
    match Url::Transform(Transform { host, options, source, warnings: Vec::new() }) {
        url @ Url::Transform(_) => {
            build(&url).map(|text| text.split_once("/cdn-cgi/").map(|(host, _)| host.to_owned()))
        }
        Url::Delivery(_) => Ok(None),
    }
}

fn layout(fields: &Fields<'_>) -> Result<Layout> {
    match fields.text("layout")? {
        None | Some("constrained") => Ok(Layout::Constrained),
        Some("fixed") => Ok(Layout::Fixed),
        Some("full") => Ok(Layout::Full),
        Some(other) => Err(Error::invalid("layout", "constrained, fixed or full", other)),
    }
}

fn options(fields: &Fields<'_>) -> Result<(Options, Vec<String>)> {
    let parsed = match fields.get("options") {
        None => return Ok(Default::default()),
        Some(Value::String(text)) if text.is_empty() => return Ok(Default::default()),
        Some(Value::String(text)) => Options::parse(text)?,
        Some(given @ Value::Object(_)) => Options::parse(&given.to_string())?,
        Some(other) => return Err(wrong("options", "text or an object", other)),
    };
    let options = &parsed.options;
    if options.width.is_some() || options.height.is_some() || options.dpr.is_some() {
        let got = options.to_string();
        return Err(Error::invalid("options", "no width, height or dpr", got));
    }
    Ok((parsed.options, parsed.warnings))
}

fn format(value: &Value) -> Result<FormatWord> {
    let word = value.as_str().and_then(FormatWord::from_word);
    let known = word.filter(|word| !mime(*word).is_empty());
    known.ok_or_else(|| wrong("formats", "avif, webp, jpeg or png", value))
}

/// The media type of a format that a `<source>` may have; nothing for the others.
pub(super) fn mime(format: FormatWord) -> &'static str {
    match format {
        FormatWord::Avif => "image/avif",
        FormatWord::Webp => "image/webp",
        FormatWord::Jpeg => "image/jpeg",
        FormatWord::Png => "image/png",
        _ => "",
    }
}

/// CSS rules that show the placeholder. Nothing that could end the rule or the URL gets through.
fn placeholder(text: &str) -> Result<String> {
    if let Some(color) = Color::parse(text) {
        return Ok(format!("background-color:{color}"));
    }
    let body = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
    let fine = body.is_some_and(|(kind, digits)| {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"+/=.-".contains(&c);
        !digits.is_empty() && kind.bytes().all(plain) && digits.bytes().all(plain)
    });
    match fine && text.len() <= PLACEHOLDER {
        true => Ok(format!("background-size:cover;background-image:url({text})")),
        false => {
            let expected = "a css color, or data:image/…;base64,… of at most 8192 bytes";
            Err(Error::invalid("placeholder", expected, text.escape_default()))
        }
    }
}

fn sign(fields: &Fields<'_>) -> Result<Option<(String, Option<u64>)>> {
    let Some(value) = fields.get("sign") else { return Ok(None) };
    // The key must not reach an error message, so that its own field is never shown.
    let sign = Fields::of("sign", value, &["key", "expires"])
        .map_err(|_| Error::invalid("sign", "key and expires", "something else"))?;
    let key = sign.text("key").map_err(|_| Error::invalid("key", "text", "something else"))?;
    let expires = match sign.get("expires") {
        None => None,
        Some(value) => Some(value.as_u64().ok_or_else(|| wrong("expires", "unix seconds", value))?),
    };
    Ok(Some((required("key", key)?.to_owned(), expires)))
}
