//! A picture so small that it fits into a page.

use super::{base64, shrunk};
use crate::encode;
use crate::image::Image;
use crate::plan::{Encoding, OutputPlan};
use crate::{Job, Result};

/// Its longest side.
const SIDE: u32 = 24;

/// Quality of the WebP file.
const QUALITY: u8 = 40;

/// `image` as a `data:` URL, a few hundred characters long.
pub(super) fn data_url(image: &Image, job: &Job) -> Result<String> {
    let small = shrunk(image, SIDE, job)?;
    let encoding = Encoding::Webp { quality: Some(QUALITY), method: 6 };
    let output = OutputPlan::still(small.width(), small.height(), encoding);
    let file = encode::encode(&small, &output, job)?;
    Ok(format!("data:image/webp;base64,{}", base64(&file.data)))
}
