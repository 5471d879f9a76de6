//! Writes WebP through libwebp.

mod animation;

pub(super) use animation::begin;

use std::borrow::Cow;
use std::ffi::{c_int, c_void};

use libwebp_sys::*;

use crate::image::{Image, Layout};
use crate::kernel::libwebp::MAX_SIDE;
use crate::{Error, Job, Result};

/// A picture whose buffers are freed when it is dropped.
struct Picture(WebPPicture);

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: initialised by the library; frees what its imports allocated.
        unsafe { WebPPictureFree(&mut self.0) };
    }
}

/// Writes `image`, which is grey or RGB with or without alpha; without a quality, lossless.
pub(super) fn encode(image: &Image, quality: Option<u8>, method: u8, job: &Job) -> Result<Vec<u8>> {
    let (width, height) = (image.width(), image.height());
    if width.max(height) > MAX_SIDE {
        return Err(Error::too_large("output side", MAX_SIDE, width.max(height)));
    }
    let image = colored(image, job)?;
    let config = config(quality, method, job)?;
    let mut data = Vec::new();
    let mut picture = import(&image, config.lossless)?;
    picture.0.writer = Some(write);
    picture.0.custom_ptr = std::ptr::from_mut(&mut data).cast::<c_void>();
    watch(&mut picture, job);
    // SAFETY: both are set up; the callbacks find `data` and `job`, which outlive the call.
    let done = unsafe { WebPEncode(&config, &mut picture.0) } != 0;
    job.check()?;
    if !done {
        return Err(error(picture.0.error_code));
    }
    Ok(data)
}

/// libwebp takes colour only.
fn colored<'a>(image: &'a Image, job: &Job) -> Result<Cow<'a, Image>> {
    match image.layout() {
        Layout::Rgb | Layout::Rgba => Ok(Cow::Borrowed(image)),
        Layout::Gray => {
            let mut rgb = Image::new(image.width(), image.height(), Layout::Rgb)?;
            let mut gray = image.data().iter();
            rgb.for_rows(job, |row| {
                for (pixel, gray) in row.chunks_exact_mut(3).zip(&mut gray) {
                    pixel.fill(*gray);
                }
            })?;
            Ok(Cow::Owned(rgb))
        }
        Layout::Cmyk => Err(Error::internal("webp takes no cmyk")),
    }
}

fn config(quality: Option<u8>, method: u8, job: &Job) -> Result<WebPConfig> {
    let mut config =
        WebPConfig::new().map_err(|()| Error::internal("webp: another library version"))?;
    config.method = c_int::from(method.min(6));
    config.thread_level = c_int::from(job.threads() > 1);
    match quality {
        Some(quality) => config.quality = f32::from(quality.clamp(1, 100)),
        // The colour of pixels that nobody sees may change. For lossless the quality is effort.
        None => (config.lossless, config.exact, config.quality) = (1, 0, 75.0),
    }
    Ok(config)
}

/// Lets `job` stop the encoder while it works on `picture`; the caller sees to it that `job` is
/// there as long.
fn watch(picture: &mut Picture, job: &Job) {
    picture.0.progress_hook = Some(progress);
    picture.0.user_data = std::ptr::from_ref(job).cast_mut().cast::<c_void>();
}

/// A copy of `image` as libwebp wants it: in colours when `use_argb` is not 0, else in planes.
fn import(image: &Image, use_argb: c_int) -> Result<Picture> {
    let picture =
        WebPPicture::new().map_err(|()| Error::internal("webp: another library version"))?;
    let mut picture = Picture(picture);
    picture.0.use_argb = use_argb;
    picture.0.width = image.width() as c_int;
    picture.0.height = image.height() as c_int;
    let (data, stride) = (image.data().as_ptr(), image.stride() as c_int);
    // SAFETY: the rows of the picture are read, as many and as long as width, height, stride and
    // layout say; the library copies them.
    let done = unsafe {
        match image.layout() {
            Layout::Rgba => WebPPictureImportRGBA(&mut picture.0, data, stride),
            _ => WebPPictureImportRGB(&mut picture.0, data, stride),
        }
    };
    if done == 0 {
        return Err(error(picture.0.error_code));
    }
    Ok(picture)
}

unsafe extern "C" fn write(data: *const u8, size: usize, picture: *const WebPPicture) -> c_int {
    if size == 0 {
        return 1;
    }
    // SAFETY: `custom_ptr` is the vector of the running `encode`, used by no one else meanwhile;
    // `data` holds `size` bytes.
    let (all, bytes) = unsafe {
        let all = &mut *(*picture).custom_ptr.cast::<Vec<u8>>();
        (all, std::slice::from_raw_parts(data, size))
    };
    if all.try_reserve(size).is_err() {
        return 0;
    }
    all.extend_from_slice(bytes);
    1
}

/// Zero stops the encoder. It may come from a thread of libwebp's; a job is shared freely.
unsafe extern "C" fn progress(_percent: c_int, picture: *const WebPPicture) -> c_int {
    // SAFETY: `user_data` is the job that `watch` was given, which outlives the call.
    let job: &Job = unsafe { &*(*picture).user_data.cast::<Job>() };
    c_int::from(job.check().is_ok())
}

fn error(code: WebPEncodingError) -> Error {
    use WebPEncodingError::*;
    let error = match code {
        VP8_ENC_ERROR_OUT_OF_MEMORY
        | VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
        | VP8_ENC_ERROR_BAD_WRITE => Error::too_large("memory", "what the system gives", "more"),
        VP8_ENC_ERROR_PARTITION0_OVERFLOW
        | VP8_ENC_ERROR_PARTITION_OVERFLOW
        | VP8_ENC_ERROR_FILE_TOO_BIG => {
            Error::too_large("output bytes", "what a webp can hold", "more")
        }
        VP8_ENC_ERROR_BAD_DIMENSION => Error::too_large("output side", MAX_SIDE, "more"),
        _ => Error::internal("webp: the encoder failed"),
    };
    error.with_context(format!("libwebp encoding error {}", code as u32))
}
