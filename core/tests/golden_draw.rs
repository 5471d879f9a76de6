//! What overlays do to pixels.
#![cfg(feature = "codecs")]

use safelight::{Assets, Engine, Input, Job, Kind, Rendered, Result};
use serde_json::{json, Value};

/// A PNG of `width` by `height`; `pixel` gives RGBA.
fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let data: Vec<u8> = places.flat_map(|(x, y)| pixel(x, y)).collect();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    file
}

const WHITE: [u8; 4] = [255; 4];
const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const CLEAR: [u8; 4] = [0; 4];

/// A picture as RGBA.
struct Pixels {
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Pixels {
    fn read(file: &[u8]) -> Pixels {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        let channels = info.color_type.samples();
        let rgba = data[..info.buffer_size()].chunks(channels).flat_map(|pixel| match *pixel {
            [v] => [v, v, v, 255],
            [v, a] => [v, v, v, a],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, a] => [r, g, b, a],
            _ => unreachable!(),
        });
        Pixels { width: info.width, height: info.height, data: rgba.collect() }
    }

    fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let start = (y * self.width + x) as usize * 4;
        self.data[start..start + 4].try_into().unwrap()
    }

    /// Left, top, right and bottom of all pixels that are not `color`.
    fn bounds(&self, color: [u8; 4]) -> Option<[u32; 4]> {
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        places.filter(|(x, y)| self.at(*x, *y) != color).fold(None, |bounds, (x, y)| {
            let [l, t, r, b] = bounds.unwrap_or([x, y, x + 1, y + 1]);
            Some([l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)])
        })
    }

    /// `w`, `r`, `g`, `-` for transparent, `?` for anything else; rows between slashes.
    fn letters(&self) -> String {
        let letter = |(x, y)| match self.at(x, y) {
            WHITE => 'w',
            RED => 'r',
            GREEN => 'g',
            [_, _, _, 0] => '-',
            _ => '?',
        };
        let row = |y| (0..self.width).map(|x| letter((x, y))).collect::<String>();
        (0..self.height).map(row).collect::<Vec<_>>().join("/")
    }
}

/// `dot`: one red pixel; `pair`: red and green side by side; `half`: half-transparent red;
/// `logo`: 8 by 4, green with a clear right half; `base`: white, 6 by 4.
fn assets() -> Assets {
    let mut assets = Assets::new();
    assets.insert("dot", png(1, 1, |_, _| RED));
    assets.insert("pair", png(2, 1, |x, _| if x == 0 { RED } else { GREEN }));
    assets.insert("half", png(1, 1, |_, _| [255, 0, 0, 128]));
    assets.insert("logo", png(8, 4, |x, _| if x < 4 { GREEN } else { CLEAR }));
    assets.insert("large", png(64, 64, |x, _| if x < 32 { GREEN } else { RED }));
    assets
}

fn render(source: &[u8], assets: &Assets, options: &str) -> Result<Rendered> {
    let input = Input::new(source).with_assets(assets);
    Engine::default().render_text(&input, options, &Job::default())
}

/// Renders `draw` on a white picture of 6 by 4.
fn drawn(draw: Value) -> Pixels {
    drawn_with(json!({ "draw": draw }))
}

fn drawn_with(mut options: Value) -> Pixels {
    options["format"] = "png-force".into();
    let base = png(6, 4, |_, _| WHITE);
    Pixels::read(&render(&base, &assets(), &options.to_string()).unwrap().data)
}

#[test]
fn an_overlay_without_offsets_is_centred() {
    assert_eq!(drawn(json!([{"url": "pair"}])).letters(), "wwwwww/wwrgww/wwwwww/wwwwww");
}

