//! The colours of the whole file, which frames share as long as they fit.

use crate::encode::palette::{Census, Finder, Pixel, MAX_COLORS};

/// Colours of the file. Where all frames have few colours it grows from frame to frame; where the
/// first one has many it is what was learnt from that.
pub(super) struct Table {
    census: Census,
    transparent: Option<u8>,
    learnt: Option<Learnt>,
}

/// A table that was learnt.
pub(super) struct Learnt {
    pub finder: Finder,
    /// How far the colours were off on the frame they were learnt from, squared, in the mean.
    pub error: f64,
}

/// The pixel that stands for transparency; no visible colour is like it.
const NOTHING: Pixel = [0; 4];

impl Table {
    /// An empty one that grows.
    pub fn growing() -> Self {
        Table { census: Census::new(), transparent: None, learnt: None }
    }

    /// What was learnt from the first frame; a place for transparency is left at its end.
    pub fn learnt(colors: &[Pixel], error: f64) -> Self {
        let mut table = Table::growing();
        table.census.add_all(colors.iter().copied());
        table.learnt = Some(Learnt { finder: Finder::new(table.colors()), error });
        table.transparent = table.census.add(NOTHING);
        table
    }

    /// All colours, transparency among them.
    pub fn colors(&self) -> &[Pixel] {
        self.census.colors()
    }

    /// The number of transparency.
    pub fn transparent(&self) -> Option<u8> {
        self.transparent
    }

    /// What makes it a learnt one.
    pub fn learning(&mut self) -> Option<&mut Learnt> {
        self.learnt.as_mut()
    }

    /// The number of a colour.
    pub fn find(&self, color: Pixel) -> Option<u8> {
        self.census.find(color)
    }

    /// A copy that has `colors`, too, and transparency if it is `needed`; `None` when they are
    /// too many, or when this one does not grow.
    pub fn grown(&self, colors: &[Pixel], needed: bool) -> Option<Table> {
        if self.learnt.is_some() {
            return None;
        }
        let mut census = self.census.clone();
        let nothing = needed.then_some(NOTHING);
        if !census.add_all(colors.iter().copied().chain(nothing)) {
            return None;
        }
        let transparent = self.transparent.or_else(|| needed.then(|| census.find(NOTHING))?);
        debug_assert!(census.colors().len() <= MAX_COLORS);
        Some(Table { census, transparent, learnt: None })
    }
}
