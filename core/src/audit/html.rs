//! The tags of a page that pictures hang on, with their places in the text.

use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// A start tag.
#[derive(Debug, Clone, Default)]
pub(super) struct Tag {
    /// In lower case.
    pub(super) name: String,
    /// Names in lower case, values without character references, in their order.
    pub(super) attributes: Vec<(String, String)>,
    /// From `<` to behind `>`.
    pub(super) span: Range<usize>,
    /// Number of the `<picture>` around it.
    pub(super) picture: Option<usize>,
    /// What stands between a `<style>` and its end.
    pub(super) content: Range<usize>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.attributes.retain(|(known, _)| known != name);
    }

    /// The tag as text; every value is quoted and escaped.
    pub(super) fn text(&self) -> String {
        let mut text = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            text.push_str(&format!(" {name}=\"{value}\""));
        }
        text.push('>');
        text
    }

    /// Whether a list of words, such as `rel`, has `word`.
    pub(super) fn has_word(&self, name: &str, word: &str) -> bool {
        let mut words = self.get(name).unwrap_or_default().split_ascii_whitespace();
        words.any(|it| it.eq_ignore_ascii_case(word))
    }
}

/// A page, taken apart.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) tags: Vec<Tag>,
    /// Where a `<link>` may be put in: before the first thing of the head that is loaded.
    pub(super) head: Option<usize>,
    /// Whether there were more tags than are kept.
    pub(super) is_cut: bool,
}

/// Tags that are kept.
const MOST: usize = 100_000;
/// Attributes of one tag that are read.
const MOST_ATTRIBUTES: usize = 200;
/// Tags that are kept even without a `style` attribute.
const KEPT: [&str; 9] =
    ["img", "source", "picture", "link", "style", "video", "input", "image", "base"];
/// Tags before which a preload still comes first.
const LOADS: [&str; 4] = ["link", "script", "style", "body"];
/// What stands in these is no part of the page while scripts run.
const ASIDE: [&str; 2] = ["noscript", "template"];

impl Page {
    pub(super) fn read(html: &str) -> Self {
        let mut reader = Reader { html, ..Reader::default() };
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| {
            reader.take(event, span);
            None::<Infallible>
        });
        emitter.naively_switch_states(true);
        // It gives no tokens: the reader has taken all in.
        Tokenizer::new_with_emitter(html, emitter).for_each(drop);
        reader.page
    }
}

#[derive(Default)]
struct Reader<'a> {
    html: &'a str,
    page: Page,
    open: Tag,
    /// Attributes of it so far.
    attributes: usize,
    /// How many elements of `ASIDE` are open.
    aside: usize,
    picture: Option<usize>,
    pictures: usize,
    /// The `<style>` whose end is awaited.
    style: Option<usize>,
}

