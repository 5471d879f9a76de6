use super::*;
use crate::image::{Cicp, ColorModel, Profile};
use crate::plan::Palette;

/// Checksum of a chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind, data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}

/// Deflate without compression, in one block, as zlib wraps it.
fn stored(data: &[u8]) -> Vec<u8> {
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let length = data.len() as u16;
    let head = [0x78, 0x01, 0x01];
    let sum = (b << 16 | a).to_be_bytes();
    [&head[..], &length.to_le_bytes(), &(!length).to_le_bytes(), data, &sum].concat()
}

/// A file of `bits` and colour type `kind`: `before` stands in front of the rows, which have
/// their filter bytes.
fn file(width: u32, height: u32, bits: u8, kind: u8, before: &[Vec<u8>], rows: &[u8]) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = chunk(b"IHDR", &[&size[..], &[bits, kind, 0, 0, 0]].concat());
    let picture = chunk(b"IDAT", &stored(rows));
    [b"\x89PNG\r\n\x1a\n".to_vec(), header, before.concat(), picture, chunk(b"IEND", b"")].concat()
}

fn probe_with(before: &[Vec<u8>]) -> Result<Probe> {
    decode::probe(&file(1, 1, 8, 2, before, &[0, 1, 2, 3]), &Limits::default())
}

#[test]
fn every_layout_comes_back_exactly() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        for fast in [false, true] {
            let image = picture(67, 41, layout);
            let (probe, back) =
                read_ok(&write_ok(&image, Encoding::Png { fast, palette: Palette::Never }));
            assert!(back == image);
            assert_eq!((probe.lossless, probe.frames, probe.bits), (true, 1, 8));
        }
    }
}

/// Colour type, bits of a number, and what the file really has.
fn form(image: &Image, palette: Palette) -> (::png::ColorType, u8, Palette) {
    let output = OutputPlan::still(1, 1, Encoding::Png { fast: false, palette });
    let encoded = encode::encode(image, &output, &Job::default()).unwrap();
    let reader = ::png::Decoder::new(std::io::Cursor::new(&encoded.data)).read_info().unwrap();
    let Encoding::Png { palette, .. } = encoded.encoding else { panic!() };
    (reader.info().color_type, reader.info().bit_depth as u8, palette)
}

/// A picture of stripes in `count` colours.
fn stripes(count: usize, color: impl Fn(usize) -> [u8; 4]) -> Image {
    let mut image = Image::new(256, 64, Layout::Rgba).unwrap();
    for (at, pixel) in image.data_mut().chunks_exact_mut(4).enumerate() {
        pixel.copy_from_slice(&color((at * 7 / 5) % count));
    }
    image
}

#[test]
fn few_colours_are_written_exactly_in_the_fewest_bits() {
    use ::png::ColorType::{Grayscale, Indexed};
    let red = |at: usize| [at as u8, 7, 9, 255 - (at % 2) as u8];
    for (count, bits) in [(2, 1), (4, 2), (16, 4), (17, 8), (256, 8)] {
        let image = stripes(count, red);
        assert_eq!(form(&image, Palette::Same), (Indexed, bits, Palette::Same), "{count}");
        let (_, back) =
            read_ok(&write_ok(&image, Encoding::Png { fast: false, palette: Palette::Same }));
        assert!(back == image, "{count}");
    }
    for (step, bits) in [(255, 1), (85, 2), (17, 4), (1, 8)] {
        let gray = |at: usize| [(at * step) as u8, (at * step) as u8, (at * step) as u8, 255];
        let image = stripes(255 / step + 1, gray);
        assert_eq!(form(&image, Palette::Same), (Grayscale, bits, Palette::Same));
        let (_, back) =
            read_ok(&write_ok(&image, Encoding::Png { fast: false, palette: Palette::Same }));
        assert!(back.layout() == Layout::Gray && back.data()[1] == image.data()[4]);
    }
}

#[test]
fn force_is_true_colour_whatever_the_picture() {
    let image = stripes(2, |at| [at as u8, 0, 0, 255]);
    assert_eq!(form(&image, Palette::Never), (::png::ColorType::Rgba, 8, Palette::Never));
    assert_eq!(form(&picture(90, 60, Layout::Rgb), Palette::Never).0, ::png::ColorType::Rgb);
}

