//! The pictures that style sheets name.

use std::ops::Range;

/// A `url()` of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CssUrl {
    /// From `url(` to behind `)`.
    pub(super) span: Range<usize>,
    /// The URL, without escapes.
    pub(super) url: String,
    /// Width and height of the same block, where they are pixels.
    pub(super) size: (Option<f64>, Option<f64>),
    /// Whether it is one of the choices of an `image-set()`.
    pub(super) in_set: bool,
}

/// Properties that show pictures; `src` of fonts and `@import` are none.
const SHOWS: [&str; 7] =
    ["background", "list-style", "border-image", "mask", "-webkit-mask", "content", "--"];

/// The name of a set of choices.
const SET: &[u8] = b"image-set";
/// Bytes of a block that are searched for its size.
const BLOCK: usize = 2048;
/// Bytes of a declaration that are searched for its property, and of an import for its URL.
const NAME: usize = 64;
const IMPORT: usize = 2048;

/// The first `most` pictures of a style sheet, or of a `style` attribute.
pub(super) fn urls(css: &str, most: usize) -> Vec<CssUrl> {
    let mut scanner = Scanner::new(css);
    let mut found = Vec::new();
    while let Some(url) = scanner.next().filter(|_| found.len() < most) {
        found.push(url);
    }
    found
}

/// The style sheets that one brings in, by `@import`.
pub(super) fn imports(css: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in css.match_indices("@import") {
        let rest = start(&css[at + "@import".len()..], IMPORT).trim_start();
        let rest = rest.strip_prefix("url(").unwrap_or(rest).trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let url = match quote {
            Some(quote) => rest[1..].split(quote).next(),
            None => rest.split([')', ';', ' ']).next(),
        };
        found.extend(url.filter(|url| !url.is_empty()).map(str::to_owned));
    }
    found
}

struct Scanner<'a> {
    css: &'a str,
    at: usize,
    /// The last `)`: what begins behind it never ends, and is not followed to the end of the text.
    close: usize,
    /// Where the current declaration begins.
    statement: usize,
    /// Where the current block begins.
    block: usize,
    /// Depths of parentheses at which an `image-set(` is open.
    sets: Vec<usize>,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn new(css: &'a str) -> Self {
        let close = css.rfind(')').unwrap_or(0);
        Scanner { css, at: 0, close, statement: 0, block: 0, sets: Vec::new(), depth: 0 }
    }

    fn next(&mut self) -> Option<CssUrl> {
        let bytes = self.css.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'/' if bytes.get(self.at + 1) == Some(&b'*') => self.skip_comment(),
                b'"' | b'\'' => self.at = string_end(bytes, self.at),
                b'\\' => self.at += 2,
                b'{' | b'}' | b';' => {
                    self.at += 1;
                    self.statement = self.at;
                    if byte != b';' {
                        (self.block, self.depth) = (self.at, 0);
                        self.sets.clear();
                    }
                }
                b'(' => {
                    self.depth += 1;
                    let name = &bytes[self.at.saturating_sub(SET.len())..self.at];
                    if name.eq_ignore_ascii_case(SET) {
                        self.sets.push(self.depth);
                    }
                    self.at += 1;
                }
                b')' => {
                    self.sets.retain(|depth| *depth < self.depth);
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                // A declaration begins with its property, however far that is moved in.
                blank if blank.is_ascii_whitespace() && self.at == self.statement => {
                    self.at += 1;
                    self.statement = self.at;
                }
                b'u' | b'U' if self.begins_url() => {
                    if let Some(url) = self.url() {
                        return Some(url);
                    }
                }
                _ => self.at += 1,
            }
        }
        None
    }

    fn skip_comment(&mut self) {
        let rest = &self.css[self.at + 2..];
        let leads = self.at == self.statement;
        self.at += rest.find("*/").map_or(rest.len() + 2, |end| end + 4);
        if leads {
            self.statement = self.at;
        }
    }

    fn begins_url(&self) -> bool {
        let bytes = self.css.as_bytes();
        let part_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        let before = self.at.checked_sub(1).and_then(|at| bytes.get(at));
        !before.is_some_and(part_of_name)
            && self.at < self.close
            && bytes[self.at..].len() > 4
            && bytes[self.at..self.at + 4].eq_ignore_ascii_case(b"url(")
    }

    /// Reads a `url(…)`; `None` when it is of no picture.
    fn url(&mut self) -> Option<CssUrl> {
        let start = self.at;
        // What never ends is none, and the search goes on behind its name.
        self.at = start + 4;
        let (inner, end) = token(self.css, self.at)?;
        self.at = end;
        let url = unescape(inner);
        let declaration = self::start(&self.css[self.statement..start], NAME);
        let property = declaration.split(':').next().unwrap_or_default();
        let property = property.trim().to_ascii_lowercase();
        let shows = SHOWS.iter().any(|known| property.starts_with(known));
        let whole = !url.is_empty() && !url.starts_with('#');
        (shows && whole).then(|| CssUrl {
            span: start..end,
            url,
            size: self.size(),
            in_set: !self.sets.is_empty(),
        })
    }

    /// Width and height that the block says.
    fn size(&self) -> (Option<f64>, Option<f64>) {
        let rest = self.css.get(self.block..self.block + BLOCK).or(self.css.get(self.block..));
        let block = rest.and_then(|rest| rest.split('}').next()).unwrap_or_default();
        (pixels(block, "width"), pixels(block, "height"))
    }
}

