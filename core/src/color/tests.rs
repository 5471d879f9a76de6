use lcms2::CIELabExt;

use super::*;

const PQ: u8 = 16;
const HLG: u8 = 18;

fn hdr(transfer: u8) -> Profile {
    Profile::Cicp(Cicp { primaries: 9, transfer, matrix: 9, full_range: true })
}

fn toned(transfer: u8, pixel: [u16; 3]) -> [u8; 3] {
    let mut out = [0; 3];
    converter::<u16>(&hdr(transfer), Layout::Rgb).unwrap().convert(&pixel, &mut out).unwrap();
    out
}

#[test]
fn brighter_stays_brighter_and_the_ends_stay() {
    for transfer in [PQ, HLG] {
        let values: Vec<u8> = (0..=255).map(|value| toned(transfer, [value * 257; 3])[1]).collect();
        assert!(values.is_sorted());
        assert_eq!((values[0], values[255]), (0, 255));
    }
}

#[test]
fn highlights_are_not_one_flat_white() {
    // 203, 400 and 1000 cd/m² in PQ, all of them told apart and none of them white.
    let values = [0.5807, 0.6525, 0.7518].map(|code: f64| (code * 65_535.0) as u16);
    let bytes = values.map(|value| toned(PQ, [value; 3])[0]);
    assert!(bytes[0] > 230 && bytes[2] < 255, "{bytes:?}");
    assert!(bytes.windows(2).all(|pair| pair[0] < pair[1]), "{bytes:?}");
}

#[test]
fn mid_grey_of_pq_lands_near_mid_grey() {
    // 26 cd/m², an 18 % grey under 203 cd/m² white, is code 0.38 in PQ.
    let grey = toned(PQ, [24_903; 3])[0];
    assert!((90..135).contains(&grey), "{grey}");
}

#[test]
fn a_bright_orange_stays_orange() {
    let hue = |[red, green, blue]: [u8; 3]| {
        let [r, g, b] = [red, green, blue].map(f64::from);
        (3f64.sqrt() * (g - b)).atan2(2.0 * r - g - b).to_degrees()
    };
    for transfer in [PQ, HLG] {
        let dark = toned(transfer, [30_000, 24_000, 18_000]);
        let bright = toned(transfer, [58_000, 52_000, 46_000]);
        assert!(bright[0] > bright[1] && bright[1] > bright[2], "{bright:?}");
        assert!((hue(dark) - hue(bright)).abs() < 12.0, "{dark:?} {bright:?}");
    }
}

#[test]
fn an_icc_profile_that_states_an_hdr_transfer_is_toned() {
    let icc = Profile::Icc(ColorProfile::new_bt2020_pq().encode().unwrap());
    let mut out = [0; 3];
    converter::<u16>(&icc, Layout::Rgb).unwrap().convert(&[38_056; 3], &mut out).unwrap();
    assert_eq!(out, toned(PQ, [38_056; 3]));
}

#[test]
fn sixteen_bits_are_converted_before_they_are_narrowed() {
    // A dark ramp in ProPhoto: more steps arrive than 8 bits of the source could tell apart.
    let profile = Profile::Icc(ColorProfile::new_pro_photo_rgb().encode().unwrap());
    let words: Vec<u16> = (0..4096u16).flat_map(|step| [step; 3]).collect();
    let mut deep = vec![0; words.len()];
    converter::<u16>(&profile, Layout::Rgb).unwrap().convert(&words, &mut deep).unwrap();
    let bytes: Vec<u8> = words.iter().map(|word| narrow(*word)).collect();
    let mut low = vec![0; bytes.len()];
    converter::<u8>(&profile, Layout::Rgb).unwrap().convert(&bytes, &mut low).unwrap();
    let steps = |values: &[u8]| {
        let mut seen: Vec<u8> = values.iter().step_by(3).copied().collect();
        seen.dedup();
        seen.len()
    };
    assert!(steps(&deep) > steps(&low), "{} {}", steps(&deep), steps(&low));
    assert!(deep.windows(2).all(|pair| pair[1].abs_diff(pair[0]) <= 1));
}

#[test]
fn code_points_are_written_as_a_profile_that_means_the_same() {
    let p3 = Profile::Cicp(Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true });
    let icc = Profile::Icc(icc_of(&p3).unwrap().into_owned());
    let pixels: Vec<u8> = (0..=254).collect();
    let [mut left, mut right] = [vec![0; 255], vec![0; 255]];
    converter::<u8>(&p3, Layout::Rgb).unwrap().convert(&pixels, &mut left).unwrap();
    converter::<u8>(&icc, Layout::Rgb).unwrap().convert(&pixels, &mut right).unwrap();
    assert!(left.iter().zip(&right).all(|(left, right)| left.abs_diff(*right) <= 1));
}

