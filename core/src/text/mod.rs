//! Texts as pictures: shaped, wrapped and drawn with fonts that are given as bytes.

mod fonts;
mod glyf;
mod layout;
mod paragraph;
mod raster;
mod sfnt;
mod woff;
mod woff2;

use crate::image::Image;
use crate::plan::TextPlan;
use crate::{Assets, Error, Job, Result};

use fonts::Face;
use layout::{Layout, Setting};

/// Longest side of a text's picture.
const MAX_SIDE: f64 = 4096.0;
/// Smallest size that a text shrinks to, in pixels.
const MIN_SIZE: f64 = 4.0;
/// Width of the box that stands for a missing glyph, in units of the size.
const BOX_ADVANCE: f64 = 0.62;

/// The room for a text, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Room {
    /// Its lines are broken here.
    pub width: u32,
    /// Whether its picture is as wide as the room.
    pub fill: bool,
    /// It shrinks until it is no taller.
    pub height: Option<u32>,
    /// Whether it may grow as far as the room lets it.
    pub grow: bool,
}

/// The bundled fonts as plain files, for texts in SVG.
#[cfg(feature = "svg")]
pub(crate) fn bundled_fonts() -> impl Iterator<Item = &'static [u8]> {
    fonts::bundled()
}

/// Finds the sizes that `text` leaves open, and what the caller should know.
pub(crate) fn lay_out(
    mut text: TextPlan,
    room: Room,
    assets: &Assets,
    job: &Job,
) -> Result<(TextPlan, Vec<String>)> {
    let files = fonts::files(text.font.as_deref(), assets)?;
    let faces = files.iter().map(Face::new).collect::<Result<Vec<_>>>()?;
    text.wrap = room.width;
    text.fill = room.fill;
    if let Some(height) = room.height {
        text.size = largest_fit(&text, room.grow, height.into(), &faces, job)?;
    }
    let layout = set(&text, &faces, job)?;
    let longest = layout.width.max(layout.height).ceil();
    if longest > MAX_SIDE {
        return Err(Error::too_large("text side", MAX_SIDE, longest));
    }
    text.width = (layout.width.ceil() as u32).max(1);
    text.height = (layout.height.ceil() as u32).max(1);
    text.lines = layout.lines;
    Ok((text, warning(&layout).into_iter().collect()))
}

/// The picture of a text that was laid out.
pub(crate) fn draw(text: &TextPlan, assets: &Assets, job: &Job) -> Result<Image> {
    let files = fonts::files(text.font.as_deref(), assets)?;
    let faces = files.iter().map(Face::new).collect::<Result<Vec<_>>>()?;
    let layout = set(text, &faces, job)?;
    raster::draw(&layout, &faces, text.size, text.color, (text.width, text.height), job)
}

fn set(text: &TextPlan, faces: &[Face<'_>], job: &Job) -> Result<Layout> {
    let setting = Setting {
        size: text.size,
        room: text.wrap.into(),
        fills_room: text.fill,
        align: text.align,
        line_height: text.line_height,
    };
    layout::set(&text.content, setting, faces, job)
}

/// The largest size, in quarters of a pixel, at which the text is at most `height` tall with no
/// word broken; the smallest when none is.
fn largest_fit(
    text: &TextPlan,
    grow: bool,
    height: f64,
    faces: &[Face<'_>],
    job: &Job,
) -> Result<f64> {
    let fits = |size: f64| -> Result<bool> {
        let layout = set(&TextPlan { size, ..text.clone() }, faces, job)?;
        Ok(layout.height <= height && !layout.broke_a_word)
    };
    if !grow && fits(text.size)? {
        return Ok(text.size);
    }
    let most = if grow { height.min(MAX_SIDE) } else { text.size };
    let (mut low, mut high) = ((MIN_SIZE * 4.0) as u32, (most * 4.0).ceil() as u32);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(f64::from(middle) / 4.0)? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok((f64::from(low) / 4.0).min(text.size.max(most)))
}

fn warning(layout: &Layout) -> Option<String> {
    if layout.missing.is_empty() {
        return None;
    }
    let shown: Vec<String> =
        layout.missing.iter().take(5).map(|char| format!("U+{:04X}", u32::from(*char))).collect();
    let more = if layout.missing.len() > shown.len() { " and others" } else { "" };
    Some(format!("no font has a glyph for {}{more}", shown.join(", ")))
}
