//! What to change about the pictures of a page, what it saves, and the page with the changes.
//!
//! A page's HTML, the bytes of what it loads and, where a browser has shown it, how large each
//! picture was shown, go in; findings come out. No socket is opened: what is not among the
//! [`Assets`], by its absolute URL, is reported as not given. Savings are those of results that
//! were rendered for the very size and client, not estimates.
//!
//! The request is a JSON object:
//!
//! | field | meaning |
//! |---|---|
//! | `url` | where the page is |
//! | `host` | scheme and host of transform URLs; without it they are paths of the page's host |
//! | `viewport` | `width`, `height` in CSS pixels and `dpr`: 1350, 940 and 1 where not given |
//! | `accept` | the client's `Accept`; without it one that takes AVIF and WebP |
//! | `options` | options of every transform URL, as text or object, without width, height, dpr and format; without any `quality=auto` |
//! | `shown` | pictures as a browser has shown them: `url`, `kind` (where: `image`, `background`, `poster`, `icon`), `width`, `height` in CSS pixels, `fit` (a value of `object-fit`), `main` (the largest of the first view), `above_fold`, `reserved` (the page keeps its place free before it is there) |
//! | `html` | true: the answer has the page with all changes, as `html` |
//!
//! Without `shown` sizes come from attributes, styles and `sizes`, and what is seen first from the
//! order of the page.
//!
//! The answer has `summary` (`images`, `findings`, `bytes`, `possible`, `saved`: every file counts
//! once, and what only scripts name stays as it is), `images`, `edits` (`document`, null for the page, `start` and `end` in bytes, `text`;
//! what [`apply`] writes), `warnings`, and `html` where asked for. Each of `images` has
//!
//! | field | meaning |
//! |---|---|
//! | `kind` | `image`, `background`, `poster`, `icon`, `preload`, or `script` for what the text does not name |
//! | `url` | the picture that is loaded |
//! | `document`, `start`, `end`, `line` | where it is named; `document` is null for the page |
//! | `bytes`, `format`, `width`, `height` | what it is; null where it was not given or is no picture that is read |
//! | `shown` | `width`, `height` and where they are from: `measured`, `attributes`, `style`, `sizes`, `source`; or null |
//! | `main`, `above_fold` | whether it is the main picture and in the first view; null where it cannot be told |
//! | `best` | `url`, `bytes`, `format`, `width`, `height` of the rendered picture, or null |
//! | `saved` | bytes that the change saves |
//! | `findings` | `rule`, `text`, and `saved` in bytes or null |
//! | `markup`, `fix` | the text now, and the text that mends all findings, or null |
//!
//! Rules: `size`, `format`, `quality`, `srcset`, `sizes`, `dimensions`, `lazy`, `lazy-main`,
//! `lazy-first`, `priority`, `preload`, `host`. A picture takes another's place when it saves
//! 2,048 bytes and a tenth (a quarter where neither its pixels nor its format change), or when the
//! other one comes from a foreign host.

mod answer;
mod change;
mod css;
mod html;
mod look;
mod offer;
mod place;
mod request;
mod rules;
mod srcset;
#[cfg(test)]
mod tests;

use serde_json::Value;

use self::answer::{Entry, Lines};
use self::change::Changes;
use self::html::Page;
use self::look::Look;
use self::offer::{Kitchen, Offer};
use self::place::{Kind, Place};
use self::request::Request;
use self::rules::Case;
use crate::image::Probe;
use crate::{Assets, Engine, Error, Job, Result};

pub use self::change::apply;

/// Longest page, in bytes.
const PAGE: usize = 8 << 20;

impl Engine {
    /// Says what to change about the pictures of the page `html`; see [`crate::audit`] for
    /// `request` and the answer. `files` are the bytes of what the page loads, pictures and style
    /// sheets, by absolute URL.
    ///
    /// Refuses a malformed request and pages beyond 8 MiB or 5,000 pictures. A picture that
    /// cannot be rendered is a warning; the job's deadline ends the whole run.
    pub fn audit(&self, html: &str, request: &str, files: &Assets, job: &Job) -> Result<Value> {
        if html.len() > PAGE {
            return Err(Error::too_large("page bytes", PAGE, html.len()));
        }
        let request = Request::read(request)?;
        let page = Page::read(html);
        if page.is_cut {
            return Err(Error::too_large("tags of a page", 100_000, "more"));
        }
        let mut places = place::find(html, &page, &request.url, files)?;
        let looks = look::look(&mut places, &page, &request);
        let mut audit = Audit {
            html,
            page: &page,
            request: &request,
            kitchen: Kitchen::new(self, &request, files, job),
            warnings: Vec::new(),
        };
        let seen = audit.see(&places, looks);
        let offers = audit.cook(&places, &seen)?;
        Ok(audit.answer(&places, &seen, &offers))
    }
}

