//! What only the host can do: the subject's mask, invented detail, HEIC.
#![cfg(feature = "codecs")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use safelight::hooks::{Hooks, Pixels};
use safelight::{Engine, Error, Input, Job, Kind, Rendered, Result};

fn picture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/images");
    fs::read(folder.join(name)).unwrap()
}

fn render(hooks: Hooks, source: &[u8], options: &str) -> Result<Rendered> {
    Engine::default().with_hooks(hooks).render_text(&Input::new(source), options, &Job::default())
}

/// Raw RGBA of a rendered PNG.
fn pixels(rendered: &Rendered) -> Vec<[u8; 4]> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(&rendered.data)).read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut data).unwrap();
    let channels = reader.output_color_type().0.samples();
    let pixel = |sample: &[u8]| match *sample {
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => panic!("{channels} channels"),
    };
    data.chunks_exact(channels).map(pixel).collect()
}

/// The left half is the subject.
fn left_half() -> Hooks {
    Hooks::default().on_segment(Arc::new(|picture: Pixels<'_>, mask: &mut [u8]| {
        let width = picture.width as usize;
        for row in mask.chunks_exact_mut(width) {
            row[..width / 2].fill(255);
        }
        Ok(())
    }))
}

#[test]
fn segment_makes_all_but_the_subject_transparent() {
    let rendered =
        render(left_half(), &picture("rgb.png"), "segment=foreground,format=png").unwrap();
    let width = rendered.info.width as usize;
    for row in pixels(&rendered).chunks_exact(width) {
        assert!(row[..width / 2].iter().all(|pixel| pixel[3] == 255));
        assert!(row[width / 2..].iter().all(|pixel| pixel[3] == 0));
    }
}

#[test]
fn the_mask_is_asked_for_the_whole_upright_picture_before_it_is_cropped() {
    let hooks = Hooks::default().on_segment(Arc::new(|picture: Pixels<'_>, mask: &mut [u8]| {
        assert_eq!(picture.data.len(), 4 * mask.len());
        assert!(picture.height > picture.width, "not upright");
        mask.fill(255);
        Ok(())
    }));
    let options = "segment=foreground,rotate=90,width=8,height=8,fit=cover,format=png";
    let rendered = render(hooks, &picture("photo.jpg"), options).unwrap();
    assert_eq!((rendered.info.width, rendered.info.height), (8, 8));
}

#[test]
fn a_background_shows_where_the_subject_was_cut_out() {
    let options = "segment=foreground,background=%23ff0000,format=png-force";
    let rendered = render(left_half(), &picture("rgb.png"), options).unwrap();
    assert_eq!(pixels(&rendered).last(), Some(&[255, 0, 0, 255]));
}

/// Paints the enlarged picture in one colour that no resampler would make.
fn green() -> Hooks {
    Hooks::default().on_upscale(Arc::new(|_: Pixels<'_>, _: (u32, u32), larger: &mut [u8]| {
        larger.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[0, 255, 0, 255]));
        Ok(())
    }))
}

#[test]
fn upscale_takes_the_hosts_pixels_where_the_picture_grows() {
    let options = "upscale=generate,width=500,height=400,fit=cover,format=png-force";
    let rendered = render(green(), &picture("rgb.png"), options).unwrap();
    assert_eq!((rendered.info.width, rendered.info.height), (500, 400));
    assert!(pixels(&rendered).iter().all(|pixel| *pixel == [0, 255, 0, 255]));
}

#[test]
fn upscale_leaves_the_hook_alone_where_the_picture_shrinks() {
    let options = "upscale=generate,width=8,fit=contain,format=png-force";
    let rendered = render(green(), &picture("rgb.png"), options).unwrap();
    assert!(pixels(&rendered).iter().any(|pixel| *pixel != [0, 255, 0, 255]));
}

#[test]
fn heic_is_probed_by_us_and_decoded_by_the_host() {
    let hooks =
        Hooks::default().on_decode(Arc::new(|source: &[u8], size: (u32, u32), out: &mut [u8]| {
            assert_eq!((&source[4..8], size), (&b"ftyp"[..], (40, 64)));
            out.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[9, 8, 7, 255]));
            Ok(())
        }));
    let rendered = render(hooks, &picture("turned.heic"), "width=20,format=png-force").unwrap();
    assert_eq!((rendered.info.width, rendered.info.height), (20, 32));
    assert_eq!(rendered.info.source_format.name(), "heic");
    assert_eq!(pixels(&rendered)[0], [9, 8, 7, 255]);
}

#[test]
fn without_a_hook_what_needs_one_is_unsupported() {
    let cases = [
        ("rgb.png", "segment=foreground", "segment=foreground"),
        ("rgb.png", "upscale=generate,width=500,fit=contain", "upscale=generate"),
        ("turned.heic", "width=10", "heic"),
    ];
    for (name, options, what) in cases {
        let error = render(Hooks::default(), &picture(name), options).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert_eq!(error.message(), format!("{what}: needs a hook of the host, and there is none"));
    }
}

#[test]
fn an_error_of_a_hook_reaches_the_caller() {
    let hooks = Hooks::default().on_segment(Arc::new(|_: Pixels<'_>, _: &mut [u8]| {
        Err(Error::new(Kind::Storage, "segment: the model did not answer"))
    }));
    let error = render(hooks, &picture("rgb.png"), "segment=foreground").unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (Kind::Storage, "segment: the model did not answer")
    );
}
