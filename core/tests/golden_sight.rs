//! What trim, border and gravity do to pixels, through the whole engine.
#![cfg(feature = "codecs")]

use safelight::{Engine, Input, Job, Rendered};
use serde_json::{json, Value};

const WHITE: [u8; 4] = [255; 4];
const RED: [u8; 4] = [220, 20, 20, 255];
const BLUE: [u8; 4] = [20, 40, 220, 255];
const CLEAR: [u8; 4] = [0; 4];

/// RGBA pixels that can be painted on.
#[derive(Clone, PartialEq, Debug)]
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Canvas {
    fn new(width: usize, height: usize, color: [u8; 4]) -> Self {
        Canvas { width, height, pixels: vec![color; width * height] }
    }

    fn paint(mut self, [left, top, width, height]: [usize; 4], color: [u8; 4]) -> Self {
        for y in top..top + height {
            self.pixels[y * self.width + left..][..width].fill(color);
        }
        self
    }

    fn at(&self, x: usize, y: usize) -> [u8; 4] {
        self.pixels[y * self.width + x]
    }

    fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        let opaque = self.pixels.iter().all(|pixel| pixel[3] == 255);
        encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
        let channels = if opaque { 3 } else { 4 };
        let data: Vec<u8> =
            self.pixels.iter().flat_map(|pixel| pixel[..channels].to_vec()).collect();
        encoder.write_header().unwrap().write_image_data(&data).unwrap();
        bytes
    }

    /// The pixels of a rendered PNG.
    fn read(rendered: &Rendered) -> Self {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&rendered.data));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        let pixels = data[..info.buffer_size()]
            .chunks_exact(info.color_type.samples())
            .map(|pixel| match *pixel {
                [grey] => [grey, grey, grey, 255],
                [grey, alpha] => [grey, grey, grey, alpha],
                [r, g, b] => [r, g, b, 255],
                [r, g, b, a] => [r, g, b, a],
                _ => unreachable!(),
            })
            .collect();
        Canvas { width: info.width as usize, height: info.height as usize, pixels }
    }
}

fn rendered(source: &[u8], options: &str) -> Rendered {
    Engine::default().render_text(&Input::new(source), options, &Job::default()).unwrap()
}

fn png_of(source: &[u8], options: &str) -> Canvas {
    Canvas::read(&rendered(source, &format!("{options},format=png")))
}

fn explained(source: &[u8], options: &str) -> Value {
    Engine::default().explain_text(&Input::new(source), options, &Job::default()).unwrap()
}

/// A JPEG of `canvas` with an EXIF orientation.
fn jpeg(canvas: &Canvas, quality: u8, orientation: u8) -> Vec<u8> {
    let options = format!("format=jpeg,quality={quality}");
    let mut bytes = rendered(&canvas.png(), &options).data;
    let mut segment =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    segment.extend([orientation, 0, 0, 0, 0, 0, 0]);
    bytes.splice(2..2, segment);
    bytes
}

#[test]
fn a_border_grows_the_result_and_is_multiplied_by_dpr() {
    let source = Canvas::new(20, 10, BLUE).png();
    let result = png_of(&source, "border=1;2;3;4;red,dpr=2");
    let expected = Canvas::new(20 + 12, 10 + 8, [255, 0, 0, 255]).paint([8, 2, 20, 10], BLUE);
    assert_eq!(result, expected);
}

#[test]
fn a_border_stands_round_the_space_that_pad_adds() {
    let source = Canvas::new(40, 20, BLUE).png();
    let result = png_of(&source, "width=40,height=40,fit=pad,background=lime,border=5;black");
    let expected = Canvas::new(50, 50, [0, 0, 0, 255])
        .paint([5, 5, 40, 40], [0, 255, 0, 255])
        .paint([5, 15, 40, 20], BLUE);
    assert_eq!(result, expected);
}

#[test]
fn a_border_is_drawn_after_blur_and_colour_changes() {
    let source = Canvas::new(30, 30, BLUE).png();
    let result = png_of(&source, "border=4;red,blur=10,saturation=0");
    assert_eq!(result.at(3, 3), [255, 0, 0, 255]);
    let inner = result.at(4, 4);
    assert!(inner[0] == inner[1] && inner[1] == inner[2], "{inner:?}");
}

#[test]
fn a_border_may_be_see_through_and_jpeg_shows_it_on_white() {
    let source = Canvas::new(16, 16, BLUE).png();
    let result = rendered(&source, "border=8;%23ff000080");
    assert_eq!(result.info.format.name(), "png");
    let result = Canvas::read(&result);
    assert_eq!((result.at(0, 0), result.at(8, 8)), ([255, 0, 0, 128], BLUE));
    let flat = rendered(&source, "border=8;%23ff000080,format=jpeg,quality=95").data;
    let pixel = png_of(&flat, "width=32").at(2, 2);
    assert!(
        pixel[0] > 250 && pixel[1].abs_diff(127) < 4 && pixel[2].abs_diff(127) < 4,
        "{pixel:?}"
    );
}

