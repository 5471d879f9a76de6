//! Colour and metadata from whole files to whole files, with Little CMS as second opinion.
#![cfg(feature = "codecs")]

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use lcms2::{CIExyY, CIExyYTRIPLE, Flags, Intent, PixelFormat, ToneCurve, Transform};
use safelight::image::{Cicp, Probe, Profile};
use safelight::{Engine, Input, Job, Rendered};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../tests/images/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn render(source: &[u8], options: &str) -> Rendered {
    Engine::default().render_text(&Input::new(source), options, &Job::default()).unwrap()
}

fn probe(source: &[u8]) -> Probe {
    Engine::default().probe(source).unwrap()
}

fn pixels(png: &[u8]) -> image::RgbImage {
    image::load_from_memory(png).unwrap().to_rgb8()
}

/// The photograph as numbers without a meaning.
fn photo() -> image::RgbImage {
    pixels(&render(&file("photo.jpg"), "format=png").data)
}

fn png(data: &[u8], size: (u32, u32), color: ExtendedColorType, icc: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = PngEncoder::new(&mut out);
    encoder.set_icc_profile(icc.to_vec()).unwrap();
    encoder.write_image(data, size.0, size.1, color).unwrap();
    out
}

fn profile(white: [f64; 2], primaries: [[f64; 2]; 3], gamma: f64) -> lcms2::Profile {
    let xy = |[x, y]: [f64; 2]| CIExyY { x, y, Y: 1.0 };
    let [red, green, blue] = primaries.map(xy);
    let primaries = CIExyYTRIPLE { Red: red, Green: green, Blue: blue };
    let curve = ToneCurve::new(gamma);
    lcms2::Profile::new_rgb(&xy(white), &primaries, &[&curve, &curve, &curve]).unwrap()
}

const D65: [f64; 2] = [0.3127, 0.3290];
const D50: [f64; 2] = [0.3457, 0.3585];

fn adobe_rgb() -> lcms2::Profile {
    profile(D65, [[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]], 2.199)
}

fn p3() -> lcms2::Profile {
    profile(D65, [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], 2.2)
}

fn prophoto() -> lcms2::Profile {
    profile(D50, [[0.7347, 0.2653], [0.1596, 0.8404], [0.0366, 0.0001]], 1.8)
}

fn lab(rgb: &[u8]) -> Vec<[f64; 3]> {
    let white = CIExyY { x: D50[0], y: D50[1], Y: 1.0 };
    let lab = lcms2::Profile::new_lab4_context(lcms2::GlobalContext::new(), &white).unwrap();
    let pixels = rgb.as_chunks::<3>().0;
    let mut out = vec![[0.0; 3]; pixels.len()];
    Transform::new(
        &lcms2::Profile::new_srgb(),
        PixelFormat::RGB_8,
        &lab,
        PixelFormat::Lab_DBL,
        Intent::RelativeColorimetric,
    )
    .unwrap()
    .transform_pixels(pixels, &mut out);
    out
}