impl Reader<'_> {
    fn take(&mut self, event: CallbackEvent<'_>, span: Span<usize>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match event {
            CallbackEvent::OpenStartTag { name } => {
                let span = span.start..span.end;
                self.open = Tag { name: text(name), span, ..Tag::default() };
                self.attributes = 0;
            }
            CallbackEvent::AttributeName { name } => {
                self.attributes += 1;
                if self.attributes <= MOST_ATTRIBUTES {
                    self.open.attributes.push((text(name), String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } if self.attributes <= MOST_ATTRIBUTES => {
                if let Some((_, last)) = self.open.attributes.last_mut() {
                    last.push_str(&text(value));
                }
            }
            CallbackEvent::CloseStartTag { .. } => self.start(span.end),
            CallbackEvent::EndTag { name } => {
                // What looks like attributes of an end tag is not part of any tag.
                self.open = Tag::default();
                self.end(&text(name), span.start);
            }
            _ => {}
        }
    }

    fn start(&mut self, end: usize) {
        let mut tag = std::mem::take(&mut self.open);
        tag.span.end = end;
        tag.drop_repeated();
        if ASIDE.contains(&tag.name.as_str()) {
            self.aside += 1;
        }
        // What was not read whole cannot be written anew.
        if self.aside > 0 || self.attributes > MOST_ATTRIBUTES || !self.is_whole(&tag) {
            return;
        }
        if self.page.head.is_none() && LOADS.contains(&tag.name.as_str()) {
            self.page.head = Some(tag.span.start);
        }
        if tag.name == "picture" {
            self.picture = Some(self.pictures);
            self.pictures += 1;
        }
        tag.picture = self.picture;
        if tag.name == "style" {
            self.style = Some(self.page.tags.len());
        }
        if KEPT.contains(&tag.name.as_str()) || tag.get("style").is_some() {
            match self.page.tags.len() < MOST {
                true => self.page.tags.push(tag),
                false => self.page.is_cut = true,
            }
        }
    }

    fn end(&mut self, name: &str, start: usize) {
        match name {
            "noscript" | "template" => self.aside = self.aside.saturating_sub(1),
            "picture" => self.picture = None,
            "head" if self.aside == 0 && self.page.head.is_none() => self.page.head = Some(start),
            "style" => {
                if let Some(tag) = self.style.take().and_then(|at| self.page.tags.get_mut(at)) {
                    let content = tag.span.end..start;
                    if self.html.get(content.clone()).is_some() {
                        tag.content = content;
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether the span holds this very tag, so that it can be written anew.
    fn is_whole(&self, tag: &Tag) -> bool {
        let text = self.html.get(tag.span.clone()).unwrap_or_default();
        let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        inner.is_some_and(|inner| {
            inner.get(..tag.name.len()).is_some_and(|name| name.eq_ignore_ascii_case(&tag.name))
        })
    }
}

impl Tag {
    /// Of attributes with one name the first one holds.
    fn drop_repeated(&mut self) {
        let mut seen = Vec::new();
        self.attributes.retain(|(name, _)| {
            let new = !seen.contains(name);
            seen.push(name.clone());
            new
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(html: &str) -> Vec<String> {
        Page::read(html).tags.into_iter().map(|tag| tag.name).collect()
    }

    #[test]
    fn tags_know_where_they_stand_in_any_text() {
        let html = "<!doctype html>\r\n<p title='\u{e9}&amp;'>\u{1f600}<IMG\n SRC=a.jpg alt ALT=b>&nbsp;<img src='x&amp;y'/>";
        let page = Page::read(html);
        assert_eq!(&html[page.tags[0].span.clone()], "<IMG\n SRC=a.jpg alt ALT=b>");
        assert_eq!(page.tags[0].text(), "<img src=\"a.jpg\" alt=\"\">");
        assert_eq!(&html[page.tags[1].span.clone()], "<img src='x&amp;y'/>");
        assert_eq!(page.tags[1].get("src"), Some("x&y"));
        assert_eq!(page.tags[1].text(), "<img src=\"x&amp;y\">");
    }

    #[test]
    fn what_no_browser_shows_is_left_out() {
        let html = "<!-- <img src=a> --><script>'<img src=b>'</script><noscript><img src=c>\
            </noscript><template><img src=d></template><textarea><img src=e></textarea><img src=f>";
        assert_eq!(names(html), ["img"]);
        assert_eq!(Page::read(html).tags[0].get("src"), Some("f"));
    }

    #[test]
    fn a_style_element_knows_its_content() {
        let html = "<head><title>x</title><style media=all>a{b:url(c)}</style></head>";
        let page = Page::read(html);
        assert_eq!(&html[page.tags[0].content.clone()], "a{b:url(c)}");
        assert_eq!(page.head, html.find("<style"));
        let bare = "<head><meta charset=utf-8></head><body>";
        assert_eq!(Page::read(bare).head, bare.find("</head"));
    }

    #[test]
    fn sources_know_their_picture() {
        let html = "<picture><source srcset=a><img src=b></picture><img src=c>\
            <picture><img src=d></picture>";
        let tags = Page::read(html).tags;
        let pictures: Vec<_> =
            tags.iter().filter(|tag| tag.name != "picture").map(|tag| tag.picture).collect();
        assert_eq!(pictures, [Some(0), Some(0), None, Some(1)]);
    }
}
