use serde_json::{json, Value};

use super::markup;
use crate::Kind;

fn made(request: Value) -> Value {
    markup(&request.to_string()).unwrap()
}

fn html(request: Value) -> String {
    made(request)["html"].as_str().unwrap().to_owned()
}

fn refused(request: Value) -> String {
    let error = markup(&request.to_string()).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    error.to_string()
}

/// The request that the tests change.
fn boat() -> Value {
    json!({"source": "/a.jpg", "width": 1600, "height": 900, "display_width": 300, "alt": "A boat"})
}

fn with(name: &str, value: Value) -> Value {
    let mut request = boat();
    request[name] = value;
    request
}

fn widths(srcset: &Value) -> Vec<&str> {
    let candidates = srcset.as_str().unwrap().split(", ");
    candidates.map(|candidate| candidate.rsplit(' ').next().unwrap()).collect()
}

#[test]
fn a_picture_that_shrinks_has_widths_and_sizes() {
    let expected = "<img src=\"/cdn-cgi/image/width=300,format=auto/a.jpg\" \
        srcset=\"/cdn-cgi/image/width=300,format=auto/a.jpg 300w, \
        /cdn-cgi/image/width=320,format=auto/a.jpg 320w, \
        /cdn-cgi/image/width=480,format=auto/a.jpg 480w, \
        /cdn-cgi/image/width=600,format=auto/a.jpg 600w\" \
        sizes=\"(min-width: 300px) 300px, 100vw\" width=\"300\" height=\"169\" alt=\"A boat\" \
        loading=\"lazy\" decoding=\"async\" style=\"max-width:100%;height:auto\">";
    assert_eq!(html(boat()), expected);
}

#[test]
fn no_width_is_above_that_of_the_source() {
    let full = made(with("layout", json!("full")));
    assert_eq!(full["srcset"].as_str().unwrap().matches("1600w").count(), 1);
    assert_eq!(widths(&full["srcset"]).last(), Some(&"1600w"));
    assert_eq!(full["sizes"], "100vw");
    let given = made(with("widths", json!([4000, 100, 2000])));
    assert_eq!(widths(&given["srcset"]), ["100w", "1600w"]);
    assert_eq!(given["warnings"], json!(["widths: the source has only 1600 pixels"]));
    let small =
        json!({"source": "/a.jpg", "width": 40, "height": 30, "alt": "", "display_width": 80});
    let small = made(small);
    assert_eq!((&small["srcset"], &small["sizes"]), (&Value::Null, &Value::Null));
    assert!(small["src"].as_str().unwrap().contains("width=40,"));
}

#[test]
fn a_fixed_picture_has_densities_as_far_as_the_source_goes() {
    let mut request = with("layout", json!("fixed"));
    assert_eq!(widths(&made(request.clone())["srcset"]), ["1x", "2x", "3x"]);
    request["width"] = json!(750);
    assert_eq!(widths(&made(request.clone())["srcset"]), ["1x", "2x", "2.5x"]);
    assert_eq!(made(request)["sizes"], Value::Null);
}

#[test]
fn another_shape_is_cropped_and_stays_within_the_source() {
    let square = made(with("display_height", json!(300)));
    assert_eq!((&square["width"], &square["height"]), (&json!(300), &json!(300)));
    let src = square["src"].as_str().unwrap();
    assert_eq!(src, "/cdn-cgi/image/width=300,height=300,fit=cover,format=auto/a.jpg");
    let mut full = with("display_height", json!(300));
    full["layout"] = json!("full");
    assert_eq!(widths(&made(full)["srcset"]).last(), Some(&"900w"));
}

#[test]
fn formats_become_sources_and_the_last_resort_is_read_everywhere() {
    let mut request = with("formats", json!(["avif", "webp"]));
    let made_jpeg = made(request.clone());
    let types: Vec<_> =
        made_jpeg["sources"].as_array().unwrap().iter().map(|s| &s["type"]).collect();
    assert_eq!(types, ["image/avif", "image/webp"]);
    assert!(made_jpeg["src"].as_str().unwrap().contains("format=jpeg"));
    let html = made_jpeg["html"].as_str().unwrap();
    assert!(html.starts_with("<picture><source type=\"image/avif\" srcset=\""));
    assert!(html.ends_with("></picture>"));
    request["alpha"] = json!(true);
    assert!(made(request)["src"].as_str().unwrap().contains("format=png"));
}

