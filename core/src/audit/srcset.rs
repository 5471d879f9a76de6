//! What a browser chooses from `srcset` by `sizes` (HTML, 4.8.4.2 and 4.8.4.3).

/// One picture of a `srcset`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) url: String,
    /// Width in pixels, as its descriptor says.
    pub(super) width: Option<f64>,
    /// Density, 1 where nothing is said.
    pub(super) density: Option<f64>,
}

/// Width and height of what is seen of the page, in CSS pixels, and device pixels in one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Viewport {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) dpr: f64,
}

/// Candidates that are read of one `srcset`.
const MOST: usize = 100;

/// The candidates of `text`; malformed ones are left out.
pub(super) fn parse(text: &str) -> Vec<Candidate> {
    let mut rest = text;
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        if url.is_empty() || found.len() == MOST {
            return found;
        }
        let bare = url.trim_end_matches(',');
        let (descriptor, after) = match bare.len() < url.len() {
            true => ("", after),
            false => split_outside(after),
        };
        found.extend(candidate(bare, descriptor.trim()));
        rest = after;
    }
}

/// Up to the first comma outside of parentheses, and what follows.
fn split_outside(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn candidate(url: &str, descriptor: &str) -> Option<Candidate> {
    let plain = Candidate { url: url.to_owned(), width: None, density: None };
    if descriptor.is_empty() {
        return Some(plain);
    }
    let mut words = descriptor.split_ascii_whitespace();
    let word = words.find(|word| !word.ends_with('h'))?;
    let number = |text: &str| text.parse::<f64>().ok().filter(|it| it.is_finite() && *it > 0.0);
    match word.split_at_checked(word.len() - 1)? {
        (digits, "w") => Some(Candidate { width: Some(number(digits)?), ..plain }),
        (digits, "x") => Some(Candidate { density: Some(number(digits)?), ..plain }),
        _ => None,
    }
}

/// The one that Chromium takes: the smallest that is dense enough, or the next smaller one when
/// that is nearer.
pub(super) fn choose(candidates: &[Candidate], slot: f64, dpr: f64) -> Option<&Candidate> {
    let density = |it: &Candidate| it.width.map_or(it.density.unwrap_or(1.0), |width| width / slot);
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by(|a, b| density(a).total_cmp(&density(b)));
    let mut chosen = *sorted.first()?;
    for pair in sorted.windows(2) {
        let (low, high) = (density(pair[0]), density(pair[1]));
        let enough = if dpr <= 1.0 { low >= dpr } else { (low * high).sqrt() > dpr };
        if high >= dpr && enough {
            return Some(pair[0]);
        }
        chosen = pair[1];
        if high >= dpr {
            return Some(chosen);
        }
    }
    Some(chosen)
}

/// The width that `sizes` says, in CSS pixels; `None` for what only a browser can work out.
pub(super) fn slot(sizes: &str, viewport: Viewport) -> Option<f64> {
    let mut rest = sizes;
    while !rest.trim().is_empty() {
        let (part, after) = split_outside(rest);
        rest = after;
        let part = part.trim();
        let cut = part.rfind(|c: char| c.is_ascii_whitespace()).map_or(0, |at| at + 1);
        let (condition, size) = part.split_at(cut);
        if condition.is_empty() || holds(condition.trim(), viewport)? {
            return length(size, viewport);
        }
    }
    Some(viewport.width)
}

/// Whether a media condition holds; `None` where it asks for more than widths and heights.
pub(super) fn holds(condition: &str, viewport: Viewport) -> Option<bool> {
    let mut all = true;
    for feature in condition.split(" and ") {
        let feature = feature.trim();
        if matches!(feature, "all" | "screen") {
            continue;
        }
        let (name, value) = feature.strip_prefix('(')?.strip_suffix(')')?.split_once(':')?;
        let value = length(value.trim(), viewport)?;
        all &= match name.trim() {
            "min-width" => viewport.width >= value,
            "max-width" => viewport.width <= value,
            "min-height" => viewport.height >= value,
            "max-height" => viewport.height <= value,
            _ => return None,
        };
    }
    Some(all)
}

fn length(text: &str, viewport: Viewport) -> Option<f64> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let number = number.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let pixels = match unit {
        "px" => number,
        "vw" => number * viewport.width / 100.0,
        "vh" => number * viewport.height / 100.0,
        "em" | "rem" => number * 16.0,
        _ => return None,
    };
    (pixels >= 0.0).then_some(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESKTOP: Viewport = Viewport { width: 1000.0, height: 800.0, dpr: 1.0 };

    fn chosen(srcset: &str, slot: f64, dpr: f64) -> String {
        choose(&parse(srcset), slot, dpr).unwrap().url.clone()
    }

    #[test]
    fn candidates_are_read_as_the_standard_says() {
        let urls = |text: &str| -> Vec<String> {
            parse(text).into_iter().map(|candidate| candidate.url).collect()
        };
        assert_eq!(urls("a.jpg, b,c.jpg 2x,d.jpg 3x"), ["a.jpg", "b,c.jpg", "d.jpg"]);
        assert_eq!(
            urls(" a.jpg 100w 50h , data:image/png;base64,xx 2x, "),
            ["a.jpg", "data:image/png;base64,xx"]
        );
        assert_eq!(urls("a.jpg bogus, b.jpg -1x, c.jpg 1.5x"), ["c.jpg"]);
        assert!(parse(" , ,").is_empty());
    }

    #[test]
    fn the_smallest_that_is_dense_enough_is_taken() {
        assert_eq!(chosen("a 300w, b 600w, c 1200w", 300.0, 1.0), "a");
        assert_eq!(chosen("a 300w, b 600w, c 1200w", 301.0, 1.0), "b");
        assert_eq!(chosen("c 1200w, a 300w, b 600w", 600.0, 2.0), "c");
        assert_eq!(chosen("a 300w, b 600w", 2000.0, 1.0), "b");
        assert_eq!(chosen("a 1x, b 2x", 1.0, 1.5), "b");
        // 640 is nearer to 2 × 325 than 1280 is.
        assert_eq!(chosen("a 640w, b 1280w", 325.0, 2.0), "a");
    }

    #[test]
    fn sizes_are_worked_out_as_far_as_they_are_plain() {
        assert_eq!(slot("(min-width: 900px) 50vw, 100vw", DESKTOP), Some(500.0));
        assert_eq!(slot("(max-width: 900px) 50vw, 20em", DESKTOP), Some(320.0));
        assert_eq!(slot("(min-width: 10px) and (max-width: 20px) 5px", DESKTOP), Some(1000.0));
        assert_eq!(slot("calc(100vw - 20px)", DESKTOP), None);
        assert_eq!(slot("(orientation: landscape) 5px, 6px", DESKTOP), None);
    }
}
