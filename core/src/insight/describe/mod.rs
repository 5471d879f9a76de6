//! What a picture is like, all of it from one small decode.
//!
//! | field | meaning |
//! |---|---|
//! | `format`, `mime`, `width`, `height`, `size`, `frames` | the file: width and height as seen, size in bytes |
//! | `alpha` | whether any pixel of the small picture is transparent |
//! | `color` | mean colour in linear light, `#rrggbb`; null when all is transparent |
//! | `palette` | up to six colours, each with its `share` and the `text` colour, black or white, that is read best on it |
//! | `blurhash` | BlurHash, 4 × 3 or 3 × 4 waves, transparent parts on white |
//! | `thumbhash` | ThumbHash in base64 |
//! | `phash` | perceptual hash, 16 hexadecimal digits; compare by the number of differing bits |
//! | `faces` | `left`, `top`, `width`, `height` as shares of the picture, and `score`; best first |
//! | `focus` | `x` and `y` as shares, for `gravity` or `object-position`, and what they come `from`: `faces`, `saliency` or `center` |
//! | `placeholder` | a tiny WebP as `data:` URL |

mod blurhash;
mod focus;
mod oklab;
mod palette;
mod phash;
mod placeholder;
#[cfg(test)]
mod test_picture;
mod thumbhash;

use serde_json::{json, Value};

use super::faces;
use crate::image::{Image, Layout, Probe};
use crate::plan::{Area, Face, Step};
use crate::{transform, Error, Job, Result};

/// Longest side of the picture that [`describe`] takes: enough to find small faces.
pub(crate) const SIDE: u32 = 512;

/// Longest side for what is about colours and shapes alone.
const SMALL: u32 = 64;

/// Describes a source of `bytes` by `image`, which is upright, sRGB or grey, and small.
pub(crate) fn describe(image: &Image, probe: &Probe, bytes: u64, job: &Job) -> Result<Value> {
    let faces = faces::find(image, job)?;
    let focus = focus::of(image, &faces, job)?;
    let small = shrunk(image, SMALL, job)?;
    let pixels = pixels(&small)?;
    let on_white: Vec<[u8; 3]> = pixels.iter().map(on_white).collect();
    let thumb = thumbhash::hash(&pixels, small.width() as usize);
    let (width, height) = probe.oriented_size();
    job.check()?;
    Ok(json!({
        "format": probe.format.name(),
        "mime": probe.format.mime(),
        "width": width,
        "height": height,
        "size": bytes,
        "frames": probe.frames,
        "alpha": pixels.iter().any(|pixel| pixel[3] < 255),
        "color": mean(&pixels).map(hex),
        "palette": palette::swatches(&pixels).iter().map(swatch).collect::<Vec<_>>(),
        "blurhash": blurhash::hash(&on_white, small.width() as usize),
        "thumbhash": base64(&thumb),
        "phash": format!("{:016x}", phash::hash(&grey(image, job)?)),
        "faces": faces.iter().map(face).collect::<Vec<_>>(),
        "focus": focus,
        "placeholder": placeholder::data_url(image, job)?,
    }))
}

/// `image` with its longest side at most `side`.
fn shrunk(image: &Image, side: u32, job: &Job) -> Result<Image> {
    let longest = image.width().max(image.height());
    if longest <= side {
        return Ok(image.clone());
    }
    let scaled = |own: u32| ((2 * own * side + longest) / (2 * longest)).max(1);
    resized(image, scaled(image.width()), scaled(image.height()), job)
}

fn resized(image: &Image, width: u32, height: u32, job: &Job) -> Result<Image> {
    let (full_width, full_height) = (f64::from(image.width()), f64::from(image.height()));
    let area = Area { left: 0.0, top: 0.0, width: full_width, height: full_height };
    let step = Step::Resize { area, width, height };
    transform::run(&step, image.clone(), &Default::default(), job)
}

/// Red, green, blue and alpha of every pixel.
fn pixels(image: &Image) -> Result<Vec<[u8; 4]>> {
    let data = image.data();
    Ok(match image.layout() {
        Layout::Gray => data.iter().map(|grey| [*grey, *grey, *grey, 255]).collect(),
        Layout::Rgb => data.as_chunks::<3>().0.iter().map(|[r, g, b]| [*r, *g, *b, 255]).collect(),
        Layout::Rgba => data.as_chunks::<4>().0.to_vec(),
        Layout::Cmyk => return Err(Error::internal("a picture to describe is in cmyk")),
    })
}

fn on_white([r, g, b, alpha]: &[u8; 4]) -> [u8; 3] {
    let (opaque, rest) = (u32::from(*alpha), 255 - u32::from(*alpha));
    [r, g, b].map(|value| ((u32::from(*value) * opaque + 255 * rest + 127) / 255) as u8)
}

/// Luma on white, at the size of the perceptual hash.
fn grey(image: &Image, job: &Job) -> Result<Vec<u8>> {
    let side = phash::SIDE as u32;
    let pixels = pixels(&resized(image, side, side, job)?)?;
    let luma = |[r, g, b]: [u8; 3]| {
        ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000) as u8
    };
    Ok(pixels.iter().map(|pixel| luma(on_white(pixel))).collect())
}

/// The mean colour in linear light; transparent pixels count as much as they are seen.
fn mean(pixels: &[[u8; 4]]) -> Option<[u8; 3]> {
    let mut sum = [0.0; 3];
    let mut opacity = 0.0;
    for [color @ .., alpha] in pixels {
        opacity += f64::from(*alpha);
        for (sum, value) in sum.iter_mut().zip(color) {
            *sum += oklab::light(*value) * f64::from(*alpha);
        }
    }
    (opacity > 0.0).then(|| sum.map(|sum| oklab::value(sum / opacity)))
}

fn swatch(swatch: &palette::Swatch) -> Value {
    json!({
        "color": hex(swatch.color),
        "share": rounded(swatch.share),
        "text": text_on(swatch.color),
    })
}

/// Black or white, whichever has the greater contrast by WCAG 2.
fn text_on(color: [u8; 3]) -> &'static str {
    let [r, g, b] = color.map(oklab::light);
    let luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    match 1.05 / luminance >= luminance / 0.05 {
        true => "#ffffff",
        false => "#000000",
    }
}

fn face(face: &Face) -> Value {
    json!({
        "left": rounded(face.left),
        "top": rounded(face.top),
        "width": rounded(face.width),
        "height": rounded(face.height),
        "score": rounded(face.score),
    })
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let value = DIGITS[(bits >> (18 - 6 * digit) & 63) as usize];
            text.push(if digit <= group.len() { char::from(value) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        let words = ["", "f", "fo", "foo", "foob"];
        let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="];
        assert_eq!(words.map(|word| base64(word.as_bytes())), expected);
    }

    #[test]
    fn text_on_a_color_is_the_one_that_is_read() {
        assert_eq!(text_on([250, 240, 20]), "#000000");
        assert_eq!(text_on([20, 30, 120]), "#ffffff");
    }

    #[test]
    fn the_mean_is_that_of_the_light_and_leaves_out_what_is_transparent() {
        let pixels = [[255, 255, 255, 255], [0, 0, 0, 255], [255, 0, 0, 0]];
        assert_eq!(mean(&pixels), Some([188, 188, 188]));
        assert_eq!(mean(&[[1, 2, 3, 0]]), None);
    }
}
