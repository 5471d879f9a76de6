use std::io::Cursor;

use image::codecs::png::PngDecoder;

use super::*;
use crate::plan::Palette;

const PNG: Encoding = Encoding::Png { fast: false, palette: Palette::Same };

fn read(bytes: &[u8]) -> Vec<Frame> {
    with_image(PngDecoder::new(Cursor::new(bytes)).unwrap().apng().unwrap())
}

/// The frames of a file: width, height and blending.
fn blocks(bytes: &[u8]) -> Vec<(u32, u32, ::png::BlendOp)> {
    let mut reader = ::png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let mut found = Vec::new();
    for _ in 0..reader.info().animation_control().unwrap().num_frames {
        reader.next_frame(&mut pixels).unwrap();
        let control = reader.info().frame_control().unwrap();
        found.push((control.width, control.height, control.blend_op));
    }
    reader.finish().unwrap();
    found
}

#[test]
fn frames_come_back_exactly_with_times_and_loops() {
    for background in [[0; 4], [0, 0, 90, 255], [0, 0, 90, 128]] {
        let mut frames = moving(12, (70, 33), background);
        frames[4].delay_ms = 33;
        for loops in [0, 1, 7] {
            let bytes = write_ok(&frames, PNG, loops);
            assert_same(&read(&bytes), &frames);
            let probe = crate::decode::probe(&bytes, &Limits::default()).unwrap();
            assert_eq!((probe.frames, probe.loops), (12, loops));
        }
    }
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        let frames = flowing(4, layout);
        assert_same(&read(&write_ok(&frames, PNG, 0)), &frames);
    }
}

#[test]
fn only_what_changed_is_written() {
    let blocks = blocks(&write_ok(&moving(12, (200, 100), [0, 0, 90, 255]), PNG, 0));
    assert_eq!((blocks[0].0, blocks[0].1), (200, 100));
    assert!(blocks[1..].iter().all(|block| block.0 <= 11 && block.1 == 8), "{blocks:?}");
}

#[test]
fn what_does_not_change_is_left_out_where_that_is_smaller() {
    let frames = dotted();
    let bytes = write_ok(&frames, PNG, 0);
    assert_same(&read(&bytes), &frames);
    assert!(blocks(&bytes)[1..].iter().all(|block| block.2 == ::png::BlendOp::Over));
    assert!(bytes.len() < write_ok(&frames[..1], PNG, 0).len() + 2_000);
}

#[test]
fn equal_frames_become_one_longer_frame() {
    let mut frames = moving(3, (40, 20), [9, 9, 9, 255]);
    frames.insert(1, frames[0].clone());
    let read = read(&write_ok(&frames, PNG, 0));
    let times: Vec<u32> = read.iter().map(|frame| frame.delay_ms).collect();
    assert_eq!(times, [80, 50, 60]);
}

#[test]
fn long_times_are_told_in_coarser_parts() {
    let mut frames = moving(4, (40, 20), [9, 9, 9, 255]);
    for (frame, delay) in frames.iter_mut().zip([65_535, 70_000, 6_000_000, 60_000_000]) {
        frame.delay_ms = delay;
    }
    assert_same(&read(&write_ok(&frames, PNG, 0)), &frames);
}

#[test]
fn a_cancelled_job_stops_between_frames() {
    stops_between_frames(&moving(3, (40, 20), [0; 4]), PNG);
}
