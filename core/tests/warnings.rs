//! Every warning of reference §2.7, from the options and pictures that bring it.

#![cfg(feature = "codecs")]

use safelight::delivery::{headers, Facts, Work};
use safelight::image::Format;
use safelight::{Engine, Input, Job};

fn picture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/images");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn warnings(name: &str, options: &str) -> Vec<String> {
    let source = picture(name);
    let rendered = Engine::default().render_text(&Input::new(&source), options, &Job::default());
    rendered.unwrap().info.warnings
}

#[test]
fn each_warning_comes_from_what_it_warns_of_and_from_nothing_else() {
    for (text, options, without) in [
        (
            "cover fit mode needs both width and height",
            "width=50,fit=cover",
            "width=50,height=50,fit=cover",
        ),
        ("dpr > 3 should never be used", "width=20,dpr=3.5", "width=20,dpr=3"),
        (
            "image too large for AVIF",
            "width=1700,height=8,fit=squeeze,format=avif",
            "width=1600,height=8,fit=squeeze,format=avif",
        ),
        ("original is smaller", "quality=100", "quality=10"),
        (
            "JPEG vs PNG selection is automatic",
            "width=20,format=png,compression=fast",
            "width=20,format=png-force,compression=fast",
        ),
        (
            "wmobile has no effect without width=auto",
            "width=20,wmobile=30",
            "width=auto,wmobile=30",
        ),
    ] {
        assert_eq!(warnings("photo.jpg", options), [text], "{options}");
        assert_eq!(warnings("photo.jpg", without), [""; 0], "{without}");
    }
}

#[test]
fn a_source_that_keeps_results_out_of_caches_is_warned_of() {
    let sent = |cache_control| {
        let facts = Facts {
            format: Format::Jpeg,
            bytes: 1,
            work: Work::default(),
            warnings: &[],
            key: "",
            kept: false,
            vary: &[],
            accept_ch: &[],
            source_etag: None,
            source_cache_control: cache_control,
        };
        headers(&facts).into_iter().find(|(name, _)| name == "Warning").map(|(_, text)| text)
    };
    let expected = "cf-images 299 \"cache-control is too restrictive\"";
    assert_eq!(sent(Some("private")).as_deref(), Some(expected));
    assert_eq!(sent(Some("max-age=5")), None);
}
