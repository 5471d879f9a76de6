//! Which format the bytes are. File names and media types are never asked.

use crate::image::Format;
use crate::{Error, Result};

/// First bytes of formats that can be read, some of them only by a build that has the decoder.
const READ: &[(&[u8], Format)] = &[
    (b"\xff\xd8\xff", Format::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Format::Png),
    (b"GIF87a", Format::Gif),
    (b"GIF89a", Format::Gif),
    (b"II*\0", Format::Tiff),
    (b"MM\0*", Format::Tiff),
    (b"II+\0", Format::Tiff),
    (b"MM\0+", Format::Tiff),
    (b"\xff\x0a", Format::Jxl),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Format::Jxl),
];

/// First bytes of formats that are known but not read.
const REFUSED: &[(&[u8], &str)] = &[
    (b"\0\0\x01\0", "ico"),
    (b"\0\0\x02\0", "cur"),
    (b"%PDF-", "pdf"),
    (b"%!PS", "postscript"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"8BPS", "psd"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg 2000"),
    (b"\xff\x4f\xff\x51", "jpeg 2000"),
    (b"qoif", "qoi"),
    (b"DDS ", "dds"),
    (b"v/1\x01", "openexr"),
    (b"#?RADIANCE", "radiance hdr"),
    (b"SIMPLE  =", "fits"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"gimp xcf", "xcf"),
    (b"farbfeld", "farbfeld"),
    (b"\x8aMNG\r\n\x1a\n", "mng"),
    (b"\x8bJNG\r\n\x1a\n", "jng"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
];

/// Brands of HEVC pictures.
const HEIC: [&[u8; 4]; 6] = [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"];

/// ISO-BMFF brands that are known but not read.
const BRANDS: &[(&[u8; 4], &str)] = &[
    (b"jxl ", "jpeg xl"),
    (b"crx ", "cr3"),
    (b"qt  ", "quicktime"),
    (b"isom", "mp4"),
    (b"mp41", "mp4"),
    (b"mp42", "mp4"),
];

/// The format of `source`, from its bytes alone.
pub(super) fn sniff(source: &[u8]) -> Result<Format> {
    if source.is_empty() {
        return Err(Error::malformed("an empty file"));
    }
    if let Some((_, format)) = READ.iter().find(|(magic, _)| source.starts_with(magic)) {
        return Ok(*format);
    }
    if super::bmp::is_bmp(source) {
        return Ok(Format::Bmp);
    }
    if source.starts_with(b"RIFF") && source.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Webp);
    }
    if source.get(4..8) == Some(b"ftyp") {
        return brand(source);
    }
    if is_svg(source) {
        return Ok(Format::Svg);
    }
    let name = REFUSED
        .iter()
        .find(|(magic, _)| source.starts_with(magic))
        .map(|(_, name)| *name)
        .or_else(|| is_netpbm(source).then_some("netpbm"));
    Err(match name {
        Some(name) => refused(name),
        None => Error::unsupported("not an image of a known format"),
    })
}

fn refused(name: &str) -> Error {
    Error::unsupported(format!("{name} input is not supported"))
}

/// Tells the members of the ISO base media family apart by their major and compatible brands.
fn brand(source: &[u8]) -> Result<Format> {
    let declared = u32::from_be_bytes([source[0], source[1], source[2], source[3]]) as usize;
    // A brand list longer than this is no picture's.
    let end = declared.clamp(8, 1024).min(source.len());
    let brands = || source[8..end].chunks_exact(4).enumerate().filter(|(at, _)| *at != 1);
    if brands().any(|(_, brand)| brand == b"avif" || brand == b"avis") {
        return Ok(Format::Avif);
    }
    if brands().any(|(_, brand)| HEIC.iter().any(|name| brand == *name)) {
        return Ok(Format::Heic);
    }
    let known = brands().find_map(|(_, brand)| BRANDS.iter().find(|(name, _)| brand == *name));
    Err(refused(known.map_or("iso base media", |(_, name)| name)))
}

/// Whether the text begins as an SVG document: white space, XML prologue, comments, `<svg`.
fn is_svg(source: &[u8]) -> bool {
    let head = &source[..source.len().min(4096)];
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    head.starts_with(b"<") && head.windows(4).any(|window| window.eq_ignore_ascii_case(b"<svg"))
}

fn is_netpbm(source: &[u8]) -> bool {
    matches!(source, [b'P', b'1'..=b'7', space, ..] if space.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let cases: [(&[u8], Format); 10] = [
            (b"  <?xml version='1.0'?><!-- a --><svg xmlns='x'>", Format::Svg),
            (b"II*\0....", Format::Tiff),
            (b"BM............\x28\0\0\0", Format::Bmp),
            (b"\xff\x0a\xfa", Format::Jxl),
            (b"\xff\xd8\xff\xe0", Format::Jpeg),
            (b"\x89PNG\r\n\x1a\n....", Format::Png),
            (b"GIF89a", Format::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Format::Webp),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", Format::Avif),
            (b"\0\0\0\x18ftypmif1\0\0\0\0miafavif", Format::Avif),
        ];
        for (bytes, format) in cases {
            assert_eq!(sniff(bytes).unwrap(), format);
        }
    }

    #[test]
    fn known_formats_that_are_not_read_are_named() {
        let cases: [(&[u8], &str); 3] =
            [(b"%PDF-1.7", "pdf"), (b"8BPS\0\x01", "psd"), (b"P6 4 4 255\n", "netpbm")];
        for (bytes, name) in cases {
            let error = sniff(bytes).unwrap_err();
            assert_eq!(error.kind(), Kind::Unsupported);
            assert!(error.message().starts_with(name), "{}", error.message());
        }
    }

    #[test]
    fn unknown_bytes_are_unsupported_and_none_are_malformed() {
        assert_eq!(sniff(b"").unwrap_err().kind(), Kind::Malformed);
        for bytes in [
            &b"\0"[..],
            b"hello",
            b"RIFF\x10\0\0\0WAVE",
            b"BM is a text",
            b"\0\0\0\0ftyp",
            &[0; 4096],
        ] {
            assert_eq!(sniff(bytes).unwrap_err().kind(), Kind::Unsupported);
        }
    }
}