#[test]
fn a_border_counts_towards_the_limits_of_the_output() {
    let source = Canvas::new(10, 10, BLUE).png();
    let options = "border=6000;red";
    let error = Engine::default().render_text(&Input::new(&source), options, &Job::default());
    assert!(error.unwrap_err().message().starts_with("output side: limit 12000"));
}

#[test]
fn a_grey_picture_gets_a_coloured_border() {
    let grey = png_of(&Canvas::new(9, 9, BLUE).png(), "saturation=0");
    let result = png_of(&grey.png(), "border=1;red");
    assert_eq!((result.at(0, 0), result.at(1, 1)), ([255, 0, 0, 255], grey.at(0, 0)));
}

#[test]
fn trim_border_leaves_the_picture_inside() {
    let source = Canvas::new(60, 50, WHITE).paint([7, 9, 30, 20], RED).png();
    assert_eq!(png_of(&source, "trim=border"), Canvas::new(30, 20, RED));
}

#[test]
fn trim_border_finds_the_edge_in_jpeg_of_every_quality() {
    let inner = [37, 21, 101, 83];
    for (ground, color) in [(WHITE, RED), (WHITE, [40, 40, 40, 255]), ([0, 0, 0, 255], WHITE)] {
        let canvas = Canvas::new(200, 150, ground).paint(inner, color);
        for quality in [50, 60, 75, 85, 95] {
            let plan = &explained(&jpeg(&canvas, quality, 1), "trim=border")["plan"];
            assert_eq!(plan["trim"], json!(inner), "quality {quality}, {color:?}");
        }
    }
}

#[test]
fn trim_border_acts_on_the_picture_as_it_is_seen() {
    let canvas = Canvas::new(96, 64, WHITE).paint([16, 8, 40, 24], [30, 30, 30, 255]);
    let trimmed = |orientation| {
        explained(&jpeg(&canvas, 90, orientation), "trim=border")["plan"]["trim"].clone()
    };
    assert_eq!(trimmed(1), json!([16, 8, 40, 24]));
    assert_eq!(trimmed(3), json!([40, 32, 40, 24]));
    assert_eq!(trimmed(6), json!([32, 16, 24, 40]));
    assert_eq!(trimmed(8), json!([8, 40, 24, 40]));
}

#[test]
fn trim_border_cuts_transparent_edges() {
    let source = Canvas::new(40, 40, CLEAR).paint([11, 12, 5, 6], BLUE).png();
    assert_eq!(png_of(&source, "trim=border"), Canvas::new(5, 6, BLUE));
}

#[test]
fn trim_border_takes_colour_tolerance_and_keep() {
    let canvas = Canvas::new(60, 60, WHITE).paint([10, 10, 40, 40], [225, 225, 225, 255]);
    let source = canvas.paint([20, 20, 20, 20], BLUE).png();
    let size = |options: &str| {
        let result = png_of(&source, options);
        (result.width, result.height)
    };
    assert_eq!(size("trim=border"), (40, 40));
    assert_eq!(size("trim=border,trim.border.tolerance=30"), (20, 20));
    assert_eq!(size("trim=border,trim.border.color=blue"), (60, 60));
    assert_eq!(size("trim=border,trim.border.keep=3"), (46, 46));
    assert_eq!(size("trim=border,trim.border.keep=3,dpr=2"), (52, 52));
    assert_eq!(size("trim=border,trim.border.keep=900"), (60, 60));
}

#[test]
fn sides_of_trim_are_cut_off_what_the_border_leaves() {
    let source = Canvas::new(60, 60, WHITE).paint([10, 20, 40, 20], BLUE).png();
    let plan = &explained(&source, "trim=0;0.5;0;10,trim.border=true")["plan"];
    assert_eq!(plan["trim"], json!([20, 20, 10, 20]));
}

#[test]
fn a_picture_that_is_all_border_is_left_alone_with_a_warning() {
    let source = Canvas::new(30, 20, WHITE).png();
    let result = rendered(&source, "trim=border,format=png");
    assert_eq!((result.info.width, result.info.height), (30, 20));
    assert_eq!(result.info.warnings, ["the picture is nothing but border and was not trimmed"]);
}

#[test]
fn a_gradient_and_a_picture_that_fills_its_frame_are_not_trimmed() {
    let mut gradient = Canvas::new(300, 200, WHITE);
    for y in 0..200 {
        let value = (40 + y) as u8;
        gradient = gradient.paint([0, y, 300, 1], [value, value, 255, 255]);
    }
    for source in [gradient.png(), jpeg(&gradient, 80, 1)] {
        let plan = &explained(&source, "trim=border")["plan"];
        assert_eq!(plan["trim"], json!([0, 0, 300, 200]));
    }
}

/// A grey wide picture with something to see on the right of its middle.
fn eye_catcher() -> Canvas {
    Canvas::new(300, 100, [150, 160, 150, 255]).paint([210, 40, 24, 24], RED)
}

