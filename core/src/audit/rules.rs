//! What is wrong with a place, and the change that mends it.

use super::change::Changes;
use super::css;
use super::html::{Page, Tag};
use super::look::{attribute, Look, Origin};
use super::offer::{self, Offer};
use super::place::{Kind, Place};
use super::request::Request;
use super::srcset;
use crate::image::Probe;

/// Fewer bytes than this are not worth another picture, nor is a smaller share.
const LEAST_BYTES: u64 = 2048;
const LEAST_SHARE: f64 = 0.1;
/// The same pixels in the same format lose a little once more, so there must be more to gain.
const LEAST_SHARE_AGAIN: f64 = 0.25;
/// Up to this width one file serves every screen.
const SMALL: f64 = 160.0;

/// One thing to change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) rule: &'static str,
    pub(super) text: String,
    /// Bytes that it saves.
    pub(super) saved: Option<u64>,
}

/// A place with all that is known of it.
pub(super) struct Case<'a> {
    pub(super) place: &'a Place,
    pub(super) look: &'a Look,
    pub(super) probe: Option<&'a Probe>,
    /// Bytes of the picture that is loaded now.
    pub(super) bytes: u64,
    pub(super) offer: Option<&'a Offer>,
}

impl Case<'_> {
    /// Whether the better picture is so much smaller that it takes the other's place.
    pub(super) fn is_worth(&self) -> bool {
        let Some(offer) = self.offer else {
            return false;
        };
        let saved = self.bytes.saturating_sub(offer.made.bytes);
        let again = self.probe.is_some_and(|probe| {
            probe.format == offer.made.format && probe.oriented_size().0 == offer.made.width
        });
        let share = if again { LEAST_SHARE_AGAIN } else { LEAST_SHARE };
        saved >= LEAST_BYTES && saved as f64 >= self.bytes as f64 * share
    }

    /// Whether the better picture takes the other's place, for its bytes or its host.
    pub(super) fn is_replaced(&self, request: &Request) -> bool {
        let foreign = offer::is_foreign(&self.look.url, request).is_some();
        self.offer.is_some() && (self.is_worth() || foreign)
    }

    fn is_image(&self) -> bool {
        self.place.kind == Kind::Image
    }
}

/// Everything that is wrong with a place.
pub(super) fn check(case: &Case<'_>, page: &Page, request: &Request) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |rule, text: String, saved| found.push(Finding { rule, text, saved });
    let tag = case.place.tag.map(|at| &page.tags[at]).filter(|_| case.is_image());
    if let (Some(offer), Some(probe), true) = (case.offer, case.probe, case.is_worth()) {
        bytes(case, offer, probe, &mut add);
    }
    if let Some(host) = offer::is_foreign(&case.look.url, request) {
        add("host", format!("comes from {host}: one more connection before its first byte"), None);
    }
    if let Some(tag) = tag.filter(|tag| tag.name == "img") {
        choice(case, tag, page, &mut add);
        loading(case, tag, &mut add);
    }
    if case.look.main && !case.is_image() && found_late(case.place) && !is_preloaded(case, page) {
        let text = "is the main picture and found late: nothing in the head preloads it";
        found.push(Finding { rule: "preload", text: text.to_owned(), saved: None });
    }
    found
}

type Add<'a> = dyn FnMut(&'static str, String, Option<u64>) + 'a;

/// Bytes that another size and another format save.
fn bytes(case: &Case<'_>, offer: &Offer, probe: &Probe, add: &mut Add<'_>) {
    let (width, height) = probe.oriented_size();
    let by_size = case.bytes.saturating_sub(offer.resized);
    if offer.made.width < width && by_size > 0 {
        let made = &offer.made;
        let text = format!(
            "has {width} × {height} pixels where {} × {} are shown",
            made.width, made.height
        );
        add("size", text, Some(by_size));
    }
    let by_format = case.bytes.saturating_sub(by_size).saturating_sub(offer.made.bytes);
    if by_format > 0 && offer.made.format != probe.format {
        let (old, new) = (probe.format.name(), offer.made.format.name());
        add("format", format!("is {old}: {new} looks the same in fewer bytes"), Some(by_format));
    } else if by_format > 0 {
        let text = "has more quality than the eye sees".to_owned();
        add("quality", text, Some(by_format));
    }
}

/// What lets a browser choose, and keep a place free.
fn choice(case: &Case<'_>, tag: &Tag, page: &Page, add: &mut Add<'_>) {
    let from = page.tags.get(case.look.from).unwrap_or(tag);
    let set = srcset::parse(from.get("srcset").unwrap_or_default());
    let wide = case.look.size.is_some_and(|size| size.width > SMALL);
    let can_shrink = case.offer.is_some_and(|offer| offer.srcset.is_some());
    if set.is_empty() && wide && can_shrink && case.is_worth() {
        add("srcset", "has one size for every screen".to_owned(), None);
    }
    let by_width = set.iter().any(|candidate| candidate.width.is_some());
    if by_width && from.get("sizes").is_none() {
        let text = "has srcset without sizes: browsers take it to be as wide as the page";
        add("sizes", text.to_owned(), None);
    }
    if lacks_dimensions(tag, case.look) {
        let text = "has no width and height: what follows moves when it arrives";
        add("dimensions", text.to_owned(), None);
    }
}

