//! Reads SVG: sent on as a document that is harmless, or drawn at the size that is asked for.
//!
//! Both begin with the same cleaning: scripts, links to other places, foreign elements, entities
//! and document types are gone before a drawing is made, so it opens no file and no connection.
//! Texts are drawn with the bundled fonts. A photograph inside (`<image>` of JPEG, PNG, GIF or
//! WebP) is kept in the document and refused in a drawing.

mod document;
mod draw;
mod header;
#[cfg(test)]
mod tests;

use svg_hush::{data_url_filter, Filter};

use super::watched::{contained, Watched};
use crate::image::{ColorModel, Embedded, Format, Image, Probe, Profile};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// Bytes of a document that is cleaned or drawn. Real ones rarely have a hundredth of it.
const BYTES: usize = 8 << 20;

/// Size as the root element says; nothing behind it is read.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let size = header::read(source)?;
    let side = |length: f64| length.ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
    let (width, height) = (side(size.width), side(size.height));
    super::check_size(width, height, limits.source_side, limits)?;
    Ok(Probe {
        format: Format::Svg,
        width,
        height,
        frames: 1,
        loops: 0,
        duration_ms: 0,
        orientation: 1,
        model: ColorModel::Rgb,
        alpha: true,
        frames_alpha: true,
        bits: 8,
        progressive: false,
        lossless: true,
        subsampling: None,
        profile: Profile::Srgb,
        embedded: Embedded::default(),
    })
}

/// The drawing, stretched to the size of `plan`.
pub(super) fn decode(source: &[u8], plan: &DecodePlan, job: &Job) -> Result<Image> {
    let size = header::read(source)?;
    let document = sanitised(source, job)?;
    draw::draw(&document, &size, (plan.width, plan.height), job)
}

/// The document without what could do harm where it is shown: scripts, event handlers, links
/// and references to other hosts, foreign elements, document types.
pub(super) fn sanitised(source: &[u8], job: &Job) -> Result<Vec<u8>> {
    if source.len() > BYTES {
        return Err(Error::too_large("svg bytes", BYTES, source.len()));
    }
    // The parser's tables and the result grow with the source.
    let _memory = job.charge(4 * source.len() as u64)?;
    contained("svg", || {
        let mut filter = Filter::new();
        filter.set_data_url_filter(data_url_filter::allow_standard_images);
        let mut clean = Vec::with_capacity(source.len());
        let mut room = Bounded { clean: &mut clean, full: false };
        let read = filter.filter(Watched::new(source, Some(job)), &mut room);
        job.check()?;
        if room.full {
            return Err(Error::too_large("svg bytes when indented", 2 * BYTES, "more"));
        }
        read.map_err(|error| {
            Error::malformed("svg: not a well-formed document").with_context(error.to_string())
        })?;
        Ok(clean)
    })
}

/// Takes no more than twice what a source may have.
struct Bounded<'a> {
    clean: &'a mut Vec<u8>,
    full: bool,
}

impl std::io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.full = self.clean.len() + bytes.len() > 2 * BYTES;
        if self.full {
            return Err(std::io::Error::other("too large"));
        }
        self.clean.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
