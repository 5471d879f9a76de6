//! What polishing answers: bytes, a status, and the header texts of reference §5.

use serde_json::{json, Value};

use crate::image::Format;
use crate::{Error, Kind};

/// How polishing went, in the words of reference §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolishStatus {
    /// The bytes are fewer.
    Ok,
    /// The source is over a limit: bytes, pixels, frames, or the memory that it would take.
    InputTooLarge,
    /// Everything that was tried takes as many bytes as the source, or more.
    NotCompressed,
    /// Nothing was tried: the source is in a modern format already, or carries a gain map, which
    /// would be lost.
    NotNeeded,
    /// WebP was tried and is not clearly smaller; the bytes are in a format that all clients read.
    WebpBigger,
    /// The source is broken or ends early.
    CannotOptimize,
    /// A failure of ours.
    InternalError,
    /// The format is not polished, such as BMP, TIFF and SVG, or the bytes are no picture.
    FormatNotSupported,
}

impl PolishStatus {
    /// Its name in headers, JSON and every language; `ok` is in no header.
    pub fn name(self) -> &'static str {
        match self {
            PolishStatus::Ok => "ok",
            PolishStatus::InputTooLarge => "input_too_large",
            PolishStatus::NotCompressed => "not_compressed",
            PolishStatus::NotNeeded => "not_needed",
            PolishStatus::WebpBigger => "webp_bigger",
            PolishStatus::CannotOptimize => "cannot_optimize",
            PolishStatus::InternalError => "internal_error",
            PolishStatus::FormatNotSupported => "format_not_supported",
        }
    }

    /// The status that a failure leads to; none where the caller wanted the end.
    pub(super) fn of(error: &Error) -> Option<Self> {
        Some(match error.kind() {
            Kind::Cancelled | Kind::Timeout => return None,
            Kind::TooLarge => PolishStatus::InputTooLarge,
            Kind::Malformed => PolishStatus::CannotOptimize,
            Kind::Unsupported => PolishStatus::FormatNotSupported,
            _ => PolishStatus::InternalError,
        })
    }
}

/// A polished file, or the source with the reason why it is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Polished {
    /// Fewer bytes than the source has, or the source's own.
    pub data: Vec<u8>,
    /// How it went.
    pub status: PolishStatus,
    /// Format of `data`; none where the source is no picture that is known.
    pub format: Option<Format>,
    /// Width as seen; 0 where the header could not be read.
    pub width: u32,
    /// Height as seen; 0 where the header could not be read.
    pub height: u32,
    /// Quality of the encoder, 1 to 100, where `data` is lossy and was made here.
    pub quality: Option<u8>,
    /// SSIMULACRA2 of `data` against the source, where it is lossy and was made here.
    pub score: Option<f64>,
    /// Format of the source.
    pub original_format: Option<Format>,
    /// Bytes of the source.
    pub original_size: usize,
}

impl Polished {
    /// The value of `Cf-Polished`, in the forms of reference §5.
    pub fn header(&self) -> String {
        let size = self.original_size;
        let format = name(self.original_format);
        match (self.status, self.quality) {
            (PolishStatus::Ok, Some(quality)) => {
                format!("qual={quality}, origFmt={format}, origSize={size}")
            }
            (PolishStatus::Ok, None) => format!("origFmt={format}, origSize={size}"),
            (PolishStatus::WebpBigger, _) => {
                format!("origSize={size}, status=webp_bigger, origFmt={format}")
            }
            (status, _) => format!("status={}", status.name()),
        }
    }

    /// The value of `Cf-Bgj`: the quality, 100 where nothing was lost.
    pub fn bgj(&self) -> String {
        format!("imgq:{}", self.quality.unwrap_or(100))
    }

    /// The media type of `data`.
    pub fn mime(&self) -> &'static str {
        self.format.map_or("application/octet-stream", Format::mime)
    }

    /// Everything but the bytes as JSON, the same in every language.
    pub fn to_json(&self) -> Value {
        json!({
            "status": self.status.name(),
            "format": self.format.map(Format::name),
            "mime": self.mime(),
            "width": self.width,
            "height": self.height,
            "size": self.data.len(),
            "quality": self.quality,
            "score": self.score.map(|score| (score * 100.0).round() / 100.0),
            "original": {
                "format": self.original_format.map(Format::name),
                "size": self.original_size,
            },
            "header": self.header(),
            "bgj": self.bgj(),
        })
    }
}

fn name(format: Option<Format>) -> &'static str {
    format.map_or("unknown", Format::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polished(status: PolishStatus, quality: Option<u8>) -> Polished {
        Polished {
            data: Vec::new(),
            status,
            format: Some(Format::Webp),
            width: 1,
            height: 1,
            quality,
            score: None,
            original_format: Some(Format::Jpeg),
            original_size: 95_005,
        }
    }

    #[test]
    fn headers_have_the_forms_of_the_reference() {
        let header = |status, quality| polished(status, quality).header();
        use PolishStatus::{NotNeeded, Ok, WebpBigger};
        assert_eq!(header(Ok, Some(85)), "qual=85, origFmt=jpeg, origSize=95005");
        assert_eq!(header(Ok, None), "origFmt=jpeg, origSize=95005");
        let bigger = "origSize=95005, status=webp_bigger, origFmt=jpeg";
        assert_eq!(header(WebpBigger, Some(85)), bigger);
        assert_eq!(header(NotNeeded, None), "status=not_needed");
        assert_eq!(polished(Ok, Some(85)).bgj(), "imgq:85");
        assert_eq!(polished(Ok, None).bgj(), "imgq:100");
    }
}
