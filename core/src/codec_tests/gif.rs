use super::*;

/// A frame of `width` by `height` at `(x, y)`: LZW of two-bit codes that only clear and repeat.
fn frame(x: u8, y: u8, width: u8, height: u8, pixels: &[u8]) -> Vec<u8> {
    let mut codes = Vec::new();
    for pixel in pixels {
        // A clear code before every pixel keeps the code width at three bits.
        codes.extend([4, u16::from(*pixel)]);
    }
    codes.push(5);
    let bits: Vec<bool> = codes.iter().flat_map(|c| (0..3).map(move |b| c >> b & 1 != 0)).collect();
    let bytes: Vec<u8> = bits
        .chunks(8)
        .map(|byte| byte.iter().enumerate().map(|(at, bit)| u8::from(*bit) << at).sum())
        .collect();
    let head = [0x2c, x, 0, y, 0, width, 0, height, 0, 0, 2, bytes.len() as u8];
    [&head[..], &bytes, &[0]].concat()
}

/// A file of four by two with the palette black, red, green, blue.
fn file(blocks: &[Vec<u8>]) -> Vec<u8> {
    let head = [b"GIF89a".to_vec(), vec![4, 0, 2, 0, 0x81, 0, 0]].concat();
    let palette = vec![0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
    [head, palette, blocks.concat(), vec![0x3b]].concat()
}

fn control(flags: u8, transparent: u8) -> Vec<u8> {
    vec![0x21, 0xf9, 4, flags, 0, 0, transparent, 0]
}

fn again(times: u8) -> Vec<u8> {
    [&[0x21, 0xff, 11][..], b"NETSCAPE2.0", &[3, 1, times, 0, 0]].concat()
}

#[test]
fn few_colours_come_back_exactly() {
    let image = poster(67, 41, Layout::Rgb);
    let (probe, back) = read_ok(&write_ok(&image, Encoding::Gif));
    assert!(back == image);
    assert_eq!((probe.frames, probe.alpha), (1, false));
}

#[test]
fn many_colours_come_back_nearly() {
    let image = picture(131, 77, Layout::Rgb);
    let (_, back) = read_ok(&write_ok(&image, Encoding::Gif));
    assert!(psnr(&image, &back) > 25.0, "{}", psnr(&image, &back));
    let gray = picture(40, 30, Layout::Gray);
    let (_, back) = read_ok(&write_ok(&gray, Encoding::Gif));
    assert!(back.data().chunks_exact(3).zip(gray.data()).all(|(rgb, gray)| rgb == [*gray; 3]));
}

#[test]
fn alpha_becomes_all_or_nothing() {
    let mut image = poster(32, 32, Layout::Rgba);
    let (probe, back) = read_ok(&write_ok(&image, Encoding::Gif));
    cut_alpha(&mut image);
    assert!(probe.alpha);
    assert!(psnr(&image, &back) > 30.0, "{}", psnr(&image, &back));
    let alpha = |image: &Image| image.data().iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
    assert_eq!(alpha(&image), alpha(&back));
}

#[test]
fn a_frame_that_fills_its_canvas_is_opaque() {
    let (probe, image) = read_ok(&file(&[frame(0, 0, 4, 2, &[0, 1, 2, 3, 3, 2, 1, 0])]));
    assert_eq!((probe.width, probe.height, probe.alpha), (4, 2, false));
    assert_eq!(image.layout(), Layout::Rgb);
    assert_eq!(&image.data()[..6], &[0, 0, 0, 255, 0, 0]);
}

#[test]
fn a_smaller_first_frame_lies_on_a_transparent_canvas() {
    let (probe, image) = read_ok(&file(&[frame(1, 1, 2, 1, &[1, 2])]));
    assert!(probe.alpha);
    assert_eq!(image.row(0), &[0; 16]);
    assert_eq!(image.row(1), &[0, 0, 0, 0, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0]);
}

#[test]
fn the_transparent_colour_is_transparent() {
    let (probe, image) =
        read_ok(&file(&[control(1, 2), frame(0, 0, 4, 2, &[1, 2, 1, 2, 1, 1, 1, 1])]));
    assert!(probe.alpha);
    assert_eq!((image.row(0)[3], image.row(0)[7]), (255, 0));
}

#[test]
fn frames_and_repeats_are_counted() {
    let dot = || frame(0, 0, 1, 1, &[1]);
    let probe = |blocks: &[Vec<u8>]| decode::probe(&file(blocks), &Limits::default());
    let still = probe(&[dot()]).unwrap();
    assert_eq!((still.frames, still.loops), (1, 1));
    let ever = probe(&[again(0), dot(), control(0, 0), dot()]).unwrap();
    assert_eq!((ever.frames, ever.loops), (2, 0));
    assert_eq!(probe(&[again(4), dot(), dot(), dot()]).unwrap().loops, 5);
    assert_eq!(probe(&vec![dot(); 1_000]).unwrap().frames, 1_000);
    assert_eq!(probe(&vec![dot(); 1_001]).unwrap_err().kind(), Kind::TooLarge);
    assert_eq!(probe(&[]).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn a_picture_of_more_than_fifty_megabytes_is_read() {
    let mut image = Image::new(4_100, 4_000, Layout::Rgb).unwrap();
    image.data_mut().last_mut().into_iter().for_each(|sample| *sample = 9);
    let (_, back) = read_ok(&write_ok(&image, Encoding::Gif));
    assert!(back == image);
}

#[test]
fn broken_files_have_a_verdict() {
    let bytes = write_ok(&picture(120, 90, Layout::Rgba), Encoding::Gif);
    every_cut_has_a_verdict(&bytes);
    every_flip_has_a_verdict(&bytes);
}

#[test]
fn a_cancelled_job_stops_reading_and_writing() {
    both_adapters_stop(&poster(64, 64, Layout::Rgb), Encoding::Gif);
}