/// CIEDE2000.
fn difference([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let c7 = ((a1.hypot(b1) + a2.hypot(b2)) / 2.0).powi(7);
    let g = 0.5 * (1.0 - (c7 / (c7 + 25f64.powi(7))).sqrt());
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = if grey { 0.0 } else { (h2 - h1 + 540.0).rem_euclid(360.0) - 180.0 };
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let mean_h = if grey { h1 + h2 } else { h1 + turn / 2.0 };
    let (mean_l, mean_c) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let cos = |angle: f64| angle.to_radians().cos();
    let t =
        1.0 - 0.17 * cos(mean_h - 30.0) + 0.24 * cos(2.0 * mean_h) + 0.32 * cos(3.0 * mean_h + 6.0)
            - 0.20 * cos(4.0 * mean_h - 63.0);
    let l50 = (mean_l - 50.0).powi(2);
    let sl = 1.0 + 0.015 * l50 / (20.0 + l50).sqrt();
    let (sc, sh) = (1.0 + 0.045 * mean_c, 1.0 + 0.015 * mean_c * t);
    let c7 = mean_c.powi(7);
    let bend = 30.0 * (-((mean_h.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
    let rt = -2.0 * (c7 / (c7 + 25f64.powi(7))).sqrt() * (2.0 * bend).to_radians().sin();
    let (l, c, h) = ((l2 - l1) / sl, (c2 - c1) / sc, dh / sh);
    (l * l + c * c + h * h + rt * c * h).sqrt()
}

/// Mean and largest difference between our conversion of `source` and what Little CMS makes of
/// the same samples.
fn report(name: &str, source: &[u8], theirs: &[u8]) -> f64 {
    let ours = pixels(&render(source, "format=png").data);
    let all: Vec<f64> =
        lab(&ours).into_iter().zip(lab(theirs)).map(|(a, b)| difference(a, b)).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let worst = all.iter().copied().fold(0.0, f64::max);
    println!("{name}: mean {mean:.3}, largest {worst:.2}");
    mean
}

#[test]
fn adobe_rgb_p3_and_prophoto_agree_with_little_cms() {
    let photo = photo();
    for (name, profile) in [("Adobe RGB", adobe_rgb()), ("P3", p3()), ("ProPhoto", prophoto())] {
        let source =
            png(&photo, photo.dimensions(), ExtendedColorType::Rgb8, &profile.icc().unwrap());
        let mut theirs = vec![[0u8; 3]; photo.len() / 3];
        Transform::new_flags(
            &profile,
            PixelFormat::RGB_8,
            &lcms2::Profile::new_srgb(),
            PixelFormat::RGB_8,
            Intent::RelativeColorimetric,
            Flags::BLACKPOINT_COMPENSATION,
        )
        .unwrap()
        .transform_pixels(photo.as_chunks::<3>().0, &mut theirs);
        let mean = report(name, &source, theirs.as_flattened());
        assert!(mean <= 1.0, "{name}: {mean}");
    }
}

#[test]
fn a_deep_prophoto_ramp_agrees_and_has_no_bands() {
    let words: Vec<u16> = (0..256 * 16u32)
        .flat_map(|x| [x * 8 + 900, x * 9 + 700, x * 8].map(|v| v as u16))
        .collect();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let profile = prophoto();
    let source = png(&bytes, (256, 16), ExtendedColorType::Rgb16, &profile.icc().unwrap());
    let mut theirs = vec![[0u16; 3]; words.len() / 3];
    Transform::new(
        &profile,
        PixelFormat::RGB_16,
        &lcms2::Profile::new_srgb(),
        PixelFormat::RGB_16,
        Intent::RelativeColorimetric,
    )
    .unwrap()
    .transform_pixels(words.as_chunks::<3>().0, &mut theirs);
    let narrow = |word: &u16| ((u32::from(*word) * 255 + 32_767) / 65_535) as u8;
    let theirs: Vec<u8> = theirs.as_flattened().iter().map(narrow).collect();
    let mean = report("ProPhoto, 16 bits", &source, &theirs);
    assert!(mean <= 1.0, "{mean}");
    let ours = pixels(&render(&source, "format=png").data);
    for channel in 0..3 {
        let line: Vec<u8> = ours.iter().skip(channel).step_by(3).copied().collect();
        assert!(line.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 1), "channel {channel}");
    }
}

#[test]
fn ten_saves_without_loss_change_nothing() {
    let photo = photo();
    let icc = adobe_rgb().icc().unwrap();
    let tagged = png(&photo, photo.dimensions(), ExtendedColorType::Rgb8, &icc);
    for options in ["format=png", "format=webp,quality=100"] {
        for colorspace in ["srgb", "keep"] {
            let options = format!("{options},colorspace={colorspace}");
            let first = render(&tagged, &options).data;
            let look = |data: &[u8]| pixels(&render(data, "format=png,colorspace=keep").data);
            let mut last = first.clone();
            for _ in 1..10 {
                last = render(&last, &options).data;
            }
            assert!(look(&first) == look(&last), "{options}");
        }
    }
}

#[test]
fn colorspace_keep_embeds_the_profile_in_every_format() {
    let photo = photo();
    let icc = p3().icc().unwrap();
    let tagged = png(&photo, photo.dimensions(), ExtendedColorType::Rgb8, &icc);
    let wanted = pixels(&render(&tagged, "format=png").data);
    for format in ["jpeg", "png", "webp", "avif"] {
        let kept = render(&tagged, &format!("format={format},quality=95,colorspace=keep"));
        assert_eq!(probe(&kept.data).profile, Profile::Icc(icc.clone()), "{format}");
        assert!(kept.info.warnings.iter().all(|text| !text.contains("colorspace")), "{format}");
        let seen = pixels(&render(&kept.data, "format=png").data);
        let apart: u64 =
            seen.iter().zip(wanted.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(apart / (wanted.len() as u64) < 4, "{format}: {apart}");
        let plain = render(&tagged, &format!("format={format},quality=95"));
        assert_eq!(probe(&plain.data).profile, Profile::Srgb, "{format}");
    }
    let gif = render(&tagged, "format=gif,colorspace=keep");
    assert!(gif.info.warnings.iter().any(|text| text.contains("colorspace=keep")));
}

/// A PNG whose code points are those of Display P3.
fn with_code_points() -> Vec<u8> {
    let mut source = render(&file("photo.jpg"), "format=png").data;
    // Length, kind, data; the checksum is not looked at for a chunk that is not decoded.
    let chunk = [&[0, 0, 0, 4][..], b"cICP", &[12, 13, 0, 1], &[0; 4]].concat();
    source.splice(33..33, chunk);
    source
}

#[test]
fn code_points_are_kept_as_such_or_as_a_profile() {
    let source = with_code_points();
    for format in ["png", "avif"] {
        let kept = render(&source, &format!("format={format},colorspace=keep")).data;
        let Profile::Cicp(Cicp { primaries, transfer, .. }) = probe(&kept).profile else {
            panic!("{format}")
        };
        assert_eq!((primaries, transfer), (12, 13), "{format}");
    }
    for format in ["jpeg", "webp"] {
        let kept = render(&source, &format!("format={format},colorspace=keep")).data;
        assert!(matches!(probe(&kept).profile, Profile::Icc(_)), "{format}");
    }
}

const XMP: &str = concat!(
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
    "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"",
    " xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\">",
    "<dc:rights><rdf:Alt><rdf:li xml:lang=\"x-default\">(c) Alice</rdf:li></rdf:Alt></dc:rights>",
    "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">Lake</rdf:li></rdf:Alt></dc:title>",
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
);

/// A JPEG with EXIF (copyright, position), XMP, IPTC, a gain map and Content Credentials.
fn laden() -> Vec<u8> {
    let segment = |marker: u8, parts: &[&[u8]]| {
        let body = parts.concat();
        [&[0xff, marker][..], &((body.len() + 2) as u16).to_be_bytes(), &body].concat()
    };
    let mut source = file("orientation-6.jpg");
    let iptc = b"\x1c\x02\x05\0\x04Lake\x1c\x02\x74\0\x09(c) Alice\x1c\x02\x6e\0\x06Agency";
    let size = [0, 0, 0, iptc.len() as u8];
    let extra = [
        segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", XMP.as_bytes()]),
        segment(
            0xed,
            &[b"Photoshop 3.0\08BIM\x04\x04\0\0", &size, iptc, &[0][(iptc.len() % 2) ^ 1..]],
        ),
        segment(0xeb, &[b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb\0\0\0\x18jumdc2pa"]),
    ]
    .concat();
    source.splice(2..2, extra);
    source
}

fn holds(data: &[u8], text: &str) -> bool {
    data.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn metadata_copyright_keeps_who_owns_the_picture_and_nothing_else() {
    let source = laden();
    let result = render(&source, "width=40,format=jpeg").data;
    let found = probe(&result).embedded;
    assert!(found.exif.is_some() && found.xmp.is_some() && found.iptc.is_some());
    assert!(holds(&result, "Safelight test picture") && holds(&result, "(c) Alice"));
    assert!(holds(&result, "Agency") && !holds(&result, "Lake") && !holds(&result, "Formula"));
    let webp = render(&source, "width=40,format=webp").data;
    assert_eq!(probe(&webp).embedded, Default::default());
}

#[test]
fn metadata_keep_keeps_position_and_resets_orientation_in_every_format() {
    let source = laden();
    for format in ["jpeg", "png", "webp", "avif"] {
        let result = render(&source, &format!("width=40,metadata=keep,format={format}")).data;
        let found = probe(&result);
        assert_eq!(found.orientation, 1, "{format}");
        assert!(holds(found.embedded.exif.as_deref().unwrap(), "Formula"), "{format}");
        assert!(holds(found.embedded.xmp.as_deref().unwrap(), "Lake"), "{format}");
        assert_eq!(found.embedded.iptc.is_some(), format == "jpeg");
        assert!(!found.embedded.gain_map && !found.embedded.content_credentials, "{format}");
        // What carries metadata is still a picture.
        assert_eq!(render(&result, "format=png").info.width, 40, "{format}");
    }
}

#[test]
fn metadata_none_keeps_nothing() {
    let result = render(&laden(), "width=40,metadata=none,format=jpeg").data;
    assert_eq!(probe(&result).embedded, Default::default());
}

#[test]
fn gain_maps_and_content_credentials_are_named_and_dropped() {
    let source = laden();
    let found = probe(&source).embedded;
    assert!(found.gain_map && found.content_credentials);
    let result = render(&source, "width=40");
    for word in ["gain map", "content credentials"] {
        assert!(result.info.warnings.iter().any(|text| text.contains(word)), "{word}");
    }
    let left = probe(&result.data).embedded;
    assert!(!left.gain_map && !left.content_credentials);
}
