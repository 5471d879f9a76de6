//! SVG from whole files to whole files.

use std::time::{Duration, Instant};

use crate::image::{Format, Image, Layout};
use crate::{Engine, Input, Job, Kind, Limits, Rendered, Result};

const DRAWING: &str = include_str!("../../../../tests/images/drawing.svg");

fn render(source: &str, options: &str) -> Result<Rendered> {
    Engine::default().render_text(&Input::new(source.as_bytes()), options, &Job::default())
}

/// The drawing as pixels.
fn drawn(source: &str, options: &str) -> Image {
    let done = render(source, &format!("{options},format=png-force")).unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(done.data));
    decoder.set_transformations(png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    Image::from_data(info.width, info.height, Layout::Rgba, data).unwrap()
}

fn pixel(image: &Image, x: u32, y: u32) -> [u8; 4] {
    image.row(y)[x as usize * 4..][..4].try_into().unwrap()
}

fn refused(source: &str) -> Kind {
    let start = Instant::now();
    let kind = render(source, "format=png").unwrap_err().kind();
    assert!(start.elapsed() < Duration::from_secs(2));
    kind
}

#[test]
fn without_a_format_of_pixels_the_document_is_sent_on_clean() {
    let unsafe_parts = "<script>alert(1)</script><a href='https://evil.test'><circle r='1'/></a>\
        <image href='https://evil.test/a.png'/><rect onclick='alert(1)' fill='url(https://evil.test/#a)'/>\
        <foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>\
        <style>@import 'https://evil.test/a.css'; rect{fill:red}</style>\
        <image href='data:image/svg+xml,%3Csvg onload=alert(1)%3E'/></svg>";
    let source = DRAWING.replace("</svg>", unsafe_parts);
    for options in ["format=svg", "format=auto", "width=10", "onerror=redirect"] {
        let done = render(&source, options).unwrap();
        assert_eq!((done.info.format, done.info.width), (Format::Svg, 200), "{options}");
        let text = String::from_utf8(done.data).unwrap();
        for bad in ["script", "evil", "onclick", "foreignObject", "onload"] {
            assert!(!text.contains(bad), "{options}: {bad} in {text}");
        }
        assert!(text.contains("linearGradient") && text.contains("fill:red"));
        let warned = done.info.warnings.iter().any(|text| text.starts_with("svg is sent as it is"));
        assert_eq!(warned, options.starts_with("width"), "{options}");
        // What is clean stays as it is.
        assert_eq!(render(&text, "format=svg").unwrap().data, text.into_bytes());
    }
}

#[test]
fn a_clean_document_looks_as_the_one_that_came() {
    let clean = String::from_utf8(render(DRAWING, "format=svg").unwrap().data).unwrap();
    assert_eq!(drawn(DRAWING, "width=100"), drawn(&clean, "width=100"));
}

#[test]
fn a_drawing_is_made_at_the_size_that_is_asked_for() {
    for (options, size) in [
        ("width=50", (50, 25)),
        ("width=1000", (1000, 500)),
        ("width=300,height=300", (300, 150)),
        ("width=300,height=300,fit=cover", (300, 300)),
        ("width=301,height=333,fit=crop,gravity=0.1x0.9", (301, 333)),
        ("width=300,height=300,fit=pad", (300, 300)),
        ("width=90,height=40,fit=squeeze,rotate=90", (90, 40)),
        ("width=400,trim=10;20;30;40", (400, 171)),
        ("width=64,dpr=2", (128, 64)),
    ] {
        let image = drawn(DRAWING, options);
        assert_eq!((image.width(), image.height()), size, "{options}");
    }
}

/// An edge between black and white, one pixel wide at most.
fn steps_of_edge(image: &Image, y: u32) -> usize {
    (0..image.width()).filter(|x| !matches!(pixel(image, *x, y)[0], 0 | 255)).count()
}

#[test]
fn edges_are_sharp_at_any_size_and_crop() {
    let halves = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='#fff' \
        d='M0 0h16v16H0z'/><path d='M0 0h8v16H0z'/></svg>";
    for options in [
        "width=1000",
        "width=1001",
        "width=640,height=333,fit=cover",
        "width=333,height=640,fit=cover,gravity=0.5x0.2",
        "width=501,trim=1;2;3;1",
    ] {
        let image = drawn(halves, options);
        assert!(steps_of_edge(&image, image.height() / 2) <= 1, "{options}");
        assert_eq!(pixel(&image, 0, 0)[0], 0);
        assert_eq!(pixel(&image, image.width() - 1, 0)[0], 255);
    }
}

#[test]
fn transparency_and_colours_are_kept_and_jpeg_gets_a_background() {
    let half = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><rect width='10' \
        height='10' fill='#0a64c8' fill-opacity='.5'/></svg>";
    let image = drawn(half, "width=20");
    let [red, green, blue, alpha] = pixel(&image, 5, 5);
    assert!(alpha.abs_diff(128) <= 1 && pixel(&image, 15, 5)[3] == 0);
    assert!(red.abs_diff(10) <= 2 && green.abs_diff(100) <= 2 && blue.abs_diff(200) <= 2);
    let painted = drawn(half, "background=%2300ff00");
    assert_eq!(pixel(&painted, 15, 5), [0, 255, 0, 255]);
    let jpeg = render(half, "format=jpeg").unwrap();
    assert_eq!((jpeg.info.format, jpeg.info.width), (Format::Jpeg, 20));
}

