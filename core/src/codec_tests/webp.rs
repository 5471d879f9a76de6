use super::*;
use crate::image::Profile;

fn lossy(quality: u8, method: u8) -> Encoding {
    Encoding::Webp { quality: Some(quality), method }
}

const LOSSLESS: Encoding = Encoding::Webp { quality: None, method: 4 };

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = [&kind[..], &(data.len() as u32).to_le_bytes(), data].concat();
    if data.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    chunk(b"RIFF", &body)
}

fn u24(value: u32) -> Vec<u8> {
    value.to_le_bytes()[..3].to_vec()
}

fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    chunk(b"VP8X", &[vec![flags, 0, 0, 0], u24(width - 1), u24(height - 1)].concat())
}

/// The chunks of a still file behind its RIFF header.
fn body(still: &[u8]) -> Vec<u8> {
    still[12..].to_vec()
}

fn animation_frame(x: u32, y: u32, image: &Image) -> Vec<u8> {
    let still = body(&write_ok(image, LOSSLESS));
    let place = [x / 2, y / 2, image.width() - 1, image.height() - 1, 40].map(u24).concat();
    chunk(b"ANMF", &[place, vec![0], still].concat())
}

fn repeats(times: u8) -> Vec<u8> {
    chunk(b"ANIM", &[0, 0, 0, 0, times, 0])
}

#[test]
fn lossless_comes_back_exactly() {
    let image = picture(67, 41, Layout::Rgb);
    let (probe, back) = read_ok(&write_ok(&image, LOSSLESS));
    assert!(back == image);
    assert_eq!((probe.lossless, probe.subsampling, probe.alpha), (true, None, false));
    let mut image = picture(67, 41, Layout::Rgba);
    cut_alpha(&mut image);
    let (probe, mut back) = read_ok(&write_ok(&image, LOSSLESS));
    // What nobody sees need not come back.
    cut_alpha(&mut back);
    assert!(back == image);
    assert!(probe.alpha);
}

#[test]
fn lossy_comes_back_nearly() {
    for method in [0, 2, 4, 6] {
        let image = picture(131, 77, Layout::Rgb);
        let (probe, back) = read_ok(&write_ok(&image, lossy(90, method)));
        assert!(psnr(&image, &back) > 32.0, "{method}: {}", psnr(&image, &back));
        assert_eq!((probe.lossless, probe.subsampling), (false, Some("4:2:0")));
    }
    let image = picture(64, 48, Layout::Gray);
    let (_, back) = read_ok(&write_ok(&image, lossy(90, 4)));
    assert_eq!(back.layout(), Layout::Rgb);
    let green = back.data().iter().skip(1).step_by(3).copied().collect();
    let green = Image::from_data(64, 48, Layout::Gray, green).unwrap();
    assert!(psnr(&image, &green) > 32.0, "{}", psnr(&image, &green));
}

#[test]
fn lossy_keeps_alpha_exactly() {
    let image = picture(131, 77, Layout::Rgba);
    let (probe, back) = read_ok(&write_ok(&image, lossy(90, 4)));
    assert!(probe.alpha);
    let alpha = |image: &Image| image.data().iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
    assert_eq!(alpha(&image), alpha(&back));
}

#[test]
fn bytes_do_not_depend_on_the_number_of_threads() {
    for layout in [Layout::Rgb, Layout::Rgba] {
        let image = picture(150, 100, layout);
        for encoding in [lossy(80, 2), lossy(80, 4), lossy(80, 6), LOSSLESS] {
            let bytes = |threads| {
                let limits = Limits { threads, ..Limits::default() };
                write(&image, encoding.clone(), &Job::new(&limits, CancelToken::new())).unwrap()
            };
            assert_eq!(bytes(1), bytes(4), "{encoding:?}");
        }
    }
}

