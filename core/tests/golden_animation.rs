//! Animations through the whole engine: what is asked for, what comes out.
#![cfg(feature = "codecs")]

use std::fs;
use std::path::Path;

use safelight::delivery::Hints;
use safelight::image::{Format, Probe};
use safelight::{CancelToken, Engine, Input, Job, Kind, Limits, Rendered};

const FORMATS: [&str; 4] = ["gif", "webp", "png", "avif"];

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/images");
    fs::read(folder.join(name)).unwrap()
}

fn render(source: &[u8], options: &str) -> Rendered {
    Engine::default().render_text(&Input::new(source), options, &Job::default()).unwrap()
}

fn probed(rendered: &Rendered) -> Probe {
    Engine::default().probe(&rendered.data).unwrap()
}

#[test]
fn every_animated_format_becomes_every_other_with_its_frames_times_and_plays() {
    for source in ["anim.gif", "anim.webp", "anim-rules.png", "anim.avif"] {
        let bytes = file(source);
        let from = Engine::default().probe(&bytes).unwrap();
        for format in FORMATS {
            let rendered = render(&bytes, &format!("width=24,format={format}"));
            let probe = probed(&rendered);
            let what = format!("{source} to {format}");
            assert_eq!((rendered.info.format.name(), probe.width), (format, 24), "{what}");
            assert_eq!(
                (rendered.info.frames, rendered.info.duration_ms),
                (from.frames, from.duration_ms),
                "{what}"
            );
            // An encoder may join frames that look alike, and GIF counts in hundredths.
            assert!(probe.frames > 1 && probe.frames <= from.frames, "{what}: {}", probe.frames);
            let apart = probe.duration_ms.abs_diff(from.duration_ms);
            let rounding =
                if format == "gif" { 10 + 90 * u64::from(source == "anim-rules.png") } else { 1 };
            assert!(
                apart <= rounding,
                "{what}: {} ms, source {}",
                probe.duration_ms,
                from.duration_ms
            );
            assert_eq!(probe.loops, from.loops, "{what}");
            assert!(rendered.info.warnings.is_empty(), "{what}: {:?}", rendered.info.warnings);
        }
    }
}

#[test]
fn anim_false_keeps_only_the_first_frame() {
    for source in ["anim.gif", "anim.webp", "anim-rules.png", "anim.avif"] {
        let rendered = render(&file(source), "format=png,anim=false");
        assert_eq!((rendered.info.frames, rendered.info.duration_ms), (1, 0), "{source}");
        assert_eq!(probed(&rendered).frames, 1, "{source}");
        assert_ne!(rendered.data, render(&file(source), "format=png").data, "{source}");
    }
}

#[test]
fn a_format_without_animation_keeps_the_first_frame_and_says_so() {
    let rendered = render(&file("anim.gif"), "format=jpeg");
    assert_eq!(rendered.info.frames, 1);
    assert_eq!(rendered.info.warnings, ["only the first frame is kept: jpeg has no animation"]);
}

#[test]
fn auto_is_webp_where_it_is_accepted_and_gif_or_png_elsewhere() {
    let chosen = |source: &str, accept: &str| {
        let hints = Hints::from_headers([("accept", accept)]);
        let bytes = file(source);
        let input = Input::new(&bytes).with_hints(&hints);
        let options = "format=auto,brightness=1.1";
        let done = Engine::default().render_text(&input, options, &Job::default()).unwrap();
        assert!(done.info.frames > 1);
        done.info.format
    };
    assert_eq!(chosen("anim.gif", "image/avif,image/webp,*/*"), Format::Webp);
    assert_eq!(chosen("anim.gif", "image/png"), Format::Gif);
    assert_eq!(chosen("anim.webp", "image/png"), Format::Gif);
    assert_eq!(chosen("anim-rules.png", "image/avif"), Format::Png);
}

