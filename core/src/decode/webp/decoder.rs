//! libwebp's incremental decoder, fed in steps between which the job is asked.

use libwebp_sys::*;

use super::Frame;
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Bytes that are fed at once.
const STEP: usize = 64 << 10;

/// A decoder that is freed when it is dropped.
struct Incremental(*mut WebPIDecoder);

impl Drop for Incremental {
    fn drop(&mut self) {
        // SAFETY: made by `WebPIDecode`, freed once; null is allowed.
        unsafe { WebPIDelete(self.0) };
    }
}

/// Decodes one frame.
pub(super) fn decode(frame: &Frame, layout: Layout, job: &Job) -> Result<Image> {
    check_features(frame)?;
    let mut image = Image::new(frame.width, frame.height, layout)?;
    let mut config =
        WebPDecoderConfig::new().map_err(|()| Error::internal("webp: another library version"))?;
    config.output.colorspace = match layout {
        Layout::Rgba => WEBP_CSP_MODE::MODE_RGBA,
        _ => WEBP_CSP_MODE::MODE_RGB,
    };
    config.output.is_external_memory = 1;
    let stride = image.stride() as i32;
    let pixels = image.data_mut();
    config.output.u.RGBA = WebPRGBABuffer { rgba: pixels.as_mut_ptr(), stride, size: pixels.len() };
    // SAFETY: no data yet; the decoder keeps pointers into `config` and `image`, which both
    // outlive it, and writes within the size given, which it checks against the picture's.
    let decoder = Incremental(unsafe { WebPIDecode(std::ptr::null(), 0, &mut config) });
    if decoder.0.is_null() {
        return Err(Error::too_large("memory", "what the system gives", "more"));
    }
    feed(&decoder, frame.data, job)?;
    drop(decoder);
    Ok(image)
}

fn feed(decoder: &Incremental, data: &[u8], job: &Job) -> Result<()> {
    let mut end = 0;
    while end < data.len() {
        job.check()?;
        end = data.len().min(end + STEP);
        // SAFETY: the same bytes from their start, each time some more of them.
        match unsafe { WebPIUpdate(decoder.0, data.as_ptr(), end) } {
            VP8StatusCode::VP8_STATUS_OK => return Ok(()),
            VP8StatusCode::VP8_STATUS_SUSPENDED => {}
            status => return Err(error(status)),
        }
    }
    Err(Error::malformed("webp: ends before the picture does"))
}

/// Lets libwebp read the header too: it must find the size that was planned for.
fn check_features(frame: &Frame) -> Result<()> {
    let mut features = std::mem::MaybeUninit::<WebPBitstreamFeatures>::zeroed();
    // SAFETY: pointer and length are the slice's; a struct of integers, zeroed, is filled in.
    let (status, features) = unsafe {
        let data = frame.data;
        let status = WebPGetFeatures(data.as_ptr(), data.len(), features.as_mut_ptr());
        (status, features.assume_init())
    };
    if status != VP8StatusCode::VP8_STATUS_OK {
        return Err(error(status));
    }
    if (features.width as u32, features.height as u32) != (frame.width, frame.height) {
        return Err(Error::malformed("webp: two readings of the header differ"));
    }
    Ok(())
}

fn error(status: VP8StatusCode) -> Error {
    let error = match status {
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => {
            Error::too_large("memory", "what the system gives", "more")
        }
        VP8StatusCode::VP8_STATUS_UNSUPPORTED_FEATURE => {
            Error::unsupported("webp: unknown feature")
        }
        _ => Error::malformed("webp: broken data"),
    };
    error.with_context(format!("libwebp status {}", status as u32))
}
