//! Lists of addresses: one a line, or a sitemap with its pictures, or an index of sitemaps.

use super::{xml, Trouble};
use crate::fetch::Target;

/// Endings of addresses of pictures, where a sitemap names pages and pictures alike.
const ENDINGS: [&str; 11] =
    ["jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "heic", "tif", "tiff", "jxl"];

/// What a list holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    /// Addresses of pictures.
    pub pictures: Vec<String>,
    /// Addresses of further lists.
    pub lists: Vec<String>,
}

/// Reads a list that came from `base`.
pub(super) fn read(text: &[u8], base: &str) -> Result<Entries, Trouble> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace() && *byte < 0x80);
    let mut entries = match start.map(|at| text[at]) {
        Some(b'<') => sitemap(text)?,
        _ => Entries { pictures: lines(text), lists: Vec::new() },
    };
    let base = Target::read(base).ok();
    for address in entries.pictures.iter_mut().chain(&mut entries.lists) {
        if let Some(whole) = base.as_ref().and_then(|base| base.join(address).ok()) {
            *address = whole.url();
        }
    }
    Ok(entries)
}

fn lines(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Pictures that a page's entry names; the entry itself where it is the address of a picture.
fn sitemap(text: &[u8]) -> Result<Entries, Trouble> {
    let mut entries = Entries::default();
    xml::elements(text, |path, text, _| {
        let text = text.trim();
        let last = path.rsplit('/').next().unwrap_or_default();
        match (path, last) {
            _ if text.is_empty() => {}
            ("sitemap/loc", _) => entries.lists.push(text.to_owned()),
            ("url/loc", _) if is_picture(text) => entries.pictures.push(text.to_owned()),
            (_, "image:loc") => entries.pictures.push(text.to_owned()),
            _ => {}
        }
    })?;
    Ok(entries)
}

fn is_picture(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    ending.is_some_and(|(_, ending)| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_sitemaps_and_indexes_are_read() {
        let list = "\u{feff}# pictures\nhttps://a.test/x%20y.jpg\n\n  ../b/c.png?v=1 \r\nd e.gif";
        let entries = read(list.as_bytes(), "https://b.test/lists/all.txt").unwrap();
        assert_eq!(
            entries.pictures,
            [
                "https://a.test/x%20y.jpg",
                "https://b.test/b/c.png?v=1",
                "https://b.test/lists/d%20e.gif"
            ]
        );
        let map = br#"<?xml version="1.0"?><urlset xmlns="http://s/" xmlns:image="http://i/">
            <url><loc>https://a.test/page</loc><image:image><image:loc>https://a.test/1?a=1&amp;b</image:loc>
            <image:title>x</image:title></image:image></url><url><loc>https://a.test/2.JPG</loc></url></urlset>"#;
        let entries = read(map, "https://a.test/sitemap.xml").unwrap();
        assert_eq!(entries.pictures, ["https://a.test/1?a=1&b", "https://a.test/2.JPG"]);
        let index =
            b"<sitemapindex><sitemap><loc>https://a.test/1.xml</loc></sitemap></sitemapindex>";
        let entries = read(index, "https://a.test/").unwrap();
        assert_eq!(
            (entries.pictures.len(), entries.lists),
            (0, vec!["https://a.test/1.xml".into()])
        );
        assert!(read(b"<html><p>", "https://a.test/").is_err());
    }
}
