//! Rendered results as handles.

use std::ffi::c_char;

use safelight_core::image::Format;
use safelight_core::{Polished, Rendered};

use crate::handle::{self, Handle, Text};

/// A finished result. It never changes, so any number of threads may read one at once. It lives
/// until safelight_image_free() and outlives its engine and its job.
#[allow(non_camel_case_types)]
pub struct safelight_image {
    _key: [u8; 0],
}

impl Handle for safelight_image {
    const NAME: &'static str = "image";
    type Value = Picture;
}

/// What a `safelight_image` stands for.
pub(crate) struct Picture {
    data: Vec<u8>,
    width: u32,
    height: u32,
    format: Text,
    info: Text,
}

impl From<Rendered> for Picture {
    fn from(rendered: Rendered) -> Self {
        let Rendered { data, info } = rendered;
        Picture {
            width: info.width,
            height: info.height,
            format: Text::new(info.format.name()),
            info: Text::new(info.to_json(data.len()).to_string()),
            data,
        }
    }
}

impl From<Polished> for Picture {
    fn from(polished: Polished) -> Self {
        Picture {
            width: polished.width,
            height: polished.height,
            format: Text::new(polished.format.map_or("", Format::name)),
            info: Text::new(polished.to_json().to_string()),
            data: polished.data,
        }
    }
}

/// The encoded bytes, safelight_image_len() of them: a file of the format that
/// safelight_image_format() names. NULL when `image` is NULL or was freed.
///
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_image_data(image: *const safelight_image) -> *const u8 {
    handle::read(image, std::ptr::null(), |picture| picture.data.as_ptr())
}

/// Bytes of safelight_image_data(). 0 when `image` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_image_len(image: *const safelight_image) -> usize {
    handle::read(image, 0, |picture| picture.data.len())
}

/// Width in pixels. 0 when `image` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_image_width(image: *const safelight_image) -> u32 {
    handle::read(image, 0, |picture| picture.width)
}

/// Height in pixels. 0 when `image` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_image_height(image: *const safelight_image) -> u32 {
    handle::read(image, 0, |picture| picture.height)
}

/// The format: `jpeg`, `png`, `gif`, `webp`, `avif`, or `json` when `format=json` was asked for; of
/// a source that safelight_polish() gave back any format that is known, or nothing.
/// NULL when `image` is NULL or was freed.
///
/// The text ends with a NUL. The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_image_format(image: *const safelight_image) -> *const c_char {
    handle::read(image, std::ptr::null(), |picture| picture.format.as_ptr())
}

/// All that is known about the result as a JSON object; of safelight_polish() what is listed there,
/// of safelight_render(): `format`, `mime`, `width`, `height`,
/// `size` in bytes, `quality` (null where the format has none), `frames`, `duration` in
/// milliseconds (null for a still picture), `source` (`format`, `width`,
/// `height`), `warnings` (an array of texts), `timings` in milliseconds (`plan`, `decode`,
/// `transform`, `encode`) and `memory`, the most bytes that pixels and codecs held at once.
/// NULL when `image` is NULL or was freed.
///
/// The text has safelight_image_info_len() bytes and a NUL behind them.
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_image_info(image: *const safelight_image) -> *const c_char {
    handle::read(image, std::ptr::null(), |picture| picture.info.as_ptr())
}

/// Bytes of safelight_image_info(), without the NUL behind them. 0 when `image` is NULL or was
/// freed.
#[no_mangle]
pub extern "C" fn safelight_image_info_len(image: *const safelight_image) -> usize {
    handle::read(image, 0, |picture| picture.info.len())
}

/// Frees a result. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_image_free(image: *mut safelight_image) {
    handle::free(image);
}
