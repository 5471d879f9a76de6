//! What texts look like. `UPDATE=1 cargo test` rewrites the pictures in `goldens/`; look at them.
#![cfg(all(feature = "codecs", feature = "text"))]

use std::path::Path;

use safelight::{Assets, Engine, Error, Input, Job, Kind, Rendered};
use serde_json::{json, Value};

const TTF: &[u8] = include_bytes!("fonts/squares.ttf");
const OTF: &[u8] = include_bytes!("fonts/squares.otf");
const WOFF: &[u8] = include_bytes!("fonts/squares.woff");
const WOFF2: &[u8] = include_bytes!("fonts/squares.woff2");

fn white(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let data = vec![255; (width * height * 3) as usize];
    encoder.write_header().unwrap().write_image_data(&data).unwrap();
    file
}

fn fonts() -> Assets {
    let mut assets = Assets::new();
    assets.insert("squares.ttf", TTF);
    assets.insert("squares.otf", OTF);
    assets.insert("squares.woff", WOFF);
    assets.insert("squares.woff2", WOFF2);
    assets
}

fn render(size: (u32, u32), overlay: &Value, assets: &Assets) -> Result<Rendered, Error> {
    let source = white(size.0, size.1);
    let options = json!({"draw": [overlay], "format": "png-force"}).to_string();
    Engine::default().render_text(
        &Input::new(&source).with_assets(assets),
        &options,
        &Job::default(),
    )
}

fn pixels(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    let channels = info.color_type.samples();
    let rgb = data[..info.buffer_size()].chunks(channels).flat_map(|p| match p.len() {
        1 | 2 => [p[0]; 3],
        _ => [p[0], p[1], p[2]],
    });
    (info.width, info.height, rgb.collect())
}

/// Left, top, right and bottom of what is not white.
fn ink(file: &[u8]) -> [u32; 4] {
    let (width, height, data) = pixels(file);
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let inked = places.filter(|(x, y)| {
        let start = ((y * width + x) * 3) as usize;
        data[start..start + 3].iter().any(|value| *value < 128)
    });
    inked.fold([width, height, 0, 0], |[l, t, r, b], (x, y)| {
        [l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]
    })
}

fn ink_of(size: (u32, u32), overlay: Value) -> [u32; 4] {
    ink(&render(size, &overlay, &fonts()).unwrap().data)
}

/// Compares with the picture `name`, within what processors of another kind may differ.
fn golden(name: &str, size: (u32, u32), overlay: Value) -> Vec<String> {
    let rendered = render(size, &overlay, &fonts()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/goldens/{name}.png"));
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &rendered.data).unwrap();
    }
    let expected = pixels(&std::fs::read(&path).unwrap());
    let got = pixels(&rendered.data);
    assert_eq!((got.0, got.1), (expected.0, expected.1));
    let far = got.2.iter().zip(&expected.2).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(far <= Some(16), "{name}: off by {far:?}");
    rendered.info.warnings
}

fn text(content: &str, size: f64) -> Value {
    json!({"text": {"content": content, "size": size}, "left": 4, "top": 4})
}

#[test]
fn latin_has_kerning_accents_and_several_lines() {
    let content = "AVATAR Ta fi ffl\nÀé e\u{301} n\u{303} ǭ o\u{328}\u{304}\nΑθήνα Москва Việt";
    assert!(golden("latin", (330, 150), text(content, 24.0)).is_empty());
}

#[test]
fn combining_marks_look_like_precomposed_letters() {
    let picture = |content| render((60, 50), &text(content, 24.0), &fonts()).unwrap().data;
    assert_eq!(picture("é"), picture("e\u{301}"));
    assert_ne!(picture("é"), picture("e"));
}

#[test]
fn arabic_joins_and_reads_from_right_to_left() {
    let mut overlay = text("السلام عليكم، 2026\nلا إله إلا الله مُحَمَّد", 24.0);
    overlay["width"] = json!(290);
    assert!(golden("arabic", (300, 130), overlay).is_empty());
}

#[test]
fn hebrew_with_numbers_and_latin_keeps_their_order() {
    let mut overlay = text("שלום (עולם) 123 abc, בְּרֵאשִׁית", 24.0);
    overlay["width"] = json!(400);
    assert!(golden("hebrew", (410, 110), overlay).is_empty());
}

