//! What a verb works on.

use crate::assets::Assets;
use crate::delivery::Hints;

static NO_HINTS: Hints = Hints::UNKNOWN;
static NO_ASSETS: Assets = Assets::new();

/// Source bytes, the client they are for, and what the options may call by name.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// A whole image file.
    pub source: &'a [u8],
    /// What is known of the client.
    pub hints: &'a Hints,
    /// Overlay pictures and fonts.
    pub assets: &'a Assets,
}

impl<'a> Input<'a> {
    /// `source` alone, for a client of which nothing is known.
    pub fn new(source: &'a [u8]) -> Self {
        Input { source, hints: &NO_HINTS, assets: &NO_ASSETS }
    }

    /// The same for the client that `hints` describe.
    #[must_use]
    pub fn with_hints(self, hints: &'a Hints) -> Self {
        Input { hints, ..self }
    }

    /// The same with `assets` at hand.
    #[must_use]
    pub fn with_assets(self, assets: &'a Assets) -> Self {
        Input { assets, ..self }
    }
}
