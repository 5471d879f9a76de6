//! BlazeFace for back cameras: from pixels to the raw numbers of its anchors.
//!
//! A 5×5 convolution, 31 blocks that carry their input along, and heads at a sixteenth and a
//! thirty-second of the size. There is no fully connected layer, so that any size will do whose
//! sides are multiples of [`GRID`].

use super::map::{clip, Block, Map, Shortcut};
use super::sample::Pixels;
use super::weights::Weights;
use crate::kernel::convolution::{pointwise, LANES};
use crate::{Error, Job, Result};

/// Sides of the input are multiples of this.
pub(super) const GRID: usize = 32;

/// Numbers of an anchor that describe its box: centre and size, in pixels of the input.
pub(super) const BOX: usize = 4;

/// Side of the first layer's window.
const WINDOW: usize = 5;

/// Channels of the four sizes, largest size first; at each, one block gets there and seven stay.
const CHANNELS: [usize; 4] = [24, 24, 48, 96];
const BLOCKS: usize = 7;

/// The network, ready to run.
pub(super) struct Network {
    first: Vec<f32>,
    first_bias: Vec<f32>,
    blocks: Vec<Block>,
    smaller: Block,
    heads: [Head; 2],
}

/// Reads the anchors of a map.
struct Head {
    stride: usize,
    anchors: usize,
    mix: Vec<f32>,
    bias: Vec<f32>,
}

/// The raw numbers of all anchors at one scale.
pub(super) struct Anchors {
    /// Pixels of the input between two cells.
    pub(super) stride: usize,
    /// Cells in a row.
    pub(super) columns: usize,
    /// Anchors of a cell.
    pub(super) each: usize,
    /// For every cell: a score of each anchor, then a box of each, then what is left empty.
    pub(super) values: Vec<f32>,
    /// Numbers of a cell.
    pub(super) per_cell: usize,
}

impl Network {
    pub(super) fn load() -> Result<Self> {
        let mut weights = Weights::open();
        let first = weights.take(WINDOW * WINDOW * 3 * CHANNELS[0])?;
        let first_bias = weights.take(CHANNELS[0])?;
        let mut blocks = Vec::new();
        for (level, &channels) in CHANNELS.iter().enumerate() {
            if level > 0 {
                blocks.push(block(&mut weights, 2, CHANNELS[level - 1], channels)?);
            }
            for _ in 0..BLOCKS {
                blocks.push(block(&mut weights, 1, channels, channels)?);
            }
        }
        let last = CHANNELS[3];
        let smaller = Block { shortcut: Shortcut::Nothing, ..block(&mut weights, 2, last, last)? };
        let mut heads = [Head::new(16, 2), Head::new(32, 6)];
        // The file has the scores of both heads before the boxes of both.
        for (start, each) in [(0, 1), (1, BOX)] {
            for head in &mut heads {
                head.fill(&mut weights, start * head.anchors, each * head.anchors)?;
            }
        }
        match weights.is_empty() {
            true => Ok(Network { first, first_bias, blocks, smaller, heads }),
            false => Err(Error::internal("the face model is too long")),
        }
    }

    /// The anchors of `pixels`, whose sides are multiples of [`GRID`].
    pub(super) fn run(&self, pixels: &Pixels, job: &Job) -> Result<[Anchors; 2]> {
        let mut map = self.first_layer(pixels, job)?;
        for block in &self.blocks {
            map = map.after(block, job)?;
        }
        let large = self.heads[0].read(&map);
        let map = map.after(&self.smaller, job)?;
        Ok([large, self.heads[1].read(&map)])
    }

    fn first_layer(&self, pixels: &Pixels, job: &Job) -> Result<Map> {
        let mut map = Map::new(pixels.width / 2, pixels.height / 2, self.first_bias.len());
        let mut windows = Vec::new();
        for y in 0..map.height {
            job.check()?;
            windows.clear();
            for x in 0..map.width {
                for line in 0..WINDOW {
                    windows.extend_from_slice(pixels.run(2 * x, 2 * y + line, WINDOW));
                }
            }
            let row = map.row_mut(y);
            pointwise(&windows, &self.first, &self.first_bias, row);
            clip(row);
        }
        Ok(map)
    }
}

fn block(weights: &mut Weights, stride: usize, from: usize, to: usize) -> Result<Block> {
    Ok(Block {
        stride,
        shortcut: Shortcut::Input,
        window: weights.take(9 * from)?,
        mix: weights.take(from * to)?,
        bias: weights.take(to)?,
    })
}

impl Head {
    fn new(stride: usize, anchors: usize) -> Self {
        let per_cell = (anchors * (1 + BOX)).next_multiple_of(LANES);
        let mix = vec![0.0; CHANNELS[3] * per_cell];
        Head { stride, anchors, mix, bias: vec![0.0; per_cell] }
    }

    /// Reads `count` outputs and puts them at `start` of each cell.
    fn fill(&mut self, weights: &mut Weights, start: usize, count: usize) -> Result<()> {
        let per_cell = self.bias.len();
        for row in self.mix.chunks_exact_mut(per_cell) {
            row[start..][..count].copy_from_slice(&weights.take(count)?);
        }
        self.bias[start..][..count].copy_from_slice(&weights.take(count)?);
        Ok(())
    }

    fn read(&self, map: &Map) -> Anchors {
        let per_cell = self.bias.len();
        let mut values = vec![0.0; map.width * map.height * per_cell];
        for (y, out) in values.chunks_exact_mut(map.width * per_cell).enumerate() {
            pointwise(map.row(y), &self.mix, &self.bias, out);
        }
        Anchors { stride: self.stride, columns: map.width, each: self.anchors, values, per_cell }
    }
}