#[test]
fn top_left_bottom_and_right_are_gaps_from_the_edges() {
    let at = |place: &str| {
        let mut overlay = json!({"url": "pair"});
        for (side, gap) in place.split(' ').map(|part| part.split_at(1)) {
            let side = ["top", "left", "bottom", "right"]["tlbr".find(side).unwrap()];
            overlay[side] = gap.parse::<u32>().unwrap().into();
        }
        drawn(json!([overlay])).letters()
    };
    assert_eq!(at("t0 l0"), "rgwwww/wwwwww/wwwwww/wwwwww");
    assert_eq!(at("b0 r0"), "wwwwww/wwwwww/wwwwww/wwwwrg");
    assert_eq!(at("t1 r1"), "wwwwww/wwwrgw/wwwwww/wwwwww");
    assert_eq!(at("b1 l2"), "wwwwww/wwwwww/wwrgww/wwwwww");
    assert_eq!(at("l5 t3"), "wwwwww/wwwwww/wwwwww/wwwwwr");
    assert_eq!(at("l9 t9"), "wwwwww/wwwwww/wwwwww/wwwwww");
}

#[test]
fn repeat_fills_a_row_a_column_or_the_picture() {
    let repeated = |repeat: Value| {
        drawn(json!([{"url": "pair", "repeat": repeat, "left": 1, "top": 1}])).letters()
    };
    assert_eq!(repeated(json!(true)), "grgrgr/grgrgr/grgrgr/grgrgr");
    assert_eq!(repeated(json!("x")), "wwwwww/grgrgr/wwwwww/wwwwww");
    assert_eq!(repeated(json!("y")), "wrgwww/wrgwww/wrgwww/wrgwww");
    assert_eq!(repeated(json!(false)), "wwwwww/wrgwww/wwwwww/wwwwww");
}

#[test]
fn opacity_multiplies_the_alpha_of_the_overlay() {
    let red = |url: &str, opacity: f64| {
        drawn(json!([{"url": url, "opacity": opacity, "left": 0, "top": 0}])).at(0, 0)
    };
    assert_eq!(red("dot", 0.5), [255, 127, 127, 255]);
    assert_eq!(red("half", 1.0), [255, 127, 127, 255]);
    assert_eq!(red("half", 0.5), [255, 191, 191, 255]);
    assert_eq!(red("dot", 0.0), WHITE);
}

#[test]
fn the_last_overlay_is_on_top() {
    let both = drawn(json!([{"url": "dot", "left": 0}, {"url": "pair", "left": 0}])).letters();
    assert_eq!(both, "wwwwww/rgwwww/wwwwww/wwwwww");
    let other = drawn(json!([{"url": "pair", "left": 0}, {"url": "dot", "left": 1}])).letters();
    assert_eq!(other, "wwwwww/rrwwww/wwwwww/wwwwww");
}

#[test]
fn width_and_height_are_pixels_or_a_share_of_the_picture() {
    let box_of = |overlay: Value| {
        let base = png(100, 50, |_, _| WHITE);
        let options = json!({"draw": [overlay], "format": "png-force"}).to_string();
        let pixels = Pixels::read(&render(&base, &assets(), &options).unwrap().data);
        assert_eq!((pixels.width, pixels.height), (100, 50));
        pixels.bounds(WHITE).unwrap()
    };
    assert_eq!(box_of(json!({"url": "large", "width": 10, "left": 0, "top": 0})), [0, 0, 10, 10]);
    assert_eq!(box_of(json!({"url": "large", "width": 0.2, "left": 0, "top": 0})), [0, 0, 20, 20]);
    assert_eq!(box_of(json!({"url": "large", "height": 0.5, "left": 0, "top": 0})), [0, 0, 25, 25]);
    let squeezed =
        json!({"url": "large", "width": 0.5, "height": 10, "fit": "squeeze", "left": 0, "top": 0});
    assert_eq!(box_of(squeezed), [0, 0, 50, 10]);
    // As everywhere, `scale-down` does not enlarge and `contain` does.
    assert_eq!(box_of(json!({"url": "dot", "width": 9, "left": 0, "top": 0})), [0, 0, 1, 1]);
    let larger = json!({"url": "dot", "width": 9, "fit": "contain", "left": 0, "top": 0});
    assert_eq!(box_of(larger), [0, 0, 9, 9]);
}

