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