#[test]
fn json_counts_the_frames_unless_anim_is_false() {
    let answer = |source: &str, options: &str| -> serde_json::Value {
        serde_json::from_slice(&render(&file(source), options).data).unwrap()
    };
    assert_eq!(answer("anim.gif", "format=json")["frames"], 8);
    assert_eq!(answer("anim.gif", "format=json,anim=false").get("frames"), None);
    assert_eq!(answer("still.gif", "format=json").get("frames"), None);
}

#[test]
fn a_large_animation_is_sent_as_it_is_with_a_warning() {
    let limits = Limits { animation_transform_pixels: 8 * 72 * 72 - 1, ..Limits::default() };
    let source = file("anim.gif");
    let engine = Engine::new(limits);
    let input = Input::new(&source);
    let done = engine.render_text(&input, "width=10,format=webp", &Job::default()).unwrap();
    assert_eq!(done.data, source);
    assert_eq!((done.info.format, done.info.width, done.info.frames), (Format::Gif, 72, 8));
    let warning =
        "animation too large to transform, sent as it is: 41472 pixels in all frames, limit 41471";
    assert_eq!(done.info.warnings, [warning]);
    let tiny = Limits { animation_pixels: 41_471, ..Limits::default() };
    let error = Engine::new(tiny).render_text(&input, "width=10", &Job::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
}

#[test]
fn a_large_animation_is_sent_without_the_metadata_that_must_not_leave() {
    let mut source = file("anim.webp");
    source.extend_from_slice(b"EXIF\x08\0\0\0MM\0*\0\0\0\x08");
    let size = (source.len() - 8) as u32;
    source[4..8].copy_from_slice(&size.to_le_bytes());
    source[20] |= 0x08;
    let limits = Limits { animation_transform_pixels: 1, ..Limits::default() };
    let engine = Engine::new(limits);
    let sent = |options: &str| {
        engine.render_text(&Input::new(&source), options, &Job::default()).unwrap().data
    };
    assert_eq!(sent("width=10,format=webp,metadata=keep"), source);
    let bare = sent("width=10,format=webp");
    assert_eq!(bare.len(), source.len() - 16);
    assert!(!bare.windows(4).any(|name| name == b"EXIF"));
}

#[test]
fn the_frames_before_the_damage_are_kept_with_a_warning() {
    for name in ["cut-in-frame-7.gif", "cut-in-frame-7.webp", "cut-in-frame-7.png"] {
        let rendered = render(&file(&format!("bad/{name}")), "width=20,format=webp");
        assert_eq!(rendered.info.frames, 6, "{name}");
        let warning = "the animation is broken: the first 6 of 7 frames are kept";
        assert_eq!(rendered.info.warnings, [warning], "{name}");
        assert!(probed(&rendered).frames > 1, "{name}");
    }
}

#[test]
fn every_frame_goes_through_every_step() {
    let turned =
        render(&file("anim.gif"), "width=40,height=20,fit=cover,rotate=90,saturation=0,format=png");
    let (probe, still) = (probed(&turned), render(&turned.data, "format=png,anim=false"));
    assert_eq!((probe.width, probe.height, probe.frames), (40, 20, 8));
    assert_eq!((still.info.width, still.info.height), (40, 20));
    let plain = render(&file("anim.gif"), "width=40,height=20,fit=cover,format=png");
    assert_ne!(plain.data, turned.data);
}

#[test]
fn a_job_that_is_out_of_time_or_cancelled_stops() {
    let source = file("anim.gif");
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&Limits::default(), cancel);
    let error = Engine::default().render_text(&Input::new(&source), "width=9", &job).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn threads_do_not_change_an_animation() {
    let source = file("anim.webp");
    for format in FORMATS {
        let bytes = |threads| {
            let engine = Engine::new(Limits { threads, ..Limits::default() });
            let options = format!("width=30,format={format}");
            engine.render_text(&Input::new(&source), &options, &Job::default()).unwrap().data
        };
        assert!(bytes(1) == bytes(4), "{format}");
    }
}