#[test]
fn a_lower_quality_means_fewer_colours_and_fewer_bytes() {
    let image = picture(160, 120, Layout::Rgb);
    let written = |quality| {
        let palette = Palette::Learnt { quality };
        let bytes = write_ok(&image, Encoding::Png { fast: false, palette });
        let (_, back) = read_ok(&bytes);
        (bytes.len(), psnr(&image, &back))
    };
    let all = [90, 60, 30, 1].map(written);
    for pair in all.windows(2) {
        assert!(pair[1].0 <= pair[0].0 && pair[1].1 <= pair[0].1 + 0.5, "{all:?}");
    }
    assert!(all[3].0 < all[0].0 / 2 && all[0].1 > 28.0 && all[3].1 > 15.0, "{all:?}");
    let same = write_ok(&image, Encoding::Png { fast: false, palette: Palette::Same });
    assert!(all[0].0 <= same.len());
}

#[test]
fn a_learnt_palette_keeps_alpha() {
    let image = picture(160, 120, Layout::Rgba);
    let palette = Palette::Learnt { quality: 70 };
    assert_eq!(form(&image, palette), (::png::ColorType::Indexed, 8, palette));
    let (probe, back) = read_ok(&write_ok(&image, Encoding::Png { fast: false, palette }));
    assert!(probe.alpha && psnr(&image, &back) > 20.0, "{}", psnr(&image, &back));
}

#[test]
fn sixteen_bits_are_rounded_to_eight() {
    let samples: [(u16, u8); 6] =
        [(0, 0), (128, 0), (129, 1), (32_767, 127), (32_768, 128), (65_535, 255)];
    for (stored, expected) in samples {
        let row = [&[0][..], &stored.to_be_bytes()].concat();
        let (probe, image) = read_ok(&file(1, 1, 16, 0, &[], &row));
        assert_eq!((probe.bits, image.data()), (16, &[expected][..]), "{stored}");
    }
}

#[test]
fn palettes_keys_and_small_depths_are_expanded() {
    let palette = chunk(b"PLTE", &[10, 20, 30, 40, 50, 60]);
    let (_, image) = read_ok(&file(2, 1, 1, 3, std::slice::from_ref(&palette), &[0, 0x40]));
    assert_eq!((image.layout(), image.data()), (Layout::Rgb, &[10, 20, 30, 40, 50, 60][..]));
    let (_, image) = read_ok(&file(2, 1, 1, 3, &[palette, chunk(b"tRNS", &[7])], &[0, 0x40]));
    assert_eq!(image.layout(), Layout::Rgba);
    assert_eq!(image.data(), &[10, 20, 30, 7, 40, 50, 60, 255]);
    let (_, image) = read_ok(&file(2, 1, 2, 0, &[], &[0, 0x60]));
    assert_eq!((image.layout(), image.data()), (Layout::Gray, &[85, 170][..]));
    let (_, image) = read_ok(&file(2, 1, 8, 4, &[], &[0, 9, 8, 7, 6]));
    assert_eq!((image.layout(), image.data()), (Layout::Rgba, &[9, 9, 9, 8, 7, 7, 7, 6][..]));
    let key = chunk(b"tRNS", &[0, 9]);
    let (_, image) = read_ok(&file(2, 1, 8, 0, &[key], &[0, 9, 8]));
    assert_eq!((image.layout(), image.data()), (Layout::Rgba, &[9, 9, 9, 0, 8, 8, 8, 255][..]));
}

#[test]
fn profiles_are_unpacked_within_the_limit() {
    let packed = |data: &[u8]| chunk(b"iCCP", &[b"name\0\0", &stored(data)[..]].concat());
    let profile = |before: &[Vec<u8>]| probe_with(before).unwrap().profile;
    assert_eq!(profile(&[packed(b"colours")]), Profile::Icc(b"colours".to_vec()));
    assert_eq!(profile(&[chunk(b"iCCP", b"name\0\0broken")]), Profile::Srgb);
    let source = file(1, 1, 8, 2, &[packed(&[7; 60_000])], &[0, 1, 2, 3]);
    for (profile_bytes, whole) in [(100_000, true), (59_999, false), (1_000, false)] {
        let limits = Limits { profile_bytes, ..Limits::default() };
        let profile = decode::probe(&source, &limits).unwrap().profile;
        assert_eq!(profile, if whole { Profile::Icc(vec![7; 60_000]) } else { Profile::Srgb });
    }
}

