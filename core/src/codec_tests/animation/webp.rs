use super::*;
use crate::decode::webp::player::read;

const LOSSLESS: Encoding = Encoding::Webp { quality: None, method: 2 };
const LOSSY: Encoding = Encoding::Webp { quality: Some(80), method: 2 };

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
