use super::*;
use crate::plan::Original;

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker], &((body.len() + 2) as u16).to_be_bytes()[..], body].concat()
}

fn jpeg_file() -> Vec<u8> {
    [
        b"\xff\xd8".to_vec(),
        segment(0xe0, b"JFIF\0\x01\x01"),
        segment(0xe1, b"Exif\0\0 where it was taken"),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0 who took it"),
        segment(0xe2, b"ICC_PROFILE\0\x01\x01 colours"),
        segment(0xe2, b"MPF\0 more pictures"),
        segment(0xfe, b"a comment"),
        segment(0xdb, b"tables"),
        segment(0xda, b"scan"),
        b"coded\xff\x00data\xff\xd0more".to_vec(),
        segment(0xda, b"scan"),
        b"last".to_vec(),
        b"\xff\xd9 a second picture".to_vec(),
    ]
    .concat()
}

fn has(data: &[u8], text: &[u8]) -> bool {
    data.windows(text.len()).any(|window| window == text)
}

#[test]
fn a_jpeg_loses_its_metadata_and_what_stands_behind_it_but_not_its_colours() {
    let data = jpeg::cut(&jpeg_file(), Original::WithoutMetadata, None).unwrap();
    for gone in [&b"Exif"[..], b"xap", b"MPF", b"comment", b"second"] {
        assert!(!has(&data, gone), "{}", String::from_utf8_lossy(gone));
    }
    for kept in
        [&b"JFIF"[..], b"ICC_PROFILE", b"tables", b"coded\xff\x00data\xff\xd0more", b"last\xff\xd9"]
    {
        assert!(has(&data, kept), "{}", String::from_utf8_lossy(kept));
    }
}

#[test]
fn a_jpeg_that_keeps_its_metadata_gets_the_plans_exif_behind_jfif() {
    let data = jpeg::cut(&jpeg_file(), Original::WithMetadata, Some(b"II*\0new")).unwrap();
    assert!(has(&data, b"xap") && has(&data, b"comment") && !has(&data, b"where it was"));
    assert!(has(&data, b"JFIF\0\x01\x01\xff\xe1\0\x0fExif\0\0II*\0new"));
}

#[test]
fn a_cut_or_broken_file_is_never_sent() {
    let file = jpeg_file();
    let end = file.len() - b" a second picture".len();
    for length in 0..end {
        assert_eq!(jpeg::cut(&file[..length], Original::WithMetadata, None), None, "{length}");
    }
    assert_eq!(png::cut(b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT"), None);
    assert_eq!(webp::cut(b"RIFF\x0c\0\0\0WEBPVP8 \xff\xff\xff\xff"), None);
}

#[test]
fn a_png_loses_its_texts_and_keeps_its_pixels() {
    let chunk = |kind: &[u8], body: &[u8]| {
        [&(body.len() as u32).to_be_bytes()[..], kind, body, &[1, 2, 3, 4]].concat()
    };
    let head = b"\x89PNG\r\n\x1a\n".to_vec();
    let kept =
        [chunk(b"IHDR", b"size"), chunk(b"gAMA", b"g"), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")];
    let text = chunk(b"tEXt", b"secret");
    let [size, gamma, pixels, end] = &kept;
    let file = [&head, size, &text, gamma, pixels, &text, end, &b"behind".to_vec()]
        .map(|p| &p[..])
        .concat();
    assert_eq!(png::cut(&file).unwrap(), [head, kept.concat()].concat());
}

#[test]
fn a_webp_loses_exif_and_the_flag_that_announces_it() {
    let chunk = |kind: &[u8], body: &[u8]| {
        let pad = &[0][..body.len() & 1];
        [kind, &(body.len() as u32).to_le_bytes(), body, pad].concat()
    };
    let file = |flags: u8, exif: &[u8]| {
        let vp8x = chunk(b"VP8X", &[flags, 0, 0, 0, 9, 0, 0, 9, 0, 0]);
        let body = [b"WEBP".to_vec(), vp8x, chunk(b"VP8 ", b"odd"), exif.to_vec()].concat();
        chunk(b"RIFF", &body)
    };
    let cut = webp::cut(&file(0x18, &chunk(b"EXIF", b"where"))).unwrap();
    assert_eq!(cut, file(0x10, b""));
}

fn gif_file() -> Vec<u8> {
    [
        &b"GIF89a\x02\0\x01\0\x80\0\0\0\0\0\xff\xff\xff"[..],
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
        b"\x21\xff\x0bXMP DataXMP\x07who, at\0",
        b"\x21\xfe\x09a comment\0",
        b"\x21\xf9\x04\0\x0a\0\0\0",
        b"\x2c\0\0\0\0\x02\0\x01\0\x80\0\0\0\xff\xff\xff\x02\x02\x44\x01\0",
        b"\x3b behind",
    ]
    .concat()
}

#[test]
fn a_gif_loses_what_is_said_about_it_but_plays_as_often() {
    let data = gif::cut(&gif_file()).unwrap();
    for gone in [&b"XMP"[..], b"who", b"comment", b"behind"] {
        assert!(!has(&data, gone), "{}", String::from_utf8_lossy(gone));
    }
    assert!(has(&data, b"NETSCAPE2.0\x03\x01\0\0\0\x21\xf9\x04"));
    assert!(data.ends_with(b"\x02\x44\x01\0\x3b"));
    assert_eq!(gif::cut(&data).unwrap(), data);
}

#[test]
fn a_gif_that_is_cut_short_is_never_sent() {
    let file = gif_file();
    for length in 0..file.len() - b"\x3b behind".len() {
        assert_eq!(gif::cut(&file[..length]), None, "{length}");
    }
}

#[test]
fn what_keeps_its_metadata_is_the_source_itself() {
    let file = gif_file();
    assert_eq!(as_it_is(Format::Gif, Original::WithMetadata, &file).unwrap(), file);
}