#[test]
fn devanagari_forms_conjuncts_and_reorders_vowels() {
    assert!(golden("devanagari", (290, 60), text("नमस्ते हिन्दी क्षत्रिय", 24.0)).is_empty());
}

#[test]
fn a_text_is_wrapped_at_its_width_and_aligned() {
    for align in ["start", "center", "end"] {
        let content = "The quick brown fox jumps over the lazy dog, twice.";
        let overlay = json!({
            "text": {"content": content, "size": 15, "align": align, "color": "#2040c0"},
            "width": 200, "background": "#ffeebb", "top": 5,
        });
        assert!(golden(&format!("wrapped-{align}"), (220, 100), overlay).is_empty());
    }
}

#[test]
fn a_text_with_a_height_takes_the_largest_size_that_fits() {
    let overlay = json!({
        "text": "Fits its box, whatever it says", "width": 0.9, "height": 0.8,
        "background": "#ddeeff",
    });
    assert!(golden("fitted", (240, 120), overlay).is_empty());
}

#[test]
fn what_no_font_has_is_a_box_and_a_warning() {
    let warnings = golden("missing", (220, 60), text("ok 😀 漢字 ok", 24.0));
    assert_eq!(warnings, ["draw[0]: no font has a glyph for U+5B57, U+6F22, U+1F600"]);
}

#[test]
fn a_text_can_be_turned_repeated_and_see_through() {
    let overlay = json!({
        "text": {"content": "© sample", "size": 12, "color": "rgb(200 0 0 / 0.6)"},
        "repeat": true, "rotate": 270, "opacity": 0.7,
    });
    assert!(golden("watermark", (200, 160), overlay).is_empty());
}

#[test]
fn fonts_in_every_container_draw_the_same() {
    for font in ["squares.ttf", "squares.otf", "squares.woff", "squares.woff2"] {
        let overlay = |content: &str| {
            let text = json!({"content": content, "size": 75, "font": {"url": font}});
            json!({"text": text, "left": 0, "top": 0})
        };
        // 75 points are 100 pixels.
        assert_eq!(ink_of((300, 120), overlay("A")), [10, 0, 90, 80], "{font}");
        assert_eq!(ink_of((300, 120), overlay("B")), [30, 20, 50, 60], "{font}");
        assert_eq!(ink_of((300, 120), overlay("AB")), [10, 0, 150, 80], "{font}");
        if font != "squares.otf" {
            assert_eq!(ink_of((300, 120), overlay("C")), [10, 0, 90, 80], "{font}");
        }
    }
}

/// Squares of 15 by 15 pixels or so, at 20 pixels a letter.
fn squares(content: &str, more: Value) -> Value {
    let mut text = json!({"content": content, "size": 15, "font": {"url": "squares.ttf"}});
    let mut overlay = json!({"left": 0, "top": 0});
    for (name, value) in more.as_object().unwrap() {
        match name.as_str() {
            "align" | "line-height" | "color" | "size" => text[name] = value.clone(),
            _ => overlay[name] = value.clone(),
        }
    }
    overlay["text"] = text;
    overlay
}

#[test]
fn size_is_in_points_and_follows_dpr() {
    assert_eq!(ink_of((200, 200), squares("A", json!({}))), [2, 0, 18, 16]);
    assert_eq!(ink_of((200, 200), squares("A", json!({"size": 30}))), [4, 0, 36, 32]);
    assert_eq!(ink_of((200, 200), squares("A", json!({"dpr": 2}))), [4, 0, 36, 32]);
}

#[test]
fn line_height_is_a_multiple_of_the_size() {
    assert_eq!(ink_of((200, 200), squares("A\nA", json!({}))), [2, 0, 18, 36]);
    assert_eq!(ink_of((200, 200), squares("A\nA", json!({"line-height": 2}))), [2, 0, 18, 56]);
}

#[test]
fn lines_break_at_blanks_and_inside_words_only_when_they_must() {
    let room =
        |width: u32, content: &str| ink_of((200, 200), squares(content, json!({ "width": width })));
    assert_eq!(room(200, "AA AA"), [2, 0, 98, 16]);
    assert_eq!(room(99, "AA AA"), [2, 0, 38, 36]);
    assert_eq!(room(40, "AA AA"), [2, 0, 38, 36]);
    assert_eq!(room(39, "AA AA"), [2, 0, 18, 76]);
    // Without a width the picture's own is the room.
    assert_eq!(ink_of((60, 200), squares("AA AA", json!({}))), [2, 0, 38, 36]);
}