#[test]
fn metadata_is_read_from_an_extended_file() {
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0";
    let signed = [&b"Exif\0\0"[..], exif].concat();
    let still = body(&write_ok(&picture(16, 8, Layout::Rgb), lossy(80, 0)));
    for block in [&exif[..], &signed] {
        let source = riff(&[
            extended(0x28, 16, 8),
            chunk(b"ICCP", b"colours"),
            still.clone(),
            chunk(b"EXIF", block),
        ]);
        let (probe, _) = read_ok(&source);
        assert_eq!(probe.profile, Profile::Icc(b"colours".to_vec()));
        assert_eq!((probe.orientation, probe.embedded.exif.as_deref()), (3, Some(&exif[..])));
    }
}

#[test]
fn the_first_frame_of_an_animation_lies_on_its_canvas() {
    let frame = picture(6, 4, Layout::Rgb);
    let source = riff(&[
        extended(0x02, 12, 10),
        repeats(3),
        animation_frame(4, 2, &frame),
        animation_frame(0, 0, &frame),
    ]);
    let (probe, image) = read_ok(&source);
    assert_eq!((probe.width, probe.height), (12, 10));
    assert_eq!((probe.frames, probe.loops, probe.alpha), (2, 3, true));
    assert_eq!(image.row(0), &[0; 48]);
    assert_eq!(image.row(2)[..16], [0; 16]);
    assert_eq!(image.row(2)[16..19], frame.row(0)[..3]);
    assert_eq!(image.row(2)[19], 255);
    let off = riff(&[extended(0x02, 8, 8), repeats(0), animation_frame(4, 2, &frame)]);
    assert_eq!(decode::probe(&off, &Limits::default()).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn too_many_frames_are_too_large() {
    let dot = animation_frame(0, 0, &picture(1, 1, Layout::Rgb));
    let file = |frames| {
        let source = riff(&[extended(0x02, 1, 1), repeats(0), dot.repeat(frames)]);
        decode::probe(&source, &Limits::default()).map(|probe| probe.frames)
    };
    assert_eq!(file(1_000).unwrap(), 1_000);
    assert_eq!(file(1_001).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn sides_up_to_the_formats_own_bound_are_read() {
    let sized = |width: u32, height: u32, source_side: u32| {
        let bits = (width - 1) | (height - 1) << 14;
        let source = riff(&[chunk(b"VP8L", &[&[0x2f][..], &bits.to_le_bytes()].concat())]);
        let limits = Limits { source_side, ..Limits::default() };
        decode::probe(&source, &limits).map(|probe| probe.width).map_err(|error| error.kind())
    };
    assert_eq!(sized(16_383, 100, 12_000), Ok(16_383));
    assert_eq!(sized(16_384, 100, 12_000), Err(Kind::TooLarge));
    assert_eq!(sized(16_383, 16_383, 12_000), Err(Kind::TooLarge));
    assert_eq!(sized(1_001, 100, 1_000), Err(Kind::TooLarge));
    let tall = Image::new(1, 16_384, Layout::Rgb).unwrap();
    let error = write(&tall, LOSSLESS, &Job::default()).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (Kind::TooLarge, "output side: limit 16383, got 16384")
    );
}

#[test]
fn broken_files_have_a_verdict() {
    let image = picture(200, 150, Layout::Rgba);
    for encoding in [lossy(80, 4), LOSSLESS] {
        let bytes = write_ok(&image, encoding);
        every_cut_has_a_verdict(&bytes);
        every_flip_has_a_verdict(&bytes);
    }
}

#[test]
fn a_cancelled_job_stops_reading_and_writing() {
    for encoding in [lossy(80, 4), LOSSLESS] {
        both_adapters_stop(&poster(64, 64, Layout::Rgb), encoding);
    }
}

#[test]
fn the_library_says_its_version_and_whether_its_kernels_run() {
    let all: Vec<_> = decode::backends().into_iter().chain(encode::backends()).collect();
    for backend in all.iter().filter(|backend| backend.role.starts_with("webp")) {
        assert!(backend.name.starts_with("libwebp 1."), "{}", backend.name);
        assert!(backend.accelerated, "{backend:?}");
    }
}
