//! Feature maps with a border of zeros, so that no window needs to look where it is.

use crate::kernel::convolution::{depthwise, pointwise};
use crate::{Job, Result};

/// Values of a layer: rows of pixels of `channels` values, one pixel of zeros around them.
pub(super) struct Map {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) channels: usize,
    data: Vec<f32>,
}

/// What is added to a block's result before negative values become 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortcut {
    /// The block's input; its largest value of 2×2 where the block halves the size.
    Input,
    /// Nothing.
    Nothing,
}

/// A depthwise 3×3 convolution followed by a 1×1 one.
pub(super) struct Block {
    pub(super) stride: usize,
    pub(super) shortcut: Shortcut,
    pub(super) window: Vec<f32>,
    pub(super) mix: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Map {
    pub(super) fn new(width: usize, height: usize, channels: usize) -> Self {
        let data = vec![0.0; (width + 2) * (height + 2) * channels];
        Map { width, height, channels, data }
    }

    /// Row `y`, counted from the border's, from column `x` on, counted alike.
    fn line(&self, x: usize, y: usize) -> &[f32] {
        let stride = (self.width + 2) * self.channels;
        &self.data[y * stride + x * self.channels..(y + 1) * stride]
    }

    /// Row `y` without its border.
    pub(super) fn row(&self, y: usize) -> &[f32] {
        &self.line(1, y + 1)[..self.width * self.channels]
    }

    pub(super) fn row_mut(&mut self, y: usize) -> &mut [f32] {
        let start = ((y + 1) * (self.width + 2) + 1) * self.channels;
        &mut self.data[start..][..self.width * self.channels]
    }

    /// The map after `block`.
    pub(super) fn after(&self, block: &Block, job: &Job) -> Result<Map> {
        let (width, height) = (self.width / block.stride, self.height / block.stride);
        let mut result = Map::new(width, height, block.bias.len());
        let mut filtered = vec![0.0; width * self.channels];
        // Where the size is halved, the window begins at its first pixel and not one before.
        let start = block.stride - 1;
        for y in 0..height {
            job.check()?;
            let rows = [0, 1, 2].map(|row| self.line(start, y * block.stride + start + row));
            depthwise(rows, block.stride, self.channels, &block.window, &mut filtered);
            let out = result.row_mut(y);
            pointwise(&filtered, &block.mix, &block.bias, out);
            if block.shortcut == Shortcut::Input {
                self.add_to(out, y, block.stride, block.bias.len());
            }
            clip(out);
        }
        Ok(result)
    }

    /// Adds row `y` of this map, shrunk by `stride`, to the first of `channels` channels.
    fn add_to(&self, out: &mut [f32], y: usize, stride: usize, channels: usize) {
        let from = self.channels;
        if stride == 1 {
            for (out, own) in out.iter_mut().zip(self.row(y)) {
                *out += own;
            }
            return;
        }
        let (upper, lower) = (self.row(2 * y), self.row(2 * y + 1));
        let pairs = upper.chunks_exact(2 * from).zip(lower.chunks_exact(2 * from));
        for (out, (upper, lower)) in out.chunks_exact_mut(channels).zip(pairs) {
            let (left, right) = (
                upper[..from].iter().zip(&lower[..from]),
                upper[from..].iter().zip(&lower[from..]),
            );
            for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
                *out += left.0.max(*left.1).max(right.0.max(*right.1));
            }
        }
    }
}

/// Negative values become 0.
pub(super) fn clip(row: &mut [f32]) {
    for value in row {
        *value = value.max(0.0);
    }
}
