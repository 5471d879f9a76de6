//! Chroma to full size: bilinear, sited in the centre of its luma samples (9:3:3:1), as
//! libavif and libyuv do by default.

use super::{vectorized, Halved, Plane, Sample};

/// One chroma plane's rows at full width. The buffers live as long as the picture.
pub(super) struct Upsampler<'a, S> {
    plane: Plane<'a, S>,
    halved: Halved,
    /// Weighted sum of two rows, times 4, with one sample more on both sides.
    sums: Vec<u16>,
    row: Vec<u16>,
}

impl<'a, S: Sample> Upsampler<'a, S> {
    pub fn new(plane: Plane<'a, S>, halved: Halved) -> Self {
        let width = plane.width;
        Upsampler { plane, halved, sums: vec![0; width + 2], row: vec![0; 2 * width] }
    }

    /// The row for luma row `y`.
    pub fn row(&mut self, y: usize) -> &[u16] {
        let (near, far) = if self.halved.height {
            let near = y / 2;
            (near, if y % 2 == 1 { near + 1 } else { near.saturating_sub(1) })
        } else {
            (y, y)
        };
        let width = self.plane.width;
        blend_rows(self.plane.row(near), self.plane.row(far), &mut self.sums[1..=width]);
        self.sums[0] = self.sums[1];
        self.sums[width + 1] = self.sums[width];
        double(&self.sums, &mut self.row);
        &self.row
    }
}

// Sums stay below 2^16: 4095 * 4 * 4 + 8.
#[inline(always)]
fn blend_rows_inner<S: Sample>(near: &[S], far: &[S], sums: &mut [u16]) {
    for ((sum, near), far) in sums.iter_mut().zip(near).zip(far) {
        *sum = (near.value() as u16).wrapping_mul(3).wrapping_add(far.value() as u16);
    }
}

vectorized! {
    fn blend_rows[S: Sample](near: &[S], far: &[S], sums: &mut [u16]) as blend_rows_inner[S]
}

#[inline(always)]
fn double_inner(sums: &[u16], row: &mut [u16]) {
    let (left, middle, right) = (sums, &sums[1..], &sums[2..]);
    for (((pair, l), m), r) in row.chunks_exact_mut(2).zip(left).zip(middle).zip(right) {
        let near = m.wrapping_mul(3).wrapping_add(8);
        pair[0] = near.wrapping_add(*l) >> 4;
        pair[1] = near.wrapping_add(*r) >> 4;
    }
}

vectorized! {
    fn double(sums: &[u16], row: &mut [u16]) as double_inner[]
}
