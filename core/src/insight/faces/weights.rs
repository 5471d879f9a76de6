//! The trained numbers, in the order in which the network asks for them.

use crate::{Error, Result};

/// Half floats, little-endian; where they come from is told in `model/NOTICE`.
static MODEL: &[u8] = include_bytes!("model/blazeface.f16");

/// Reads the model from its start to its end.
pub(super) struct Weights {
    halves: std::slice::ChunksExact<'static, u8>,
}

impl Weights {
    pub(super) fn open() -> Self {
        Weights { halves: MODEL.chunks_exact(2) }
    }

    /// The next `count` numbers.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<f32>> {
        let numbers = self.halves.by_ref().take(count);
        let numbers: Vec<f32> =
            numbers.map(|half| single(u16::from_le_bytes([half[0], half[1]]))).collect();
        match numbers.len() == count {
            true => Ok(numbers),
            false => Err(Error::internal("the face model is too short")),
        }
    }

    /// Whether every number was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.halves.len() == 0
    }
}

/// A finite half float, exactly.
fn single(half: u16) -> f32 {
    /// Moves the exponent from a half's bias to a single's.
    const REBIAS: f32 = f32::from_bits((127 + 112) << 23);
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * REBIAS;
    if half & 0x8000 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::single;

    #[test]
    fn halves_are_widened_exactly() {
        for (half, expected) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 2.0_f32.powi(-14)),
            (0x0001, 2.0_f32.powi(-24)),
            (0x3555, 0.333_251_95),
        ] {
            assert_eq!(single(half), expected);
        }
    }
}
