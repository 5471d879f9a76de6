//! From glyphs at their places to pixels.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider};
use tiny_skia::{FillRule, Mask, Path, PathBuilder, Rect, Transform};

use super::fonts::Face;
use super::layout::{Glyph, Layout};
use super::BOX_ADVANCE;
use crate::image::{Image, Layout as Samples};
use crate::options::Color;
use crate::{Error, Job, Result};

/// Draws `layout` in `color` on a transparent picture.
pub(super) fn draw(
    layout: &Layout,
    faces: &[Face<'_>],
    size: f64,
    color: Color,
    (width, height): (u32, u32),
    job: &Job,
) -> Result<Image> {
    let mut image = Image::new(width, height, Samples::Rgba)?;
    let mut mask = Mask::new(width, height)
        .ok_or_else(|| Error::too_large("memory", "what the system gives", width))?;
    for font in 0..faces.len() {
        job.check()?;
        // Glyphs of a font are one shape, so that letters that join show no seam.
        if let Some(path) = outline(layout, faces, font, size, job)? {
            mask.fill_path(&path, FillRule::Winding, true, Transform::identity());
        }
    }
    let mut coverage = mask.data().chunks_exact(width as usize);
    image.for_rows(job, |row| {
        let coverage = coverage.next().unwrap_or_default();
        for (pixel, cover) in row.as_chunks_mut::<4>().0.iter_mut().zip(coverage) {
            let alpha = (u32::from(*cover) * u32::from(color.alpha) + 127) / 255;
            *pixel = [color.red, color.green, color.blue, alpha as u8];
        }
    })?;
    Ok(image)
}

fn outline(
    layout: &Layout,
    faces: &[Face<'_>],
    font: usize,
    size: f64,
    job: &Job,
) -> Result<Option<Path>> {
    let face = &faces[font];
    let outlines = face.font.outline_glyphs();
    let mut pen = Pen { path: PathBuilder::new(), scale: size / face.units, x: 0.0, y: 0.0 };
    for glyph in layout.glyphs.iter().filter(|glyph| glyph.font == font) {
        job.check()?;
        (pen.x, pen.y) = (glyph.x, glyph.y);
        if glyph.id == 0 {
            missing(&mut pen.path, glyph, size);
            continue;
        }
        if let Some(outline) = outlines.get(GlyphId::new(glyph.id)) {
            let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
            let drawn = outline.draw(settings, &mut pen);
            drawn.map_err(|_| super::sfnt::broken("an outline is damaged"))?;
        }
    }
    Ok(pen.path.finish())
}

/// A box in place of a glyph: an outer edge, and an inner one drawn the other way.
fn missing(path: &mut PathBuilder, glyph: &Glyph, size: f64) {
    let (left, bottom) = (glyph.x + size * 0.08, glyph.y);
    let (right, top) = (glyph.x + size * (BOX_ADVANCE - 0.08), bottom - size * 0.7);
    let [left, top, right, bottom] = [left, top, right, bottom].map(|at| at as f32);
    let Some(rect) = Rect::from_ltrb(left, top, right, bottom) else { return };
    path.push_rect(rect);
    let line = (size * 0.06) as f32;
    path.move_to(left + line, top + line);
    path.line_to(left + line, bottom - line);
    path.line_to(right - line, bottom - line);
    path.line_to(right - line, top + line);
    path.close();
}

/// Takes an outline in font units, its y axis upwards.
struct Pen {
    path: PathBuilder,
    scale: f64,
    x: f64,
    y: f64,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let x = self.x + f64::from(x) * self.scale;
        let y = self.y - f64::from(y) * self.scale;
        (x as f32, y as f32)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.at(cx, cy), self.at(x, y));
        self.path.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (x, y)) = (self.at(ax, ay), self.at(bx, by), self.at(x, y));
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
