//! No option is a silent no-op: every row of the table has a case that changes what it names, and
//! a picture to look at. `UPDATE=1 cargo test` rewrites the pictures in `goldens/options`.
#![cfg(feature = "codecs")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use safelight::delivery::{error_redirect, origin_headers, Hints};
use safelight::hooks::{Hooks, Pixels};
use safelight::options::{FormatWord, ROWS};
use safelight::url::{parse, Url};
use safelight::{Assets, Engine, Input, Job, Options, Rendered};
use serde_json::Value;

/// Largest difference of a sample that processors of another kind may make.
const SLACK: u8 = 4;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn cases() -> &'static [Value] {
    static CASES: OnceLock<Value> = OnceLock::new();
    let file = CASES.get_or_init(|| {
        let text = fs::read_to_string(folder("goldens/options.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    });
    file["cases"].as_array().unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder("../../tests/images").join(name)).unwrap()
}

fn plain(source: &[u8], options: &str) -> Vec<u8> {
    let job = Job::default();
    Engine::default().render_text(&Input::new(source), options, &job).unwrap().data
}

/// The source of a case: a file, or one that is made here.
fn source(name: &str) -> Vec<u8> {
    let photo = || file("photo.jpg");
    match name {
        "framed.png" => plain(&photo(), "width=160,border=20;white,format=png-force"),
        "framed-noisy.png" => {
            let noisy = plain(&photo(), "width=160,border=20;white,format=jpeg,quality=20");
            plain(&noisy, "format=png-force")
        }
        "described.jpg" => described(&photo()),
        name => file(name),
    }
}

/// A JPEG with an EXIF block that says who made it.
fn described(jpeg: &[u8]) -> Vec<u8> {
    let tiff = b"II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\x04\0\0\0abc\0\0\0\0\0";
    let size = (2 + 6 + tiff.len()) as u16;
    let head = [&b"\xff\xd8\xff\xe1"[..], &size.to_be_bytes(), b"Exif\0\0", tiff].concat();
    [&head[..], &jpeg[2..]].concat()
}

/// The left half is the subject; enlarged pictures are green.
fn hooks() -> Hooks {
    Hooks::default()
        .on_segment(Arc::new(|picture: Pixels<'_>, mask: &mut [u8]| {
            let width = picture.width as usize;
            mask.chunks_exact_mut(width).for_each(|row| row[..width / 2].fill(255));
            Ok(())
        }))
        .on_upscale(Arc::new(|_: Pixels<'_>, _: (u32, u32), larger: &mut [u8]| {
            larger.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[0, 160, 0, 255]));
            Ok(())
        }))
}

fn assets() -> Assets {
    let mut assets = Assets::new();
    assets.insert("logo", file("alpha.png"));
    assets.insert("photo", file("photo-444.jpg"));
    assets.insert("face", file("../faces/astronaut.jpg"));
    assets.insert("small", plain(&file("photo.jpg"), "width=16"));
    assets.insert("font", fs::read(folder("fonts/squares.ttf")).unwrap());
    assets
}

fn options(text: &str) -> Options {
    let text = if text.is_empty() { "{}" } else { text };
    Options::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).options
}

fn render(case: &Value, which: &str, as_png: bool) -> Rendered {
    let mut options = options(text(case, which));
    if as_png {
        options.format = Some(FormatWord::PngForce);
    }
    let headers = case["headers"].as_object().cloned().unwrap_or_default();
    let hints = Hints::from_headers(
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())),
    );
    let (source, assets) = (source(text(case, "source")), assets());
    let input = Input::new(&source).with_hints(&hints).with_assets(&assets);
    let rendered = Engine::default().with_hooks(hooks()).render(&input, &options, &Job::default());
    rendered.unwrap_or_else(|error| panic!("{} {which}: {error}", text(case, "behaviour")))
}

/// Width, height and RGBA.
fn pixels(data: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(data));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut data).unwrap();
    let samples = reader.output_color_type().0.samples();
    let rgba = |pixel: &[u8]| match *pixel {
        [gray, alpha] => [gray, gray, gray, alpha],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => panic!("{samples} samples"),
    };
    let (width, height) = (reader.info().width, reader.info().height);
    (width, height, data.chunks_exact(samples).flat_map(rgba).collect())
}

/// Compares with the picture that was looked at.
fn golden(case: &Value, rendered: &Rendered) -> Result<(), String> {
    let path = folder("goldens/options").join(format!("{}.png", text(case, "behaviour")));
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &rendered.data).unwrap();
    }
    let expected = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (expected, got) = (pixels(&expected), pixels(&rendered.data));
    if (expected.0, expected.1) != (got.0, got.1) {
        return Err(format!("{}x{}, not {}x{}", got.0, got.1, expected.0, expected.1));
    }
    let far = got.2.iter().zip(&expected.2).map(|(a, b)| a.abs_diff(*b)).max();
    match far {
        Some(far) if far > SLACK => Err(format!("off by {far}")),
        _ => Ok(()),
    }
}

fn check(case: &Value) -> Result<(), String> {
    let same = match text(case, "see") {
        "pixels" => {
            let (base, changed) = (render(case, "base", true), render(case, "options", true));
            golden(case, &changed)?;
            pixels(&base.data) == pixels(&changed.data)
        }
        "file" => render(case, "base", false).data == render(case, "options", false).data,
        "format" => {
            let formats = ["base", "options"].map(|which| render(case, which, false).info.format);
            formats[0] == formats[1]
        }
        "frames" => {
            let frames = ["base", "options"].map(|which| render(case, which, false).info.frames);
            frames[0] == frames[1]
        }
        "redirect" => {
            let Ok(Url::Transform(url)) = parse("/cdn-cgi/image/width=1/a.jpg") else { panic!() };
            let source = url.source_ref().unwrap();
            let answers = ["base", "options"]
                .map(|which| error_redirect(&options(text(case, which)), &source, None));
            answers[0] == answers[1]
        }
        "origin" => {
            let answers = ["base", "options"].map(|which| {
                origin_headers(&options(text(case, which)), [("Authorization", "Bearer x")])
            });
            answers[0] == answers[1]
        }
        other => panic!("see {other}"),
    };
    match same {
        true => Err("changes nothing".to_owned()),
        false => Ok(()),
    }
}

#[test]
fn every_option_of_the_table_has_a_case() {
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.name).collect();
    let named: BTreeSet<&str> = cases().iter().map(|case| text(case, "option")).collect();
    assert_eq!(rows, named);
}

#[test]
fn every_option_changes_what_it_names_and_looks_as_it_did() {
    let failed: Vec<String> = cases()
        .iter()
        .filter_map(|case| Some(format!("{}: {}", text(case, "behaviour"), check(case).err()?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn there_is_no_picture_without_a_case() {
    let named: BTreeSet<String> =
        cases().iter().map(|case| format!("{}.png", text(case, "behaviour"))).collect();
    for entry in fs::read_dir(folder("goldens/options")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(named.contains(&name), "{name}");
    }
}
