//! Where a page names pictures.

use std::collections::BTreeSet;
use std::ops::Range;

use super::css::{self, CssUrl};
use super::html::{Page, Tag};
use super::srcset::{self, Candidate};
use crate::{Assets, Error, Result};

/// Places that are looked at.
const MOST: usize = 5_000;
/// `<source>` tags of one picture.
const MOST_SOURCES: usize = 50;
/// Style sheets that are read.
const MOST_SHEETS: usize = 100;

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<img>` with its `<picture>`, `<input type=image>`, `<image>` of a drawing.
    Image,
    /// `url()` of a style.
    Background,
    /// `poster` of a `<video>`.
    Poster,
    /// `<link rel=icon>`.
    Icon,
    /// `<link rel=preload as=image>`.
    Preload,
    /// Shown, and yet nowhere in the text.
    Script,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Image => "image",
            Kind::Background => "background",
            Kind::Poster => "poster",
            Kind::Icon => "icon",
            Kind::Preload => "preload",
            Kind::Script => "script",
        }
    }
}

/// One place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// The tag, by its number.
    pub(super) tag: Option<usize>,
    /// The attribute that holds a single URL.
    pub(super) attribute: &'static str,
    /// The `<source>` tags of the same picture.
    pub(super) sources: Vec<usize>,
    /// A `url()`: of the tag's `style`, or of the document.
    pub(super) css: Option<CssUrl>,
    /// URL of the style sheet that it stands in; `None` for the page.
    pub(super) document: Option<String>,
    /// Where it stands there.
    pub(super) span: Range<usize>,
    /// What a browser may choose from, with absolute URLs, by tag.
    pub(super) choices: Vec<(usize, Vec<Candidate>)>,
}

impl Place {
    fn new(kind: Kind, span: Range<usize>) -> Self {
        Place {
            kind,
            tag: None,
            attribute: "src",
            sources: Vec::new(),
            css: None,
            document: None,
            span,
            choices: Vec::new(),
        }
    }

    /// One that no text names.
    pub(super) fn of_script(url: &str) -> Self {
        let choices = vec![(usize::MAX, vec![only(url.to_owned())])];
        Place { choices, ..Place::new(Kind::Script, 0..0) }
    }

    /// Every URL that a browser may choose.
    pub(super) fn urls(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().flat_map(|(_, candidates)| candidates).map(|it| it.url.as_str())
    }
}

/// The places of a page and of its style sheets, as far as `assets` has them.
pub(super) fn find(
    html: &str,
    page: &Page,
    url: &::url::Url,
    assets: &Assets,
) -> Result<Vec<Place>> {
    let mut finder = Finder {
        html,
        page,
        base: base(page, url),
        assets,
        found: Vec::new(),
        sheets: BTreeSet::new(),
        sources: Vec::new(),
    };
    for (number, tag) in page.tags.iter().enumerate() {
        finder.tag(number, tag)?;
    }
    Ok(finder.found)
}

/// What relative URLs of the page are relative to.
fn base(page: &Page, url: &::url::Url) -> ::url::Url {
    let tags = page.tags.iter().filter(|tag| tag.name == "base");
    let href = tags.filter_map(|tag| tag.get("href")).next();
    href.and_then(|href| url.join(href).ok()).unwrap_or_else(|| url.clone())
}

struct Finder<'a> {
    html: &'a str,
    page: &'a Page,
    base: ::url::Url,
    assets: &'a Assets,
    found: Vec<Place>,
    /// Style sheets that were read.
    sheets: BTreeSet<String>,
    /// The `<source>` tags of the picture that was last begun.
    sources: Vec<usize>,
}

impl Finder<'_> {
    fn tag(&mut self, number: usize, tag: &Tag) -> Result<()> {
        match tag.name.as_str() {
            "img" => self.image(number, tag)?,
            "picture" => self.sources.clear(),
            "source" if tag.picture.is_some() && self.sources.len() < MOST_SOURCES => {
                self.sources.push(number);
            }
            "input" if tag.get("type").is_some_and(|it| it.eq_ignore_ascii_case("image")) => {
                self.single(Kind::Image, number, tag, "src")?;
            }
            "image" => {
                let name = if tag.get("href").is_some() { "href" } else { "xlink:href" };
                self.single(Kind::Image, number, tag, name)?;
            }
            "video" => self.single(Kind::Poster, number, tag, "poster")?,
            "link" => self.link(number, tag)?,
            "style" => {
                let css = self.html.get(tag.content.clone()).unwrap_or_default();
                self.sheet(css, None, &self.base.clone(), tag.content.start)?;
            }
            _ => {}
        }
        let Some(style) = tag.get("style") else {
            return Ok(());
        };
        for found in css::urls(style, MOST) {
            let Some(url) = absolute(&self.base, &found.url) else {
                continue;
            };
            let place = Place::new(Kind::Background, tag.span.clone());
            let choices = vec![(number, vec![only(url)])];
            self.push(Place { tag: Some(number), css: Some(found), choices, ..place })?;
        }
        Ok(())
    }

    fn push(&mut self, place: Place) -> Result<()> {
        if self.found.len() == MOST {
            return Err(Error::too_large("places of pictures", MOST, "more"));
        }
        self.found.push(place);
        Ok(())
    }

    fn single(&mut self, kind: Kind, number: usize, tag: &Tag, name: &'static str) -> Result<()> {
        let Some(url) = tag.get(name).and_then(|url| absolute(&self.base, url)) else {
            return Ok(());
        };
        let place = Place::new(kind, tag.span.clone());
        let choices = vec![(number, vec![only(url)])];
        self.push(Place { tag: Some(number), attribute: name, choices, ..place })
    }

    fn image(&mut self, number: usize, tag: &Tag) -> Result<()> {
        let sources = match tag.picture {
            Some(_) => self.sources.clone(),
            None => Vec::new(),
        };
        let mut choices = Vec::new();
        for at in sources.iter().copied().chain([number]) {
            let candidates = self.candidates(&self.page.tags[at]);
            if !candidates.is_empty() {
                choices.push((at, candidates));
            }
        }
        match choices.is_empty() {
            true => Ok(()),
            false => {
                let place = Place::new(Kind::Image, tag.span.clone());
                self.push(Place { tag: Some(number), sources, choices, ..place })
            }
        }
    }

    /// What `srcset` offers, and `src` beside it where the standard says so.
    fn candidates(&self, tag: &Tag) -> Vec<Candidate> {
        let mut found = Vec::new();
        for candidate in srcset::parse(tag.get("srcset").unwrap_or_default()) {
            let url = absolute(&self.base, &candidate.url);
            found.extend(url.map(|url| Candidate { url, ..candidate }));
        }
        let by_density = found.iter().all(|it| it.width.is_none());
        let has_one = found.iter().any(|it| it.density.unwrap_or(1.0) == 1.0);
        if by_density && !has_one && tag.name != "source" {
            found.extend(tag.get("src").and_then(|url| absolute(&self.base, url)).map(only));
        }
        found
    }

    fn link(&mut self, number: usize, tag: &Tag) -> Result<()> {
        if tag.has_word("rel", "stylesheet") && tag.get("media") != Some("print") {
            let url = tag.get("href").and_then(|href| absolute(&self.base, href));
            return url.map_or(Ok(()), |url| self.outside(url));
        }
        if tag.has_word("rel", "icon") || tag.has_word("rel", "apple-touch-icon") {
            return self.single(Kind::Icon, number, tag, "href");
        }
        let image = tag.get("as").is_some_and(|kind| kind.eq_ignore_ascii_case("image"));
        if !tag.has_word("rel", "preload") || !image {
            return Ok(());
        }
        let mut candidates = Vec::new();
        for candidate in srcset::parse(tag.get("imagesrcset").unwrap_or_default()) {
            let url = absolute(&self.base, &candidate.url);
            candidates.extend(url.map(|url| Candidate { url, ..candidate }));
        }
        candidates.extend(tag.get("href").and_then(|url| absolute(&self.base, url)).map(only));
        let place = Place::new(Kind::Preload, tag.span.clone());
        let choices = vec![(number, candidates)];
        self.push(Place { tag: Some(number), attribute: "href", choices, ..place })
    }

    /// A style sheet with an address of its own.
    fn outside(&mut self, url: String) -> Result<()> {
        if self.sheets.len() == MOST_SHEETS || !self.sheets.insert(url.clone()) {
            return Ok(());
        }
        let assets = self.assets;
        let text = assets.get(&url).and_then(|bytes| std::str::from_utf8(bytes).ok());
        match (text, ::url::Url::parse(&url)) {
            (Some(text), Ok(base)) => self.sheet(text, Some(url), &base, 0),
            _ => Ok(()),
        }
    }

    fn sheet(
        &mut self,
        css: &str,
        document: Option<String>,
        base: &::url::Url,
        start: usize,
    ) -> Result<()> {
        for import in css::imports(css) {
            if let Some(url) = absolute(base, &import) {
                self.outside(url)?;
            }
        }
        for found in css::urls(css, MOST) {
            let Some(url) = absolute(base, &found.url) else {
                continue;
            };
            let span = found.span.start + start..found.span.end + start;
            let choices = vec![(usize::MAX, vec![only(url)])];
            let document = document.clone();
            let place = Place::new(Kind::Background, span);
            self.push(Place { css: Some(found), document, choices, ..place })?;
        }
        Ok(())
    }
}

/// A picture without a choice.
fn only(url: String) -> Candidate {
    Candidate { url, width: None, density: None }
}

/// The address of a picture that is loaded from somewhere.
fn absolute(base: &::url::Url, url: &str) -> Option<String> {
    let mut url = base.join(url.trim()).ok().filter(|_| !url.trim().is_empty())?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}
