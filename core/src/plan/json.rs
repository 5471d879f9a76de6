//! A plan as JSON, for `explain`.

use serde_json::{json, Value};

use super::{
    Area, Crop, DecodePlan, Encoding, Filter, Original, OverlayPlan, OverlaySource, Palette, Plan,
    Step,
};
use crate::image::{Format, Layout};
use crate::options::{Color, Gravity, Repeat};

impl Plan {
    /// The plan as JSON, for `explain`.
    pub fn to_json(&self) -> Value {
        let output = &self.output;
        json!({
            "decode": decode(self.source, &self.decode),
            "area": edges(&self.area),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "overlays": self.overlays.iter().map(overlay).collect::<Vec<_>>(),
            "output": {
                "width": output.width,
                "height": output.height,
                "format": output.encoding.format().name(),
                "settings": settings(&output.encoding),
                "animation": output.animation.map(|animation| {
                    json!({ "frames": animation.frames, "loops": animation.loops })
                }),
                "target": output.target.map(|target| json!({
                    "score": target.score,
                    "verified": target.verified,
                })),
                "original": output.original.map(|original| match original {
                    Original::WithoutMetadata => "without metadata",
                    Original::WithMetadata => "with metadata",
                }),
                "profile": output.profile.name(),
                "metadata": {
                    "exif": output.metadata.exif.as_ref().map(Vec::len),
                    "xmp": output.metadata.xmp.as_ref().map(Vec::len),
                    "iptc": output.metadata.iptc.as_ref().map(Vec::len),
                },
            },
            "trim": self.trim.map(|rest| [rest.left, rest.top, rest.width, rest.height]),
            "crop": self.crop.as_ref().map(crop),
            "memory": self.memory,
            "warnings": self.warnings,
        })
    }
}

fn crop(crop: &Crop) -> Value {
    let candidates = crop.candidates.iter();
    let faces = crop.faces.iter().map(|(face, held)| {
        json!({
            "area": edges(&face.area()),
            "score": rounded(face.score),
            "held": held,
        })
    });
    json!({
        "area": edges(&crop.area),
        "gravity": gravity(crop.gravity),
        "candidates": candidates
            .map(|place| json!({ "area": edges(&place.area), "score": rounded(place.score) }))
            .collect::<Vec<_>>(),
        "faces": faces.collect::<Vec<_>>(),
    })
}

fn gravity(gravity: Gravity) -> String {
    let word = Gravity::WORDS.iter().find(|(_, _, known)| *known == gravity);
    match (word, gravity) {
        (Some((word, _, _)), _) => (*word).to_owned(),
        (None, Gravity::Point { x, y, .. }) => format!("{x}x{y}"),
        (None, _) => String::new(),
    }
}

fn edges(area: &Area) -> [f64; 4] {
    [area.left, area.top, area.width, area.height].map(rounded)
}

/// To four decimals: more say nothing.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn decode(format: Format, decode: &DecodePlan) -> Value {
    json!({
        "format": format.name(),
        "scale": decode.scale,
        "width": decode.width,
        "height": decode.height,
        "layout": layout(decode.layout),
        "to_srgb": decode.to_srgb,
    })
}

fn overlay(overlay: &OverlayPlan) -> Value {
    let steps: Vec<Value> = overlay.steps.iter().map(step).collect();
    let (width, height) = (overlay.width, overlay.height);
    match &overlay.source {
        OverlaySource::Picture { name, probe, decode: plan } => json!({
            "url": name,
            "decode": decode(probe.format, plan),
            "steps": steps,
            "width": width,
            "height": height,
        }),
        OverlaySource::Text(text) => json!({
            "text": text.content,
            "font": text.font,
            "size": text.size,
            "wrap": text.wrap,
            "lines": text.lines,
            "steps": steps,
            "width": width,
            "height": height,
        }),
    }
}

fn layout(layout: Layout) -> &'static str {
    match layout {
        Layout::Gray => "gray",
        Layout::Rgb => "rgb",
        Layout::Rgba => "rgba",
        Layout::Cmyk => "cmyk",
    }
}

fn step(step: &Step) -> Value {
    match *step {
        Step::Resize { area, width, height } => json!({
            "step": "resize",
            "area": [area.left, area.top, area.width, area.height],
            "width": width,
            "height": height,
            "filter": match area.filter_to(width, height) {
                Filter::Lanczos => "lanczos",
                Filter::Bicubic => "bicubic",
            },
        }),
        Step::Crop { left, top, width, height } => {
            json!({ "step": "crop", "left": left, "top": top, "width": width, "height": height })
        }
        Step::Segment => json!({ "step": "segment" }),
        Step::Generate { width, height } => {
            json!({ "step": "generate", "width": width, "height": height })
        }
        Step::ToSrgb => json!({ "step": "to-srgb" }),
        Step::Orient { orientation } => json!({ "step": "orient", "orientation": orientation }),
        Step::Pad { left, top, width, height, background } => json!({
            "step": "pad",
            "left": left,
            "top": top,
            "width": width,
            "height": height,
            "background": color(background),
        }),
        Step::Flatten { background } => {
            json!({ "step": "flatten", "background": color(background) })
        }
        Step::Adjust { brightness, contrast, gamma, saturation } => json!({
            "step": "adjust",
            "brightness": brightness,
            "contrast": contrast,
            "gamma": gamma,
            "saturation": saturation,
        }),
        Step::Blur { radius } => json!({ "step": "blur", "radius": radius }),
        Step::Draw { overlay, left, top, repeat, opacity, composite } => json!({
            "step": "draw",
            "overlay": overlay,
            "left": left,
            "top": top,
            "repeat": repeat.map(Repeat::word),
            "opacity": opacity,
            "composite": composite.word(),
        }),
        Step::Sharpen { amount } => json!({ "step": "sharpen", "amount": amount }),
    }
}

fn color(color: Color) -> String {
    let Color { red, green, blue, alpha } = color;
    format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
}

fn settings(encoding: &Encoding) -> Value {
    match *encoding {
        Encoding::Jpeg { quality, progressive, full_chroma, fast } => json!({
            "quality": quality,
            "progressive": progressive,
            "full_chroma": full_chroma,
            "fast": fast,
        }),
        Encoding::Png { fast, palette } => {
            let (word, quality) = match palette {
                Palette::Never => ("never", None),
                Palette::Same => ("same", None),
                Palette::Learnt { quality } => ("learnt", Some(quality)),
            };
            json!({ "fast": fast, "palette": word, "quality": quality })
        }
        Encoding::Gif | Encoding::Json => json!({}),
        Encoding::Source(_) => json!({ "untouched": true }),
        Encoding::Webp { quality, method } => {
            json!({ "quality": quality, "lossless": quality.is_none(), "method": method })
        }
        Encoding::Avif { quality, speed, full_chroma } => {
            json!({ "quality": quality, "speed": speed, "full_chroma": full_chroma })
        }
    }
}
