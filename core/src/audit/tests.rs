use serde_json::{json, Value};

use super::apply;
use crate::{Assets, CancelToken, Engine, Job, Kind, Limits};

const PHOTO: &[u8] = include_bytes!("../../../tests/images/photo.jpg");
const ALPHA: &[u8] = include_bytes!("../../../tests/images/alpha.png");
const DRAWING: &[u8] = include_bytes!("../../../tests/images/drawing.svg");

fn files() -> Assets {
    let mut files = Assets::new();
    files.insert("https://a.test/photo.jpg", PHOTO);
    files.insert("https://other.test/photo.jpg", PHOTO);
    files.insert("https://a.test/img/alpha.png", ALPHA);
    files.insert("https://a.test/drawing.svg", DRAWING);
    let css = ".hero { background: #fff url(\"photo.jpg\") }";
    files.insert("https://a.test/a.css", css.as_bytes());
    files
}

/// The answer about a page, and the page with the changes.
fn audit_with(html: &str, mut request: Value) -> (Value, String) {
    request["url"] = json!("https://a.test/page");
    request["html"] = json!(true);
    let job = Job::default();
    let answer = Engine::default().audit(html, &request.to_string(), &files(), &job).unwrap();
    let fixed = answer["html"].as_str().unwrap().to_owned();
    assert_eq!(apply(html, &answer, None).unwrap(), fixed);
    (answer, fixed)
}

fn audit(html: &str) -> (Value, String) {
    audit_with(html, json!({}))
}

fn rules(image: &Value) -> Vec<&str> {
    let findings = image["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn a_picture_larger_than_shown_gets_markup_of_its_size() {
    let (answer, fixed) = audit("<p>é<img src=photo.jpg width=200 height=133 alt='A &amp; B'></p>");
    let image = &answer["images"][0];
    assert!(rules(image).contains(&"size"), "{image}");
    assert!(rules(image).contains(&"srcset"));
    assert_eq!(image["bytes"], PHOTO.len());
    assert!(number(&image["best"]["bytes"]) < number(&image["bytes"]) / 2);
    assert_eq!(image["best"]["width"], 200);
    let summary = &answer["summary"];
    assert_eq!(summary["saved"], image["saved"]);
    assert_eq!(number(&summary["bytes"]) - number(&summary["possible"]), number(&summary["saved"]));
    let src = "src=\"/cdn-cgi/image/width=200,format=auto,quality=auto/photo.jpg\"";
    assert!(fixed.starts_with("<p>é<img ") && fixed.ends_with("</p>"), "{fixed}");
    assert!(fixed.contains(src) && fixed.contains("alt=\"A &amp; B\""), "{fixed}");
    assert!(fixed.contains("sizes=\"(min-width: 200px) 200px, 100vw\""), "{fixed}");
}

#[test]
fn the_bytes_are_those_of_the_render_that_the_url_asks_for() {
    let (answer, _) = audit("<img src=photo.jpg width=200 height=133 alt=x>");
    let best = &answer["images"][0]["best"];
    let parsed = crate::url::parse(best["url"].as_str().unwrap()).unwrap();
    let crate::url::Url::Transform(transform) = parsed else { panic!() };
    let hints = crate::delivery::Hints::from_headers([("accept", "image/avif,image/webp,*/*")]);
    let input = crate::Input::new(PHOTO).with_hints(&hints);
    let done = Engine::default().render(&input, &transform.options, &Job::default()).unwrap();
    assert_eq!(best["bytes"], done.data.len());
    assert_eq!(best["format"], done.info.format.name());
}

#[test]
fn what_is_good_already_stays_as_it_is() {
    let html = "<img src=drawing.svg width=64 height=64 alt=x><img src='data:image/png;base64,xx'>";
    let (answer, fixed) = audit(html);
    assert_eq!(fixed, html);
    assert_eq!(answer["summary"]["findings"], 0);
    assert_eq!(answer["edits"], json!([]));
}

#[test]
fn dimensions_are_those_that_were_shown() {
    let shown = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "width": 300, "height": 200, "above_fold": true},
    ]});
    let (answer, fixed) = audit_with("<img src=photo.jpg style='border:0'>", shown);
    assert!(rules(&answer["images"][0]).contains(&"dimensions"));
    assert!(fixed.contains("width=\"300\" height=\"200\""), "{fixed}");
    assert!(fixed.contains("style=\"border:0;height:auto\""), "{fixed}");
    let reserved = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "width": 300, "height": 200, "reserved": true},
    ]});
    let (answer, fixed) = audit_with("<img src=photo.jpg>", reserved);
    assert!(!rules(&answer["images"][0]).contains(&"dimensions"));
    assert!(!fixed.contains("height:auto"), "{fixed}");
}

