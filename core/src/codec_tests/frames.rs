//! The frames of animations, as they are composited.

use super::*;
use crate::image::Frame;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/images/", $name))
    };
}

/// Header, frames, and the error that ended them.
fn frames_of(source: &[u8]) -> (Probe, Vec<Frame>, Option<Kind>) {
    let (limits, job) = (Limits::default(), Job::default());
    let probe = decode::probe(source, &limits).unwrap();
    let seen = Probe { alpha: probe.frames_alpha, ..probe.clone() };
    let plan = decode_plan(&seen, 1);
    let mut source = decode::frames(source, &probe, &plan, &limits, &job).unwrap();
    let mut frames = Vec::new();
    let end = loop {
        match source.next(&job) {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => break None,
            Err(error) => break Some(error.kind()),
        }
    };
    drop(source);
    (probe, frames, end)
}

fn whole(source: &[u8]) -> (Probe, Vec<Frame>) {
    let (probe, frames, end) = frames_of(source);
    assert_eq!(end, None);
    assert_eq!(frames.len(), probe.frames as usize);
    assert_eq!(
        probe.duration_ms,
        frames.iter().map(|frame| u64::from(frame.delay_ms)).sum::<u64>()
    );
    (probe, frames)
}

fn delays(frames: &[Frame]) -> Vec<u32> {
    frames.iter().map(|frame| frame.delay_ms).collect()
}

/// Alpha of the pixel at `x`, `y`.
fn alpha(frame: &Frame, x: usize, y: u32) -> u8 {
    frame.image.row(y)[x * 4 + 3]
}

#[test]
fn frames_of_a_gif_are_composited_timed_and_repeated() {
    let (probe, frames) = whole(file!("anim-rules.gif"));
    assert_eq!((probe.loops, probe.alpha, probe.frames_alpha), (3, true, true));
    assert_eq!(delays(&frames), [100, 100, 20, 70, 500, 3000]);
    // The third frame cleared its place; the second gave back what was there.
    assert_eq!([2, 3].map(|frame| alpha(&frames[frame], 38, 24)), [255, 0]);
    assert_ne!(frames[1].image.row(16)[14 * 4..15 * 4], frames[0].image.row(16)[14 * 4..15 * 4]);
    assert_eq!(frames[2].image.row(16)[14 * 4..15 * 4], frames[0].image.row(16)[14 * 4..15 * 4]);
    let (once, _) = whole(file!("anim-once.gif"));
    assert_eq!((once.frames, once.loops), (3, 1));
}

#[test]
fn what_lies_off_the_canvas_of_a_gif_is_not_seen() {
    let (probe, frames) = whole(file!("anim-outside.gif"));
    assert_eq!((probe.width, probe.height, frames.len()), (48, 32, 4));
    assert_eq!(alpha(&frames[1], 47, 30), 255);
    assert_eq!(alpha(&frames[2], 47, 30), 0);
}

#[test]
fn an_interlaced_or_deep_png_has_the_same_frames() {
    let (probe, plain) = whole(file!("anim-rules.png"));
    assert_eq!((probe.loops, delays(&plain)), (3, vec![333, 334, 333, 70, 0, 2000]));
    let (probe, interlaced) = whole(file!("anim-interlaced.png"));
    assert!(probe.progressive && probe.loops == 1);
    assert!(plain == interlaced);
    let (probe, deep) = whole(file!("anim-deep.png"));
    assert_eq!(probe.bits, 16);
    for (plain, deep) in plain.iter().zip(&deep) {
        assert!(psnr(&plain.image, &deep.image) > 45.0);
    }
}

#[test]
fn a_default_picture_outside_the_animation_is_the_still_one() {
    let (probe, frames) = whole(file!("anim-hidden.png"));
    assert_eq!(probe.frames, 5);
    let (_, still) = read_ok(file!("anim-hidden.png"));
    assert_eq!(still.row(0)[3], 255);
    assert_eq!(alpha(&frames[0], 0, 0), 0);
}

#[test]
fn frames_of_a_webp_are_composited_timed_and_repeated() {
    let (probe, frames) = whole(file!("anim-rules.webp"));
    assert_eq!((probe.loops, delays(&frames)), (3, vec![0, 33, 34, 1000, 10, 70]));
    assert_eq!([2, 3].map(|frame| alpha(&frames[frame], 5, 16)), [0, 0]);
    let (probe, opaque) = whole(file!("anim-opaque.webp"));
    assert_eq!((probe.loops, probe.frames_alpha, opaque.len()), (1, false, 2));
    assert_eq!(opaque[1].image.layout(), Layout::Rgb);
    let (_, still) = read_ok(file!("anim-opaque.webp"));
    assert!(still == opaque[0].image);
}

