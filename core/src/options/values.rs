//! The types of option values. Words are spelled once, in `WORDS`.

/// A closed set of words with one spelling each.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[doc = $vdoc])+ $variant,)+ }

        impl $name {
            /// Every word with its value.
            pub const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant),)+];

            /// The word for this value.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The value for `word`, if it is one.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(text, _)| *text == word).map(|(_, value)| *value)
            }

            /// Every word with what it means.
            pub const DOCS: &'static [(&'static str, &'static str)] =
                &[$(($word, concat!($($vdoc),+)),)+];
        }
    };
}

words! {
    /// What to do when source and target have different shapes (reference §1.4).
    Fit {
        /// Shrink to lie inside the box; never enlarge. The default.
        ScaleDown = "scale-down",
        /// Shrink or enlarge to lie inside the box.
        Contain = "contain",
        /// Fill the box, cutting what hangs over.
        Cover = "cover",
        /// As `cover`, but never enlarge.
        Crop = "crop",
        /// Cut to the box's shape, never enlarge.
        AspectCrop = "aspect-crop",
        /// As `contain`, then fill the box with `background`.
        Pad = "pad",
        /// Stretch to exactly the box.
        Squeeze = "squeeze",
        /// Enlarge to lie inside the box; never shrink.
        ScaleUp = "scale-up",
    }
}

words! {
    /// A side that a crop never cuts.
    Side {
        /// Keep the left edge.
        Left = "left",
        /// Keep the right edge.
        Right = "right",
        /// Keep the top edge.
        Top = "top",
        /// Keep the bottom edge.
        Bottom = "bottom",
    }
}

words! {
    /// How a gravity point is read.
    PointMode {
        /// The same relative point of source and crop window fall together. The default.
        Remainder = "remainder",
        /// The crop window is centred on the point and kept inside the picture.
        BoxCenter = "box-center",
    }
}

words! {
    /// Output format as it is asked for (reference §2.3).
    FormatWord {
        /// The smallest that the client accepts.
        Auto = "auto",
        /// AVIF.
        Avif = "avif",
        /// WebP.
        Webp = "webp",
        /// Progressive JPEG.
        Jpeg = "jpeg",
        /// Sequential JPEG.
        BaselineJpeg = "baseline-jpeg",
        /// PNG, with a palette where the picture has few colours, or where `quality` allows it.
        Png = "png",
        /// PNG in true colour, even where JPEG or a palette would serve.
        PngForce = "png-force",
        /// GIF.
        Gif = "gif",
        /// SVG, for SVG sources only.
        Svg = "svg",
        /// A JSON description instead of a picture.
        Json = "json",
    }
}

words! {
    /// A perceptual quality word: a SSIMULACRA2 score that the result is to have.
    QualityWord {
        /// 85: visually lossless for most pictures.
        High = "high",
        /// 75: hard to tell from the source.
        MediumHigh = "medium-high",
        /// 60: visible on inspection.
        MediumLow = "medium-low",
        /// 45: small first.
        Low = "low",
        /// The library chooses: 75.
        Auto = "auto",
    }
}

words! {
    /// Encoder effort.
    Compression {
        /// The quickest encoder.
        Fast = "fast",
    }
}

words! {
    /// Which metadata the result keeps (reference §2.6).
    Metadata {
        /// Only copyright and credit lines of EXIF, XMP and IPTC. The default.
        Copyright = "copyright",
        /// EXIF, XMP and IPTC, position included; orientation and size are brought up to date.
        Keep = "keep",
        /// Nothing.
        None = "none",
    }
}

words! {
    /// Which colours the numbers of the result mean.
    Colorspace {
        /// sRGB. The default.
        Srgb = "srgb",
        /// Those of the source: pixels are not converted and the profile is embedded.
        Keep = "keep",
    }
}

words! {
    /// What a URL answers when the transform fails.
    OnError {
        /// A redirect to the source.
        Redirect = "redirect",
    }
}

words! {
    /// What is cut out.
    Segment {
        /// The subject; the background becomes transparent.
        Foreground = "foreground",
    }
}

words! {
    /// How a picture is enlarged.
    Upscale {
        /// Interpolation. The default.
        Interpolate = "interpolate",
        /// A generative model.
        Generate = "generate",
    }
}

words! {
    /// Whether the client's credentials reach the origin.
    OriginAuth {
        /// Yes, and the result is public all the same.
        SharePublicly = "share-publicly",
    }
}

