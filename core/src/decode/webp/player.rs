//! A second opinion on animations, for tests.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;

use libwebp_sys::*;

use crate::image::{Frame, Image, Layout};

/// Composited frames as libwebp's own player shows them.
pub(crate) fn read(bytes: &[u8]) -> Vec<Frame> {
    let mut options = MaybeUninit::<WebPAnimDecoderOptions>::zeroed();
    let data = WebPData { bytes: bytes.as_ptr(), size: bytes.len() };
    let mut frames = Vec::new();
    // SAFETY: plain calls in the order the library wants; `bytes` outlives the decoder, and each
    // canvas is copied before the next call.
    unsafe {
        WebPAnimDecoderOptionsInitInternal(options.as_mut_ptr(), WEBP_DEMUX_ABI_VERSION as c_int);
        let version = WEBP_DEMUX_ABI_VERSION as c_int;
        let decoder = WebPAnimDecoderNewInternal(&data, options.as_ptr(), version);
        assert!(!decoder.is_null());
        let mut info = MaybeUninit::<WebPAnimInfo>::zeroed();
        WebPAnimDecoderGetInfo(decoder, info.as_mut_ptr());
        let info = info.assume_init();
        let (width, height) = (info.canvas_width, info.canvas_height);
        let mut end = 0;
        while WebPAnimDecoderHasMoreFrames(decoder) != 0 {
            let (mut canvas, mut time) = (ptr::null_mut(), 0);
            assert!(WebPAnimDecoderGetNext(decoder, &mut canvas, &mut time) != 0);
            let size = 4 * width as usize * height as usize;
            let data = std::slice::from_raw_parts(canvas, size).to_vec();
            let image = Image::from_data(width, height, Layout::Rgba, data).unwrap();
            frames.push(Frame { image, delay_ms: (time - end) as u32 });
            end = time;
        }
        WebPAnimDecoderDelete(decoder);
    }
    frames
}
