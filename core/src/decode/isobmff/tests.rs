//! Hand-made files. Every refusal must be typed.

use super::*;
use crate::Kind;

pub(in crate::decode) fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (8 + body.len()) as u32;
    [&size.to_be_bytes(), &kind[..], body].concat()
}

pub(in crate::decode) fn full(kind: &[u8; 4], version: u8, body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], body].concat())
}

pub(in crate::decode) fn infe(id: u16, kind: &[u8; 4]) -> Vec<u8> {
    full(b"infe", 2, &[&id.to_be_bytes()[..], &[0, 0], kind, &[0]].concat())
}

/// The parts of a `meta` box; tests replace one of them.
struct Parts {
    ftyp: Vec<u8>,
    iloc: Vec<u8>,
    iinf: Vec<u8>,
    iref: Vec<u8>,
    ipco: Vec<u8>,
    uses: Vec<u8>,
}

impl Parts {
    /// One item, whose bytes are the first 4 of the file.
    fn one() -> Self {
        let ispe = full(b"ispe", 0, &[0, 0, 0, 6, 0, 0, 0, 4]);
        let items = [&[0, 1][..], &infe(1, b"av01")].concat();
        Parts {
            ftyp: boxed(b"ftyp", b"avif\0\0\0\0mif1"),
            iloc: full(b"iloc", 0, &[0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4]),
            iinf: full(b"iinf", 0, &items),
            iref: Vec::new(),
            ipco: [ispe, boxed(b"av1C", &[0x81, 0, 0x0c, 0])].concat(),
            uses: vec![1, 0x82],
        }
    }