#[test]
fn dpr_multiplies_sizes_and_offsets_of_overlays_and_their_own_replaces_it() {
    let box_of = |dpr: f64, own: Value| {
        let overlay = json!({"url": "large", "width": 10, "left": 3, "top": 2, "dpr": own});
        let base = png(100, 50, |_, _| WHITE);
        let options = json!({"draw": [overlay], "format": "png-force", "dpr": dpr}).to_string();
        Pixels::read(&render(&base, &assets(), &options).unwrap().data).bounds(WHITE).unwrap()
    };
    assert_eq!(box_of(1.0, Value::Null), [3, 2, 13, 12]);
    assert_eq!(box_of(2.0, Value::Null), [6, 4, 26, 24]);
    assert_eq!(box_of(2.0, json!(1)), [3, 2, 13, 12]);
}

/// The first row of the 8 by 4 logo after `member`, drawn at the top left of a white 16 by 16.
fn logo_with(member: &str, value: Value) -> (Pixels, [u32; 4]) {
    let mut overlay = json!({"url": "logo", "left": 0, "top": 0});
    overlay[member] = value;
    let base = png(16, 16, |_, _| WHITE);
    let options = json!({"draw": [overlay], "format": "png-force"}).to_string();
    let pixels = Pixels::read(&render(&base, &assets(), &options).unwrap().data);
    let bounds = pixels.bounds(WHITE).unwrap();
    (pixels, bounds)
}

#[test]
fn an_overlay_is_turned_mirrored_and_trimmed_by_itself() {
    assert_eq!(logo_with("opacity", json!(1)).1, [0, 0, 4, 4]);
    assert_eq!(logo_with("rotate", json!(90)).1, [0, 0, 4, 4]);
    assert_eq!(logo_with("rotate", json!(270)).1, [0, 4, 4, 8]);
    assert_eq!(logo_with("flip", json!("h")).1, [4, 0, 8, 4]);
    assert_eq!(logo_with("trim", json!({"left": 3, "bottom": 2})).1, [0, 0, 1, 2]);
}

#[test]
fn background_of_an_overlay_lies_under_the_overlay_only() {
    let (pixels, bounds) = logo_with("background", json!("red"));
    assert_eq!(bounds, [0, 0, 8, 4]);
    assert_eq!((pixels.at(0, 0), pixels.at(7, 0)), (GREEN, RED));
}

#[test]
fn fit_and_gravity_crop_an_overlay() {
    let crop = |gravity: &str| {
        let overlay = json!({"url": "large", "width": 2, "height": 4, "fit": "cover", "gravity": gravity, "left": 0, "top": 0});
        drawn(json!([overlay]))
    };
    assert_eq!((crop("left").at(0, 0), crop("left").at(2, 0)), (GREEN, WHITE));
    assert_eq!((crop("right").at(1, 3), crop("right").at(2, 3)), (RED, WHITE));
}

