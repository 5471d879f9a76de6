//! What is shown at a place: which picture, how large, and when.

use std::collections::BTreeMap;

use super::css;
use super::html::{Page, Tag};
use super::place::{Kind, Place};
use super::request::{Fitted, Request, Shown};
use super::srcset::{self, Candidate};

/// How far a page's own order is believed without a browser: pictures of the first view.
const FIRST: usize = 3;
/// Share of the view from which on a picture may be its main one.
const MAIN: f64 = 0.1;

/// Where a size is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Measured,
    Attributes,
    Style,
    Sizes,
    /// The size of the source itself, as far as it fits on the page.
    Source,
}

impl Origin {
    pub(super) fn word(self) -> &'static str {
        match self {
            Origin::Measured => "measured",
            Origin::Attributes => "attributes",
            Origin::Style => "style",
            Origin::Sizes => "sizes",
            Origin::Source => "source",
        }
    }
}

/// A size in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: Option<f64>,
    pub(super) origin: Origin,
}

/// What is shown at a place.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// The picture that is loaded.
    pub(super) url: String,
    /// The tag that it was chosen from.
    pub(super) from: usize,
    pub(super) size: Option<Size>,
    pub(super) fit: Fitted,
    pub(super) main: bool,
    /// `None` where it cannot be told.
    pub(super) above_fold: Option<bool>,
    /// Whether its place is kept free before it is there.
    pub(super) reserved: bool,
}

/// What is shown at each place; `None` for what a browser did not load.
pub(super) fn look(places: &mut Vec<Place>, page: &Page, request: &Request) -> Vec<Option<Look>> {
    if request.shown.is_empty() {
        return places.iter().map(|place| guess(place, page, request)).collect();
    }
    let mut told = Told::of(&request.shown);
    let mut looks: Vec<_> = places.iter().map(|place| told.look(place)).collect();
    let named = told.named.clone();
    let others = request.shown.iter().zip(named).filter(|(_, named)| !named);
    for (shown, _) in others {
        let place = Place::of_script(&shown.url);
        looks.push(told.look(&place));
        places.push(place);
    }
    looks
}

/// What a browser has told, by URL.
struct Told<'a> {
    shown: &'a [Shown],
    by_url: BTreeMap<&'a str, Vec<usize>>,
    /// Which of them a place has taken, so that the next one takes another.
    used: Vec<bool>,
    /// Which of them some text names.
    named: Vec<bool>,
}

impl<'a> Told<'a> {
    fn of(shown: &'a [Shown]) -> Self {
        let mut by_url: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, one) in shown.iter().enumerate() {
            by_url.entry(&one.url).or_default().push(at);
        }
        let none = vec![false; shown.len()];
        Told { shown, by_url, used: none.clone(), named: none }
    }

    /// What a browser told of a place. Of several places with one picture each has its own size,
    /// in the order of the page; a style is used by many elements, so its largest counts.
    fn look(&mut self, place: &Place) -> Option<Look> {
        let all = place.urls().filter_map(|url| self.by_url.get(url)).flatten().copied();
        let mut ours: Vec<usize> = all.filter(|at| fits(&self.shown[*at], place)).collect();
        ours.sort_unstable();
        if place.kind != Kind::Preload {
            ours.iter().for_each(|at| self.named[*at] = true);
        }
        let by_width =
            |a: &&usize, b: &&usize| self.shown[**a].width.total_cmp(&self.shown[**b].width);
        let at = match place.kind {
            Kind::Image | Kind::Poster => ours.iter().find(|at| !self.used[**at]).or(ours.first()),
            _ => ours.iter().max_by(by_width),
        };
        let at = *at?;
        self.used[at] = true;
        Some(measured(&self.shown[at], place))
    }
}

fn measured(shown: &Shown, place: &Place) -> Look {
    let from = place.choices.iter().find(|(_, all)| all.iter().any(|it| it.url == shown.url));
    let size = Size { width: shown.width, height: Some(shown.height), origin: Origin::Measured };
    Look {
        url: shown.url.clone(),
        from: from.map_or(usize::MAX, |(tag, _)| *tag),
        size: (shown.width >= 1.0 && shown.height >= 1.0).then_some(size),
        fit: shown.fit,
        main: shown.main,
        above_fold: Some(shown.above_fold),
        reserved: shown.reserved,
    }
}

