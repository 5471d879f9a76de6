//! What the samples of a picture have in common, which decides the forms that it may take.

use std::collections::HashMap;

use crate::decode::Exact;
use crate::{Job, Result};

/// The most colours that a palette has.
const MAX_COLORS: usize = 256;

/// What all pixels have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Stats {
    /// Nothing is transparent.
    pub opaque: bool,
    /// Red, green and blue are equal.
    pub gray: bool,
    /// The one colour of all pixels that are fully transparent, when all others are opaque and
    /// none of them has it.
    pub key: Option<Vec<u8>>,
    /// The colours of 8 bits in the order of their first pixel with the number of their pixels;
    /// none when there are too many.
    pub colors: Vec<([u8; 4], usize)>,
}

/// The same samples in 8 bits, where the other 8 say nothing more.
pub(super) fn narrowed(exact: Exact, job: &Job) -> Result<Exact> {
    if exact.sample == 1 {
        return Ok(exact);
    }
    if needs_all_bits(&exact, job)? {
        return Ok(exact);
    }
    let data = exact.data.as_chunks::<2>().0.iter().map(|[high, _]| *high).collect();
    Ok(Exact { sample: 1, data, ..exact })
}

fn needs_all_bits(exact: &Exact, job: &Job) -> Result<bool> {
    for row in exact.rows() {
        job.check()?;
        if row.as_chunks::<2>().0.iter().any(|[high, low]| high != low) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Stats {
    /// Looks at every pixel.
    pub fn of(exact: &Exact, job: &Job) -> Result<Self> {
        let mut looked = Look::new(exact.sample);
        for row in exact.rows() {
            job.check()?;
            looked.at(row);
        }
        let Look { opaque, gray, binary, hidden, census, .. } = looked;
        let mut key = hidden.filter(|_| binary && !opaque);
        if let Some(color) = &key {
            let mut rows = exact.rows();
            if rows.any(|row| uses(row, color, exact.sample)) {
                key = None;
            }
        }
        Ok(Stats { opaque, gray, key, colors: census.map_or(Vec::new(), Census::finished) })
    }

    /// Bits that grey of 8 takes: 1, 2 or 4 where its values lie on that scale.
    pub fn gray_bits(&self) -> u8 {
        let fits = |step: u8| {
            !self.colors.is_empty() && self.colors.iter().all(|(color, _)| color[0] % step == 0)
        };
        [(1, 255), (2, 85), (4, 17)].into_iter().find(|(_, step)| fits(*step)).map_or(8, |(b, _)| b)
    }
}

/// Whether an opaque pixel of `row` has `color`.
fn uses(row: &[u8], color: &[u8], sample: usize) -> bool {
    row.chunks_exact(4 * sample).any(|pixel| {
        let (rgb, alpha) = pixel.split_at(3 * sample);
        rgb == color && alpha.iter().all(|byte| *byte == 255)
    })
}

struct Look {
    sample: usize,
    opaque: bool,
    gray: bool,
    /// Every pixel is opaque or fully transparent.
    binary: bool,
    /// The colour of the transparent pixels; `binary` is false when they have several.
    hidden: Option<Vec<u8>>,
    census: Option<Census>,
}

impl Look {
    fn new(sample: usize) -> Self {
        Look {
            sample,
            opaque: true,
            gray: true,
            binary: true,
            hidden: None,
            census: (sample == 1).then(Census::default),
        }
    }

    fn at(&mut self, row: &[u8]) {
        for pixel in row.chunks_exact(4 * self.sample) {
            let (rgb, alpha) = pixel.split_at(3 * self.sample);
            let (red, others) = rgb.split_at(self.sample);
            self.gray &= others.chunks_exact(self.sample).all(|other| other == red);
            if alpha.iter().any(|byte| *byte != 255) {
                self.opaque = false;
                self.see_through(rgb, alpha);
            }
        }
        if let Some(census) = &mut self.census {
            if !census.add(row) {
                self.census = None;
            }
        }
    }

    fn see_through(&mut self, rgb: &[u8], alpha: &[u8]) {
        if !self.binary {
            return;
        }
        let clear = alpha.iter().all(|byte| *byte == 0);
        let known = self.hidden.get_or_insert_with(|| rgb.to_vec());
        self.binary = clear && known == rgb;
    }
}

/// Different colours, as long as they are few.
#[derive(Default)]
struct Census {
    places: HashMap<[u8; 4], usize>,
    colors: Vec<([u8; 4], usize)>,
    last: Option<([u8; 4], usize)>,
}

impl Census {
    /// Counts a row; false when there are too many colours.
    fn add(&mut self, row: &[u8]) -> bool {
        for color in row.as_chunks::<4>().0 {
            let at = match self.last {
                Some((last, at)) if last == *color => at,
                _ => *self.places.entry(*color).or_insert(self.colors.len()),
            };
            if at == self.colors.len() {
                if at == MAX_COLORS {
                    return false;
                }
                self.colors.push((*color, 0));
            }
            self.colors[at].1 += 1;
            self.last = Some((*color, at));
        }
        true
    }

    fn finished(self) -> Vec<([u8; 4], usize)> {
        self.colors
    }
}