#[test]
fn frames_of_an_avif_sequence_follow_one_another() {
    let (probe, frames) = whole(file!("anim.avif"));
    assert_eq!((probe.frames, delays(&frames)), (5, vec![40, 80, 33, 33, 500]));
    assert_eq!((probe.loops, probe.frames_alpha), (0, false));
    for pair in frames.windows(2) {
        assert!(psnr(&pair[0].image, &pair[1].image) < 20.0);
    }
    let (probe, frames) = whole(file!("anim-alpha.avif"));
    assert_eq!((probe.frames, probe.frames_alpha, frames.len()), (4, true, 4));
    assert!(frames.iter().all(|frame| alpha(frame, 0, 0) < 8 && alpha(frame, 10, 16) > 120));
}

#[test]
fn a_file_cut_in_its_seventh_frame_has_six() {
    for source in [
        &file!("bad/cut-in-frame-7.gif")[..],
        file!("bad/cut-in-frame-7.webp"),
        file!("bad/cut-in-frame-7.png"),
    ] {
        let (probe, frames, end) = frames_of(source);
        assert_eq!((probe.frames, frames.len()), (7, 6), "{:?}", probe.format);
        assert_eq!(end, Some(Kind::Malformed));
    }
}

#[test]
fn a_frame_off_the_canvas_of_a_png_or_webp_is_damage() {
    for source in [&file!("bad/outside.png")[..], file!("bad/outside.webp")] {
        let (_, frames, end) = frames_of(source);
        assert_eq!((frames.len(), end), (1, Some(Kind::Malformed)));
    }
}

#[test]
fn more_frames_than_the_limit_are_refused_before_one_is_decoded() {
    let probe = |source: &[u8]| decode::probe(source, &Limits::default()).map(|probe| probe.frames);
    let apng = probe(file!("bad/frames-2147483647.png"));
    assert_eq!(apng.unwrap_err().kind(), Kind::TooLarge);
    let gif = file!("anim-once.gif");
    let (head, frames) = gif[..gif.len() - 1].split_at(13);
    let many = [head, &frames.repeat(20_000)].concat();
    assert_eq!(probe(&many).unwrap_err().kind(), Kind::TooLarge);
    assert_eq!(probe(file!("bad/no-frame.gif")).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn a_gif_frame_larger_than_an_animation_may_be_is_refused() {
    let mut source = file!("anim-once.gif").to_vec();
    // The descriptor of the first frame: width, height, interlaced.
    let at = source.iter().position(|byte| *byte == 0x2c).unwrap();
    source[at + 5..at + 9].copy_from_slice(&[0xff; 4]);
    source[at + 9] |= 0x40;
    let limits = Limits { animation_pixels: 60_000, ..Limits::default() };
    let probe = decode::probe(&source, &limits).unwrap();
    let plan = decode_plan(&Probe { alpha: true, ..probe.clone() }, 1);
    let job = Job::default();
    let mut frames = decode::frames(&source, &probe, &plan, &limits, &job).unwrap();
    assert_eq!(frames.next(&job).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn a_cancelled_job_stops_between_frames() {
    for source in [
        &file!("anim-rules.gif")[..],
        file!("anim-rules.webp"),
        file!("anim-rules.png"),
        file!("anim-alpha.avif"),
    ] {
        let (limits, cancel) = (Limits::default(), CancelToken::new());
        let job = Job::new(&limits, cancel.clone());
        let probe = decode::probe(source, &limits).unwrap();
        let plan = decode_plan(&Probe { alpha: probe.frames_alpha, ..probe.clone() }, 1);
        let mut frames = decode::frames(source, &probe, &plan, &limits, &job).unwrap();
        assert!(frames.next(&job).unwrap().is_some());
        cancel.cancel();
        assert_eq!(frames.next(&job).unwrap_err().kind(), Kind::Cancelled);
    }
}

#[test]
fn broken_animations_have_a_verdict() {
    for source in [&file!("anim-rules.gif")[..], file!("anim-rules.webp"), file!("anim-rules.png")]
    {
        let mut broken = source.to_vec();
        for at in (0..source.len()).step_by(3) {
            broken[at] ^= 1 << (at % 8);
            if decode::probe(&broken, &Limits::default()).is_ok_and(|probe| probe.frames > 1) {
                assert_ne!(verdict(&broken), Some(Kind::Internal), "flip at {at}");
            }
            broken[at] = source[at];
        }
    }
}

/// How decoding all frames ends.
fn verdict(source: &[u8]) -> Option<Kind> {
    let limits = Limits { memory: 64 << 20, ..Limits::default() };
    let job = Job::new(&limits, CancelToken::new());
    let run = || {
        let probe = decode::probe(source, &limits)?;
        let plan = decode_plan(&Probe { alpha: probe.frames_alpha, ..probe.clone() }, 1);
        let _memory = job.charge(u64::from(plan.width) * u64::from(plan.height) * 12)?;
        let mut frames = decode::frames(source, &probe, &plan, &limits, &job)?;
        while frames.next(&job)?.is_some() {}
        Result::Ok(())
    };
    run().err().map(|error| error.kind())
}
