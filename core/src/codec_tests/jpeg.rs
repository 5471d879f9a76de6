use super::*;
use crate::image::{ColorModel, Profile};

const PLAIN: Encoding =
    Encoding::Jpeg { quality: 90, progressive: false, full_chroma: true, fast: false };

fn with(progressive: bool, full_chroma: bool, fast: bool) -> Encoding {
    Encoding::Jpeg { quality: 90, progressive, full_chroma, fast }
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let size = ((body.len() + 2) as u16).to_be_bytes();
    [&[0xff, marker][..], &size, body].concat()
}

/// Puts a segment right behind the start of the file.
fn insert(source: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    [&source[..2], &segment(marker, body), &source[2..]].concat()
}

#[test]
fn every_kind_of_jpeg_comes_back_nearly_as_it_was() {
    for layout in [Layout::Rgb, Layout::Gray] {
        let image = picture(131, 77, layout);
        for bits in 0..8 {
            let encoding = with(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
            let bytes = write_ok(&image, encoding.clone());
            let (probe, back) = read_ok(&bytes);
            assert!(psnr(&image, &back) > 32.0, "{encoding:?} {}", psnr(&image, &back));
            assert_eq!(probe.progressive, bits & 1 > 0);
            let chroma = if bits & 2 > 0 { "4:4:4" } else { "4:2:0" };
            assert_eq!(probe.subsampling, (layout == Layout::Rgb).then_some(chroma));
        }
    }
}

#[test]
fn fixed_tables_cost_bytes_and_change_no_pixel() {
    let image = picture(320, 200, Layout::Rgb);
    let small = write_ok(&image, with(false, false, false));
    let fast = write_ok(&image, with(false, false, true));
    assert!(small.len() < fast.len());
    assert!(read_ok(&small).1 == read_ok(&fast).1);
}

#[test]
fn the_decoder_scales_by_two_four_and_eight() {
    let image = picture(131, 77, Layout::Rgb);
    let bytes = write_ok(&image, PLAIN);
    let probe = decode::probe(&bytes, &Limits::default()).unwrap();
    for scale in [2, 4, 8] {
        let plan = decode_plan(&probe, scale);
        let small =
            decode::decode(&bytes, &probe, &plan, &Limits::default(), &Job::default()).unwrap();
        let expected = box_average(&image, u32::from(scale));
        assert_eq!((small.width(), small.height()), (plan.width, plan.height));
        assert!(psnr(&small, &expected) > 25.0, "1/{scale}: {}", psnr(&small, &expected));
    }
}

fn box_average(image: &Image, scale: u32) -> Image {
    let (width, height) = (image.width().div_ceil(scale), image.height().div_ceil(scale));
    let mut small = Image::new(width, height, image.layout()).unwrap();
    let channels = image.layout().channels();
    for (index, sample) in small.data_mut().iter_mut().enumerate() {
        let (pixel, channel) = ((index / channels) as u32, index % channels);
        let (x0, y0) = (pixel % width * scale, pixel / width * scale);
        let (mut sum, mut count) = (0, 0);
        for y in y0..(y0 + scale).min(image.height()) {
            for x in x0..(x0 + scale).min(image.width()) {
                sum += u32::from(image.row(y)[x as usize * channels + channel]);
                count += 1;
            }
        }
        *sample = (sum / count) as u8;
    }
    small
}

#[test]
fn a_colour_file_decodes_to_grey_on_demand() {
    let bytes = write_ok(&picture(40, 30, Layout::Rgb), PLAIN);
    let probe = decode::probe(&bytes, &Limits::default()).unwrap();
    let plan = DecodePlan { layout: Layout::Gray, ..decode_plan(&probe, 1) };
    let image = decode::decode(&bytes, &probe, &plan, &Limits::default(), &Job::default()).unwrap();
    assert_eq!(image.layout(), Layout::Gray);
}

#[test]
fn exif_is_written_and_its_orientation_read() {
    let image = picture(16, 8, Layout::Rgb);
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    for (size, kept) in [(exif.len(), true), (65_527, true), (65_528, false)] {
        exif.resize(size, 0);
        let mut output = OutputPlan::still(16, 8, PLAIN);
        output.metadata.exif = Some(exif.clone());
        let bytes = encode::encode(&image, &output, &Job::default()).unwrap().data;
        let probe = decode::probe(&bytes, &Limits::default()).unwrap();
        assert_eq!(probe.embedded.exif.is_some(), kept);
        assert_eq!(probe.orientation, if kept { 6 } else { 1 });
        assert_eq!(probe.oriented_size(), if kept { (8, 16) } else { (16, 8) });
    }
}

#[test]
fn a_profile_in_pieces_is_put_together_in_their_order() {
    let plain = write_ok(&picture(16, 8, Layout::Rgb), PLAIN);
    let piece = |number: u8, count: u8, data: &[u8]| {
        [&b"ICC_PROFILE\0"[..], &[number, count], data].concat()
    };
    let profile = |pieces: &[Vec<u8>]| {
        let bytes = pieces.iter().fold(plain.clone(), |bytes, body| insert(&bytes, 0xe2, body));
        let limits = Limits { profile_bytes: 8, ..Limits::default() };
        decode::probe(&bytes, &limits).unwrap().profile
    };
    let (first, second) = (piece(1, 2, b"abc"), piece(2, 2, b"de"));
    let whole = Profile::Icc(b"abcde".to_vec());
    assert_eq!(profile(&[first.clone(), second.clone()]), whole);
    assert_eq!(profile(&[second.clone(), first.clone()]), whole);
    assert_eq!(profile(std::slice::from_ref(&first)), Profile::Srgb);
    assert_eq!(profile(&[first.clone(), first.clone()]), Profile::Srgb);
    assert_eq!(profile(&[first, piece(2, 2, b"defghi")]), Profile::Srgb);
}

#[test]
fn adobe_ink_is_turned_the_right_way_round() {
    // A grey picture whose frame header is rewritten as four components would need its own
    // entropy data, so the four planes are written as a CMYK file by hand: one block each, a
    // single DC code of length one for "no change".
    for (adobe, expected) in [(false, 128), (true, 127)] {
        let bytes = flat_cmyk(adobe, false);
        let (probe, image) = read_ok(&bytes);
        assert_eq!(probe.model, ColorModel::Cmyk);
        assert_eq!(image.layout(), Layout::Cmyk);
        assert!(image.data().iter().all(|sample| *sample == expected), "{:?}", image.row(0));
    }
}

/// An 8 by 8 file of four components, every coefficient zero, in one scan or in four.
fn flat_cmyk(adobe: bool, apart: bool) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    if adobe {
        bytes.extend(segment(0xee, b"Adobe\0\x64\0\0\0\0\0"));
    }
    bytes.extend(segment(0xdb, &[&[0][..], &[1; 64]].concat()));
    let frame = [8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];
    bytes.extend(segment(0xc0, &frame));
    let one_code = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(segment(0xc4, &[&[0x00][..], &one_code].concat()));
    bytes.extend(segment(0xc4, &[&[0x10][..], &one_code].concat()));
    if apart {
        for component in 1..=4 {
            bytes.extend(segment(0xda, &[1, component, 0, 0, 63, 0]));
            // A zero bit for the DC code and one for the end of the block, then padding.
            bytes.push(0x3f);
        }
    } else {
        bytes.extend(segment(0xda, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]));
        bytes.push(0x00);
    }
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes
}

