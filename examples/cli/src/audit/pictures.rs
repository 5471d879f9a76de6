//! Pictures side by side for the report, small enough to stand in it.

use std::collections::BTreeMap;

use safelight::delivery::Hints;
use safelight::url::Url;
use safelight::{CancelToken, Engine, Input, Job, Limits, Options};
use serde_json::Value;

use super::ACCEPT;

/// Pictures that a report shows.
const MOST: usize = 24;
/// Bytes of one picture in it.
const LARGEST: usize = 400_000;

/// One picture as it is and as it could be.
pub(super) struct Pair {
    /// Its place among the audit's images.
    pub(super) at: usize,
    /// Media type and bytes.
    pub(super) before: (&'static str, Vec<u8>),
    pub(super) after: (&'static str, Vec<u8>),
}

/// The pictures that gain most.
pub(super) fn pairs(
    audit: &Value,
    files: &BTreeMap<String, Vec<u8>>,
    limits: &Limits,
) -> Vec<Pair> {
    let images = audit["images"].as_array().map_or(&[][..], Vec::as_slice);
    let mut order: Vec<usize> = (0..images.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(images[*at]["saved"].as_u64()));
    let engine = Engine::new(limits.clone());
    let gains = |at: &usize| images[*at]["saved"].as_u64().unwrap_or(0) > 0;
    let pair = |at| pair(at, &images[at], files, &engine);
    order.into_iter().filter(gains).take(MOST).filter_map(pair).collect()
}

fn pair(
    at: usize,
    image: &Value,
    files: &BTreeMap<String, Vec<u8>>,
    engine: &Engine,
) -> Option<Pair> {
    let source = files.get(image["url"].as_str()?)?;
    let Ok(Url::Transform(transform)) = safelight::url::parse(image["best"]["url"].as_str()?)
    else {
        return None;
    };
    // The picture as it is, at the size that it is seen at: its pixels and not its bytes.
    let width = image["best"]["width"].as_u64()?;
    let plain = Options::parse(&format!("width={width},format=webp,quality=95")).ok()?.options;
    let before = render(engine, source, &plain)?;
    let after = render(engine, source, &transform.options)?;
    (before.1.len() <= LARGEST && after.1.len() <= LARGEST).then_some(Pair { at, before, after })
}

fn render(engine: &Engine, source: &[u8], options: &Options) -> Option<(&'static str, Vec<u8>)> {
    let hints = Hints::from_headers([("accept", ACCEPT)]);
    let job = Job::new(engine.limits(), CancelToken::new());
    let done = engine.render(&Input::new(source).with_hints(&hints), options, &job).ok()?;
    Some((done.info.format.mime(), done.data))
}