#[test]
fn the_main_picture_is_loaded_first_and_others_late() {
    let first = made(with("priority", json!(true)));
    let html = first["html"].as_str().unwrap();
    assert!(html.contains("loading=\"eager\" fetchpriority=\"high\""));
    let preload = first["preload"].as_str().unwrap();
    assert!(preload.starts_with("<link rel=\"preload\" as=\"image\" imagesrcset=\""));
    assert!(preload.contains("imagesizes=\"(min-width: 300px) 300px, 100vw\""));
    assert_eq!(made(boat())["preload"], Value::Null);
}

#[test]
fn hostile_text_stays_text() {
    let evil = "\"><script>alert('1')</script>&\u{0}\u{7}";
    let mut request = with("alt", json!(evil));
    request["class"] = json!(evil);
    request["sizes"] = json!(evil);
    let html = html(request);
    let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\"";
    assert_eq!(html.matches(escaped).count(), 3);
    assert_eq!(html.matches('<').count(), 1);
    assert_eq!(html.matches('>').count(), 1);
}

#[test]
fn what_is_no_url_is_refused() {
    for source in ["/a\" onload=\"x", "/a b", "//evil.example/a", "/a\n"] {
        if let Ok(made) = markup(&with("source", json!(source)).to_string()) {
            panic!("{source}: {made}");
        }
    }
    assert!(refused(with("source", json!("/a,"))).contains("comma"));
    assert!(refused(with("host", json!("https://a.example/x\"y"))).starts_with("host"));
}

#[test]
fn a_source_with_an_ampersand_is_escaped() {
    let html = html(with("source", json!("/a.jpg?x=1&copy=2")));
    assert!(html.contains("/a.jpg?x=1&amp;copy=2"));
}

#[test]
fn a_placeholder_is_a_color_or_a_small_picture_and_nothing_else() {
    assert!(html(with("placeholder", json!("Red"))).contains(";background-color:#ff0000\""));
    let picture = "data:image/webp;base64,UklGRg==";
    let shown = format!("background-size:cover;background-image:url({picture})");
    assert!(html(with("placeholder", json!(picture))).contains(&shown));
    for evil in [
        "red;background:url(//evil)",
        "data:image/webp;base64,A)B",
        "data:text/html;base64,AA==",
        "data:image/svg+xml;utf8,<svg>",
        "expression(alert(1))",
    ] {
        assert!(refused(with("placeholder", json!(evil))).starts_with("placeholder"), "{evil}");
    }
    let mut bare = with("placeholder", json!("red"));
    bare["style"] = json!(false);
    assert!(!html(bare).contains("style"));
}

#[test]
fn hosted_images_are_signed() {
    let request = json!({
        "delivery": {"account": "acc", "image": "boat", "custom": true},
        "host": "https://img.example", "width": 640, "height": 480, "alt": "",
        "options": "quality=80", "sign": {"key": "secret", "expires": 4_000_000_000u64},
    });
    let made = made(request);
    let src = made["src"].as_str().unwrap();
    let path = src.strip_prefix("https://img.example").unwrap();
    assert!(path.starts_with("/cdn-cgi/imagedelivery/acc/boat/width=640,"), "{path}");
    crate::sign::verify(path, &["secret"], 1_000_000_000).unwrap();
    assert!(refused(with("sign", json!({"key": "s"}))).starts_with("sign"));
}

#[test]
fn a_key_is_never_in_a_message() {
    for sign in [json!({"key": 77_001}), json!("77001"), json!({"kye": "77001", "77001": 1})] {
        assert!(!refused(with("sign", sign)).contains("77001"));
    }
}

#[test]
fn what_the_request_lacks_or_has_too_much_is_named() {
    let mut request = boat();
    request.as_object_mut().unwrap().remove("width");
    assert!(refused(request).starts_with("width"));
    assert!(refused(with("widht", json!(1))).starts_with("request"));
    assert!(refused(with("width", json!(0))).starts_with("width"));
    assert!(refused(with("options", json!("width=3"))).starts_with("options"));
    assert!(refused(with("formats", json!(["gif"]))).starts_with("formats"));
    assert!(refused(with("delivery", json!({}))).starts_with("source"));
    assert!(markup("{").is_err());
}

#[test]
fn a_missing_alt_is_said_aloud() {
    let mut request = boat();
    request.as_object_mut().unwrap().remove("alt");
    let made = made(request);
    assert!(made["html"].as_str().unwrap().contains("alt=\"\""));
    assert_eq!(made["warnings"].as_array().unwrap().len(), 1);
}