#[test]
fn sizes_are_refused_from_the_header() {
    let bytes = write_ok(&picture(16, 8, Layout::Rgb), PLAIN);
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let sized = |width: u16, height: u16| {
        let mut bytes = bytes.clone();
        bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        decode::probe(&bytes, &Limits::default()).map(|probe| probe.width).map_err(|e| e.kind())
    };
    assert_eq!(sized(12_000, 8_333), Ok(12_000));
    assert_eq!(sized(12_001, 1), Err(Kind::TooLarge));
    assert_eq!(sized(12_000, 8_334), Err(Kind::TooLarge));
    assert_eq!(sized(65_535, 65_535), Err(Kind::TooLarge));
    assert_eq!(sized(0, 8), Err(Kind::Malformed));
}

#[test]
fn processes_that_are_not_read_are_unsupported() {
    let bytes = write_ok(&picture(16, 8, Layout::Rgb), PLAIN);
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    for (offset, value) in [(1, 0xc3), (1, 0xc9), (1, 0xca), (4, 12), (9, 2)] {
        let mut changed = bytes.clone();
        changed[frame + offset] = value;
        let error = decode::probe(&changed, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    }
}

#[test]
fn more_scans_than_the_limit_are_too_large() {
    let bytes = write_ok(&picture(64, 64, Layout::Rgb), with(true, false, false));
    let limits = |scans| Limits { scans, ..Limits::default() };
    assert!(read(&bytes, &limits(10), &Job::default()).is_ok());
    let error = read(&bytes, &limits(9), &Job::default()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::TooLarge, "scans: limit 9, got more"));
}

