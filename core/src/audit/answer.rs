//! The answer as JSON.

use std::collections::BTreeMap;

use serde_json::{json, Value};

use super::change::{apply, Changes, Edit};
use super::html::Page;
use super::place::{Kind, Place};
use super::request::Request;
use super::rules::{self, Case};

/// A text whose lines are counted.
pub(super) struct Lines<'a> {
    html: &'a str,
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(html: &'a str) -> Self {
        Lines { html, ends: html.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// The line of a place, from 1 on.
    fn line(&self, at: usize) -> usize {
        self.ends.partition_point(|end| *end < at) + 1
    }
}

/// One of `images`, with the files that it loads before and after.
pub(super) struct Entry {
    json: Value,
    findings: usize,
    now: Option<(String, u64)>,
    then: Option<(String, u64)>,
}

impl Entry {
    pub(super) fn of(
        case: &Case<'_>,
        page: &Page,
        request: &Request,
        changes: &Changes<'_>,
        text: &Lines<'_>,
    ) -> Self {
        let findings = rules::check(case, page, request);
        let (look, probe) = (case.look, case.probe);
        let given = (case.bytes > 0).then_some(case.bytes);
        let size = probe.map(|probe| probe.oriented_size());
        let offer = case.offer.filter(|_| case.is_replaced(request));
        let saved = offer.map_or(0, |offer| case.bytes.saturating_sub(offer.made.bytes));
        let mut json = named(case.place, text);
        let more = json!({
            "url": look.url,
            "bytes": given,
            "format": probe.map(|probe| probe.format.name()),
            "width": size.map(|size| size.0),
            "height": size.map(|size| size.1),
            "shown": look.size.map(|size| json!({
                "width": tenth(size.width),
                "height": size.height.map(tenth),
                "from": size.origin.word(),
            })),
            "main": look.main,
            "above_fold": look.above_fold,
            "best": case.offer.map(|offer| json!({
                "url": offer.url,
                "bytes": offer.made.bytes,
                "format": offer.made.format.name(),
                "width": offer.made.width,
                "height": offer.made.height,
            })),
            "saved": saved,
            "findings": findings.iter().map(finding).collect::<Vec<_>>(),
            "fix": fix(case, request, changes),
        });
        extend(&mut json, more);
        let now = given.map(|bytes| (look.url.clone(), bytes));
        // No edit changes what a script says.
        let then = match offer.filter(|_| case.place.kind != Kind::Script) {
            Some(offer) => Some((offer.url.clone(), offer.made.bytes)),
            None => now.clone(),
        };
        let counts = case.place.kind != Kind::Preload;
        Entry { json, findings: findings.len(), now, then: then.filter(|_| counts) }
    }

    /// One that was not shown.
    pub(super) fn unseen(place: &Place, text: &Lines<'_>) -> Self {
        let mut json = named(place, text);
        let nothing = Value::Null;
        let more = json!({
            "url": place.urls().next(),
            "bytes": nothing, "format": nothing, "width": nothing, "height": nothing,
            "shown": nothing, "main": false, "above_fold": nothing, "best": nothing,
            "saved": 0, "findings": [], "fix": nothing,
        });
        extend(&mut json, more);
        Entry { json, findings: 0, now: None, then: None }
    }
}

/// The whole answer.
pub(super) fn whole(
    html: &str,
    entries: Vec<Entry>,
    edits: Vec<Edit>,
    warnings: Vec<String>,
    request: &Request,
) -> Value {
    let files = |pick: fn(&Entry) -> Option<&(String, u64)>| -> u64 {
        let files: BTreeMap<&str, u64> =
            entries.iter().filter_map(pick).map(|(url, bytes)| (url.as_str(), *bytes)).collect();
        files.values().sum()
    };
    let now = files(|entry| entry.now.as_ref());
    // A preload loads nothing more than what is shown.
    let then = files(|entry| entry.then.as_ref());
    let findings: usize = entries.iter().map(|entry| entry.findings).sum();
    let mut answer = json!({
        "summary": {
            "images": entries.len(),
            "findings": findings,
            "bytes": now,
            "possible": then,
            "saved": now.saturating_sub(then),
        },
        "images": entries.into_iter().map(|entry| entry.json).collect::<Vec<_>>(),
        "edits": edits.iter().map(Edit::to_json).collect::<Vec<_>>(),
        "warnings": warnings,
    });
    if request.html {
        // The places are those of this very text.
        answer["html"] = apply(html, &answer, None).map_or(Value::Null, Value::String);
    }
    answer
}

/// Where a place is.
fn named(place: &Place, text: &Lines<'_>) -> Value {
    let written = place.kind != Kind::Script;
    let here = place.document.is_none() && written;
    let line = here.then(|| text.line(place.span.start));
    json!({
        "kind": place.kind.word(),
        "document": place.document,
        "start": written.then_some(place.span.start),
        "end": written.then_some(place.span.end),
        "line": line,
        "markup": text.html.get(place.span.clone()).filter(|_| here),
    })
}

/// The text that mends everything at a place.
fn fix(case: &Case<'_>, request: &Request, changes: &Changes<'_>) -> Option<String> {
    let offer = case.offer.filter(|_| case.is_replaced(request));
    match (case.place.tag, case.place.kind) {
        (Some(number), _) => {
            let mut text = changes.text(number)?;
            // Of a picture the sources that are no longer needed are not part of it any more.
            for source in &case.place.sources {
                let changed = changes.text(*source).filter(|text| !text.is_empty());
                text = changed.map_or(text.clone(), |source| source + &text);
            }
            Some(text)
        }
        (None, Kind::Script) => offer.map(|offer| offer.src.clone()),
        (None, _) => offer.map(rules::image_set),
    }
}

fn finding(finding: &rules::Finding) -> Value {
    json!({ "rule": finding.rule, "text": finding.text, "saved": finding.saved })
}

fn tenth(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

fn extend(json: &mut Value, more: Value) {
    if let (Value::Object(json), Value::Object(more)) = (json, more) {
        json.extend(more);
    }
}