/// A look, and what the picture's header says.
type Seen = (Option<Look>, Option<Probe>);

struct Audit<'a> {
    html: &'a str,
    page: &'a Page,
    request: &'a Request,
    kitchen: Kitchen<'a>,
    warnings: Vec<String>,
}

impl Audit<'_> {
    /// Fills in the sizes that only the pictures themselves tell.
    fn see(&mut self, places: &[Place], mut looks: Vec<Option<Look>>) -> Vec<Seen> {
        let probes: Vec<Option<Probe>> = looks
            .iter()
            .map(|look| look.as_ref().and_then(|look| self.kitchen.probe(&look.url)))
            .collect();
        for ((look, probe), place) in looks.iter_mut().zip(&probes).zip(places) {
            let (Some(look), Some(probe)) = (look, probe) else {
                continue;
            };
            let whole = offer::size_of(probe, self.request);
            // What a browser has not shown has no size that is known.
            let guessed = self.request.shown.is_empty() && place.kind != Kind::Icon;
            match &mut look.size {
                None if guessed => look.size = Some(whole),
                Some(size) if size.height.is_none() && whole.width > 0.0 => {
                    size.height = whole.height.map(|height| height * size.width / whole.width);
                }
                _ => {}
            }
        }
        if self.request.shown.is_empty() {
            look::guess_first_view(places, &mut looks, self.request);
        }
        looks.into_iter().zip(probes).collect()
    }

    /// Renders the better picture of every place.
    fn cook(&mut self, places: &[Place], seen: &[Seen]) -> Result<Vec<Option<Offer>>> {
        let mut offers = Vec::with_capacity(places.len());
        for (place, (look, probe)) in places.iter().zip(seen) {
            self.kitchen.job.check()?;
            let (Some(look), Some(probe)) = (look, probe) else {
                self.tell_missing(look.as_ref());
                offers.push(None);
                continue;
            };
            let made = match place.kind {
                Kind::Preload => Ok(None),
                _ => {
                    let sizes = sizes(look, self.page, self.request);
                    self.kitchen.offer(place, look, probe, sizes)
                }
            };
            offers.push(match made {
                Ok(offer) => offer,
                Err(error) if offer::is_of_picture(error.kind()) => {
                    self.warnings.push(format!("{}: {}", look.url, error.message()));
                    None
                }
                Err(error) => return Err(error),
            });
        }
        Ok(offers)
    }

    fn tell_missing(&mut self, look: Option<&Look>) {
        let Some(look) = look else { return };
        let text = match self.kitchen.assets.get(&look.url) {
            None => format!("{}: its bytes were not given", look.url),
            Some(_) => format!("{}: not a picture that can be read", look.url),
        };
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    fn answer(self, places: &[Place], seen: &[Seen], offers: &[Option<Offer>]) -> Value {
        let mut cases: Vec<Option<Case<'_>>> = Vec::with_capacity(places.len());
        for ((place, (look, probe)), offer) in places.iter().zip(seen).zip(offers) {
            cases.push(look.as_ref().map(|look| {
                let bytes = self.kitchen.assets.get(&look.url).map(|bytes| bytes.len() as u64);
                let (probe, offer) = (probe.as_ref(), offer.as_ref());
                Case { place, look, probe, bytes: bytes.unwrap_or(0), offer }
            }));
        }
        let mut changes = Changes::new(self.page);
        for case in cases.iter().flatten() {
            rules::mend(case, self.page, self.request, &mut changes);
        }
        for case in cases.iter().flatten().filter(|case| case.place.kind == Kind::Preload) {
            let used = cases
                .iter()
                .flatten()
                .filter(|other| !matches!(other.place.kind, Kind::Preload | Kind::Script))
                .find(|other| other.look.url == case.look.url);
            if let Some(used) = used {
                rules::preload_again(case, used, self.request, &mut changes);
            }
        }
        let text = Lines::of(self.html);
        let entries = cases.iter().zip(places).map(|(case, place)| match case {
            Some(case) => Entry::of(case, self.page, self.request, &changes, &text),
            None => Entry::unseen(place, &text),
        });
        let entries: Vec<Entry> = entries.collect();
        answer::whole(self.html, entries, changes.finish(), self.warnings, self.request)
    }
}

/// The `sizes` that the page has, where they say about what is shown.
fn sizes<'a>(look: &Look, page: &'a Page, request: &Request) -> Option<&'a str> {
    let sizes = page.tags.get(look.from)?.get("sizes")?;
    let slot = srcset::slot(sizes, request.viewport)?;
    let width = look.size?.width;
    ((slot - width).abs() <= width * 0.1).then_some(sizes)
}