fn lacks_dimensions(tag: &Tag, look: &Look) -> bool {
    let both = attribute(tag, "width").is_some() && attribute(tag, "height").is_some();
    !both && !look.reserved && look.size.is_some()
}

/// When it is loaded.
fn loading(case: &Case<'_>, tag: &Tag, add: &mut Add<'_>) {
    let lazy = is_lazy(tag);
    if case.look.main && lazy {
        let text = "is the main picture and loaded lazily: only when the page is laid out";
        add("lazy-main", text.to_owned(), None);
    } else if case.look.above_fold == Some(true) && lazy {
        add("lazy-first", "is in the first view and loaded lazily".to_owned(), None);
    } else if case.look.above_fold == Some(false) && !lazy && !case.look.main {
        let text = "is below the first view and loaded at once: it takes the line from others";
        add("lazy", text.to_owned(), None);
    }
    if case.look.main && !is_first(tag) {
        let text = "is the main picture and not told to come first";
        add("priority", text.to_owned(), None);
    }
}

fn is_lazy(tag: &Tag) -> bool {
    tag.get("loading").is_some_and(|word| word.eq_ignore_ascii_case("lazy"))
}

fn is_first(tag: &Tag) -> bool {
    tag.get("fetchpriority").is_some_and(|word| word.eq_ignore_ascii_case("high"))
}

/// Whether a browser finds the picture only after the text was read.
fn found_late(place: &Place) -> bool {
    matches!(place.kind, Kind::Background | Kind::Script | Kind::Poster)
}

fn is_preloaded(case: &Case<'_>, page: &Page) -> bool {
    page.tags.iter().any(|tag| {
        let link = tag.name == "link" && tag.has_word("rel", "preload");
        let end = tag.get("href").map(|href| href.trim_start_matches(['.', '/']));
        link && end.is_some_and(|href| !href.is_empty() && case.look.url.ends_with(href))
    })
}

/// Writes the changes of one place.
pub(super) fn mend(case: &Case<'_>, page: &Page, request: &Request, changes: &mut Changes<'_>) {
    let offer = case.offer.filter(|_| case.is_replaced(request));
    match (case.place.kind, case.place.tag) {
        (Kind::Image, Some(number)) if page.tags[number].name == "img" => {
            image(case, number, offer, page, changes);
        }
        (Kind::Image | Kind::Poster | Kind::Icon, Some(number)) => {
            if let Some(offer) = offer {
                changes.tag(number).set(case.place.attribute, &offer.src);
                if case.place.kind == Kind::Icon {
                    changes.tag(number).remove("type");
                }
            }
        }
        (Kind::Background, _) => background(case, offer, changes),
        _ => {}
    }
    if case.look.main && found_late(case.place) && !is_preloaded(case, page) {
        changes.preload(preload(case, offer));
    }
}

fn image(
    case: &Case<'_>,
    number: usize,
    offer: Option<&Offer>,
    page: &Page,
    changes: &mut Changes<'_>,
) {
    let look = case.look;
    if let Some(offer) = offer {
        // A `<source>` with a condition stays where it is: it shows another picture.
        let asks = page.tags.get(look.from).is_some_and(|tag| tag.get("media").is_some());
        let target = if asks { look.from } else { number };
        let tag = changes.tag(target);
        if !asks {
            tag.set("src", &offer.src);
        }
        set(tag, "srcset", offer.srcset.as_deref().or(asks.then_some(offer.src.as_str())));
        set(tag, "sizes", offer.sizes.as_deref());
        tag.remove("type");
        for source in case.place.sources.iter().filter(|_| !asks) {
            if page.tags[*source].get("media").is_none() {
                changes.remove(*source);
            }
        }
    }
    if offer.is_none() {
        sizes(case, page, changes);
    }
    let old = &page.tags[number];
    if lacks_dimensions(old, look) {
        dimensions(case, number, changes);
    }
    let first = look.main || look.above_fold == Some(true);
    if first && is_lazy(old) {
        changes.tag(number).set("loading", "eager");
    }
    if look.above_fold == Some(false) && !look.main && !is_lazy(old) {
        changes.tag(number).set("loading", "lazy");
    }
    if look.main && !is_first(old) {
        changes.tag(number).set("fetchpriority", "high");
    }
}