#[test]
fn a_crop_by_style_keeps_every_pixel_that_is_seen() {
    let shown = |fit: &str| {
        json!({"shown": [
            {"url": "https://a.test/photo.jpg", "width": 200, "height": 200, "fit": fit},
        ]})
    };
    let width = |fit: &str| {
        let (answer, _) = audit_with("<img src=photo.jpg>", shown(fit));
        number(&answer["images"][0]["best"]["width"])
    };
    assert_eq!((width("contain"), width("cover")), (200, 301));
}

#[test]
fn the_main_picture_comes_first_and_others_wait() {
    let html = "<head></head><img src=photo.jpg loading=lazy><img src=img/alpha.png>";
    let shown = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "width": 600, "height": 400, "above_fold": true, "main": true},
        {"url": "https://a.test/img/alpha.png", "width": 60, "height": 40, "above_fold": false},
    ]});
    let (answer, fixed) = audit_with(html, shown);
    let [main, other] = [&answer["images"][0], &answer["images"][1]];
    assert!(rules(main).contains(&"lazy-main") && rules(main).contains(&"priority"));
    assert!(rules(other).contains(&"lazy"));
    assert!(fixed.contains("loading=\"eager\"") && fixed.contains("fetchpriority=\"high\""));
    assert!(fixed.contains("loading=\"lazy\""), "{fixed}");
}

#[test]
fn without_a_browser_the_order_of_the_page_decides() {
    let many = "<img src=photo.jpg width=900 height=600>".repeat(5);
    let (answer, _) = audit(&many);
    let images = answer["images"].as_array().unwrap();
    let folds: Vec<_> = images.iter().map(|image| image["above_fold"].clone()).collect();
    assert_eq!(folds, [true, true, true, false, false]);
    assert_eq!(images.iter().filter(|image| image["main"] == true).count(), 1);
    // One file, however often it is shown.
    assert_eq!(answer["summary"]["bytes"], PHOTO.len());
}

#[test]
fn a_background_becomes_a_choice_and_a_main_one_is_preloaded() {
    let html = "<head><link rel=stylesheet href=a.css></head><div class=hero>\
        <p style=\"background:url('photo.jpg')\"></p></div>";
    let shown = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "width": 150, "height": 100, "above_fold": true, "main": true},
    ]});
    let (answer, fixed) = audit_with(html, shown);
    let [sheet, style] = [&answer["images"][0], &answer["images"][1]];
    assert_eq!(sheet["document"], "https://a.test/a.css");
    assert!(rules(sheet).contains(&"preload"));
    assert!(style["fix"].as_str().unwrap().contains("image-set(url(/cdn-cgi/image/width=150,"));
    assert!(fixed.starts_with("<head><link rel=\"preload\" as=\"image\" imagesrcset=\"/cdn-cgi/"));
    let css = ".hero { background: #fff url(\"photo.jpg\") }";
    let css = apply(css, &answer, Some("https://a.test/a.css")).unwrap();
    assert!(css.starts_with(".hero { background: #fff image-set(url(/cdn-cgi/image/width=150"));
    assert!(css.ends_with("x) }"), "{css}");
}

