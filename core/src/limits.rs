//! What a job may cost. Checked from the header, before memory is spent.

use crate::{Error, Result};

/// Upper bounds of one job. All of them are inclusive.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Source bytes (100 MB; reference §2.2, remote transform).
    pub source_bytes: u64,
    /// Pixels of a source frame (100 MP).
    pub source_pixels: u64,
    /// Longest side of a source (12,000 px; 16,383 px for WebP and AVIF, their own bound).
    pub source_side: u32,
    /// Frames of a source (1,000).
    pub frames: u32,
    /// Pixels of all frames of an animation together (100 MP; reference §2.2).
    pub animation_pixels: u64,
    /// Pixels of all frames of an animation that is transformed (50 MP; reference §2.2). A
    /// larger one is passed through as it is.
    pub animation_transform_pixels: u64,
    /// Pixels of a result (100 MP).
    pub output_pixels: u64,
    /// Longest side of a result (12,000 px).
    pub output_side: u32,
    /// Longest side of an AVIF that `format=auto` picks (1,200 px).
    pub avif_side_auto: u32,
    /// Longest side of an AVIF that was asked for by name (1,600 px).
    pub avif_side: u32,
    /// Bytes of pixel and codec memory one job may hold, by estimate before it starts and by
    /// account while it runs (256 MiB).
    pub memory: u64,
    /// Scans of a progressive JPEG (100).
    pub scans: u32,
    /// Bytes of a colour profile (4 MiB) that are looked at.
    pub profile_bytes: u32,
    /// Bytes of EXIF data (1 MiB) that are looked at.
    pub exif_bytes: u32,
    /// Wall-clock milliseconds a job may take; 0 is no bound.
    pub time_ms: u64,
    /// Threads that one job may use inside a codec (1). More never changes the bytes.
    pub threads: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            source_bytes: 100_000_000,
            source_pixels: 100_000_000,
            source_side: 12_000,
            frames: 1_000,
            animation_pixels: 100_000_000,
            animation_transform_pixels: 50_000_000,
            output_pixels: 100_000_000,
            output_side: 12_000,
            avif_side_auto: 1_200,
            avif_side: 1_600,
            memory: 256 << 20,
            scans: 100,
            profile_bytes: 4 << 20,
            exif_bytes: 1 << 20,
            time_ms: 30_000,
            threads: 1,
        }
    }
}

impl Limits {
    /// Reads limits from a JSON object; what is absent keeps its default.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::invalid("limits", "a JSON object of limits", error))
    }
}
