//! Response headers of a result (reference §2.5), from facts alone.

use std::time::Duration;

use super::accept::split;
use super::etag::entity_tag;
use crate::image::Format;
use crate::VERSION;

/// Policy of an image: it may style itself and do nothing else.
pub const CSP: &str = "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline';";

/// Policy of anything else: [`CSP`] in a sandbox.
pub const CSP_SANDBOX: &str = "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/// Shortest life in caches, in seconds, unless the source asks for less.
const SHORTEST_LIFE: u64 = 3600;

/// Warnings that are sent, and the length of each.
const MOST_WARNINGS: usize = 10;
const LONGEST_WARNING: usize = 200;

/// What is known about a result.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Format of the body.
    pub format: Format,
    /// Length of the body.
    pub bytes: usize,
    /// Where the time went.
    pub work: Work,
    /// What the caller should know.
    pub warnings: &'a [String],
    /// What the result is kept under: see [`Resolved::key`](super::Resolved::key).
    pub key: &'a str,
    /// Whether it was kept, and no work done for this answer.
    pub kept: bool,
    /// Request headers that could have led to another result.
    pub vary: &'a [&'a str],
    /// Hints that the options ask for.
    pub accept_ch: &'a [&'a str],
    /// `ETag` of the source.
    pub source_etag: Option<&'a str>,
    /// `Cache-Control` of the source.
    pub source_cache_control: Option<&'a str>,
}

/// Wall-clock time by stage, as a server sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Waiting for a free place.
    pub queue: Duration,
    /// Fetching the source.
    pub fetch: Duration,
    /// Reading the header, measuring and planning.
    pub plan: Duration,
    /// Decoding.
    pub decode: Duration,
    /// Steps between decoder and encoder.
    pub transform: Duration,
    /// Encoding.
    pub encode: Duration,
}

