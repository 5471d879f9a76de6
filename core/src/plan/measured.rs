//! What only pixels can tell: measured before the plan is made, so that a plan is always final.

use super::Area;

/// Facts about the pixels of a source. Empty where the options ask for none of them.
///
/// Positions are shares, 0 to 1, of the picture as seen: after EXIF orientation, before trim.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// What is left when a uniform border is cut off, in whole pixels as seen: left, top, width,
    /// height.
    pub content: Option<[u32; 4]>,
    /// How much there is to see, cell by cell.
    pub interest: Option<Interest>,
    /// Faces, best first.
    pub faces: Option<Vec<Face>>,
}

/// A coarse map of how much there is to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// Cells in a row.
    pub columns: u32,
    /// Rows of cells.
    pub rows: u32,
    /// One weight a cell, from the top row, left to right.
    pub weights: Vec<f32>,
}

/// Where a face is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How sure the detector is, 0 to 1.
    pub score: f64,
}

impl Face {
    /// Where it is.
    pub fn area(&self) -> Area {
        Area { left: self.left, top: self.top, width: self.width, height: self.height }
    }
}