/// Whether this may have been shown at a place of its kind.
fn fits(shown: &Shown, place: &Place) -> bool {
    match (shown.kind, place.kind) {
        (None, _) | (_, Kind::Script) => true,
        (Some(kind), Kind::Preload) => kind != Kind::Icon,
        (Some(kind), own) => kind == own,
    }
}

fn guess(place: &Place, page: &Page, request: &Request) -> Option<Look> {
    let (from, chosen) = choose(place, page, request)?;
    let tag = place.tag.map(|at| &page.tags[at]);
    Some(Look {
        url: chosen.url.clone(),
        from,
        size: size(place, page, from, request),
        fit: Fitted::Fill,
        main: false,
        above_fold: None,
        reserved: tag.is_some_and(keeps_its_place),
    })
}

/// The candidate that a browser would load.
fn choose<'a>(place: &'a Place, page: &Page, request: &Request) -> Option<(usize, &'a Candidate)> {
    let fits = |number: &usize| match page.tags.get(*number) {
        Some(tag) if tag.name == "source" => {
            let kind = tag.get("type").unwrap_or_default();
            let modern = matches!(kind, "image/avif" | "image/webp");
            let media =
                tag.get("media").map_or(Some(true), |it| srcset::holds(it, request.viewport));
            media == Some(true) && (!modern || request.accept.contains(kind)) && kind != "image/jxl"
        }
        _ => true,
    };
    let (from, candidates) = place.choices.iter().find(|(number, _)| fits(number))?;
    let sizes = page.tags.get(*from).and_then(|tag| tag.get("sizes")).unwrap_or_default();
    let slot = srcset::slot(sizes, request.viewport).unwrap_or(request.viewport.width);
    Some((*from, srcset::choose(candidates, slot.max(1.0), request.viewport.dpr)?))
}

/// The size that the text itself says.
fn size(place: &Place, page: &Page, from: usize, request: &Request) -> Option<Size> {
    let tag = place.tag.map(|at| &page.tags[at]);
    if let Some(css) = &place.css {
        let (width, height) = css.size;
        return width.map(|width| Size { width, height, origin: Origin::Style });
    }
    let tag = tag?;
    if place.kind == Kind::Icon {
        let width = tag.get("sizes")?.split(['x', 'X']).next()?.parse().ok()?;
        return Some(Size { width, height: Some(width), origin: Origin::Attributes });
    }
    let style = tag.get("style").unwrap_or_default();
    if let Some(width) = css::pixels(style, "width") {
        return Some(Size { width, height: css::pixels(style, "height"), origin: Origin::Style });
    }
    if let Some(width) = attribute(tag, "width") {
        return Some(Size { width, height: attribute(tag, "height"), origin: Origin::Attributes });
    }
    let sizes = page.tags.get(from).and_then(|tag| tag.get("sizes"))?;
    let width = srcset::slot(sizes, request.viewport)?;
    Some(Size { width, height: None, origin: Origin::Sizes })
}

/// A `width` or `height` attribute in pixels.
pub(super) fn attribute(tag: &Tag, name: &str) -> Option<f64> {
    tag.get(name)?.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 1.0)
}

/// Whether the tag alone keeps a place free.
fn keeps_its_place(tag: &Tag) -> bool {
    let style = tag.get("style").unwrap_or_default();
    let fixed = |name| css::declared(style, name).is_some_and(|it| it != "auto");
    fixed("aspect-ratio") || (fixed("height") && fixed("width"))
}

/// Without a browser: the largest of the first pictures is the main one, and what comes first is
/// seen first. `sizes` are those that were found after all.
pub(super) fn guess_first_view(places: &[Place], looks: &mut [Option<Look>], request: &Request) {
    let seen = |place: &Place| matches!(place.kind, Kind::Image | Kind::Poster | Kind::Background);
    let first: Vec<usize> =
        (0..places.len()).filter(|at| seen(&places[*at]) && looks[*at].is_some()).collect();
    let area = |at: &usize| {
        let size = looks[*at].as_ref().and_then(|look| look.size);
        size.map_or(0.0, |size| size.width * size.height.unwrap_or(0.0))
    };
    let view = request.viewport.width * request.viewport.height;
    let main = first
        .iter()
        .take(FIRST)
        .filter(|at| area(at) >= view * MAIN)
        .max_by(|a, b| area(a).total_cmp(&area(b)))
        .copied();
    for (order, at) in first.into_iter().enumerate() {
        if let Some(look) = &mut looks[at] {
            look.main = Some(at) == main;
            look.above_fold = (places[at].kind == Kind::Image).then_some(order < FIRST);
        }
    }
}