    fn file(&self) -> Vec<u8> {
        let hdlr = full(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
        let ipma = [&[0, 0, 0, 1, 0, 1, self.uses.len() as u8], &self.uses[..]].concat();
        let iprp = [boxed(b"ipco", &self.ipco), full(b"ipma", 0, &ipma)].concat();
        let pitm = full(b"pitm", 0, &[0, 1]);
        let parts = [&hdlr, &pitm, &self.iloc, &self.iinf, &self.iref, &boxed(b"iprp", &iprp)];
        let body = parts.map(Vec::as_slice).concat();
        [self.ftyp.clone(), full(b"meta", 0, &body)].concat()
    }
}

fn refusal(file: &[u8]) -> Kind {
    let parsed = File::parse(file, 1 << 20).and_then(|file| {
        let meta = file.meta.expect("a meta box");
        meta.properties(meta.primary())?;
        meta.data(meta.primary()).map(|_| ())
    });
    parsed.expect_err("a refusal").kind()
}

fn properties_of(ipco: &[u8], uses: &[u8]) -> Result<Vec<u8>> {
    let file = Parts { ipco: ipco.to_vec(), uses: uses.to_vec(), ..Parts::one() }.file();
    let file = File::parse(&file, 1 << 20)?;
    let properties = file.meta.expect("a meta box").properties(1)?;
    let crop = properties.crop(100, 50)?;
    let crop = crop.map(|crop| [crop.left, crop.top, crop.width, crop.height]);
    Ok([vec![properties.orientation()], crop.iter().flatten().map(|&n| n as u8).collect()].concat())
}

#[test]
fn an_item_is_found_with_its_size_and_bytes() {
    let bytes = Parts::one().file();
    let file = File::parse(&bytes, 1 << 20).unwrap();
    let meta = file.meta.unwrap();
    assert_eq!(&meta.item(1).unwrap().kind, b"av01");
    assert_eq!(meta.properties(1).unwrap().size, Some((6, 4)));
    assert_eq!(&*meta.data(1).unwrap(), &bytes[..4]);
}

#[test]
fn every_truncation_is_malformed() {
    let file = Parts::one().file();
    for length in 0..file.len() {
        assert_eq!(
            File::parse(&file[..length], 0).unwrap_err().kind(),
            Kind::Malformed,
            "{length}"
        );
    }
}

#[test]
fn impossible_box_sizes_are_malformed() {
    let good = Parts::one().file();
    let meta = Parts::one().ftyp.len();
    let (tail, huge) = (&good[meta + 8..], [0xff; 8]);
    for size in [&[0, 0, 0, 7][..], &[0, 0, 0, 1], &[0xff, 0xff, 0xff, 0xff]] {
        let file = [&good[..meta], size, b"meta", &huge, tail].concat();
        assert_eq!(File::parse(&file, 0).unwrap_err().kind(), Kind::Malformed);
    }
    // Inside `meta`, "to the end of the file" is no size either.
    let mut file = good.clone();
    file[meta + 12..meta + 16].fill(0);
    assert_eq!(File::parse(&file, 0).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn a_hundred_thousand_items_are_refused_by_their_count() {
    let claimed = [&[0, 1, 0x86, 0xa0][..], &infe(1, b"av01")].concat();
    let parts = Parts { iinf: full(b"iinf", 1, &claimed), ..Parts::one() };
    assert_eq!(refusal(&parts.file()), Kind::TooLarge);
    let many: Vec<u8> = (0..100_000u32).flat_map(|id| infe(id as u16, b"av01")).collect();
    let parts = Parts { iinf: full(b"iinf", 0, &[&[0, 1], &many[..]].concat()), ..Parts::one() };
    assert_ne!(refusal(&parts.file()), Kind::Internal);
}

#[test]
fn bytes_outside_the_file_are_malformed() {
    for (offset, length) in [(u32::MAX, 4u32), (0, u32::MAX), (1 << 20, 0)] {
        let place = [&[0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1][..], &offset.to_be_bytes()];
        let body = [&place.concat()[..], &length.to_be_bytes()].concat();
        let parts = Parts { iloc: full(b"iloc", 0, &body), ..Parts::one() };
        assert_eq!(refusal(&parts.file()), Kind::Malformed);
    }
}

#[test]
fn an_offset_that_overflows_is_malformed() {
    let mut body = vec![0x88, 0x80, 0, 1, 0, 1, 0, 0];
    body.extend([0xff; 8]);
    body.extend([0, 1]);
    body.extend([0xff; 8]);
    body.extend([0, 0, 0, 0, 0, 0, 0, 4]);
    let parts = Parts { iloc: full(b"iloc", 0, &body), ..Parts::one() };
    assert_eq!(refusal(&parts.file()), Kind::Malformed);
}

#[test]
fn overlapping_pieces_do_not_multiply_the_file() {
    let mut body = vec![0x44, 0, 0, 1, 0, 1, 0, 0, 0, 200];
    for _ in 0..200 {
        body.extend([0, 0, 0, 0, 0, 0, 0, 100]);
    }
    let parts = Parts { iloc: full(b"iloc", 0, &body), ..Parts::one() };
    assert_eq!(refusal(&parts.file()), Kind::Malformed);
}

#[test]
fn a_box_that_appears_twice_is_malformed() {
    let one = Parts::one();
    let parts = Parts { iref: one.iinf.clone(), ..Parts::one() };
    assert_eq!(refusal(&parts.file()), Kind::Malformed);
    let file = [one.file(), one.file()[one.ftyp.len()..].to_vec()].concat();
    assert_eq!(File::parse(&file, 0).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn too_many_references_are_refused() {
    let ids = [0, 1].repeat(5_000);
    let entry = boxed(b"dimg", &[&[0, 1], &5_000u16.to_be_bytes()[..], &ids].concat());
    let parts = Parts { iref: full(b"iref", 0, &entry), ..Parts::one() };
    assert_eq!(refusal(&parts.file()), Kind::TooLarge);
}

#[test]
fn heic_and_other_brands_are_unsupported() {
    for brands in [b"heic\0\0\0\0mif1", b"mif1\0\0\0\0heix", b"qt  \0\0\0\0qt  "] {
        let parts = Parts { ftyp: boxed(b"ftyp", brands), ..Parts::one() };
        let error = File::parse(&parts.file(), 0).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    }
}

#[test]
fn unknown_properties_matter_only_when_they_are_essential() {
    let unknown = boxed(b"zzzz", &[1, 2, 3]);
    assert!(properties_of(&unknown, &[1]).is_ok());
    assert_eq!(properties_of(&unknown, &[0x81]).unwrap_err().kind(), Kind::Unsupported);
    assert_eq!(properties_of(&unknown, &[2]).unwrap_err().kind(), Kind::Malformed);
}

#[test]
fn turns_and_mirrors_become_exif_orientations() {
    let table = [(1, 4, 2), (8, 5, 7), (3, 2, 4), (6, 7, 5)];
    for (turns, (plain, top_bottom, left_right)) in table.into_iter().enumerate() {
        let irot = boxed(b"irot", &[turns as u8]);
        assert_eq!(properties_of(&irot, &[1]).unwrap(), [plain]);
        for (axis, expected) in [(0, top_bottom), (1, left_right)] {
            let both = [irot.clone(), boxed(b"imir", &[axis])].concat();
            assert_eq!(properties_of(&both, &[1, 2]).unwrap(), [expected]);
        }
    }
    // Mirrored first, then turned: the same as the opposite turn, then mirrored.
    let both = [boxed(b"irot", &[1]), boxed(b"imir", &[0])].concat();
    assert_eq!(properties_of(&both, &[2, 1]).unwrap(), [7]);
}

fn clap(words: [i32; 8]) -> Result<Vec<u8>> {
    let body: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    properties_of(&boxed(b"clap", &body), &[1])
}

#[test]
fn a_clean_aperture_is_a_crop_about_the_centre() {
    assert_eq!(clap([60, 1, 20, 1, 0, 1, 0, 1]).unwrap(), [1, 20, 15, 60, 20]);
    assert_eq!(clap([60, 1, 20, 1, -20, 1, 30, 2]).unwrap(), [1, 0, 30, 60, 20]);
    assert_eq!(clap([61, 1, 20, 1, 0, 1, 0, 1]).unwrap(), [1, 19, 15, 61, 20]);
}

#[test]
fn a_clean_aperture_that_does_not_fit_is_refused() {
    let cases = [
        [101, 1, 20, 1, 0, 1, 0, 1],
        [60, 1, 20, 1, 21, 1, 0, 1],
        [60, 1, 20, 1, i32::MIN, 1, 0, 1],
        [60, 0, 20, 1, 0, 1, 0, 1],
        [60, 1, 20, 1, 0, 1, 0, 0],
        [0, 1, 20, 1, 0, 1, 0, 1],
    ];
    for words in cases {
        assert_eq!(clap(words).unwrap_err().kind(), Kind::Malformed, "{words:?}");
    }
    assert_eq!(clap([61, 2, 20, 1, 0, 1, 0, 1]).unwrap_err().kind(), Kind::Unsupported);
}
