//! A frame's pixels as compressed palette numbers.

use super::file::{table_bits, Area};
use super::lzw::{compress, Choice};
use super::table::Table;
use crate::encode::palette::{learn, map, Census, Finder, Mapped, Pixel, Sample};
use crate::{Error, Job, Result};

/// Sixteenths of the error that dithering spreads.
const DITHER: i32 = 14;
/// The file's colours are taken as long as they are off by no more than this times what they
/// were off where they were learnt.
const WEAR: f64 = 1.25;

/// What is drawn, and on what.
pub(super) struct Canvas<'a> {
    /// What is there before.
    pub before: &'a [Pixel],
    /// What is to be seen. Where both are the same nothing need be drawn.
    pub pixels: &'a [Pixel],
    /// Pixels of a row.
    pub width: usize,
    /// The part that is written.
    pub area: Area,
    /// Whether it becomes transparent afterwards. Some readers clear a frame that has no
    /// transparency itself to a colour instead.
    pub clears: bool,
}

/// A painted frame.
pub(super) struct Painted {
    /// Compressed numbers.
    pub pixels: Vec<u8>,
    /// Its own colours, if it has any.
    pub colors: Option<Vec<Pixel>>,
    /// The number that draws nothing.
    pub transparent: Option<u8>,
}

impl Canvas<'_> {
    /// The indices of the part that is written.
    fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.area.rows(self.width).flatten()
    }

    /// Whether a number for transparency is needed.
    fn needs_nothing(&self) -> bool {
        self.clears || self.indices().any(|at| self.is_free(at))
    }

    fn is_free(&self, at: usize) -> bool {
        self.before[at] == self.pixels[at]
    }

    /// The pixels that must be drawn.
    fn changed(&self) -> impl Iterator<Item = Pixel> + '_ {
        self.indices().filter(|at| !self.is_free(*at)).map(|at| self.pixels[at])
    }

    /// The colours that must be drawn, unless they are too many.
    pub fn few_colors(&self) -> Option<Census> {
        let mut census = Census::new();
        census.add_all(self.changed()).then_some(census)
    }
}

/// Paints every pixel as it is, with colours of the file or of its own, whichever is smaller;
/// `None` when there are too many. The first frame's colours are the file's. `faithful` says that
/// what is there before looks as [`Canvas::before`] says.
pub(super) fn exact(
    canvas: &Canvas<'_>,
    table: &mut Table,
    (first, faithful): (bool, bool),
    job: &Job,
) -> Result<Option<Painted>> {
    let Some(census) = canvas.few_colors() else { return Ok(None) };
    let see_through = canvas.needs_nothing();
    let grown = table.grown(census.colors(), see_through);
    let shared = match &grown {
        Some(grown) => Some(smallest(canvas, grown, faithful, job)?),
        None => None,
    };
    let own = match Table::growing().grown(census.colors(), see_through) {
        Some(own) if !first => Some((smallest(canvas, &own, faithful, job)?, own)),
        _ => None,
    };
    let own_bytes = own
        .as_ref()
        .map_or(usize::MAX, |(pixels, own)| pixels.len() + (3 << table_bits(own.colors().len())));
    match (shared, grown, own) {
        (Some(pixels), Some(grown), _) if pixels.len() <= own_bytes => {
            let transparent = grown.transparent();
            *table = grown;
            Ok(Some(Painted { pixels, colors: None, transparent }))
        }
        (_, _, Some((pixels, own))) => {
            let transparent = own.transparent();
            Ok(Some(Painted { pixels, colors: Some(own.colors().to_vec()), transparent }))
        }
        _ => Ok(None),
    }
}

/// Compresses once with transparency preferred and once with colours.
fn smallest(canvas: &Canvas<'_>, table: &Table, faithful: bool, job: &Job) -> Result<Vec<u8>> {
    let bits = table_bits(table.colors().len()).max(2);
    let nothing = table.transparent();
    let choice = |at: usize| {
        let color = canvas.pixels[at];
        let number = if color[3] == 0 { nothing } else { table.find(color) };
        match nothing {
            Some(nothing) if canvas.is_free(at) => Choice {
                first: nothing,
                second: number.filter(|number| faithful && *number != nothing),
            },
            _ => Choice { first: number.unwrap_or(0), second: None },
        }
    };
    let sparse = compress(bits, canvas.indices().map(choice), job)?;
    if !faithful || nothing.is_none() {
        return Ok(sparse);
    }
    let swapped = canvas.indices().map(choice).map(|choice| match choice.second {
        Some(second) => Choice { first: second, second: Some(choice.first) },
        None => choice,
    });
    let full = compress(bits, swapped, job)?;
    Ok(if full.len() < sparse.len() { full } else { sparse })
}

/// Paints with the nearest of 256 colours, dithered. Colours of the file are taken while they
/// serve; `spare` says that they must leave room for transparency.
pub(super) fn nearest(
    canvas: &Canvas<'_>,
    table: &mut Table,
    (first, spare): (bool, bool),
    job: &Job,
) -> Result<Painted> {
    let sample = Sample::new(canvas.changed(), canvas.area.pixels());
    let see_through = canvas.needs_nothing();
    let count = if spare || see_through { 255 } else { 256 };
    if first {
        let colors = learn(&sample, count, job)?;
        let error = sample.error(&Finder::new(&colors));
        *table = Table::learnt(&colors, error);
    }
    let (colors, nothing) = (table.colors().to_vec(), table.transparent());
    if let Some(learnt) = table.learning() {
        if first || sample.error(&learnt.finder) <= learnt.error * WEAR + 1.0 {
            let pixels = dithered(canvas, &colors, &mut learnt.finder, nothing, job)?;
            return Ok(Painted { pixels, colors: None, transparent: nothing });
        }
    }
    let mut colors = learn(&sample, count, job)?;
    let mut finder = Finder::new(&colors);
    let nothing = see_through.then_some(colors.len() as u8);
    if see_through {
        colors.push([0; 4]);
    }
    let pixels = dithered(canvas, &colors, &mut finder, nothing, job)?;
    Ok(Painted { pixels, colors: Some(colors), transparent: nothing })
}

fn dithered(
    canvas: &Canvas<'_>,
    colors: &[Pixel],
    finder: &mut Finder,
    nothing: Option<u8>,
    job: &Job,
) -> Result<Vec<u8>> {
    let indices: Vec<usize> = canvas.indices().collect();
    let pixels: Vec<Pixel> = indices.iter().map(|at| canvas.pixels[*at]).collect();
    let what = |at: usize| match canvas.is_free(indices[at]) {
        true => Mapped::Left,
        false => Mapped::Nearest,
    };
    let view = (&pixels[..], canvas.area.width);
    let mut numbers = map(view, (colors, finder), DITHER, what, job)?;
    for (at, number) in numbers.iter_mut().enumerate() {
        if canvas.is_free(indices[at]) {
            *number = nothing.ok_or_else(|| Error::internal("gif: no room for transparency"))?;
        }
    }
    let bits = table_bits(colors.len()).max(2);
    compress(bits, numbers.iter().map(|&first| Choice { first, second: None }), job)
}
