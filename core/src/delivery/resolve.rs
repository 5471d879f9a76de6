//! From what is asked for and what the client says of itself to plain options.
//!
//! Two options mean something only together with the client's hints (reference §1.6, §1.10):
//!
//! * `width=auto` becomes a number. `Sec-CH-Width` says how wide the picture is shown, in pixels
//!   of the device; else `Sec-CH-Viewport-Width` times `Sec-CH-DPR` says how wide it can be at
//!   most. The smallest breakpoint that is not below is taken, or the largest. An explicit `dpr`
//!   stands in for the device's: breakpoints are multiplied by it, as any width is. Without a
//!   hint a phone gets `wmobile` and anything else `wdesktop`.
//! * `slow-connection-quality` takes the place of `quality` when any hint tells of a slow
//!   connection, and goes when none does.
//!
//! Hints that are no number, or an absurd one, are as if absent.

use super::hints::{Hints, Reader};
use super::negotiate::normalize_accept;
use crate::options::{FormatWord, Options, Width};

/// Widest viewport or picture that a hint may tell of.
const WIDEST: f64 = 20_000.0;
/// Highest pixel ratio that a hint may tell of.
const DENSEST: f64 = 10.0;
/// Round trips above these milliseconds are slow.
const SLOW_RTT: f64 = 150.0;
/// Rates below these megabits a second are slow.
const SLOW_DOWNLINK: f64 = 5.0;
/// Effective connection types that are slow; the fourth one is `4g`.
const SLOW_TYPES: [&str; 3] = ["slow-2g", "2g", "3g"];

const BREAKPOINTS: [u32; 4] = [320, 768, 960, 1200];
const MOBILE: u32 = 768;
const DESKTOP: u32 = 1200;

/// Options for one client.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// What is asked for, with nothing left that only hints can tell.
    pub options: Options,
    /// Request headers that could have led to another answer, for `Vary`.
    pub vary: Vec<&'static str>,
}

impl Resolved {
    /// What a result for this client is kept under, besides its source: equal keys, equal bytes.
    pub fn key(&self, hints: &Hints) -> String {
        let options = self.options.to_string();
        if self.vary.contains(&"Accept") {
            format!("{options} {}", normalize_accept(hints.accept.as_deref()))
        } else {
            options
        }
    }
}

/// Makes options plain for the client that `hints` describe.
pub fn resolve(options: &Options, hints: &Hints) -> Resolved {
    let mut reader = Reader::new(hints);
    let mut plain = options.clone();
    if options.width == Some(Width::Auto) {
        plain.width = Some(Width::Pixels(width(options, &mut reader)));
        (plain.wbreakpoints, plain.wmobile, plain.wdesktop) = (None, None, None);
    }
    if let Some(quality) = plain.slow_connection_quality.take() {
        if is_slow(&mut reader) {
            plain.quality = Some(quality);
        }
    }
    let mut vary = reader.seen;
    if asks_accept(options) {
        vary.insert(0, "Accept");
    }
    Resolved { options: plain, vary }
}

/// The hints that a site has to ask its clients for, so that these options can follow them: for
/// the header `Accept-CH`.
pub fn accept_ch(options: &Options) -> Vec<&'static str> {
    let mut names = Vec::new();
    if options.width == Some(Width::Auto) {
        names.extend(["Sec-CH-Width", "Sec-CH-Viewport-Width", "Sec-CH-DPR"]);
    }
    if options.slow_connection_quality.is_some() {
        names.extend(["Save-Data", "ECT", "RTT", "Downlink"]);
    }
    names
}

/// Whether another `Accept` could lead to another format.
fn asks_accept(options: &Options) -> bool {
    match options.format {
        Some(FormatWord::Auto) => true,
        // What is too large for AVIF may go as WebP.
        Some(FormatWord::Avif) => options.compression.is_none(),
        _ => false,
    }
}

fn width(options: &Options, reader: &mut Reader) -> u32 {
    match wanted_width(options, reader) {
        Some(wanted) => {
            let widths = options.wbreakpoints.as_deref().unwrap_or(&BREAKPOINTS);
            let enough = widths.iter().filter(|width| f64::from(**width) >= wanted).min();
            enough.or(widths.iter().max()).copied().unwrap_or(DESKTOP)
        }
        None if is_phone(reader) => options.wmobile.unwrap_or(MOBILE),
        None => options.wdesktop.unwrap_or(DESKTOP),
    }
}

/// How wide the picture should be, in the pixels that `width` counts.
fn wanted_width(options: &Options, reader: &mut Reader) -> Option<f64> {
    let mut hint =
        |name, legacy, most| reader.positive(name, most).or_else(|| reader.positive(legacy, most));
    if let Some(shown) = hint("Sec-CH-Width", "Width", WIDEST) {
        return Some(shown / options.dpr.unwrap_or(1.0));
    }
    let viewport = hint("Sec-CH-Viewport-Width", "Viewport-Width", WIDEST)?;
    let dpr = match options.dpr {
        Some(_) => 1.0,
        None => hint("Sec-CH-DPR", "DPR", DENSEST).unwrap_or(1.0),
    };
    Some(viewport * dpr)
}

