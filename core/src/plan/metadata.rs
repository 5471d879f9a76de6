//! What `metadata` lets through.
//!
//! `copyright` follows reference §2.6: only JPEG to JPEG carries metadata, and nothing of it but
//! who owns the picture. Of EXIF that is the copyright tag; the artist's name is left out, as
//! cameras write it unasked. `keep` goes further than the reference: what it keeps of EXIF and
//! XMP is taken from every format that has it, and written to every format that can.

use super::Metadata;
use crate::image::{exif, iptc, xmp, Format, Probe};
use crate::options::{self, Options};

/// Largest IPTC block that fits into one JPEG segment with its names and padding.
const IPTC_SEGMENT: usize = 65_533 - 27;

/// Metadata for a result in `format` of the given size.
pub(super) fn kept(
    options: &Options,
    probe: &Probe,
    format: Format,
    size: (u32, u32),
    warnings: &mut Vec<String>,
) -> Metadata {
    match options.metadata.unwrap_or(options::Metadata::Copyright) {
        options::Metadata::Copyright => rights(probe, format),
        options::Metadata::Keep => everything(probe, format, size, warnings),
        options::Metadata::None => Metadata::default(),
    }
}

/// Names what goes although it is more than metadata.
pub(super) fn warn_of_losses(
    options: &Options,
    probe: &Probe,
    format: Format,
    warnings: &mut Vec<String>,
) {
    if format == Format::Json {
        return;
    }
    if probe.embedded.gain_map {
        let text = "the gain map was dropped: the result has standard dynamic range";
        warnings.push(text.to_owned());
    }
    let dropped_on_purpose = options.metadata == Some(options::Metadata::None);
    if probe.embedded.content_credentials && !dropped_on_purpose {
        let text = "content credentials were dropped: they do not hold for a changed picture";
        warnings.push(text.to_owned());
    }
}

fn rights(probe: &Probe, format: Format) -> Metadata {
    if (probe.format, format) != (Format::Jpeg, Format::Jpeg) {
        return Metadata::default();
    }
    let embedded = &probe.embedded;
    Metadata {
        exif: embedded.exif.as_deref().and_then(exif::copyright_only),
        xmp: embedded.xmp.as_deref().and_then(xmp::rights_only),
        iptc: embedded.iptc.as_deref().and_then(iptc::rights_only).filter(|block| fits_iptc(block)),
    }
}

fn everything(
    probe: &Probe,
    format: Format,
    size: (u32, u32),
    warnings: &mut Vec<String>,
) -> Metadata {
    if !matches!(format, Format::Jpeg | Format::Png | Format::Webp | Format::Avif) {
        return Metadata::default();
    }
    let embedded = &probe.embedded;
    let jpeg = format == Format::Jpeg;
    let exif = |block: &[u8]| {
        exif::untied(block, size).filter(|block| !jpeg || block.len() <= exif::SEGMENT)
    };
    let iptc = |block: &[u8]| iptc::without_previews(block).filter(|block| fits_iptc(block));
    let mut keep =
        |name: &str, block: &Option<Vec<u8>>, take: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
            let block = block.as_deref()?;
            let kept = take(block);
            if kept.is_none() {
                warnings.push(format!("the {name} block is broken or too large and was dropped"));
            }
            kept
        };
    Metadata {
        exif: keep("exif", &embedded.exif, &exif),
        xmp: keep("xmp", &embedded.xmp, &xmp::untied),
        iptc: if jpeg { keep("iptc", &embedded.iptc, &iptc) } else { None },
    }
}

fn fits_iptc(block: &[u8]) -> bool {
    block.len() <= IPTC_SEGMENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{ColorModel, Embedded, Profile};

    const EXIF: &[u8] = b"II*\0\x08\0\0\0\x01\0\x98\x82\x02\0\x04\0\0\0Bob\0\0\0\0\0";
    const IPTC: &[u8] = b"\x1c\x02\x05\0\x05Title\x1c\x02\x74\0\x03Bob";

    fn probe(format: Format) -> Probe {
        let (exif, iptc) = (Some(EXIF.to_vec()), Some(IPTC.to_vec()));
        Probe {
            format,
            width: 9,
            height: 9,
            frames: 1,
            loops: 0,
            duration_ms: 0,
            frames_alpha: false,
            orientation: 1,
            model: ColorModel::Rgb,
            alpha: false,
            bits: 8,
            progressive: false,
            lossless: false,
            subsampling: None,
            profile: Profile::Srgb,
            embedded: Embedded { exif, iptc, ..Embedded::default() },
        }
    }

    fn kept_for(word: &str, source: Format, result: Format) -> (Metadata, usize) {
        let metadata = options::Metadata::from_word(word);
        let mut warnings = Vec::new();
        let options = Options { metadata, ..Options::default() };
        (kept(&options, &probe(source), result, (9, 9), &mut warnings), warnings.len())
    }

    #[test]
    fn copyright_goes_from_jpeg_to_jpeg_only() {
        let (kept, _) = kept_for("copyright", Format::Jpeg, Format::Jpeg);
        assert!(kept.exif.is_some());
        assert_eq!(kept.iptc.as_deref(), Some(&b"\x1c\x02\x74\0\x03Bob"[..]));
        for (source, result) in [(Format::Png, Format::Jpeg), (Format::Jpeg, Format::Webp)] {
            assert_eq!(kept_for("copyright", source, result).0, Metadata::default());
        }
    }

    #[test]
    fn keep_goes_to_every_format_that_can_hold_it() {
        for result in [Format::Png, Format::Webp, Format::Avif] {
            let (kept, _) = kept_for("keep", Format::Jpeg, result);
            assert!(kept.exif.is_some() && kept.iptc.is_none());
        }
        let (kept, _) = kept_for("keep", Format::Webp, Format::Jpeg);
        assert_eq!(kept.iptc.as_deref(), Some(IPTC));
        assert_eq!(kept_for("keep", Format::Jpeg, Format::Gif).0, Metadata::default());
    }

    #[test]
    fn gain_maps_and_credentials_are_missed_aloud() {
        let mut probe = probe(Format::Jpeg);
        probe.embedded.gain_map = true;
        probe.embedded.content_credentials = true;
        let count = |word, format| {
            let metadata = options::Metadata::from_word(word);
            let mut warnings = Vec::new();
            let options = Options { metadata, ..Options::default() };
            warn_of_losses(&options, &probe, format, &mut warnings);
            warnings.len()
        };
        assert_eq!(count("copyright", Format::Webp), 2);
        assert_eq!(count("none", Format::Webp), 1);
        assert_eq!(count("keep", Format::Json), 0);
    }

    #[test]
    fn none_keeps_nothing() {
        assert_eq!(kept_for("none", Format::Jpeg, Format::Jpeg).0, Metadata::default());
    }

    #[test]
    fn a_broken_block_is_dropped_with_a_warning() {
        let mut probe = probe(Format::Jpeg);
        probe.embedded.xmp = Some(b"<broken".to_vec());
        let options = Options { metadata: Some(options::Metadata::Keep), ..Options::default() };
        let mut warnings = Vec::new();
        let kept = kept(&options, &probe, Format::Jpeg, (9, 9), &mut warnings);
        assert!(kept.xmp.is_none());
        assert_eq!(warnings, ["the xmp block is broken or too large and was dropped"]);
    }
}
