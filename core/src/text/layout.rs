//! From a text to glyphs at their places: shaping, line breaking, alignment.

use std::collections::BTreeSet;
use std::ops::Range;

use harfrust::{Direction, ShapeOptions, UnicodeBuffer};
use unicode_linebreak::linebreaks;

use super::fonts::Face;
use super::paragraph::{invisible, Paragraph, Run};
use crate::options::Align;
use crate::{Job, Result};

/// How a text is set. Lengths are pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub size: f64,
    /// Lines are broken where they would be wider.
    pub room: f64,
    /// Whether the text takes all of `room`, even where its lines are shorter.
    pub fills_room: bool,
    pub align: Align,
    pub line_height: Option<f64>,
}

/// A glyph with its origin on the base line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub font: usize,
    /// 0 has no outline of its own: a box is drawn.
    pub id: u32,
    pub x: f64,
    pub y: f64,
}

/// A text that is set.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub glyphs: Vec<Glyph>,
    pub width: f64,
    pub height: f64,
    pub lines: u32,
    /// Characters for which no font has a glyph.
    pub missing: BTreeSet<char>,
    /// Whether a word was broken because the room is too narrow for it.
    pub broke_a_word: bool,
}

struct Line {
    glyphs: Vec<Glyph>,
    width: f64,
    rtl: bool,
}

/// Sets `content`.
pub(super) fn set(
    content: &str,
    setting: Setting,
    faces: &[Face<'_>],
    job: &Job,
) -> Result<Layout> {
    let text = tidy(content);
    let mut setter = Setter {
        setting,
        faces,
        lines: Vec::new(),
        used: vec![false; faces.len()],
        layout: Layout::default(),
    };
    setter.used[0] = true;
    for text in text.split('\n') {
        job.check()?;
        setter.paragraph(&Paragraph::new(text, faces), job)?;
    }
    Ok(setter.finish())
}

/// One kind of line feed, and no other control characters.
fn tidy(content: &str) -> String {
    let text = content.replace("\r\n", "\n");
    let replace = |char| match char {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        char if char.is_control() => ' ',
        char => char,
    };
    text.chars().map(replace).collect()
}

struct Setter<'a> {
    setting: Setting,
    faces: &'a [Face<'a>],
    lines: Vec<Line>,
    used: Vec<bool>,
    layout: Layout,
}

impl Setter<'_> {
    fn paragraph(&mut self, paragraph: &Paragraph<'_>, job: &Job) -> Result<()> {
        for line in self.breaks(paragraph) {
            job.check()?;
            let (mut glyphs, mut x) = (Vec::new(), 0.0);
            for run in paragraph.runs(line) {
                self.used[run.font] = true;
                self.shape(paragraph.text, &run, |glyph, advance, _| {
                    glyphs.push(Glyph { x: x + glyph.x, ..glyph });
                    x += advance;
                });
                self.note_missing(paragraph.text, &run);
            }
            self.lines.push(Line { glyphs, width: x, rtl: paragraph.rtl() });
        }
        Ok(())
    }

    /// Gives each glyph of `run` from left to right, its advance, and the byte it stands for.
    fn shape(&self, text: &str, run: &Run, mut each: impl FnMut(Glyph, f64, usize)) {
        let face = &self.faces[run.font];
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text[run.range.clone()]);
        let direction = if run.rtl { Direction::RightToLeft } else { Direction::LeftToRight };
        buffer.set_direction(direction);
        buffer.guess_segment_properties();
        let shaper = face.shaper.shaper(&face.font).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new());
        let pixels = |units: i32| f64::from(units) / face.units * self.setting.size;
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let byte = run.range.start + info.cluster as usize;
            let blank = text[byte..].chars().next().is_none_or(invisible);
            let (id, mut advance) = (info.glyph_id, pixels(position.x_advance));
            let (x, y) = (pixels(position.x_offset), -pixels(position.y_offset));
            if id == 0 && !blank {
                advance = self.setting.size * super::BOX_ADVANCE;
            }
            let font = if id == 0 && blank { usize::MAX } else { run.font };
            each(Glyph { font, id, x, y }, advance, byte);
        }
    }

    fn note_missing(&mut self, text: &str, run: &Run) {
        let face = &self.faces[run.font];
        let missing = text[run.range.clone()].chars().filter(|c| !invisible(*c) && !face.has(*c));
        self.layout.missing.extend(missing);
    }

    /// The lines of a paragraph, without the blanks at their ends.
    fn breaks(&mut self, paragraph: &Paragraph<'_>) -> Vec<Range<usize>> {
        let text = paragraph.text;
        let widths = self.widths(paragraph);
        let trimmed = |range: Range<usize>| {
            let kept = text[range.clone()].trim_end().len();
            range.start..range.start + kept
        };
        let room = self.setting.room + 0.01;
        let fits = |range: Range<usize>| {
            let range = trimmed(range);
            widths[range.end] - widths[range.start] <= room
        };
        let (mut lines, mut start, mut last) = (Vec::new(), 0, 0);
        for (end, _) in linebreaks(text) {
            if !fits(start..end) && last > start {
                lines.push(trimmed(start..last));
                start = last;
            }
            while !fits(start..end) {
                let mut ends = paragraph.ends(start..end);
                let first = ends.next().unwrap_or(end);
                let cut = ends.take_while(|cut| fits(start..*cut)).last().unwrap_or(first);
                self.layout.broke_a_word = true;
                if cut >= end {
                    break;
                }
                lines.push(trimmed(start..cut));
                start = cut;
            }
            last = end;
        }
        lines.push(trimmed(start..text.len()));
        lines
    }

    /// Width of the paragraph up to each of its bytes, as if it were one line.
    fn widths(&self, paragraph: &Paragraph<'_>) -> Vec<f64> {
        let mut widths = vec![0.0; paragraph.text.len() + 1];
        for run in paragraph.runs(0..paragraph.text.len()) {
            self.shape(paragraph.text, &run, |_, advance, byte| widths[byte + 1] += advance);
        }
        let mut sum = 0.0;
        for width in &mut widths {
            sum += *width;
            *width = sum;
        }
        widths
    }

    fn finish(mut self) -> Layout {
        let Setting { size, room, fills_room, align, line_height } = self.setting;
        let used = || self.faces.iter().zip(&self.used).filter(|(_, used)| **used).map(|(f, _)| f);
        let tallest = |part: fn(&Face<'_>) -> f64| used().map(part).fold(0.0, f64::max) * size;
        let (ascent, descent) = (tallest(|face| face.ascent), tallest(|face| face.descent));
        let usual = tallest(|face| face.ascent + face.descent + face.gap);
        let distance = line_height.map_or(usual, |factor| factor * size);
        let widest = self.lines.iter().map(|line| line.width).fold(0.0, f64::max);
        let width = if fills_room { room } else { widest };
        let mut base = ascent;
        for line in &self.lines {
            let space = width - line.width;
            let shift = match (align, line.rtl) {
                (Align::Center, _) => space / 2.0,
                (Align::Start, false) | (Align::End, true) => 0.0,
                (Align::Start, true) | (Align::End, false) => space,
            };
            let moved = |glyph: &Glyph| Glyph { x: glyph.x + shift, y: glyph.y + base, ..*glyph };
            self.layout.glyphs.extend(line.glyphs.iter().map(moved));
            base += distance;
        }
        self.layout.lines = self.lines.len() as u32;
        self.layout.width = width;
        self.layout.height = base - distance + descent;
        self.layout
    }
}
