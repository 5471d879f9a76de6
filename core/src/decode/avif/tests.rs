//! Files made by our encoder, then bent, cut and put together anew.

use super::*;
use crate::decode::isobmff::tests::{boxed, full, infe};
use crate::decode::isobmff::File;
use crate::plan::{Encoding, OutputPlan};
use crate::{CancelToken, Kind};

fn picture(width: u32, height: u32, layout: Layout) -> Image {
    let mut image = Image::new(width, height, layout).unwrap();
    let channels = layout.channels() as u32;
    for (index, sample) in image.data_mut().iter_mut().enumerate() {
        let (pixel, channel) = (index as u32 / channels, index as u32 % channels);
        *sample = (60 + 3 * (pixel % width) + 2 * (pixel / width) + 20 * channel).min(250) as u8;
    }
    image
}

fn encoded(image: &Image) -> Vec<u8> {
    let encoding = Encoding::Avif { quality: 90, speed: 9, full_chroma: true };
    let (width, height) = (image.width(), image.height());
    let plan = OutputPlan::still(width, height, encoding);
    crate::encode::encode(image, &plan, &Job::default()).unwrap().data
}

fn decoded(file: &[u8]) -> Result<Image> {
    decode(file, None, &Limits::default(), &Job::default())
}

/// Replaces the one place where `from` stands.
fn patched(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> =
        (0..file.len() - from.len()).filter(|&at| file[at..].starts_with(from)).collect();
    assert_eq!(places.len(), 1, "{from:?}");
    let mut file = file.to_vec();
    file[places[0]..][..to.len()].copy_from_slice(to);
    file
}

#[test]
fn every_truncation_is_malformed() {
    let file = encoded(&picture(70, 50, Layout::Rgba));
    for length in 16..file.len() {
        let error = decoded(&file[..length]).expect_err("a cut file");
        assert_eq!(error.kind(), Kind::Malformed, "{length}: {error}");
    }
}

#[test]
fn damage_is_an_answer_and_never_a_panic() {
    let file = encoded(&picture(40, 30, Layout::Rgba));
    let mut seed = 1u64;
    let mut random = move |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound
    };
    let limits = Limits { source_pixels: 10_000, ..Limits::default() };
    for _ in 0..2_000 {
        let mut bent = file.clone();
        for _ in 0..=random(3) {
            let at = random(bent.len());
            bent[at] = random(256) as u8;
        }
        for result in [
            probe(&bent, &limits).map(|_| ()),
            decode(&bent, None, &limits, &Job::default()).map(|_| ()),
        ] {
            if let Err(error) = result {
                let kinds = [Kind::Malformed, Kind::Unsupported, Kind::TooLarge];
                assert!(kinds.contains(&error.kind()), "{error}: {:?}", error.context());
            }
        }
    }
}

#[test]
fn limits_hold_before_a_pixel_is_decoded() {
    let file = encoded(&picture(70, 50, Layout::Rgb));
    let cases = [
        Limits { source_side: 69, ..Limits::default() },
        Limits { source_pixels: 3_499, ..Limits::default() },
    ];
    for limits in cases {
        assert_eq!(probe(&file, &limits).unwrap_err().kind(), Kind::TooLarge);
    }
    let limits = Limits { memory: 10_000, ..Limits::default() };
    let job = Job::new(&limits, CancelToken::new());
    assert_eq!(decode(&file, None, &limits, &job).unwrap_err().kind(), Kind::TooLarge);
    // A header that claims a huge picture over a small one.
    let huge = [&50_000u32.to_be_bytes()[..], &50_000u32.to_be_bytes()].concat();
    let small = [&70u32.to_be_bytes()[..], &50u32.to_be_bytes()].concat();
    let file = patched(&file, &small, &huge);
    assert_eq!(probe(&file, &Limits::default()).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn a_stream_of_another_size_than_its_item_is_malformed() {
    let file = encoded(&picture(70, 50, Layout::Rgb));
    let size = |width: u32| [&width.to_be_bytes()[..], &50u32.to_be_bytes()].concat();
    for width in [69, 71] {
        let file = patched(&file, &size(70), &size(width));
        assert_eq!(decoded(&file).unwrap_err().kind(), Kind::Malformed);
    }
}

#[test]
fn without_code_points_in_the_container_those_of_the_stream_count() {
    let file = encoded(&picture(70, 50, Layout::Rgb));
    let silent = patched(&file, b"colrnclx", b"zzzznclx");
    assert_eq!(decoded(&file).unwrap(), decoded(&silent).unwrap());
    assert_eq!(probe(&silent, &Limits::default()).unwrap().profile, Profile::Srgb);
    // Primaries of BT.2020, transfer PQ: the probe passes them on.
    let points = [0, 1, 0, 13, 0, 6, 0x80];
    let hdr = patched(&file, &points, &[0, 9, 0, 16, 0, 9, 0x80]);
    let expected = Cicp { primaries: 9, transfer: 16, matrix: 9, full_range: true };
    assert_eq!(probe(&hdr, &Limits::default()).unwrap().profile, Profile::Cicp(expected));
}

#[test]
fn a_cancelled_job_decodes_nothing() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&Limits::default(), cancel);
    let file = encoded(&picture(70, 50, Layout::Rgb));
    assert_eq!(decode(&file, None, &Limits::default(), &job).unwrap_err().kind(), Kind::Cancelled);
}

