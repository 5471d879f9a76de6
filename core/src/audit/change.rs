//! The page written anew: only what changes, exactly where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::{json, Value};

use super::html::{Page, Tag};
use crate::{Error, Result};

/// One piece of text in place of another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edit {
    /// URL of the style sheet; `None` for the page.
    pub(super) document: Option<String>,
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "document": self.document,
            "start": self.span.start,
            "end": self.span.end,
            "text": self.text,
        })
    }

    fn from_json(value: &Value) -> Result<Self> {
        let place = |name: &str| -> Result<usize> {
            let number = value[name].as_u64().and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| Error::invalid(name, "a place in the text", &value[name]))
        };
        let text = value["text"].as_str();
        Ok(Edit {
            document: value["document"].as_str().map(str::to_owned),
            span: place("start")?..place("end")?,
            text: text.ok_or_else(|| Error::invalid("text", "text", &value["text"]))?.to_owned(),
        })
    }
}

/// The changes of a page, collected.
pub(super) struct Changes<'a> {
    page: &'a Page,
    tags: BTreeMap<usize, Tag>,
    removed: BTreeSet<usize>,
    /// Pieces of `style` attributes, by tag.
    styles: BTreeMap<usize, Vec<(Range<usize>, String)>>,
    /// Pieces of style sheets.
    sheets: Vec<Edit>,
    preloads: Vec<String>,
}

impl<'a> Changes<'a> {
    pub(super) fn new(page: &'a Page) -> Self {
        Changes {
            page,
            tags: BTreeMap::new(),
            removed: BTreeSet::new(),
            styles: BTreeMap::new(),
            sheets: Vec::new(),
            preloads: Vec::new(),
        }
    }

    /// A tag, to be changed.
    pub(super) fn tag(&mut self, number: usize) -> &mut Tag {
        let page = self.page;
        self.tags.entry(number).or_insert_with(|| page.tags[number].clone())
    }

    pub(super) fn remove(&mut self, number: usize) {
        self.removed.insert(number);
    }

    pub(super) fn style(&mut self, number: usize, span: Range<usize>, text: String) {
        self.styles.entry(number).or_default().push((span, text));
    }

    pub(super) fn sheet(&mut self, document: Option<String>, span: Range<usize>, text: String) {
        self.sheets.push(Edit { document, span, text });
    }

    /// A `<link>` for the head.
    pub(super) fn preload(&mut self, link: String) {
        if self.page.head.is_some() && !self.preloads.contains(&link) {
            self.preloads.push(link);
        }
    }

    /// The text of a tag with all its changes so far, where it has any.
    pub(super) fn text(&self, number: usize) -> Option<String> {
        if self.removed.contains(&number) {
            return Some(String::new());
        }
        let mut tag = match (self.tags.get(&number), self.styles.contains_key(&number)) {
            (Some(tag), _) => tag.clone(),
            (None, true) => self.page.tags[number].clone(),
            (None, false) => return None,
        };
        if let Some(pieces) = self.styles.get(&number) {
            let mut style = tag.get("style").unwrap_or_default().to_owned();
            let mut pieces = pieces.clone();
            pieces.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
            for (span, text) in pieces {
                if style.get(span.clone()).is_some() {
                    style.replace_range(span, &text);
                }
            }
            tag.set("style", &style);
        }
        Some(tag.text())
    }

    /// All of it, in the order of the text.
    pub(super) fn finish(self) -> Vec<Edit> {
        let numbers: BTreeSet<usize> =
            self.tags.keys().chain(self.styles.keys()).chain(&self.removed).copied().collect();
        let mut edits: Vec<Edit> = numbers
            .into_iter()
            .filter_map(|number| {
                let span = self.page.tags[number].span.clone();
                Some(Edit { document: None, span, text: self.text(number)? })
            })
            .collect();
        if let (Some(at), false) = (self.page.head, self.preloads.is_empty()) {
            let text = self.preloads.concat();
            edits.push(Edit { document: None, span: at..at, text });
        }
        edits.extend(self.sheets);
        edits.sort_by(|a, b| {
            let key = |edit: &Edit| (edit.document.clone(), edit.span.start, edit.span.end);
            key(a).cmp(&key(b))
        });
        edits
    }
}

/// The text of a page with the `edits` of its findings; with `document`, that of a style sheet.
///
/// Refuses findings of another text: places beyond its end, within a letter, or that overlap.
pub fn apply(text: &str, findings: &Value, document: Option<&str>) -> Result<String> {
    let edits = findings["edits"].as_array();
    let edits = edits.ok_or_else(|| Error::invalid("findings", "a list of edits", "none"))?;
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let edit = Edit::from_json(edit)?;
        if edit.document.as_deref() != document {
            continue;
        }
        let before =
            text.get(at..edit.span.start).filter(|_| text.get(edit.span.clone()).is_some());
        let Some(before) = before else {
            return Err(Error::invalid("findings", "those of this very text", "others"));
        };
        out.push_str(before);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(edits: &[(usize, usize, &str)]) -> Value {
        let edit = |(start, end, text): &(usize, usize, &str)| json!({"document": null, "start": start, "end": end, "text": text});
        json!({"edits": edits.iter().map(edit).collect::<Vec<_>>()})
    }

    #[test]
    fn only_the_pieces_change() {
        let fixed = apply("abcdef", &findings(&[(1, 1, "+"), (1, 2, "B"), (4, 6, "")]), None);
        assert_eq!(fixed.unwrap(), "a+Bcd");
        let other = apply("abcdef", &findings(&[(1, 2, "B")]), Some("https://a.test/a.css"));
        assert_eq!(other.unwrap(), "abcdef");
    }

    #[test]
    fn findings_of_another_text_are_refused() {
        for wrong in [&[(3, 2, "")][..], &[(0, 9, "")], &[(0, 3, ""), (2, 4, "")], &[(4, 5, "")]] {
            assert!(apply("abcdé", &findings(wrong), None).is_err(), "{wrong:?}");
        }
        assert!(apply("a", &json!({}), None).is_err());
    }

    #[test]
    fn a_tag_may_change_in_several_ways() {
        let html = "<head></head><p style='background:url(a),url(b)'><img src=a>";
        let page = Page::read(html);
        let mut changes = Changes::new(&page);
        changes.style(0, 11..17, "url(A)".to_owned());
        changes.style(0, 18..24, "url(B&)".to_owned());
        changes.tag(1).set("width", "5");
        changes.preload("<link>".to_owned());
        let edits: Vec<_> = changes.finish().iter().map(Edit::to_json).collect();
        let fixed = apply(html, &json!({"edits": edits}), None).unwrap();
        let wanted = "<head><link></head><p style=\"background:url(A),url(B&amp;)\">\
            <img src=\"a\" width=\"5\">";
        assert_eq!(fixed, wanted);
    }
}