#[test]
fn coefficients_of_several_plain_scans_are_charged() {
    let bytes = flat_cmyk(false, true);
    let job = |memory| Job::new(&Limits { memory, ..Limits::default() }, CancelToken::new());
    // Four components of one block of 64 numbers of two bytes.
    let enough = job(512);
    let (_, image) = read(&bytes, &Limits::default(), &enough).unwrap();
    assert!(image.data().iter().all(|sample| *sample == 128));
    assert_eq!(enough.memory_peak(), 512);
    let error = read(&bytes, &Limits::default(), &job(511)).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
}

#[test]
fn a_progressive_file_never_holds_more_than_the_limit() {
    let bytes = write_ok(&picture(256, 256, Layout::Rgb), with(true, true, false));
    let limits = |memory| Limits { memory, ..Limits::default() };
    assert!(read(&bytes, &limits(1 << 20), &Job::default()).is_ok());
    let error = read(&bytes, &limits(256 * 256 * 3 * 2), &Job::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
}

#[test]
fn a_file_that_ends_early_gives_what_was_in_it() {
    let image = picture(256, 256, Layout::Rgb);
    let bytes = write_ok(&image, PLAIN);
    let (_, half) = read_ok(&bytes[..bytes.len() * 3 / 4]);
    assert_eq!(half.row(0), read_ok(&bytes).1.row(0));
    let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let limits = Limits::default();
    let error = read(&bytes[..scan + 40], &limits, &Job::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Malformed);
}

#[test]
fn broken_files_have_a_verdict() {
    for progressive in [false, true] {
        let bytes = write_ok(&picture(200, 150, Layout::Rgb), with(progressive, false, false));
        every_cut_has_a_verdict(&bytes);
        every_flip_has_a_verdict(&bytes);
    }
}

#[test]
fn a_cancelled_job_stops_reading_and_writing() {
    for encoding in [PLAIN, with(true, false, false)] {
        both_adapters_stop(&poster(64, 64, Layout::Rgb), encoding);
    }
}

#[test]
fn transparent_pixels_are_a_bug_of_the_plan() {
    let error = write(&picture(8, 8, Layout::Rgba), PLAIN, &Job::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Internal);
}

#[test]
fn the_library_says_whether_its_assembly_runs() {
    let all: Vec<_> = decode::backends().into_iter().chain(encode::backends()).collect();
    for backend in all.iter().filter(|backend| backend.role.starts_with("jpeg")) {
        assert!(backend.name.starts_with("mozjpeg"), "{}", backend.name);
        assert_eq!(backend.accelerated, cfg!(feature = "asm"), "{backend:?}");
    }
}
