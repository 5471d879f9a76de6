//! The body of a response: decoded, and no longer than it may be.

use std::io::{self, ErrorKind, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::delivery::Situation;

const CHUNK: usize = 64 << 10;

/// Reads `body`, which is `coding`, to its end. More than `most` bytes after decoding are refused
/// as soon as they come. Deflated bodies that are broken are told from broken connections.
pub(super) fn read(
    body: impl Read,
    coding: Option<&str>,
    most: u64,
) -> Result<Vec<u8>, (Situation, String)> {
    let coding = coding.unwrap_or_default().trim().to_ascii_lowercase();
    match coding.as_str() {
        "" | "identity" => collect(body, most),
        "gzip" | "x-gzip" => collect(MultiGzDecoder::new(body), most),
        "deflate" => collect(ZlibDecoder::new(body), most),
        _ => Err((Situation::DownloadUnusable, format!("content coding {coding}"))),
    }
}

fn collect(mut body: impl Read, most: u64) -> Result<Vec<u8>, (Situation, String)> {
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let amount = body.read(&mut chunk).map_err(|error| (meaning(&error), error.to_string()))?;
        if amount == 0 {
            return Ok(bytes);
        }
        if (bytes.len() + amount) as u64 > most {
            return Err((Situation::SourceTooLarge, format!("limit {most} bytes")));
        }
        bytes.extend_from_slice(&chunk[..amount]);
    }
}

fn meaning(error: &io::Error) -> Situation {
    match error.kind() {
        ErrorKind::TimedOut => Situation::DownloadTooSlow,
        ErrorKind::UnexpectedEof => Situation::DownloadBrokeOff,
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Situation::DownloadUnusable,
        // A length that was announced and not kept is told by the layer of HTTP.
        ErrorKind::Other => Situation::DownloadBrokeOff,
        _ => Situation::FetchFailed,
    }
}