/// The value of a declaration in pixels.
pub(super) fn pixels(block: &str, property: &str) -> Option<f64> {
    let value = declared(block, property)?;
    let number = value.strip_suffix("px")?.trim().parse::<f64>().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

/// The value of a declaration, in lower case.
pub(super) fn declared(block: &str, property: &str) -> Option<String> {
    block.split(';').find_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        let value = value.trim().trim_end_matches("!important").trim().to_ascii_lowercase();
        uncommented(name).trim().eq_ignore_ascii_case(property).then_some(value)
    })
}

/// The first bytes of `text`, about `most`.
fn start(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// What stands behind the last comment.
fn uncommented(text: &str) -> &str {
    text.rsplit("*/").next().unwrap_or(text)
}

/// What stands in the parentheses of a `url(` that ends before `start`, and where they end.
fn token(css: &str, start: usize) -> Option<(&str, usize)> {
    let bytes = css.as_bytes();
    let blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
    let mut at = start;
    while blank(at) {
        at += 1;
    }
    let (from, to) = match bytes.get(at)? {
        b'"' | b'\'' => {
            let end = string_end(bytes, at);
            (at + 1, end.saturating_sub(1).max(at + 1))
        }
        _ => {
            let mut end = at;
            while bytes.get(end).is_some_and(|byte| *byte != b')') && !blank(end) {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            (at, end)
        }
    };
    let rest = css.get(to..)?;
    let close = rest.find(')')?;
    Some((css.get(from..to)?, to + close + 1))
}

/// Behind the quote that ends the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            _ if byte == bytes[start] => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Undoes `\` and hexadecimal escapes.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) = rest.next_if(|c| c.is_ascii_hexdigit() && digits.len() < 6) {
            digits.push(digit);
        }
        match u32::from_str_radix(&digits, 16) {
            Ok(code) => {
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                let _ = rest.next_if(|c| c.is_ascii_whitespace());
            }
            Err(_) => out.extend(rest.next()),
        }
    }
    out
}

/// `url` as it may stand in `url()` without quotes.
pub(super) fn bare(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for letter in url.chars() {
        match letter {
            '(' | ')' | '"' | '\'' | '\\' | ' ' => out.push_str(&format!("%{:02X}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(css: &str) -> Vec<String> {
        urls(css, 9).into_iter().map(|found| found.url).collect()
    }

    #[test]
    fn pictures_are_found_however_they_are_quoted() {
        let css = "a{background:url(a.png)}b{background-image: URL( \"b c.png\" )}\
            @media print{c::before{content:url('d\\29.png')}}d{background:url(e\\).png),url(f.png)}";
        assert_eq!(found(css), ["a.png", "b c.png", "d).png", "e).png", "f.png"]);
        assert_eq!(&css[urls(css, 9)[1].span.clone()], "URL( \"b c.png\" )");
    }

    #[test]
    fn fonts_imports_comments_strings_and_fragments_are_none() {
        let css = "@import url(a.css);@font-face{src:url(b.woff)}/* background:url(c.png) */\
            p{content:'url(d.png)';filter:url(#e);mask:url(#f);/* x: */background:url(g.png)}";
        assert_eq!(found(css), ["g.png"]);
        assert_eq!(
            imports("@import 'a.css';@import url(\"b.css\") print;@import url(c.css);"),
            ["a.css", "b.css", "c.css"]
        );
    }

    #[test]
    fn a_block_that_says_its_size_is_believed() {
        let sheet = urls(".x{width:300px;height:10em;background:url(a.png)}", 9);
        assert_eq!(sheet[0].size, (Some(300.0), None));
        let attribute = urls("background:url(a.png);width:20px; height: 30px !important", 9);
        assert_eq!(attribute[0].size, (Some(20.0), Some(30.0)));
    }

    #[test]
    fn choices_of_a_set_are_known_as_such() {
        let css = "a{background:image-set(url(a.png) 1x, url(b.png) 2x), url(c.png)}";
        let sets: Vec<_> = urls(css, 9).iter().map(|found| found.in_set).collect();
        assert_eq!(sets, [true, true, false]);
    }

    #[test]
    fn broken_text_ends_the_search_and_nothing_else() {
        for css in ["a{background:url(", "a{background:url('x", "\\", "/*", "a{b:url(\\", "url(é"]
        {
            assert!(urls(css, 9).is_empty(), "{css}");
        }
    }
}