fn is_phone(reader: &mut Reader) -> bool {
    let agent = reader.text("User-Agent").unwrap_or_default();
    agent.contains("iPhone") || agent.contains("Android")
}

fn is_slow(reader: &mut Reader) -> bool {
    let is = |text: Option<&str>, word: &str| text.is_some_and(|it| it.eq_ignore_ascii_case(word));
    if is(reader.text("Save-Data"), "on") {
        return true;
    }
    let kind = reader.text("ECT");
    SLOW_TYPES.iter().any(|slow| is(kind, slow))
        || reader.number("RTT", 1e9).is_some_and(|rtt| rtt > SLOW_RTT)
        || reader.number("Downlink", 1e9).is_some_and(|rate| rate < SLOW_DOWNLINK)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every header with values that matter, and one that is absurd.
    const HEADERS: [(&str, &[&str]); 12] = [
        ("Accept", &["image/avif", "image/webp"]),
        ("Sec-CH-Width", &["300", "900", "-1"]),
        ("Width", &["300", "900", "x"]),
        ("Sec-CH-Viewport-Width", &["300", "500", "1e3"]),
        ("Viewport-Width", &["300", "500", "99999"]),
        ("Sec-CH-DPR", &["1", "2", "0"]),
        ("DPR", &["1", "3", "50"]),
        ("Save-Data", &["on", "off", "?1"]),
        ("ECT", &["4g", "3g", "5g"]),
        ("RTT", &["150", "151", "-5"]),
        ("Downlink", &["5", "4.9", "fast"]),
        ("User-Agent", &["iPhone", "X11", ""]),
    ];

    const TEXTS: [&str; 7] = [
        "width=auto",
        "width=auto,dpr=2",
        "width=auto,wbreakpoints=400;100,wmobile=5,wdesktop=6",
        "scq=30,quality=80",
        "width=auto,scq=30,format=auto",
        "format=auto",
        "width=50",
    ];

    fn resolved(text: &str, headers: &[(&str, &str)]) -> Resolved {
        let options = Options::parse(text).unwrap().options;
        resolve(&options, &Hints::from_headers(headers.iter().copied()))
    }

    /// Steps through combinations of present and absent headers without repeating a pattern.
    fn clients() -> Vec<Vec<(&'static str, &'static str)>> {
        let mut state = 7_u64;
        let mut next = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            (state >> 33) as usize % bound
        };
        let mut client = || {
            let mut lines = Vec::new();
            for (name, values) in HEADERS {
                let choice = next(values.len() * 3);
                lines.extend(values.get(choice).map(|value| (name, *value)));
            }
            lines
        };
        (0..400).map(|_| client()).collect()
    }

    #[test]
    fn a_header_that_vary_does_not_name_cannot_change_the_answer() {
        for client in clients() {
            for text in TEXTS {
                let first = resolved(text, &client);
                for (name, values) in HEADERS {
                    if first.vary.contains(&name) {
                        continue;
                    }
                    for value in values.iter().map(Some).chain([None]) {
                        let mut other = client.clone();
                        other.retain(|(known, _)| *known != name);
                        other.extend(value.map(|value| (name, *value)));
                        assert_eq!(resolved(text, &other), first, "{text} {client:?} {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_resolved_needs_no_hints_any_more() {
        for client in clients() {
            for text in TEXTS {
                let plain = resolved(text, &client).options;
                assert_eq!(resolve(&plain, &Hints::UNKNOWN).options, plain);
                assert_ne!(plain.width, Some(Width::Auto));
                assert_eq!(plain.slow_connection_quality, None);
            }
        }
    }

    #[test]
    fn a_key_tells_clients_apart_that_get_different_formats() {
        let hints = |accept: &str| Hints::from_headers([("accept", accept)]);
        let key = |text: &str, accept: &str| {
            let options = Options::parse(text).unwrap().options;
            resolve(&options, &hints(accept)).key(&hints(accept))
        };
        assert_ne!(key("format=auto", "image/avif"), key("format=auto", "image/webp"));
        assert_eq!(key("format=auto", "image/*"), key("format=auto", "*/*;q=0.1"));
        assert_eq!(key("format=webp", "image/avif"), key("format=webp", "image/webp"));
    }

    #[test]
    fn options_without_hints_stay_as_they_are_and_ask_for_none() {
        let options = Options::parse("width=50,quality=70,format=webp").unwrap().options;
        let resolved = resolve(&options, &Hints::from_lines("Save-Data: on\nECT: 2g"));
        assert_eq!((resolved.options, resolved.vary), (options.clone(), Vec::new()));
        assert!(accept_ch(&options).is_empty());
    }
}
