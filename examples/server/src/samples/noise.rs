//! Smooth noise from integer hashes: no tables, no state, the same on every machine.

/// A source of noise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise(pub u32);

impl Noise {
    /// A value in 0..1 for a point of the integer grid.
    pub(crate) fn at(self, x: i32, y: i32) -> f32 {
        let mut hash = self.0 ^ (x as u32).wrapping_mul(0x9E37_79B1);
        hash =
            (hash ^ (hash >> 15)).wrapping_mul(0x85EB_CA77) ^ (y as u32).wrapping_mul(0xC2B2_AE3D);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0x27D4_EB2F);
        (hash ^ (hash >> 16)) as f32 / u32::MAX as f32
    }

    /// Interpolated between the points of the grid.
    pub(crate) fn smooth(self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (ease(x - left), ease(y - top));
        let (left, top) = (left as i32, top as i32);
        let upper = mix(self.at(left, top), self.at(left + 1, top), fx);
        let lower = mix(self.at(left, top + 1), self.at(left + 1, top + 1), fx);
        mix(upper, lower, fy)
    }

    /// `octaves` layers, each twice as fine and half as strong; 0..1.
    pub(crate) fn fractal(self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut sum, mut weight, mut scale) = (0.0, 0.0, 1.0);
        for octave in 0..octaves {
            let layer = Noise(self.0.wrapping_add(octave.wrapping_mul(0x632B_E5AB)));
            sum += layer.smooth(x * scale, y * scale) / scale;
            weight += 1.0 / scale;
            scale *= 2.0;
        }
        sum / weight
    }
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// Between `a` (at 0) and `b` (at 1).
pub(crate) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// 0 below `from`, 1 above `to`, smooth between.
pub(crate) fn step(from: f32, to: f32, value: f32) -> f32 {
    ease(((value - from) / (to - from)).clamp(0.0, 1.0))
}
