//! Writes JPEG through mozjpeg: in its quick profile, which is libjpeg-turbo's way (standard
//! tables, no trellis), or thoroughly, at ten times the work.

mod compress;
mod recode;
mod sink;

pub(super) use recode::recode;

use crate::image::{Image, Layout};
use crate::{guard, Error, Job, Result};
use compress::Compress;

/// Settings of one JPEG.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'a> {
    /// 1 to 100, libjpeg's scale.
    pub quality: u8,
    pub progressive: bool,
    /// 4:4:4 instead of 4:2:0.
    pub full_chroma: bool,
    /// Fixed Huffman tables.
    pub fast: bool,
    /// Trellis quantisation and the best of many scripts of scans, always progressive.
    pub thorough: bool,
    /// EXIF block; one that does not fit a segment is left out.
    pub exif: Option<&'a [u8]>,
}

/// Writes `image`, which is grey or RGB.
pub(super) fn encode(image: &Image, settings: &Settings, job: &Job) -> Result<Vec<u8>> {
    if !matches!(image.layout(), Layout::Gray | Layout::Rgb) {
        return Err(Error::internal("jpeg takes grey or rgb"));
    }
    let longest = image.width().max(image.height());
    if longest > 65_500 {
        return Err(Error::too_large("output side", 65_500, longest));
    }
    guard::catch(|| {
        let mut encoder = Compress::open(image, settings, job)?;
        encoder.write(image, job)?;
        encoder.finish()
    })
}