/// A CMYK profile with tables: inks that let some of each third of the spectrum through.
fn press() -> Vec<u8> {
    let unit = |index: usize, steps: usize| index as f64 / (steps - 1) as f64;
    let digits = |index: usize, steps: usize, place: u32| index / steps.pow(place) % steps;
    let to_lab: Vec<u16> = (0..9usize.pow(4))
        .flat_map(|index| lab_of([3, 2, 1, 0].map(|place| unit(digits(index, 9, place), 9))))
        .collect();
    let from_lab: Vec<u16> = (0..729)
        .flat_map(|index| {
            let ink = 1.0 - (unit(digits(index, 9, 2), 9) * 65_535.0 / 65_280.0).min(1.0);
            [0.7 * ink, 0.6 * ink, 0.6 * ink, ink].map(|ink| (ink * 65_535.0) as u16)
        })
        .collect();
    let (forth, back) = (table(4, 3, 9, &to_lab), table(3, 4, 9, &from_lab));
    let mut out = vec![0; 128];
    out[8] = 2;
    out[12..24].copy_from_slice(b"prtrCMYKLab ");
    out[36..40].copy_from_slice(b"acsp");
    out[68..80].copy_from_slice(b"\0\0\xf6\xd6\0\x01\0\0\0\0\xd3\x2d");
    let starts = [176, 176, 176 + forth.len()];
    out.extend_from_slice(&[0, 0, 0, 3]);
    for (name, (start, size)) in [b"A2B0", b"A2B1", b"B2A0"]
        .into_iter()
        .zip(starts.into_iter().zip([forth.len(), forth.len(), back.len()]))
    {
        out.extend_from_slice(name);
        out.extend_from_slice(&(start as u32).to_be_bytes());
        out.extend_from_slice(&(size as u32).to_be_bytes());
    }
    out.resize(176, 0);
    out.extend([forth, back].concat());
    let size = (out.len() as u32).to_be_bytes();
    out[..4].copy_from_slice(&size);
    out
}

/// A `lut16` without curves.
fn table(inputs: u8, outputs: u8, steps: u8, cells: &[u16]) -> Vec<u8> {
    let mut out = [b"mft2\0\0\0\0", &[inputs, outputs, steps, 0][..]].concat();
    for cell in 0..9 {
        out.extend_from_slice(&if cell % 4 == 0 { 65_536u32 } else { 0 }.to_be_bytes());
    }
    out.extend_from_slice(&[0, 2, 0, 2]);
    let line = [0, 0, 0xff, 0xff];
    out.extend(line.repeat(usize::from(inputs)));
    out.extend(cells.iter().flat_map(|cell| cell.to_be_bytes()));
    out.extend(line.repeat(usize::from(outputs)));
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

/// What a mix of inks looks like, as Lab in the coding of old tables.
fn lab_of(inks: [f64; 4]) -> [u16; 3] {
    const THROUGH: [[f64; 3]; 4] =
        [[0.08, 0.5, 0.8], [0.75, 0.08, 0.3], [0.95, 0.85, 0.08], [0.04, 0.04, 0.04]];
    let light: [f64; 3] = std::array::from_fn(|band| {
        inks.iter().zip(THROUGH).map(|(ink, through)| 1.0 - ink + ink * through[band]).product()
    });
    // Bands to X, Y and Z over white.
    let mix = [[0.6, 0.3, 0.1], [0.25, 0.65, 0.1], [0.0, 0.1, 0.9]];
    let f = mix.map(|row: [f64; 3]| {
        let value = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
        if value > 0.008_856 {
            value.cbrt()
        } else {
            7.787 * value + 16.0 / 116.0
        }
    });
    let [l, a, b] = [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])];
    [l * 652.8, (a + 128.0) * 256.0, (b + 128.0) * 256.0].map(|value| value as u16)
}

#[test]
fn cmyk_agrees_with_little_cms() {
    let steps = [0u8, 40, 90, 140, 200, 255];
    let digit = |index: usize, place: u32| steps[index / 6usize.pow(place) % 6];
    let inks: Vec<[u8; 4]> =
        (0..1296).map(|index| [3, 2, 1, 0].map(|place| digit(index, place))).collect();
    let profile = press();
    let mut ours = vec![0; inks.len() * 3];
    let rows = converter::<u8>(&Profile::Icc(profile.clone()), Layout::Cmyk).unwrap();
    rows.convert(inks.as_flattened(), &mut ours).unwrap();
    let mut theirs = vec![[0u8; 3]; inks.len()];
    lcms2::Transform::new_flags(
        &lcms2::Profile::new_icc(&profile).unwrap(),
        lcms2::PixelFormat::CMYK_8,
        &lcms2::Profile::new_srgb(),
        lcms2::PixelFormat::RGB_8,
        lcms2::Intent::RelativeColorimetric,
        lcms2::Flags::BLACKPOINT_COMPENSATION,
    )
    .unwrap()
    .transform_pixels(&inks, &mut theirs);
    let apart: Vec<f64> = lab(ours.as_chunks().0)
        .iter()
        .zip(lab(&theirs))
        .map(|(ours, theirs)| ours.cie2000_delta_e(&theirs, 1.0, 1.0, 1.0))
        .collect();
    let mean = apart.iter().sum::<f64>() / apart.len() as f64;
    println!("CMYK: delta E 2000 over {} mixes: mean {mean:.3}", apart.len());
    let worst = apart.iter().copied().fold(0.0, f64::max);
    assert!(mean < 1.0 && worst < 5.0, "delta E 2000: mean {mean}, worst {worst}");
}

fn lab(colors: &[[u8; 3]]) -> Vec<lcms2::CIELab> {
    let d50 = lcms2::CIExyY { x: 0.3457, y: 0.3585, Y: 1.0 };
    let lab = lcms2::Profile::new_lab4_context(lcms2::GlobalContext::new(), &d50).unwrap();
    let mut out = vec![[0f64; 3]; colors.len()];
    lcms2::Transform::new(
        &lcms2::Profile::new_srgb(),
        lcms2::PixelFormat::RGB_8,
        &lab,
        lcms2::PixelFormat::Lab_DBL,
        lcms2::Intent::RelativeColorimetric,
    )
    .unwrap()
    .transform_pixels(colors, &mut out);
    out.into_iter().map(|[l, a, b]| lcms2::CIELab { L: l, a, b }).collect()
}