#[test]
fn light_contrast_colour_blur_and_sharpening_of_an_overlay_leave_the_picture_alone() {
    let plain = logo_with("opacity", json!(1)).0;
    for (member, value) in [
        ("brightness", json!(0.5)),
        ("contrast", json!(0.5)),
        ("gamma", json!(1.5)),
        ("saturation", json!(0)),
        ("blur", json!(4)),
    ] {
        let value = if member == "gamma" { json!(2.2) } else { value };
        let mut overlay = json!({"url": "grey", "left": 0, "top": 0});
        overlay[member] = value;
        let mut assets = assets();
        assets.insert("grey", png(8, 4, |x, _| if x < 4 { [90, 140, 200, 255] } else { CLEAR }));
        let base = png(16, 16, |_, _| WHITE);
        let options =
            |overlay: &Value| json!({"draw": [overlay], "format": "png-force"}).to_string();
        let changed = Pixels::read(&render(&base, &assets, &options(&overlay)).unwrap().data);
        let before = json!({"url": "grey", "left": 0, "top": 0});
        let before = Pixels::read(&render(&base, &assets, &options(&before)).unwrap().data);
        assert_ne!(changed.data, before.data, "{member}");
        assert_eq!(changed.at(15, 15), WHITE, "{member}");
    }
    assert_eq!(plain.at(15, 15), WHITE);
    let soft = |sharpen: f64| {
        let mut assets = assets();
        assets.insert("soft", png(8, 4, |x, _| [x as u8 * 30, 100, 100, 255]));
        let overlay = json!({"url": "soft", "sharpen": sharpen});
        let options = json!({"draw": [overlay], "format": "png-force"}).to_string();
        Pixels::read(&render(&png(9, 9, |_, _| WHITE), &assets, &options).unwrap().data).data
    };
    assert_ne!(soft(0.0), soft(5.0));
}

#[test]
fn composite_modes_work_inside_the_overlays_box_only() {
    let mode = |composite: &str| {
        drawn(json!([{"url": "pair", "left": 1, "top": 1, "composite": composite}])).letters()
    };
    assert_eq!(mode("over"), "wwwwww/wrgwww/wwwwww/wwwwww");
    assert_eq!(mode("in"), "wwwwww/wrgwww/wwwwww/wwwwww");
    assert_eq!(mode("atop"), "wwwwww/wrgwww/wwwwww/wwwwww");
    assert_eq!(mode("out"), "wwwwww/w--www/wwwwww/wwwwww");
    assert_eq!(mode("xor"), "wwwwww/w--www/wwwwww/wwwwww");
    assert_eq!(mode("lighter"), "wwwwww/wwwwww/wwwwww/wwwwww");
}

#[test]
fn on_a_transparent_picture_the_modes_differ() {
    let mode = |composite: &str| {
        let base = png(2, 1, |x, _| if x == 0 { WHITE } else { CLEAR });
        let options = json!({"draw": [{"url": "pair", "composite": composite}], "format": "png"});
        Pixels::read(&render(&base, &assets(), &options.to_string()).unwrap().data).letters()
    };
    assert_eq!(mode("over"), "rg");
    assert_eq!(mode("in"), "r-");
    assert_eq!(mode("atop"), "r-");
    assert_eq!(mode("out"), "-g");
    assert_eq!(mode("xor"), "-g");
    assert_eq!(mode("lighter"), "wg");
}

#[test]
fn a_hole_in_a_result_without_transparency_shows_the_background() {
    let options = |format: &str| {
        let draw = json!([{"url": "large", "composite": "out"}]);
        json!({"draw": draw, "format": format, "background": "blue", "quality": 95}).to_string()
    };
    let base = png(64, 64, |_, _| WHITE);
    let holed = render(&base, &assets(), &options("jpeg")).unwrap().data;
    let again = render(&holed, &assets(), "format=png-force").unwrap().data;
    let [r, g, b, _] = Pixels::read(&again).at(32, 32);
    assert!(r < 8 && g < 8 && b > 247, "{r} {g} {b}");
    // Without a format, what has holes becomes a PNG.
    let plain = json!({"draw": [{"url": "large", "composite": "out"}]}).to_string();
    let info = render(&base, &assets(), &plain).unwrap().info;
    assert_eq!(info.format, safelight::image::Format::Png);
}

#[test]
fn overlays_are_drawn_after_blur() {
    let sharp = drawn_with(json!({"draw": [{"url": "dot", "left": 0, "top": 0}], "blur": 10}));
    assert_eq!(sharp.letters(), "rwwwww/wwwwww/wwwwww/wwwwww");
}

