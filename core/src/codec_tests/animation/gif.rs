use std::io::Cursor;

use image::codecs::gif::GifDecoder;

use super::*;

fn read(bytes: &[u8]) -> Vec<Frame> {
    with_image(GifDecoder::new(Cursor::new(bytes)).unwrap())
}

/// The image blocks of a file: width, height, disposal and whether they have own colours.
fn blocks(bytes: &[u8]) -> Vec<(u16, u16, u8, bool)> {
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(bytes).unwrap();
    let mut found = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let own = frame.palette.is_some();
        found.push((frame.width, frame.height, frame.dispose as u8, own));
    }
    found
}

#[test]
fn few_colours_come_back_exactly_with_times_and_loops() {
    for background in [[0; 4], [0, 0, 90, 255]] {
        let frames = moving(12, (70, 33), background);
        for loops in [0, 1, 2, 7] {
            let bytes = write_ok(&frames, Encoding::Gif, loops);
            assert_same(&read(&bytes), &frames);
            let probe = crate::decode::probe(&bytes, &Limits::default()).unwrap();
            assert_eq!((probe.frames, probe.loops), (12, loops));
        }
    }
}

#[test]
fn only_what_changed_is_written() {
    let blocks = blocks(&write_ok(&moving(12, (200, 100), [0, 0, 90, 255]), Encoding::Gif, 0));
    assert_eq!((blocks[0].0, blocks[0].1), (200, 100));
    assert!(blocks[1..].iter().all(|block| block.0 <= 11 && block.1 == 8), "{blocks:?}");
    assert!(blocks.iter().all(|block| !block.3), "one palette serves all: {blocks:?}");
}

#[test]
fn what_vanishes_is_cleared() {
    let blocks = blocks(&write_ok(&moving(6, (60, 20), [0; 4]), Encoding::Gif, 0));
    assert!(blocks[..5].iter().all(|block| block.2 == 2 || block.2 == 3), "{blocks:?}");
    assert_eq!(blocks[5].2, 1);
}

#[test]
fn equal_frames_become_one_longer_frame() {
    let mut frames = moving(3, (40, 20), [9, 9, 9, 255]);
    frames.insert(1, frames[0].clone());
    frames.insert(1, frames[0].clone());
    let times: Vec<u32> =
        read(&write_ok(&frames, Encoding::Gif, 0)).iter().map(|frame| frame.delay_ms).collect();
    assert_eq!(times, [120, 50, 60]);
}

#[test]
fn times_are_rounded_without_drift() {
    let mut frames = moving(100, (40, 20), [9, 9, 9, 255]);
    frames.iter_mut().for_each(|frame| frame.delay_ms = 33);
    let times = |frames: &[Frame]| -> Vec<u32> {
        read(&write_ok(frames, Encoding::Gif, 0)).iter().map(|frame| frame.delay_ms).collect()
    };
    let rounded = times(&frames);
    assert_eq!((rounded.len(), rounded.iter().sum::<u32>()), (100, 3300));
    // Sixty frames a second are more than viewers show: some go, none is too short, none late.
    frames.iter_mut().for_each(|frame| frame.delay_ms = 16);
    let rounded = times(&frames);
    assert_eq!(rounded.iter().sum::<u32>(), 1600);
    assert!(rounded.iter().all(|time| *time >= 20));
    // What a file says on purpose stays.
    frames.iter_mut().for_each(|frame| frame.delay_ms = 10);
    assert_eq!(times(&frames), [10; 100]);
    frames.iter_mut().for_each(|frame| frame.delay_ms = 0);
    assert_eq!(times(&frames), [0; 100]);
}

#[test]
fn many_colours_come_back_nearly_and_what_is_still_does_not_flicker() {
    let mut frames = flowing(6, Layout::Rgb);
    let still = frames[0].image.row(0).to_vec();
    for frame in &mut frames {
        let rows = still.repeat(20);
        frame.image.data_mut()[..rows.len()].copy_from_slice(&rows);
    }
    let read = read(&write_ok(&frames, Encoding::Gif, 0));
    let top = 4 * 120 * 20;
    for (shown, frame) in read.iter().zip(&frames) {
        let psnr = psnr(&shown.image, &rgba(&frame.image));
        assert!(psnr > 28.0, "{psnr}");
        assert!(shown.image.data()[..top] == read[0].image.data()[..top]);
    }
}

#[test]
fn more_colours_than_a_palette_has_over_the_whole_stay_exact_frame_by_frame() {
    // Each frame brings 200 new colours in its own corner.
    let mut canvas = Image::new(64, 64, Layout::Rgb).unwrap();
    let mut frames = Vec::new();
    for at in 0..8u32 {
        for dot in 0..200u32 {
            let index = (at * 400 + dot) as usize * 3;
            canvas.data_mut()[index..index + 3].copy_from_slice(&[dot as u8, at as u8 * 30, 77]);
        }
        frames.push(frame(canvas.clone(), 100));
    }
    let bytes = write_ok(&frames, Encoding::Gif, 0);
    assert_same(&read(&bytes), &frames);
    assert!(blocks(&bytes).iter().any(|block| block.3));
}

#[test]
fn random_frames_of_few_colours_survive_any_disposal() {
    let mut state = 7u32;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let colors = [[0; 4], [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [1, 1, 1, 255]];
    let mut canvas = Image::new(23, 17, Layout::Rgba).unwrap();
    let mut frames = Vec::new();
    for _ in 0..200 {
        let (left, top) = (random(20), random(14));
        let (width, height) = (1 + random(23 - left), 1 + random(17 - top));
        let color = colors[random(5) as usize];
        for y in top..top + height {
            for x in left..left + width {
                let color = if random(4) == 0 { colors[random(5) as usize] } else { color };
                let at = 4 * (y * 23 + x) as usize;
                canvas.data_mut()[at..at + 4].copy_from_slice(&color);
            }
        }
        frames.push(frame(canvas.clone(), 30));
    }
    let read = read(&write_ok(&frames, Encoding::Gif, 0));
    // Equal neighbours were merged.
    frames.dedup_by(|next, frame| {
        let same = next.image == frame.image;
        if same {
            frame.delay_ms += next.delay_ms;
        }
        same
    });
    assert_same(&read, &frames);
}

#[test]
fn the_same_frames_make_the_same_bytes() {
    let frames = flowing(4, Layout::Rgba);
    assert!(write_ok(&frames, Encoding::Gif, 0) == write_ok(&frames, Encoding::Gif, 0));
}

#[test]
fn a_cancelled_job_stops_between_frames() {
    stops_between_frames(&moving(3, (40, 20), [0; 4]), Encoding::Gif);
}