#[test]
fn a_foreign_host_is_told_and_left() {
    let (answer, fixed) = audit("<img src=https://other.test/photo.jpg width=200 height=133>");
    let image = &answer["images"][0];
    assert!(rules(image).contains(&"host"));
    assert!(fixed.contains("quality=auto/https://other.test/photo.jpg 200w"), "{fixed}");
}

#[test]
fn a_picture_element_keeps_its_conditions_and_loses_its_types() {
    let html = "<picture><source type=image/webp srcset=photo.webp><img src=photo.jpg width=200 \
        height=133></picture>";
    let request = json!({"accept": "*/*"});
    let (_, fixed) = audit_with(html, request);
    assert!(fixed.starts_with("<picture><img src=\"/cdn-cgi/"), "{fixed}");
    let html =
        "<picture><source media='(min-width: 10px)' srcset=photo.jpg><img src=img/alpha.png \
        width=200 height=133></picture>";
    let (_, fixed) = audit(html);
    assert!(fixed.contains("<source media=\"(min-width: 10px)\" srcset=\"/cdn-cgi/"), "{fixed}");
    assert!(
        fixed.contains("<img src=\"img/alpha.png\"") || fixed.contains("<img src=img/alpha.png")
    );
}

#[test]
fn a_preload_follows_the_picture_that_it_is_for() {
    let html = "<head><link rel=preload as=image href=photo.jpg></head>\
        <img src=photo.jpg width=200 height=133>";
    let (answer, fixed) = audit(html);
    let link = fixed.split('>').nth(1).unwrap();
    assert!(link.contains("href=\"/cdn-cgi/image/width=200,"), "{fixed}");
    assert!(link.contains("imagesrcset=") && link.contains("imagesizes="), "{fixed}");
    assert_eq!(answer["summary"]["possible"], answer["images"][1]["best"]["bytes"]);
}

#[test]
fn places_of_one_picture_are_told_apart_by_their_kind() {
    let html = "<link rel=icon href=photo.jpg sizes=32x32><img src=photo.jpg>";
    let shown = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "kind": "image", "width": 100, "height": 67},
        {"url": "https://a.test/photo.jpg", "kind": "icon", "width": 32, "height": 32},
    ]});
    let (answer, _) = audit_with(html, shown);
    let width = |at: usize| answer["images"][at]["shown"]["width"].as_f64();
    assert_eq!((width(0), width(1)), (Some(32.0), Some(100.0)));
}

#[test]
fn what_was_not_visible_is_left_alone() {
    let shown = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "kind": "image", "width": 0, "height": 0},
    ]});
    let (answer, fixed) = audit_with("<img src=photo.jpg loading=lazy>", shown);
    assert_eq!(answer["summary"]["findings"], 0, "{answer}");
    assert_eq!(fixed, "<img src=photo.jpg loading=lazy>");
}

#[test]
fn a_choice_without_sizes_gets_them() {
    let html = "<img src=photo.jpg srcset='photo.jpg 320w' width=320 height=213>";
    let (answer, fixed) = audit_with(html, json!({"accept": "*/*", "options": "quality=85"}));
    assert_eq!(rules(&answer["images"][0]), ["sizes"]);
    assert!(fixed.contains("sizes=\"(min-width: 320px) 320px, 100vw\""), "{fixed}");
}

#[test]
fn what_the_text_does_not_name_is_told_by_the_browser() {
    let shown =
        json!({"shown": [{"url": "https://a.test/photo.jpg", "width": 200, "height": 133}]});
    let (answer, fixed) = audit_with("<script src=x.js></script>", shown);
    let image = &answer["images"][0];
    assert_eq!((&image["kind"], &image["markup"]), (&json!("script"), &Value::Null));
    assert!(image["fix"].as_str().unwrap().starts_with("/cdn-cgi/image/width=200,"));
    assert_eq!(answer["summary"]["saved"], 0);
    assert_eq!(fixed, "<script src=x.js></script>");
}

