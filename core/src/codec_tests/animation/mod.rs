//! Animations from frames to bytes, read back by other decoders than ours.

#[cfg(feature = "aom")]
mod avif;
mod gif;
mod png;
mod webp;

use image::AnimationDecoder;

use super::{picture, psnr};
use crate::image::{Frame, Image, Layout};
use crate::plan::{AnimationPlan, Encoding, OutputPlan};
use crate::{encode, CancelToken, Job, Kind, Limits, Result};

/// A picture and how long it is seen.
pub(super) fn frame(image: Image, delay_ms: u32) -> Frame {
    Frame { image, delay_ms }
}

pub(super) fn write(
    frames: &[Frame],
    encoding: Encoding,
    loops: u32,
    job: &Job,
) -> Result<Vec<u8>> {
    let (width, height) = (frames[0].image.width(), frames[0].image.height());
    let animation = Some(AnimationPlan { frames: frames.len() as u32, loops });
    let output = OutputPlan { animation, ..OutputPlan::still(width, height, encoding) };
    let mut animation = encode::animation(&output, job)?;
    for frame in frames {
        animation.add(frame, job)?;
    }
    animation.finish(job)
}

pub(super) fn write_ok(frames: &[Frame], encoding: Encoding, loops: u32) -> Vec<u8> {
    write(frames, encoding, loops, &Job::default()).unwrap()
}

/// Composited frames in RGBA and their times in milliseconds, as the `image` crate reads them.
pub(super) fn with_image<'a>(decoder: impl AnimationDecoder<'a>) -> Vec<Frame> {
    let one = |read: image::ImageResult<image::Frame>| {
        let read = read.unwrap();
        let (numerator, denominator) = read.delay().numer_denom_ms();
        let buffer = read.into_buffer();
        let (width, height) = buffer.dimensions();
        let image = Image::from_data(width, height, Layout::Rgba, buffer.into_raw()).unwrap();
        frame(image, numerator / denominator)
    };
    decoder.into_frames().map(one).collect()
}

/// A square that moves over a background, which may be transparent.
pub(super) fn moving(count: u32, (width, height): (u32, u32), background: [u8; 4]) -> Vec<Frame> {
    let one = |at: u32| {
        let mut image = Image::new(width, height, Layout::Rgba).unwrap();
        for (index, pixel) in image.data_mut().chunks_exact_mut(4).enumerate() {
            let (x, y) = (index as u32 % width, index as u32 / width);
            let left = 3 * at % (width - 8);
            let inside = (left..left + 8).contains(&x) && (4..12).contains(&y);
            pixel.copy_from_slice(&if inside {
                [255, (10 * at) as u8, 0, 255]
            } else {
                background
            });
        }
        frame(image, 40 + 10 * (at % 3))
    };
    (0..count).map(one).collect()
}

/// Photographs, as it were: every pixel changes from frame to frame.
pub(super) fn flowing(count: u32, layout: Layout) -> Vec<Frame> {
    let whole = picture(120, 60 + count, layout);
    let rows = |at: u32| {
        let data = (at..at + 60).flat_map(|y| whole.row(y).iter().copied()).collect();
        frame(Image::from_data(120, 60, layout, data).unwrap(), 50)
    };
    (0..count).map(rows).collect()
}

/// A photograph on which two dots far apart change.
pub(super) fn dotted() -> Vec<Frame> {
    let one = |value: u8| {
        let mut image = picture(200, 150, Layout::Rgb);
        let last = image.data().len() - 3;
        image.data_mut()[..3].fill(value);
        image.data_mut()[last..].fill(value);
        frame(image, 100)
    };
    [0, 99, 200].map(one).to_vec()
}

/// The frame in RGBA; transparent pixels are black.
pub(super) fn rgba(image: &Image) -> Image {
    let pixels = image.data().chunks_exact(image.layout().channels());
    let data = pixels.flat_map(|pixel| match *pixel {
        [gray] => [gray, gray, gray, 255],
        [red, green, blue] => [red, green, blue, 255],
        [_, _, _, 0] => [0; 4],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => unreachable!(),
    });
    let data = data.collect();
    Image::from_data(image.width(), image.height(), Layout::Rgba, data).unwrap()
}

/// Same number, same times, same pixels.
pub(super) fn assert_same(read: &[Frame], frames: &[Frame]) {
    let times = |frames: &[Frame]| frames.iter().map(|frame| frame.delay_ms).collect::<Vec<_>>();
    assert_eq!(times(read), times(frames));
    for (at, (read, frame)) in read.iter().zip(frames).enumerate() {
        assert!(rgba(&read.image) == rgba(&frame.image), "frame {at} differs");
    }
}

/// Adding and finishing stop when the job is cancelled between frames.
pub(super) fn stops_between_frames(frames: &[Frame], encoding: Encoding) {
    let (width, height) = (frames[0].image.width(), frames[0].image.height());
    let animation = Some(AnimationPlan { frames: frames.len() as u32, loops: 0 });
    let output = OutputPlan { animation, ..OutputPlan::still(width, height, encoding) };
    let cancel = CancelToken::new();
    let job = Job::new(&Limits::default(), cancel.clone());
    let mut running = encode::animation(&output, &job).unwrap();
    running.add(&frames[0], &job).unwrap();
    cancel.cancel();
    assert_eq!(running.add(&frames[1], &job).unwrap_err().kind(), Kind::Cancelled);
    assert_eq!(running.finish(&job).unwrap_err().kind(), Kind::Cancelled);
}