#[test]
fn code_points_win_over_a_profile_unless_they_say_srgb() {
    let icc = chunk(b"iCCP", &[b"name\0\0", &stored(b"colours")[..]].concat());
    let p3 = chunk(b"cICP", &[12, 13, 0, 1]);
    let cicp = Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true };
    assert_eq!(probe_with(&[p3.clone(), icc.clone()]).unwrap().profile, Profile::Cicp(cicp));
    assert_eq!(probe_with(&[icc, p3]).unwrap().profile, Profile::Cicp(cicp));
    let srgb = chunk(b"cICP", &[1, 13, 0, 1]);
    assert_eq!(probe_with(&[srgb]).unwrap().profile, Profile::Srgb);
}

#[test]
fn animation_and_orientation_are_read_from_their_chunks() {
    let animation = |frames: u32| {
        let control = chunk(b"acTL", &[frames.to_be_bytes(), 3u32.to_be_bytes()].concat());
        let frame = chunk(b"fcTL", &[0; 26]);
        probe_with(&[vec![control], vec![frame; 5]].concat())
    };
    let probe = animation(5).unwrap();
    assert_eq!((probe.frames, probe.loops), (5, 3));
    assert_eq!(animation(9).unwrap().frames, 5);
    assert_eq!(animation(2).unwrap().frames, 2);
    assert_eq!(animation(1_001).unwrap_err().kind(), Kind::TooLarge);
    assert_eq!(animation(i32::MAX as u32).unwrap_err().kind(), Kind::TooLarge);
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
    let probe = probe_with(&[chunk(b"eXIf", exif)]).unwrap();
    assert_eq!((probe.orientation, probe.embedded.exif.as_deref()), (8, Some(&exif[..])));
}

#[test]
fn a_text_that_would_unpack_to_gigabytes_is_not_looked_at() {
    let text = chunk(b"zTXt", &[b"Comment\0\0", &vec![0xaa; 1 << 20][..]].concat());
    let source = file(1, 1, 8, 2, &[text], &[0, 1, 2, 3]);
    let limits = Limits { memory: 64 << 10, ..Limits::default() };
    let (probe, image) = read(&source, &limits, &Job::default()).unwrap();
    assert_eq!((probe.model, image.data()), (ColorModel::Rgb, &[1, 2, 3][..]));
}

#[test]
fn impossible_headers_are_malformed_and_large_ones_too_large() {
    let kind = |width, height, bits, kind| {
        let source = file(width, height, bits, kind, &[], &[0; 8]);
        decode::probe(&source, &Limits::default()).map(|probe| probe.bits).map_err(|e| e.kind())
    };
    assert_eq!(kind(1, 1, 8, 2), Ok(8));
    assert_eq!(kind(1, 1, 3, 2), Err(Kind::Malformed));
    assert_eq!(kind(1, 1, 8, 1), Err(Kind::Malformed));
    assert_eq!(kind(0, 1, 8, 2), Err(Kind::Malformed));
    assert_eq!(kind(u32::MAX, 1, 8, 2), Err(Kind::TooLarge));
    assert_eq!(kind(12_000, 12_000, 8, 2), Err(Kind::TooLarge));
}

#[test]
fn broken_files_have_a_verdict() {
    let bytes = write_ok(
        &picture(120, 90, Layout::Rgba),
        Encoding::Png { fast: false, palette: Palette::Same },
    );
    every_cut_has_a_verdict(&bytes);
    every_flip_has_a_verdict(&bytes);
}

#[test]
fn a_cancelled_job_stops_reading_and_writing() {
    both_adapters_stop(
        &poster(64, 64, Layout::Rgb),
        Encoding::Png { fast: false, palette: Palette::Same },
    );
}

#[test]
fn the_decoder_with_the_silent_corruption_is_not_in_the_tree() {
    let lock = include_str!("../../../Cargo.lock");
    assert!(!lock.contains("name = \"zune-jpeg\""));
    let (name, version) = crate::kernel::IMAGE_CRATE.split_once(' ').unwrap();
    assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")));
}