#[test]
fn gravity_auto_crops_to_what_stands_out() {
    let options = "width=100,height=100,fit=cover,gravity=auto";
    let plan = &explained(&eye_catcher().png(), options)["plan"];
    let left = plan["crop"]["area"][0].as_f64().unwrap();
    assert!((150.0..190.0).contains(&left), "{plan:#}");
    assert_eq!(plan["crop"]["gravity"], "auto");
    assert!(plan["crop"]["candidates"][0]["score"].as_f64().unwrap() > 0.9, "{plan:#}");
    let result = png_of(&eye_catcher().png(), options);
    assert!(result.pixels.iter().filter(|pixel| **pixel == RED).count() > 500);
}

#[test]
fn gravity_auto_follows_the_subject_through_trim_mirror_and_turn() {
    for turn in ["flip=h", "rotate=90", "rotate=180,flip=v", "rotate=270,flip=hv", "trim=0;0;0;90"]
    {
        let options = format!("width=90,height=90,fit=cover,gravity=auto,{turn}");
        let result = png_of(&eye_catcher().png(), &options);
        let red = result.pixels.iter().filter(|pixel| pixel[0] > 200 && pixel[1] < 60).count();
        assert!(red > 350, "{turn}: {red}");
        let area = &explained(&eye_catcher().png(), &options)["plan"]["crop"]["area"];
        let left = area[0].as_f64().unwrap();
        assert!((140.0..210.0).contains(&left), "{turn}: {area}");
    }
}

#[test]
fn gravity_auto_works_with_every_fit_that_crops() {
    for (fit, size) in [("cover", (50, 50)), ("crop", (50, 50)), ("aspect-crop", (100, 100))] {
        let side = if fit == "aspect-crop" { 400 } else { 50 };
        let options = format!("width={side},height={side},fit={fit},gravity=auto");
        let result = png_of(&eye_catcher().png(), &options);
        assert_eq!((result.width, result.height), size, "{fit}");
        let red = result.pixels.iter().filter(|pixel| pixel[0] > 200 && pixel[1] < 60).count();
        assert!(red * 25 > size.0 * size.1, "{fit}: {red}");
    }
}

#[test]
fn gravity_entropy_crops_to_detail_where_auto_takes_the_colour() {
    let mut canvas = Canvas::new(300, 100, [150, 160, 150, 255]).paint([20, 40, 24, 24], RED);
    for y in 30..70 {
        for x in 220..260 {
            let value = 120 + ((x * 37 + y * 91 + x * y) % 61) as u8;
            canvas = canvas.paint([x, y, 1, 1], [value, value, value, 255]);
        }
    }
    let left = |gravity: &str| {
        let options = format!("width=100,height=100,fit=cover,gravity={gravity}");
        explained(&canvas.png(), &options)["plan"]["crop"]["area"][0].as_f64().unwrap()
    };
    assert!(left("auto") < 60.0, "{}", left("auto"));
    assert!(left("entropy") > 140.0, "{}", left("entropy"));
}

#[test]
fn gravity_face_without_a_face_is_auto_with_a_warning() {
    let source = eye_catcher().png();
    let options = "width=100,height=100,fit=cover,gravity=";
    let face = explained(&source, &format!("{options}face"));
    let auto = explained(&source, &format!("{options}auto"));
    assert_eq!(face["plan"]["crop"], auto["plan"]["crop"]);
    assert_eq!(face["warnings"], json!(["no face was found; the crop is that of gravity=auto"]));
}

#[test]
fn zoom_without_faces_to_look_for_is_warned_of() {
    let source = eye_catcher().png();
    let plain = explained(&source, "width=50,height=50,fit=cover,zoom=0.5");
    assert_eq!(plain["warnings"], json!(["zoom has an effect with gravity=face only"]));
}

#[test]
fn looking_at_the_pixels_is_in_the_memory_that_the_plan_announces() {
    let canvas = Canvas::new(1600, 1200, WHITE).paint([400, 400, 90, 90], RED);
    let source = jpeg(&canvas, 80, 1);
    let memory = |options: &str| explained(&source, options)["plan"]["memory"].as_u64().unwrap();
    let full_size = 3 * 1600 * 1200;
    assert!(
        memory("trim=border,width=20,format=jpeg") > memory("width=20,format=jpeg") + full_size / 2
    );
}

#[test]
fn what_is_enlarged_is_bicubic_and_what_is_shrunk_is_lanczos() {
    let source = Canvas::new(40, 40, WHITE).paint([20, 0, 20, 40], [0, 0, 0, 255]).png();
    let filter = |options: &str| explained(&source, options)["plan"]["steps"][0]["filter"].clone();
    assert_eq!(filter("width=120,fit=contain"), "bicubic");
    assert_eq!(filter("width=30"), "lanczos");
    let middle = png_of(&source, "width=80,height=80,fit=squeeze,upscale=interpolate");
    // A cubic of two lobes reaches two source pixels far: four of these.
    let step: Vec<u8> = (36..44).map(|x| middle.at(x, 40)[0]).collect();
    assert!(step[0] == 255 && step[7] == 0 && step[3] > step[4], "{step:?}");
}
