//! One overlay of `draw`: a picture or a text, its place, and how it meets what lies under it.

use super::{Align, Color, Composite, Options, Repeat};

/// One overlay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlay {
    /// Name of the asset that holds the picture: a URL or any other text.
    pub url: Option<String>,
    /// A text, in place of a picture.
    pub text: Option<Text>,
    /// Width: below 1 a share of the result's width, from 1 CSS pixels before `dpr`.
    pub width: Option<f64>,
    /// Height, likewise.
    pub height: Option<f64>,
    /// Opacity, 0 to 1.
    pub opacity: Option<f64>,
    /// Whether copies of it fill the picture.
    pub repeat: Option<Repeat>,
    /// How it meets what lies under it.
    pub composite: Option<Composite>,
    /// CSS pixels between the top edges.
    pub top: Option<u32>,
    /// CSS pixels between the left edges.
    pub left: Option<u32>,
    /// CSS pixels between the bottom edges.
    pub bottom: Option<u32>,
    /// CSS pixels between the right edges.
    pub right: Option<u32>,
    /// What is done to it before it is drawn. Only the options that have a row `draw.…` count.
    pub options: Options,
}

/// A text to draw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Text {
    /// What it says. A line feed starts a new line.
    pub content: Option<String>,
    /// The font; the bundled one when absent.
    pub font: Option<Font>,
    /// Size in points of 4/3 CSS pixels.
    pub size: Option<f64>,
    /// Colour.
    pub color: Option<Color>,
    /// Where lines begin and end.
    pub align: Option<Align>,
    /// Distance of lines, as a multiple of the size.
    pub line_height: Option<f64>,
}

/// A font file that the host supplies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Font {
    /// Name of the asset that holds it: a URL or any other text.
    pub url: String,
}

impl Composite {
    /// Whether it can make an opaque picture transparent.
    pub fn clears(self) -> bool {
        matches!(self, Composite::In | Composite::Out | Composite::Xor)
    }
}

impl Overlay {
    /// Whether it can make an opaque picture transparent.
    pub fn clears(&self) -> bool {
        self.composite.is_some_and(Composite::clears)
    }

    /// Name of its picture, or of its font.
    fn asset(&self) -> Option<&str> {
        let font = || Some(self.text.as_ref()?.font.as_ref()?.url.as_str());
        self.url.as_deref().or_else(font)
    }
}

impl Options {
    /// The names of all that a host must supply as assets, pictures and fonts, each once and in
    /// the order of the overlays.
    pub fn assets(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for name in self.draw.iter().flatten().filter_map(Overlay::asset) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}