/// The headers of a successful answer, without `Content-Length`.
pub fn headers(facts: &Facts) -> Vec<(String, String)> {
    let (cache_control, restrictive) = cache_control(facts.source_cache_control);
    let image = facts.format != Format::Json;
    let mut headers = vec![
        ("Content-Type", facts.format.mime().to_owned()),
        ("Cf-Resized", resized(facts)),
        ("Cache-Control", cache_control),
        ("Content-Security-Policy", if image { CSP } else { CSP_SANDBOX }.to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Server-Timing", server_timing(&facts.work)),
    ];
    if !facts.vary.is_empty() {
        headers.push(("Vary", facts.vary.join(", ")));
    }
    if !facts.accept_ch.is_empty() {
        headers.push(("Accept-CH", facts.accept_ch.join(", ")));
    }
    if let Some(tag) = entity_tag(facts.key, facts.source_etag) {
        headers.push(("ETag", tag));
    }
    let more = restrictive.then_some("cache-control is too restrictive");
    let warnings = facts.warnings.iter().map(String::as_str).chain(more);
    headers.extend(warnings.take(MOST_WARNINGS).map(|text| ("Warning", warning(text))));
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Milliseconds of queue (`q`), fetch (`n`), decoding and what comes before, plus the rest of the work (`c`), our
/// version (`v`) and the length of the body (`l`).
fn resized(facts: &Facts) -> String {
    let work = &facts.work;
    let ms = |time: Duration| time.as_millis();
    let status = if facts.kept { "ram" } else { "ok/m" };
    format!(
        "internal={status} q={} n={} c={}+{} v={VERSION} l={}",
        ms(work.queue),
        ms(work.fetch),
        ms(work.plan + work.decode),
        ms(work.transform + work.encode),
        facts.bytes,
    )
}

fn server_timing(work: &Work) -> String {
    let stages = [
        ("queue", work.queue),
        ("fetch", work.fetch),
        ("plan", work.plan),
        ("decode", work.decode),
        ("transform", work.transform),
        ("encode", work.encode),
    ];
    let entry =
        |(name, time): (&str, Duration)| format!("{name};dur={:.1}", time.as_secs_f64() * 1e3);
    stages.map(entry).join(", ")
}

/// The reference writes agent before code, against RFC 7234's order.
fn warning(text: &str) -> String {
    let plain = |letter: char| match letter {
        '"' | '\\' => '\'',
        ' '..='~' => letter,
        _ => '?',
    };
    let text: String = text.chars().take(LONGEST_WARNING).map(plain).collect();
    format!("cf-images 299 \"{text}\"")
}

/// `Cache-Control` of a result, and whether the source's keeps results out of shared caches.
///
/// A life is made at least an hour, unless the source says `must-revalidate`. What must not be
/// stored or shared is passed on as it is.
pub fn cache_control(source: Option<&str>) -> (String, bool) {
    let clean = |text: &&str| {
        let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        text.len() <= 1024 && !text.trim().is_empty() && text.bytes().all(plain)
    };
    let Some(source) = source.filter(clean) else {
        return (format!("public, max-age={SHORTEST_LIFE}"), false);
    };
    let has =
        |names: &[&str]| split(source, ',').any(|part| names.contains(&name_of(part).as_str()));
    if has(&["no-store", "no-cache", "private"]) {
        return (source.trim().to_owned(), true);
    }
    if has(&["must-revalidate"]) {
        return (source.trim().to_owned(), false);
    }
    let parts = split(source, ',').map(str::trim).filter(|part| !part.is_empty());
    let mut kept: Vec<String> = parts.map(at_least_an_hour).collect();
    if !has(&["max-age"]) {
        kept.push(format!("max-age={SHORTEST_LIFE}"));
    }
    (kept.join(", "), false)
}

fn name_of(directive: &str) -> String {
    directive.split('=').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn at_least_an_hour(directive: &str) -> String {
    let name = name_of(directive);
    if !matches!(name.as_str(), "max-age" | "s-maxage") {
        return directive.to_owned();
    }
    let value = directive.split_once('=').map_or("", |(_, value)| value.trim().trim_matches('"'));
    let life = value.parse().unwrap_or(SHORTEST_LIFE).max(SHORTEST_LIFE);
    format!("{name}={life}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            format: Format::Webp,
            bytes: 1463,
            work: Work {
                queue: Duration::ZERO,
                fetch: Duration::from_millis(317),
                plan: Duration::from_micros(400),
                decode: Duration::from_micros(17_500),
                transform: Duration::from_millis(20),
                encode: Duration::from_millis(18),
            },
            warnings: &[],
            key: "width=400",
            kept: false,
            vary: &["Accept", "Sec-CH-DPR"],
            accept_ch: &["Sec-CH-DPR"],
            source_etag: Some("\"abc\""),
            source_cache_control: Some("max-age=60"),
        }
    }

    fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_result_says_what_it_is_and_what_it_cost() {
        let headers = headers(&facts());
        let resized = format!("internal=ok/m q=0 n=317 c=17+38 v={VERSION} l=1463");
        assert_eq!(value(&headers, "Cf-Resized"), Some(resized.as_str()));
        assert_eq!(value(&headers, "Content-Type"), Some("image/webp"));
        assert_eq!(value(&headers, "Vary"), Some("Accept, Sec-CH-DPR"));
        assert_eq!(value(&headers, "Accept-CH"), Some("Sec-CH-DPR"));
        assert_eq!(value(&headers, "Cache-Control"), Some("max-age=3600"));
        assert_eq!(value(&headers, "X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(value(&headers, "Content-Security-Policy"), Some(CSP));
        assert!(value(&headers, "ETag").unwrap().ends_with(":abc\""));
        let timing =
            "queue;dur=0.0, fetch;dur=317.0, plan;dur=0.4, decode;dur=17.5, transform;dur=20.0, encode;dur=18.0";
        assert_eq!(value(&headers, "Server-Timing"), Some(timing));
    }

    #[test]
    fn a_json_result_is_sandboxed_and_a_fixed_format_does_not_vary() {
        let headers =
            headers(&Facts { format: Format::Json, vary: &[], accept_ch: &[], ..facts() });
        assert_eq!(value(&headers, "Content-Type"), Some("application/json"));
        assert_eq!(value(&headers, "Content-Security-Policy"), Some(CSP_SANDBOX));
        assert_eq!(value(&headers, "Vary"), None);
        assert_eq!(value(&headers, "Accept-CH"), None);
    }

    #[test]
    fn warnings_cannot_break_out_of_their_header() {
        let warnings = ["a \"b\"\r\nX: y\u{e9}".to_owned(), "w".repeat(5000)];
        let headers = headers(&Facts { warnings: &warnings, ..facts() });
        assert_eq!(value(&headers, "Warning"), Some("cf-images 299 \"a 'b'??X: y?\""));
        assert!(headers.iter().all(|(_, value)| value.len() < 300));
    }

    #[test]
    fn a_life_in_caches_is_at_least_an_hour() {
        for (source, expected, restrictive) in [
            (None, "public, max-age=3600", false),
            (Some(""), "public, max-age=3600", false),
            (Some("public"), "public, max-age=3600", false),
            (Some("public, max-age=60"), "public, max-age=3600", false),
            (Some("max-age=86400"), "max-age=86400", false),
            (
                Some("MAX-AGE = 5 , s-maxage=7,immutable"),
                "max-age=3600, s-maxage=3600, immutable",
                false,
            ),
            (Some("max-age=soon"), "max-age=3600", false),
            (Some("max-age=-5"), "max-age=3600", false),
            (Some("s-maxage=99999"), "s-maxage=99999, max-age=3600", false),
            (Some("max-age=0, must-revalidate"), "max-age=0, must-revalidate", false),
            (Some("private, max-age=600"), "private, max-age=600", true),
            (Some("no-store"), "no-store", true),
            (Some("no-cache=\"a,b\""), "no-cache=\"a,b\"", true),
            (Some("max-age=1\r\nX: y"), "public, max-age=3600", false),
        ] {
            assert_eq!(cache_control(source), (expected.to_owned(), restrictive), "{source:?}");
        }
    }

    #[test]
    fn a_source_that_keeps_results_out_of_caches_is_warned_about() {
        let headers = headers(&Facts { source_cache_control: Some("private"), ..facts() });
        let text = "cf-images 299 \"cache-control is too restrictive\"";
        assert_eq!(value(&headers, "Warning"), Some(text));
    }
}