/// Says how wide the picture is shown, where nothing does and the browser has a choice.
fn sizes(case: &Case<'_>, page: &Page, changes: &mut Changes<'_>) {
    let (Some(tag), Some(size)) = (page.tags.get(case.look.from), case.look.size) else {
        return;
    };
    let set = srcset::parse(tag.get("srcset").unwrap_or_default());
    if tag.get("sizes").is_none() && set.iter().any(|candidate| candidate.width.is_some()) {
        let width = size.width.ceil();
        let text = format!("(min-width: {width}px) {width}px, 100vw");
        changes.tag(case.look.from).set("sizes", &text);
    }
}

fn set(tag: &mut Tag, name: &str, value: Option<&str>) {
    match value {
        Some(value) => tag.set(name, value),
        None => tag.remove(name),
    }
}

/// Width and height as they are shown, so that nothing looks different once the picture is there.
fn dimensions(case: &Case<'_>, number: usize, changes: &mut Changes<'_>) {
    let Some(size) = case.look.size else { return };
    let ratio = case.probe.map(|probe| {
        let (width, height) = probe.oriented_size();
        f64::from(height) / f64::from(width.max(1))
    });
    let Some(height) = size.height.or(ratio.map(|ratio| size.width * ratio)) else {
        return;
    };
    let (width, height) = match (size.origin, case.probe) {
        // What the style sheets make of it is not known: the source's own size is right for all.
        (Origin::Source | Origin::Sizes, Some(probe)) => {
            let (width, height) = probe.oriented_size();
            (f64::from(width), f64::from(height))
        }
        _ => (size.width, height),
    };
    let tag = changes.tag(number);
    tag.set("width", &(width.round().max(1.0) as u32).to_string());
    tag.set("height", &(height.round().max(1.0) as u32).to_string());
    // Where a style narrows the picture, its height must follow.
    let style = tag.get("style").unwrap_or_default().trim_end_matches(';').to_owned();
    if css::declared(&style, "height").is_none() {
        let joint = if style.is_empty() { "" } else { ";" };
        tag.set("style", &format!("{style}{joint}height:auto"));
    }
}

/// `url()` becomes a choice by density.
fn background(case: &Case<'_>, offer: Option<&Offer>, changes: &mut Changes<'_>) {
    let (Some(offer), Some(found)) = (offer, &case.place.css) else {
        return;
    };
    if found.in_set {
        return;
    }
    let text = image_set(offer);
    match case.place.tag {
        Some(number) => changes.style(number, found.span.clone(), text),
        None => changes.sheet(case.place.document.clone(), case.place.span.clone(), text),
    }
}

/// The CSS of a better picture.
pub(super) fn image_set(offer: &Offer) -> String {
    let candidates = srcset::parse(offer.srcset.as_deref().unwrap_or_default());
    if candidates.len() < 2 {
        return format!("url({})", css::bare(&offer.src));
    }
    let choices: Vec<String> = candidates
        .iter()
        .map(|it| format!("url({}) {}x", css::bare(&it.url), it.density.unwrap_or(1.0)))
        .collect();
    format!("image-set({})", choices.join(","))
}

/// A `<link>` that loads the main picture before anything asks for it.
fn preload(case: &Case<'_>, offer: Option<&Offer>) -> String {
    let mut tag = Tag { name: "link".to_owned(), ..Tag::default() };
    tag.set("rel", "preload");
    tag.set("as", "image");
    match offer {
        Some(Offer { srcset: Some(set), .. }) if case.place.kind != Kind::Poster => {
            tag.set("imagesrcset", &by_density(set));
        }
        Some(offer) => tag.set("href", &css::bare(&offer.src)),
        None => tag.set("href", &case.look.url),
    }
    tag.set("fetchpriority", "high");
    tag.text()
}

/// A preload of a picture that was replaced loads the new one.
pub(super) fn preload_again(
    case: &Case<'_>,
    used: &Case<'_>,
    request: &Request,
    changes: &mut Changes<'_>,
) {
    let offer = used.offer.filter(|_| used.is_replaced(request));
    let (Some(number), Some(offer)) = (case.place.tag, offer) else {
        return;
    };
    let tag = changes.tag(number);
    tag.remove("type");
    match (used.place.kind, &offer.srcset) {
        (Kind::Image, set_) => {
            tag.set("href", &offer.src);
            set(tag, "imagesrcset", set_.as_deref());
            set(tag, "imagesizes", offer.sizes.as_deref().filter(|_| set_.is_some()));
        }
        (Kind::Background, Some(set_)) => {
            tag.remove("href");
            tag.set("imagesrcset", &by_density(set_));
        }
        _ => tag.set("href", &css::bare(&offer.src)),
    }
    if used.look.main {
        tag.set("fetchpriority", "high");
    }
}

/// A `srcset` as it stands in an `image-set()`.
fn by_density(set: &str) -> String {
    let candidates = srcset::parse(set);
    let each = candidates
        .iter()
        .map(|it| format!("{} {}x", css::bare(&it.url), it.density.unwrap_or(1.0)));
    each.collect::<Vec<_>>().join(", ")
}