#[test]
fn align_moves_lines_inside_the_width() {
    let at = |align: &str| ink_of((200, 50), squares("A", json!({"width": 100, "align": align})));
    assert_eq!(at("start"), [2, 0, 18, 16]);
    assert_eq!(at("center"), [42, 0, 58, 16]);
    assert_eq!(at("end"), [82, 0, 98, 16]);
}

#[test]
fn a_height_bounds_the_size() {
    let tall = |height: u32, more: Value| {
        let mut more = more;
        more["height"] = height.into();
        let [_, top, _, bottom] = ink_of((400, 400), squares("A", more));
        bottom - top
    };
    assert_eq!(tall(100, json!({"size": 15})), 16);
    assert_eq!(tall(10, json!({"size": 15})), 8);
    let mut free = squares("A", json!({"height": 100}));
    free["text"]["size"] = Value::Null;
    let [_, top, _, bottom] = ink_of((400, 400), free);
    assert_eq!(bottom - top, 80);
}

#[test]
fn color_is_the_colour_of_the_text() {
    let rendered = render((20, 20), &squares("A", json!({"color": "#123456"})), &fonts()).unwrap();
    let (width, _, data) = pixels(&rendered.data);
    let start = ((8 * width + 8) * 3) as usize;
    assert_eq!(data[start..start + 3], [0x12, 0x34, 0x56]);
}

#[test]
fn letters_that_a_font_lacks_come_from_the_bundled_one() {
    let mixed = ink_of((200, 60), squares("AxA", json!({})));
    assert!(mixed[2] > 42, "{mixed:?}");
    let rendered = render((200, 60), &squares("AxA", json!({})), &fonts()).unwrap();
    assert!(rendered.info.warnings.is_empty());
}

#[test]
fn a_text_that_is_too_large_is_refused() {
    let huge = json!({"text": {"content": "A\nA\nA\nA", "size": 1000}, "dpr": 1});
    let error = render((200, 200), &huge, &fonts()).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(error.message().starts_with("draw[0]: text side: limit 4096, got "), "{error}");
}

#[test]
fn a_font_that_was_not_given_or_is_none_is_an_error() {
    let with = |bytes: Option<&[u8]>| {
        let mut assets = Assets::new();
        if let Some(bytes) = bytes {
            assets.insert("squares.ttf", bytes);
        }
        render((20, 20), &squares("A", json!({})), &assets).unwrap_err()
    };
    let missing = with(None);
    assert_eq!(missing.kind(), Kind::NotFound);
    assert_eq!(missing.message(), "draw[0]: asset \"squares.ttf\" was not given");
    assert_eq!(with(Some(b"")).kind(), Kind::Malformed);
    assert_eq!(with(Some(b"<svg/>")).kind(), Kind::Malformed);
    assert_eq!(with(Some(&[0; 20_000_001])).kind(), Kind::TooLarge);
}

/// Truncated and mutated fonts give a picture or a typed error: no panic and no hang.
#[test]
fn hostile_fonts_are_errors_or_pictures() {
    let mut state = 11_u64;
    let mut dice = move |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % bound
    };
    let bundled: &[u8] = include_bytes!("../fonts/noto-sans-hebrew.woff2");
    for (file, rounds) in [(TTF, 400), (OTF, 400), (WOFF, 400), (WOFF2, 400), (bundled, 60)] {
        for round in 0..rounds {
            let mut font = file.to_vec();
            if round % 4 == 0 {
                font.truncate(dice(font.len()));
            }
            for _ in 0..(1 + dice(6)).min(font.len()) {
                let at = dice(font.len());
                font[at] = [0, 255, 128, font[at] ^ (1 << dice(8))][dice(4)];
            }
            let mut assets = Assets::new();
            assets.insert("squares.ttf", font);
            match render((40, 40), &squares("ABC A\nB אבג", json!({})), &assets) {
                Ok(_) => {}
                Err(error) => assert!(
                    matches!(error.kind(), Kind::Malformed | Kind::TooLarge | Kind::Unsupported),
                    "{error}"
                ),
            }
        }
    }
}
