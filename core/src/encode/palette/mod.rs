//! Few colours for many: which 256, and which one stands for a pixel.

mod census;
mod dither;
mod finder;
mod learn;

pub(super) use census::Census;
pub(super) use dither::{map, Mapped};
pub(super) use finder::Finder;
pub(super) use learn::{learn, Sample};

/// Straight red, green, blue, alpha.
pub(super) type Pixel = [u8; 4];

/// The most colours a palette can have.
pub(super) const MAX_COLORS: usize = 256;