/// The bytes of the colour item of `file`, and its `av1C`.
fn coded(file: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let parsed = File::parse(file, 0).unwrap();
    let data = parsed.meta.unwrap().data(1).unwrap().into_owned();
    let at = file.windows(4).position(|window| window == b"av1C").unwrap();
    (data, file[at + 4..at + 8].to_vec())
}

/// A grid of `rows` by `columns` of one coded picture, cropped to `size`; tile ids start at 2.
fn grid(file: &[u8], (rows, columns): (u8, u8), size: (u16, u16), tile: (u32, u32)) -> Vec<u8> {
    let (data, config) = coded(file);
    let ispe =
        |(w, h): (u32, u32)| full(b"ispe", 0, &[&w.to_be_bytes()[..], &h.to_be_bytes()].concat());
    let item =
        [&[0, 0, rows - 1, columns - 1][..], &size.0.to_be_bytes(), &size.1.to_be_bytes()].concat();
    let idat = [&item[..], &data].concat();
    let ids: Vec<u16> = (2..2 + u16::from(rows) * u16::from(columns)).collect();
    let count = ids.len() as u16 + 1;
    let place = |id: u16, start: usize, length: usize| {
        let [start, length] = [start, length].map(|number| (number as u32).to_be_bytes());
        [&id.to_be_bytes()[..], &[0, 1, 0, 0, 0, 1], &start, &length].concat()
    };
    let mut places = [&[0x44, 0][..], &count.to_be_bytes(), &place(1, 0, item.len())].concat();
    let mut items = [&count.to_be_bytes()[..], &infe(1, b"grid")].concat();
    let mut uses = [&u32::from(count).to_be_bytes()[..], &[0, 1, 1, 1]].concat();
    let mut dimg = [&[0, 1][..], &(count - 1).to_be_bytes()].concat();
    for id in ids {
        places.extend(place(id, item.len(), data.len()));
        items.extend(infe(id, b"av01"));
        uses.extend([&id.to_be_bytes()[..], &[2, 2, 0x83]].concat());
        dimg.extend(id.to_be_bytes());
    }
    let whole = (u32::from(size.0), u32::from(size.1));
    let ipco = [ispe(whole), ispe(tile), boxed(b"av1C", &config)].concat();
    let meta = [
        full(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        full(b"pitm", 0, &[0, 1]),
        full(b"iloc", 1, &places),
        full(b"iinf", 0, &items),
        full(b"iref", 0, &boxed(b"dimg", &dimg)),
        boxed(b"iprp", &[boxed(b"ipco", &ipco), full(b"ipma", 0, &uses)].concat()),
        boxed(b"idat", &idat),
    ];
    [boxed(b"ftyp", b"avif\0\0\0\0mif1"), full(b"meta", 0, &meta.concat())].concat()
}

#[test]
fn tiles_are_put_side_by_side_and_cropped() {
    let tile = encoded(&picture(64, 48, Layout::Rgb));
    let single = decoded(&tile).unwrap();
    let whole = decoded(&grid(&tile, (2, 3), (150, 90), (64, 48))).unwrap();
    assert_eq!((whole.width(), whole.height()), (150, 90));
    for y in 0..90 {
        for x in 0..150 {
            let got = &whole.row(y)[3 * x..][..3];
            assert_eq!(got, &single.row(y % 48)[3 * (x % 64)..][..3], "{x},{y}");
        }
    }
}

#[test]
fn grids_that_do_not_add_up_are_refused() {
    let tile = encoded(&picture(64, 48, Layout::Rgb));
    let refused = |shape, size| decoded(&grid(&tile, shape, size, (64, 48))).unwrap_err().kind();
    assert_eq!(refused((1, 2), (129, 48)), Kind::Malformed);
    assert_eq!(refused((1, 2), (64, 48)), Kind::Malformed);
    assert_eq!(refused((1, 2), (0, 48)), Kind::Malformed);
    assert_eq!(refused((20, 20), (1280, 960)), Kind::TooLarge);
    // A grid whose tile is the grid itself.
    let file = grid(&tile, (1, 1), (64, 48), (64, 48));
    let cyclic = patched(&file, b"dimg\0\x01\0\x01\0\x02", b"dimg\0\x01\0\x01\0\x01");
    assert_eq!(decoded(&cyclic).unwrap_err().kind(), Kind::Unsupported);
    let file = grid(&tile, (1, 2), (128, 48), (64, 48));
    let twice = patched(&file, b"dimg\0\x01\0\x02\0\x02\0\x03", b"dimg\0\x01\0\x02\0\x02\0\x02");
    assert_eq!(decoded(&twice).unwrap_err().kind(), Kind::Malformed);
}

/// A sequence without items: one track, one sample, which starts the file's last box.
fn sequence(file: &[u8], (width, height): (u16, u16)) -> Vec<u8> {
    let (data, config) = coded(file);
    let nested = |kinds: &[&[u8; 4]], body: Vec<u8>| {
        kinds.iter().rev().fold(body, |body, kind| boxed(kind, &body))
    };
    let moov = |offset: u32| {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let entry = [&[0; 24][..], &size, &[0; 50], &boxed(b"av1C", &config)].concat();
        let stsd = full(b"stsd", 0, &[&[0, 0, 0, 1][..], &boxed(b"av01", &entry)].concat());
        let length = (data.len() as u32).to_be_bytes();
        let stsz = full(b"stsz", 0, &[&length[..], &7u32.to_be_bytes()].concat());
        let stco = full(b"stco", 0, &[&[0, 0, 0, 1][..], &offset.to_be_bytes()].concat());
        let words = |words: &[u32]| words.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<_>>();
        let stsc = full(b"stsc", 0, &words(&[1, 1, 7, 1]));
        let stts = full(b"stts", 0, &words(&[2, 1, 3, 6, 4]));
        let tables = nested(&[b"minf", b"stbl"], [stsd, stsz, stco, stsc, stts].concat());
        let handler = full(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
        let mdhd = full(b"mdhd", 0, &words(&[0, 0, 30, 0, 0]));
        let media = boxed(b"mdia", &[handler, mdhd, tables].concat());
        let tkhd = full(b"tkhd", 0, &words(&[0, 0, 1, 0, 54]));
        let edit = full(b"elst", 0, &words(&[1, 27, 0, 1 << 16]));
        let edit = [&edit[..11], &[1], &edit[12..]].concat();
        let track = [tkhd, boxed(b"edts", &edit), media].concat();
        nested(&[b"moov", b"trak"], track)
    };
    let ftyp = boxed(b"ftyp", b"avis\0\0\0\0avif");
    let start = ftyp.len() + moov(0).len() + 8;
    [ftyp, moov(start as u32), boxed(b"mdat", &data)].concat()
}

#[test]
fn the_first_picture_of_a_sequence_is_decoded() {
    let still = encoded(&picture(64, 48, Layout::Rgb));
    let file = sequence(&still, (64, 48));
    assert_eq!(decoded(&file).unwrap(), decoded(&still).unwrap());
    let read = probe(&file, &Limits::default()).unwrap();
    assert_eq!((read.frames, read.loops, read.duration_ms), (7, 2, 900));
    let few = Limits { frames: 6, ..Limits::default() };
    assert_eq!(probe(&file, &few).unwrap_err().kind(), Kind::TooLarge);
    let cut = &file[..file.len() - 1];
    assert_eq!(decoded(cut).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn hidden_frames_are_counted_before_they_are_decoded() {
    let (data, _) = coded(&encoded(&picture(64, 48, Layout::Rgb)));
    assert!(av1::frames(&data) >= 1);
    // Unit headers of frames with a size of 0.
    assert_eq!(av1::frames(&[0x32, 0].repeat(40)), 40);
    let reading = av1::Reading { operating_point: 0, layer: None };
    let bomb = [&data[..], &[0x32, 0].repeat(40)].concat();
    let mut decoder = Decoder::open(1, 64 * 48, reading).unwrap();
    assert_eq!(decoder.decode(&bomb).err().map(|error| error.kind()), Some(Kind::TooLarge));
    assert!(decoder.decode(&data).is_ok());
}