#[test]
fn pictures_that_were_not_given_are_named() {
    let (answer, fixed) = audit("<img src=/none.jpg width=1 height=1>");
    assert_eq!(answer["warnings"], json!(["https://a.test/none.jpg: its bytes were not given"]));
    assert_eq!(answer["images"][0]["bytes"], Value::Null);
    assert_eq!(fixed, "<img src=/none.jpg width=1 height=1>");
}

#[test]
fn the_page_with_the_changes_has_nothing_more_to_change() {
    let shown = json!({"shown": [
        {"url": "https://a.test/photo.jpg", "width": 300, "height": 200, "above_fold": true, "main": true},
    ]});
    let (_, fixed) = audit_with("<head></head><img src=photo.jpg>", shown);
    let made = "https://a.test/cdn-cgi/image/width=300,format=auto,quality=auto/photo.jpg";
    let shown = json!({"shown": [
        {"url": made, "width": 300, "height": 200, "above_fold": true, "main": true},
    ]});
    let (answer, again) = audit_with(&fixed, shown);
    assert_eq!(answer["summary"]["findings"], 0, "{answer}");
    assert_eq!(again, fixed);
}

#[test]
fn hostile_pages_take_no_longer_than_their_length_allows() {
    let start = std::time::Instant::now();
    let pieces = [
        "<picture><source srcset=a>",
        "<img srcset='a 1w,b 2w,c 3w'>",
        "<i style='a:((((((url(b",
        "<style>a{background:url(a)",
        "<img a b c d e f g",
        "<img src=a",
        "<template><noscript>",
        "<!--",
        "&#x10ffff;<\u{e9}",
    ];
    // Within one style sheet or attribute, which a single tag opens.
    let inner = [
        ("<style>a{background:", "url("),
        ("<style>a{x:", "url(a)"),
        ("<style>", "url(a)"),
        ("<style>", "@import url(a"),
        ("<style>", "@import 'a"),
        ("<style>a{background:", "/**/url(a"),
        ("<p style=\"", "a:url(b) "),
        ("<img srcset=\"", "a ("),
    ];
    let engine = Engine::default();
    let request = json!({"url": "https://a.test/", "html": true}).to_string();
    let whole = pieces.map(|piece| ("", piece)).into_iter().chain(inner);
    for (before, piece) in whole {
        let after = if before.contains('"') { "\">" } else { "</style>" };
        let html = format!("{before}{}{after}", piece.repeat(400_000 / piece.len()));
        match engine.audit(&html, &request, &files(), &Job::default()) {
            Ok(answer) => assert!(answer["html"].is_string(), "{piece}"),
            Err(error) => assert_eq!(error.kind(), Kind::TooLarge, "{piece}"),
        }
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn wrong_requests_and_pages_without_end_are_refused() {
    let engine = Engine::default();
    let kind = |html: &str, request: &str| {
        engine.audit(html, request, &files(), &Job::default()).unwrap_err().kind()
    };
    for request in [
        "",
        "[]",
        "{}",
        r#"{"url": "photo.jpg"}"#,
        r#"{"url": "https://a.test/", "shown": [{"width": 1}]}"#,
        r#"{"url": "https://a.test/", "options": "width=5"}"#,
        r#"{"url": "https://a.test/", "viewport": {"width": -1}}"#,
        r#"{"url": "https://a.test/", "other": 1}"#,
    ] {
        assert_eq!(kind("", request), Kind::Invalid, "{request}");
    }
    let ok = r#"{"url": "https://a.test/"}"#;
    assert_eq!(kind(&"x".repeat(super::PAGE + 1), ok), Kind::TooLarge);
    assert_eq!(kind(&"<img src=a>".repeat(5_001), ok), Kind::TooLarge);
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&Limits::default(), cancel);
    let html = "<img src=https://a.test/photo.jpg>";
    assert_eq!(engine.audit(html, ok, &files(), &job).unwrap_err().kind(), Kind::Cancelled);
}