words! {
    /// Along which axes an overlay is repeated.
    Repeat {
        /// Over the whole picture.
        Both = "true",
        /// Side by side, in a row.
        X = "x",
        /// One below the other, in a column.
        Y = "y",
    }
}

words! {
    /// How an overlay meets what lies under it (Porter and Duff), inside its box only.
    Composite {
        /// On top. The default.
        Over = "over",
        /// The overlay, only where the picture is opaque; nothing else.
        In = "in",
        /// On top, only where the picture is opaque.
        Atop = "atop",
        /// The overlay, only where the picture is transparent; nothing else.
        Out = "out",
        /// Either of them, but not where both are opaque.
        Xor = "xor",
        /// The sum of both.
        Lighter = "lighter",
    }
}

words! {
    /// Where the lines of a text begin and end.
    Align {
        /// At the side where reading starts. The default.
        Start = "start",
        /// In the middle.
        Center = "center",
        /// At the side where reading ends.
        End = "end",
    }
}

/// Target width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// CSS pixels.
    Pixels(u32),
    /// From the client's hints.
    Auto,
}

/// Encoder quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// 1 to 100.
    Number(u8),
    /// A perceptual target.
    Word(QualityWord),
}

/// Which part stays when the picture is cropped (reference §1.5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gravity {
    /// The middle. The default.
    Center,
    /// The most salient part.
    Auto,
    /// Faces.
    Face,
    /// The part with the most detail.
    Entropy,
    /// A side that is never cut; the other axis is centred.
    Side(Side),
    /// A relative point, 0 to 1 on both axes.
    Point {
        /// From the left edge.
        x: f64,
        /// From the top edge.
        y: f64,
        /// How the point is read.
        mode: PointMode,
    },
}

impl Gravity {
    /// Every word with its meaning and its value.
    #[rustfmt::skip]
    pub const WORDS: &'static [(&'static str, &'static str, Gravity)] = &[
        ("center", "The middle. The default.", Gravity::Center),
        ("left", "Keep the left edge.", Gravity::Side(Side::Left)),
        ("right", "Keep the right edge.", Gravity::Side(Side::Right)),
        ("top", "Keep the top edge.", Gravity::Side(Side::Top)),
        ("bottom", "Keep the bottom edge.", Gravity::Side(Side::Bottom)),
        ("auto", "The most salient part.", Gravity::Auto),
        ("face", "Faces.", Gravity::Face),
        ("entropy", "The part with the most detail.", Gravity::Entropy),
    ];
}

/// Mirror axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    /// Left and right change places.
    pub horizontal: bool,
    /// Top and bottom change places.
    pub vertical: bool,
}

impl Flip {
    /// Every word with its meaning and its value.
    pub const WORDS: &'static [(&'static str, &'static str, Flip)] = &[
        ("h", "Left and right change places.", Flip { horizontal: true, vertical: false }),
        ("v", "Top and bottom change places.", Flip { horizontal: false, vertical: true }),
        ("hv", "Both.", Flip { horizontal: true, vertical: true }),
    ];
}

/// A colour with straight alpha, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
    /// Opacity, 0 to 255.
    pub alpha: u8,
}

/// What is cut off the source (reference §1.7). Values from 1 are pixels before `dpr`; values
/// between 0 and 1 are a share of the side.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trim {
    /// Off the top edge.
    pub top: Option<f64>,
    /// Off the right edge.
    pub right: Option<f64>,
    /// Off the bottom edge.
    pub bottom: Option<f64>,
    /// Off the left edge.
    pub left: Option<f64>,
    /// Keep this much, from the left edge.
    pub width: Option<f64>,
    /// Keep this much, from the top edge.
    pub height: Option<f64>,
    /// Find a uniform border and cut it off.
    pub border: Option<TrimBorder>,
}

/// How a uniform border is found.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TrimBorder {
    /// The border's colour; found from the corners when absent.
    pub color: Option<Color>,
    /// Largest channel distance that still counts as border, 0 to 255.
    pub tolerance: Option<u8>,
    /// Pixels of border to leave.
    pub keep: Option<u32>,
}

/// A frame round the result, in CSS pixels before `dpr`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// The frame's colour.
    pub color: Color,
    /// Top thickness.
    pub top: u32,
    /// Right thickness.
    pub right: u32,
    /// Bottom thickness.
    pub bottom: u32,
    /// Left thickness.
    pub left: u32,
}
