//! Puts metadata and a colour profile into a finished file, one way a format. What a file
//! carries is thus no business of the encoders, and they may be run more than once for a result.

mod avif;
mod jpeg;
mod png;
mod webp;

use crate::color;
use crate::image::Profile;
use crate::plan::{Encoding, Metadata, OutputPlan};
use crate::{Error, Result};

/// What is put in.
struct Load<'a> {
    metadata: &'a Metadata,
    profile: &'a Profile,
    /// The profile as ICC; `None` for sRGB.
    icc: Option<&'a [u8]>,
}

/// `file` with what `output` says that it carries.
pub(super) fn into_file(file: Vec<u8>, output: &OutputPlan) -> Result<Vec<u8>> {
    let nothing = output.metadata == Metadata::default() && output.profile == Profile::Srgb;
    if nothing {
        return Ok(file);
    }
    let icc = color::icc_of(&output.profile);
    let load = Load { metadata: &output.metadata, profile: &output.profile, icc: icc.as_deref() };
    match output.encoding {
        Encoding::Jpeg { .. } => jpeg::load(&file, &load),
        Encoding::Png { .. } => png::load(&file, &load),
        Encoding::Webp { .. } => webp::load(&file, &load),
        // The samples of a sequence have places that would have to be moved too.
        Encoding::Avif { .. } if output.animation.is_none() => avif::load(&file, &load),
        _ => Ok(file),
    }
}

fn odd(format: &str) -> Error {
    Error::internal(format!("{format}: the encoder wrote a file that is not understood"))
}
