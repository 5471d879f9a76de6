use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;

use libwebp_sys::*;

use super::*;

const LOSSLESS: Encoding = Encoding::Webp { quality: None, method: 2 };
const LOSSY: Encoding = Encoding::Webp { quality: Some(80), method: 2 };

/// Composited frames as libwebp's own player shows them.
fn read(bytes: &[u8]) -> Vec<Frame> {
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
            frames.push(frame(image, (time - end) as u32));
            end = time;
        }
        WebPAnimDecoderDelete(decoder);
    }
    frames
}

#[test]
fn lossless_frames_come_back_exactly_with_times_and_loops() {
    for background in [[0; 4], [0, 0, 90, 255]] {
        let mut frames = moving(9, (70, 33), background);
        frames[3].delay_ms = 33;
        for loops in [0, 1, 5] {
            let bytes = write_ok(&frames, LOSSLESS, loops);
            assert_same(&read(&bytes), &frames);
            let probe = crate::decode::probe(&bytes, &Limits::default()).unwrap();
            assert_eq!((probe.frames, probe.loops), (9, loops));
        }
    }
}

#[test]
fn lossy_frames_of_every_layout_come_back_nearly() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        let frames = flowing(4, layout);
        let read = read(&write_ok(&frames, LOSSY, 0));
        assert_eq!(read.len(), 4);
        for (read, frame) in read.iter().zip(&frames) {
            let psnr = psnr(&rgba(&read.image), &rgba(&frame.image));
            assert!(psnr > 25.0, "{layout:?} {psnr}");
        }
    }
}

#[test]
fn an_animation_is_smaller_than_its_frames() {
    let frames = dotted();
    let one = write_ok(&frames[..1], LOSSLESS, 0).len();
    assert!(write_ok(&frames, LOSSLESS, 0).len() < 2 * one);
}

#[test]
fn an_animation_that_is_longer_than_the_clock_is_refused() {
    let mut frames = moving(2, (30, 20), [0; 4]);
    frames.iter_mut().for_each(|frame| frame.delay_ms = u32::MAX);
    let many: Vec<Frame> = frames.into_iter().cycle().take(200).collect();
    let error = write(&many, LOSSLESS, 0, &Job::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
}

#[test]
fn a_cancelled_job_stops_between_frames() {
    stops_between_frames(&moving(3, (40, 20), [0; 4]), LOSSY);
}
