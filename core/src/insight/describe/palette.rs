//! The colours that a picture is mostly made of.
//!
//! Pixels are counted in small cells of OKLab, where distance is about what the eye sees. The
//! fullest cell is the first colour; each further one is the cell that is both full and far from
//! the colours so far. A colour is the mean of its own cell, never of a whole cluster, so that
//! red and green do not meet in a brown that is nowhere in the picture.

use super::oklab::{self, Lab};

/// Colours at most.
const MOST: usize = 6;

/// Edge of a cell.
const CELL: f64 = 0.04;

/// Colours nearer than this are one.
const NEAR: f64 = 0.09;

/// Colours of a smaller share are left out.
const LEAST: f64 = 0.005;

/// A colour and how much of the picture is nearest to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Swatch {
    pub(super) color: [u8; 3],
    /// 0 to 1; those of all swatches are 1 together, before small ones are left out.
    pub(super) share: f64,
}

/// A cell: its place, its weight, and the sum of the colours in it.
struct Cell {
    key: [i16; 3],
    weight: f64,
    sum: Lab,
}

impl Cell {
    fn mean(&self) -> Lab {
        self.sum.map(|sum| sum / self.weight)
    }
}

/// The colours of `pixels`, largest share first; transparent ones do not count. Empty when every
/// pixel is transparent.
pub(super) fn swatches(pixels: &[[u8; 4]]) -> Vec<Swatch> {
    let cells = cells(pixels);
    let total: f64 = cells.iter().map(|cell| cell.weight).sum();
    let colors = colors(&cells);
    let mut shares = vec![0.0; colors.len()];
    for cell in &cells {
        let mean = cell.mean();
        let nearest = |a: &usize, b: &usize| {
            oklab::distance(colors[*a], mean).total_cmp(&oklab::distance(colors[*b], mean))
        };
        if let Some(nearest) = (0..colors.len()).min_by(nearest) {
            shares[nearest] += cell.weight / total;
        }
    }
    let swatch = |(color, share): (&Lab, f64)| Swatch { color: oklab::to_srgb(*color), share };
    let mut swatches: Vec<Swatch> = colors.iter().zip(shares).map(swatch).collect();
    swatches.retain(|swatch| swatch.share >= LEAST);
    swatches.sort_by(|a, b| b.share.total_cmp(&a.share));
    swatches
}

fn cells(pixels: &[[u8; 4]]) -> Vec<Cell> {
    let mut all: Vec<([i16; 3], f64, Lab)> = Vec::with_capacity(pixels.len());
    for [color @ .., alpha] in pixels {
        if *alpha >= 16 {
            let lab = oklab::from_srgb(*color);
            all.push((lab.map(|value| (value / CELL).floor() as i16), f64::from(*alpha), lab));
        }
    }
    all.sort_by_key(|(key, ..)| *key);
    let mut cells: Vec<Cell> = Vec::new();
    for (key, weight, lab) in all {
        if cells.last().is_none_or(|cell| cell.key != key) {
            cells.push(Cell { key, weight: 0.0, sum: [0.0; 3] });
        }
        if let Some(cell) = cells.last_mut() {
            cell.weight += weight;
            cell.sum = std::array::from_fn(|i| cell.sum[i] + lab[i] * weight);
        }
    }
    cells
}

/// The first cell of the greatest worth, again and again.
fn colors(cells: &[Cell]) -> Vec<Lab> {
    let mut colors: Vec<Lab> = Vec::new();
    while colors.len() < MOST {
        let far = |lab: Lab| {
            colors.iter().fold(1.0, |least: f64, color| least.min(oklab::distance(*color, lab)))
        };
        let worth = |cell: &Cell| {
            let far = far(cell.mean());
            if far < NEAR {
                0.0
            } else {
                cell.weight * far
            }
        };
        let mut best = (0.0, None);
        for cell in cells {
            let worth = worth(cell);
            if worth > best.0 {
                best = (worth, Some(cell));
            }
        }
        match best.1 {
            Some(cell) => colors.push(cell.mean()),
            None => break,
        }
    }
    colors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_colors_give_two_swatches_with_their_shares() {
        let mut pixels = vec![[220, 20, 30, 255]; 75];
        pixels.extend([[20, 160, 60, 255]; 25]);
        pixels.extend([[0, 0, 255, 0]; 100]);
        let swatches = swatches(&pixels);
        assert_eq!(swatches.len(), 2);
        assert_eq!((swatches[0].color, swatches[1].color), ([220, 20, 30], [20, 160, 60]));
        assert!((swatches[0].share - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_small_vivid_spot_is_named_before_more_of_the_same() {
        let mut pixels: Vec<[u8; 4]> =
            (0..940).map(|i| [200 + (i % 20) as u8, 200, 200, 255]).collect();
        pixels.extend([[250, 60, 0, 255]; 60]);
        let swatches = swatches(&pixels);
        assert_eq!(swatches.len(), 2, "{swatches:?}");
        assert_eq!(swatches[1].color, [250, 60, 0]);
    }

    #[test]
    fn a_transparent_picture_has_no_colors() {
        assert!(swatches(&[[9, 9, 9, 0]; 4]).is_empty());
    }
}
