//! One picture of an animation.

use super::Image;

/// One picture of an animation, composited on the whole canvas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its pixels.
    pub image: Image,
    /// How long it is shown, in milliseconds.
    pub delay_ms: u32,
}