#[cfg(feature = "text")]
#[test]
fn texts_are_drawn_with_the_bundled_font_whatever_they_name() {
    let text = |family: &str| {
        let source = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 40'><text x='5' y='30' \
             font-size='28' font-family='{family}'>Ag שלום</text></svg>"
        );
        drawn(&source, "width=200")
    };
    let ink = text("sans-serif");
    assert!(ink.data().chunks_exact(4).filter(|pixel| pixel[3] > 128).count() > 500);
    assert_eq!(ink, text("Arial"));
    assert_eq!(ink, text("No Such Font"));
}

#[test]
fn a_drawing_can_be_an_overlay_and_be_described() {
    let mut assets = crate::Assets::new();
    assets.insert("logo.svg", DRAWING.as_bytes().to_vec());
    let photo = include_bytes!("../../../../tests/images/photo.jpg");
    let input = Input::new(photo).with_assets(&assets);
    let options = "width=100,draw=logo.svg;width:50;right:5;bottom:5";
    let done = Engine::default().render_text(&input, options, &Job::default()).unwrap();
    assert_eq!(done.info.width, 100);
    let described =
        Engine::default().describe(&Input::new(DRAWING.as_bytes()), &Job::default()).unwrap();
    assert_eq!(described["format"], "svg");
}

#[test]
fn pixels_do_not_become_svg() {
    let photo = include_bytes!("../../../../tests/images/photo.jpg");
    let error = Engine::default()
        .render_text(&Input::new(photo), "format=svg", &Job::default())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(error.message().contains("conversion from jpeg"));
}

#[test]
fn a_photograph_inside_is_kept_in_the_document_and_refused_in_a_drawing() {
    let source = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image width='9' \
        height='9' href='data:image/png;base64,iVBORw0KGgo='/></svg>";
    assert_eq!(refused(source), Kind::Unsupported);
    let kept = render(source, "format=svg").unwrap().data;
    assert!(String::from_utf8(kept).unwrap().contains("data:image/png"));
}

#[test]
fn documents_that_grow_beyond_measure_are_refused_at_once() {
    let svg = |body: String| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='999' height='999'>{body}</svg>")
    };
    let uses = |name: usize| format!("<use href='#g{}'/>", name - 1).repeat(10);
    let laughs = (1..12).map(|name| format!("<g id='g{name}'>{}</g>", uses(name)));
    assert_eq!(
        refused(&svg(format!("<g id='g0'><path d='M0 0h9'/></g>{}", laughs.collect::<String>()))),
        Kind::TooLarge
    );
    assert_eq!(refused(&svg("<g>".repeat(100_000) + &"</g>".repeat(100_000))), Kind::TooLarge);
    let marker = format!("<marker id='m'>{}</marker>", "<path d='M0 0h1'/>".repeat(1000));
    let path = format!("<path marker-mid='url(#m)' d='M0 0{}'/>", "h1".repeat(10_000));
    assert_eq!(refused(&svg(marker + &path)), Kind::TooLarge);
    let layers = "<g opacity='.5'><path d='M0 0h9v9z'/><path d='M0 0h9v7z'/></g>".repeat(10_000);
    assert_eq!(refused(&svg(layers)), Kind::TooLarge);
    let deep = "<g opacity='.5'><path d='M0 0h9v9z'/>".repeat(400) + &"</g>".repeat(400);
    assert_eq!(refused(&svg(deep)), Kind::TooLarge);
    let entities = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\
        <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>\
        <!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'>]>";
    let text = svg("<text>&e;</text>".to_owned());
    assert_eq!(refused(&format!("{entities}{text}")), Kind::Malformed);
    let limits = Limits { source_side: 10, ..Limits::default() };
    let engine = Engine::new(limits);
    assert_eq!(engine.probe(DRAWING.as_bytes()).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn broken_documents_are_malformed_and_pages_are_no_images() {
    let broken = DRAWING.replace("</svg>", "<g>");
    assert_eq!(refused(&broken), Kind::Malformed);
    assert_eq!(
        refused("<svg xmlns='http://www.w3.org/2000/svg' width='5' height='5'><g"),
        Kind::Malformed
    );
    assert_eq!(refused("<html><body><svg width='5' height='5'/></body></html>"), Kind::Unsupported);
    let foreign = "<svg xmlns='http://other.test/' width='5' height='5'/>";
    assert_eq!(refused(foreign), Kind::Malformed);
}

#[test]
fn nothing_outside_the_document_is_read() {
    let secret = std::env::temp_dir().join("safelight-svg-secret.svg");
    std::fs::write(&secret, DRAWING).unwrap();
    let path = secret.to_str().unwrap();
    let source = format!(
        "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file://{path}'>]>\
         <svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'><image width='20' \
         height='20' href='{path}'/><use href='{path}#a'/></svg>"
    );
    let image = drawn(&source, "width=20");
    assert!(image.data().iter().all(|sample| *sample == 0));
    std::fs::remove_file(secret).unwrap();
}
