//! The different colours of a picture, as long as they are few.

use super::{Pixel, MAX_COLORS};

/// Slots of the table: four times the most colours, so that chains stay short.
const SLOTS: usize = 4 * MAX_COLORS;
const EMPTY: u16 = u16::MAX;

/// Colours in the order they were first seen, at most 256.
#[derive(Clone)]
pub(in crate::encode) struct Census {
    colors: Vec<Pixel>,
    slots: Box<[u16; SLOTS]>,
}

impl Census {
    pub fn new() -> Self {
        Census { colors: Vec::new(), slots: Box::new([EMPTY; SLOTS]) }
    }

    /// Every colour seen.
    pub fn colors(&self) -> &[Pixel] {
        &self.colors
    }

    /// The number of `color`, when it was seen.
    pub fn find(&self, color: Pixel) -> Option<u8> {
        let at = self.slots[self.slot(color)];
        (at != EMPTY).then_some(at as u8)
    }

    /// The number of `color`, new or not; `None` when that would be one colour too many.
    pub fn add(&mut self, color: Pixel) -> Option<u8> {
        let slot = self.slot(color);
        if self.slots[slot] == EMPTY {
            if self.colors.len() == MAX_COLORS {
                return None;
            }
            self.slots[slot] = self.colors.len() as u16;
            self.colors.push(color);
        }
        Some(self.slots[slot] as u8)
    }

    /// Adds all of `colors`; false when they are too many.
    pub fn add_all(&mut self, colors: impl IntoIterator<Item = Pixel>) -> bool {
        let mut last = None;
        for color in colors {
            if last != Some(color) && self.add(color).is_none() {
                return false;
            }
            last = Some(color);
        }
        true
    }

    /// Where `color` is or would be.
    fn slot(&self, color: Pixel) -> usize {
        let mixed = u32::from_le_bytes(color).wrapping_mul(0x9e37_79b1);
        let mut slot = (mixed >> 22) as usize % SLOTS;
        while self.slots[slot] != EMPTY && self.colors[usize::from(self.slots[slot])] != color {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }
}
