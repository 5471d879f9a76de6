//! The forms that a picture may take: grey or colour, with alpha or without, or with a palette.

use super::file::Colors;
use super::stats::Stats;
use crate::decode::Exact;
use crate::{Error, Job, Result};

/// What the samples of a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Gray,
    Rgb,
    Indexed,
    GrayAlpha,
    Rgba,
}

impl Color {
    /// Its number in the header.
    pub fn number(self) -> u8 {
        match self {
            Color::Gray => 0,
            Color::Rgb => 2,
            Color::Indexed => 3,
            Color::GrayAlpha => 4,
            Color::Rgba => 6,
        }
    }

    fn samples(self) -> usize {
        match self {
            Color::Gray | Color::Indexed => 1,
            Color::GrayAlpha => 2,
            Color::Rgb => 3,
            Color::Rgba => 4,
        }
    }
}

/// How the colours of a palette follow each other. Those that are not opaque come first always,
/// so that the list of alphas is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// From dark to light.
    Light,
    /// As they are first met.
    Met,
    /// The most frequent first.
    Frequent,
}

/// A form that is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub color: Color,
    pub bits: u8,
    order: Order,
}

/// The forms that may be the smallest one for a picture of `stats`.
pub(super) fn choices(exact: &Exact, stats: &Stats, colors: &Colors) -> Vec<Choice> {
    let gray = stats.gray && !colors.never_gray;
    let solid = stats.opaque || stats.key.is_some();
    let direct = match (gray, solid) {
        (true, true) => Color::Gray,
        (true, false) => Color::GrayAlpha,
        (false, true) => Color::Rgb,
        (false, false) => Color::Rgba,
    };
    let bits = match (direct, exact.sample) {
        (Color::Gray, 1) => stats.gray_bits(),
        (_, sample) => 8 * sample as u8,
    };
    let order = Order::Met;
    let mut choices = vec![Choice { color: direct, bits, order }];
    let indexed = match stats.colors.len() {
        0 => return choices,
        1..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    };
    let fewer = direct != Color::Gray || indexed < bits;
    if fewer && !colors.only_gray {
        for order in [Order::Light, Order::Met, Order::Frequent] {
            choices.push(Choice { color: Color::Indexed, bits: indexed, order });
        }
    }
    choices
}

/// A picture in one form.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub width: usize,
    pub height: usize,
    pub color: Color,
    pub bits: u8,
    pub palette: Vec<[u8; 4]>,
    /// What the chunk of transparency holds; nothing where there is none.
    pub transparency: Vec<u8>,
    /// Bytes of a row.
    pub stride: usize,
    /// Rows from the top without gaps.
    pub rows: Vec<u8>,
}

impl Form {
    /// Bytes from a sample to the one of the pixel before, at least 1.
    pub fn step(&self) -> usize {
        (self.color.samples() * usize::from(self.bits) / 8).max(1)
    }

    /// `exact` in the form of `choice`.
    pub fn new(exact: &Exact, stats: &Stats, choice: Choice, job: &Job) -> Result<Self> {
        let Choice { color, bits, order } = choice;
        let (width, height) = (exact.width, exact.height);
        let stride = (width * color.samples() * usize::from(bits)).div_ceil(8);
        let mut rows = Vec::new();
        rows.try_reserve_exact(stride * height)
            .map_err(|_| Error::too_large("memory", "what the system gives", stride * height))?;
        let palette =
            if color == Color::Indexed { ordered(&stats.colors, order) } else { Vec::new() };
        let mut writer = Writer::new(exact.sample, color, bits, &palette);
        for row in exact.rows() {
            job.check()?;
            writer.put(row, &mut rows);
        }
        let transparency = transparency(color, bits, stats, &palette);
        Ok(Form { width, height, color, bits, palette, transparency, stride, rows })
    }
}

fn ordered(colors: &[([u8; 4], usize)], order: Order) -> Vec<[u8; 4]> {
    let mut colors = colors.to_vec();
    let light = |[red, green, blue, _]: [u8; 4]| {
        2 * u32::from(red) + 5 * u32::from(green) + u32::from(blue)
    };
    match order {
        Order::Light => colors.sort_by_key(|(color, _)| (light(*color), *color)),
        Order::Met => {}
        Order::Frequent => colors.sort_by_key(|(_, count)| std::cmp::Reverse(*count)),
    }
    colors.sort_by_key(|(color, _)| color[3] == 255);
    colors.into_iter().map(|(color, _)| color).collect()
}

/// The data of the chunk of transparency.
fn transparency(color: Color, bits: u8, stats: &Stats, palette: &[[u8; 4]]) -> Vec<u8> {
    match (color, &stats.key) {
        (Color::Indexed, _) => {
            palette.iter().map(|color| color[3]).take_while(|alpha| *alpha < 255).collect()
        }
        (Color::Gray | Color::Rgb, Some(key)) if !stats.opaque => {
            let sample = key.len() / 3;
            let shift = 8u8.saturating_sub(bits);
            let samples = key.chunks_exact(sample).take(color.samples());
            let word = |part: &[u8]| match *part {
                [high, low] => [high, low],
                [low] => [0, low >> shift],
                _ => [0, 0],
            };
            samples.flat_map(word).collect()
        }
        _ => Vec::new(),
    }
}

/// Writes rows of one form.
struct Writer {
    sample: usize,
    color: Color,
    bits: u8,
    places: std::collections::HashMap<[u8; 4], u8>,
    numbers: Vec<u8>,
}

impl Writer {
    fn new(sample: usize, color: Color, bits: u8, palette: &[[u8; 4]]) -> Self {
        let places = palette.iter().zip(0u8..=255).map(|(color, at)| (*color, at)).collect();
        Writer { sample, color, bits, places, numbers: Vec::new() }
    }

    fn put(&mut self, row: &[u8], out: &mut Vec<u8>) {
        let (sample, bits) = (self.sample, self.bits);
        let pixels = row.chunks_exact(4 * sample);
        match self.color {
            Color::Rgba => out.extend_from_slice(row),
            Color::Rgb => pixels.for_each(|pixel| out.extend_from_slice(&pixel[..3 * sample])),
            Color::GrayAlpha => pixels.for_each(|pixel| {
                out.extend_from_slice(&pixel[..sample]);
                out.extend_from_slice(&pixel[3 * sample..]);
            }),
            Color::Gray if bits >= 8 => {
                pixels.for_each(|pixel| out.extend_from_slice(&pixel[..sample]));
            }
            Color::Gray => {
                self.numbers.clear();
                self.numbers.extend(pixels.map(|pixel| pixel[0] >> (8 - bits)));
                pack(&self.numbers, bits, out);
            }
            Color::Indexed => {
                self.numbers.clear();
                let mut last = ([0; 4], 0);
                let places = &self.places;
                self.numbers.extend(row.as_chunks::<4>().0.iter().enumerate().map(
                    |(at, color)| {
                        if at == 0 || last.0 != *color {
                            last = (*color, places.get(color).copied().unwrap_or(0));
                        }
                        last.1
                    },
                ));
                pack(&self.numbers, bits, out);
            }
        }
    }
}

/// Numbers of `bits`, the first in the highest bits of a byte.
fn pack(numbers: &[u8], bits: u8, out: &mut Vec<u8>) {
    if bits == 8 {
        out.extend_from_slice(numbers);
        return;
    }
    let each = usize::from(8 / bits);
    out.extend(numbers.chunks(each).map(|part| {
        let filled = part.iter().fold(0u16, |byte, number| byte << bits | u16::from(*number));
        (filled << (usize::from(bits) * (each - part.len()))) as u8
    }));
}