#[test]
fn a_grey_picture_takes_a_coloured_overlay() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[255, 255]).unwrap();
    let options = json!({"draw": [{"url": "dot", "left": 1}], "format": "png-force"}).to_string();
    let pixels = Pixels::read(&render(&file, &assets(), &options).unwrap().data);
    assert_eq!(pixels.letters(), "wr");
}

#[test]
fn url_text_and_json_draw_the_same() {
    let base = png(40, 30, |_, _| WHITE);
    let json = json!({"draw": [{"url": "large", "width": 0.25, "right": 2, "bottom": 3, "opacity": 0.5}], "format": "png"});
    let text = "draw=large;width:0.25;right:2;bottom:3;opacity:0.5,format=png";
    let (json, text) =
        (render(&base, &assets(), &json.to_string()), render(&base, &assets(), text));
    assert_eq!(json.unwrap().data, text.unwrap().data);
}

#[test]
fn an_asset_that_was_not_given_is_named() {
    let base = png(4, 4, |_, _| WHITE);
    let error = render(&base, &assets(), "draw=dot,draw=https%3A%2F%2Fexample.com%2Fx.png");
    let error = error.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(error.message(), "draw[1]: asset \"https://example.com/x.png\" was not given");
}

#[test]
fn an_overlay_that_is_no_picture_is_named() {
    let base = png(4, 4, |_, _| WHITE);
    let mut assets = assets();
    assets.insert("junk", *b"junk junk junk junk");
    let error = render(&base, &assets, "draw=junk").unwrap_err();
    assert!(error.message().starts_with("draw[0]: "), "{error}");
    let truncated = png(64, 64, |x, y| [x as u8, y as u8, 7, 255]);
    assets.insert("cut", &truncated[..truncated.len() / 2]);
    let error = render(&base, &assets, "draw=cut").unwrap_err();
    assert_eq!(error.kind(), Kind::Malformed);
}

#[test]
fn explain_shows_overlays_their_steps_and_their_memory() {
    let base = png(100, 50, |_, _| WHITE);
    let explain = |options: &str| {
        let assets = assets();
        let input = Input::new(&base).with_assets(&assets);
        Engine::default().explain_text(&input, options, &Job::default()).unwrap()
    };
    let plan = &explain("draw=large;width:10;right:1;rotate:90")["plan"];
    assert_eq!(plan["overlays"][0]["url"], "large");
    assert_eq!(plan["overlays"][0]["steps"][0]["step"], "resize");
    assert_eq!(plan["overlays"][0]["width"], 10);
    let last = plan["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["step"], &last["left"], &last["top"]),
        (&json!("draw"), &json!(89), &json!(20))
    );
    let more = explain("draw=large;repeat:x,draw=large,draw=large")["plan"]["memory"].as_u64();
    assert!(more > explain("anim=true")["plan"]["memory"].as_u64());
}

#[test]
fn the_names_of_all_assets_are_known_before_anything_is_fetched() {
    let text = "draw=a.png,draw=text:x;font:f.ttf,draw=a.png;top:1,draw=text:y";
    let parsed = safelight::Options::parse(text).unwrap();
    assert_eq!(parsed.options.assets(), ["a.png", "f.ttf"]);
}

#[test]
fn an_overlay_lies_on_every_frame_of_an_animation() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/images");
    let source = std::fs::read(format!("{folder}/anim.gif")).unwrap();
    let options = "format=gif,draw=dot;width:8;fit:contain;top:0;left:0";
    let rendered = render(&source, &assets(), options).unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(&rendered.data));
    let frames = image::AnimationDecoder::into_frames(decoder.unwrap()).collect_frames().unwrap();
    assert_eq!(frames.len() as u32, rendered.info.frames);
    assert!(frames.len() > 1);
    for frame in frames {
        assert_eq!(frame.buffer().get_pixel(4, 4).0, RED);
    }
}
