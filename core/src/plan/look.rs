//! How a source is decoded to be looked at, before its own plan is made.

use super::steps::{decode_plan, needs_conversion};
use super::{memory, Area, DecodePlan, Step};
use crate::image::{Format, Layout, Orientation, Probe};
use crate::options::{Color, Fit, Gravity, Options, TrimBorder};

/// Longest side of the picture that interest is measured on.
pub const INTEREST_SIDE: u32 = 256;
/// Longest side of the picture that faces are looked for in.
pub const FACES_SIDE: u32 = 512;
/// Bytes that looking for faces takes besides that picture.
const FACES_MEMORY: u64 = 20 << 20;

/// What a picture that is looked at stands on: both black and white show against it.
pub const GREY: Color = Color { red: 128, green: 128, blue: 128, alpha: 255 };

/// What the options ask of the pixels, before a plan can be made.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Needs {
    /// Where a uniform border ends.
    pub border: Option<TrimBorder>,
    /// Where the faces are.
    pub faces: bool,
    /// Which parts are worth seeing, and by which measure.
    pub interest: Option<Attention>,
}

/// By which measure a part is worth seeing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// What stands out from its surroundings.
    Salient,
    /// What has detail.
    Detail,
}

impl Needs {
    /// What `options` ask of the pixels.
    pub fn of(options: &Options) -> Needs {
        let gravity = options.gravity.filter(|_| may_crop(options));
        Needs {
            border: options.trim.and_then(|trim| trim.border),
            faces: gravity == Some(Gravity::Face),
            interest: match gravity {
                Some(Gravity::Auto | Gravity::Face) => Some(Attention::Salient),
                Some(Gravity::Entropy) => Some(Attention::Detail),
                _ => None,
            },
        }
    }

    /// Bytes of pixel and codec memory that finding out takes at once.
    pub(super) fn memory(&self, probe: &Probe) -> u64 {
        let border = self.border.map(|_| Look::full(probe).memory);
        let faces = self.faces.then(|| Look::small(probe, FACES_SIDE).memory + FACES_MEMORY);
        let interest = self.interest.map(|_| Look::small(probe, INTEREST_SIDE).memory);
        [border, faces, interest].into_iter().flatten().max().unwrap_or(0)
    }
}

/// Whether `fit` may cut something off.
pub(super) fn may_crop(options: &Options) -> bool {
    let cuts = matches!(options.fit, Some(Fit::Cover | Fit::Crop | Fit::AspectCrop));
    cuts && options.width.is_some() && options.height.is_some()
}

/// A decode and the steps after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// How the source is decoded.
    pub decode: DecodePlan,
    /// What is done to the pixels, in order.
    pub steps: Vec<Step>,
    /// Bytes of pixel and codec memory that are held at once.
    pub memory: u64,
}

impl Look {
    /// Every pixel as it is stored, in sRGB or grey.
    pub fn full(probe: &Probe) -> Look {
        let steps = needs_conversion(probe).then_some(Step::ToSrgb).into_iter().collect();
        Look::new(probe, decode_plan(probe, 1), steps)
    }

    /// The whole picture as it is seen, in sRGB or grey without transparency, with no side
    /// longer than `side`.
    pub fn small(probe: &Probe, side: u32) -> Look {
        if probe.format == Format::Svg {
            return Look::drawn(probe, side);
        }
        let longest = probe.width.max(probe.height);
        let enough = |scale: &u32| longest / scale >= side;
        let scales: &[u32] = if probe.format == Format::Jpeg { &[8, 4, 2] } else { &[] };
        let scale = scales.iter().copied().find(enough).unwrap_or(1);
        let decode = decode_plan(probe, scale as u8);
        let mut steps = Vec::new();
        if longest > side {
            let part = |full: u32| f64::from(full) / f64::from(scale);
            let (width, height) = (part(probe.width), part(probe.height));
            let area = Area { left: 0.0, top: 0.0, width, height };
            let shrunk = |full: u32| {
                let exact = f64::from(full) * f64::from(side) / f64::from(longest);
                (exact + 0.5).floor().max(1.0) as u32
            };
            let (width, height) = (shrunk(probe.width), shrunk(probe.height));
            steps.push(Step::Resize { area, width, height });
        }
        steps.extend(needs_conversion(probe).then_some(Step::ToSrgb));
        if decode.layout == Layout::Rgba {
            steps.push(Step::Flatten { background: GREY });
        }
        if Orientation::from_exif(probe.orientation) != Orientation::IDENTITY {
            steps.push(Step::Orient { orientation: probe.orientation });
        }
        Look::new(probe, decode, steps)
    }

    /// A drawing is made as large as it is looked at.
    fn drawn(probe: &Probe, side: u32) -> Look {
        let longest = f64::from(probe.width.max(probe.height));
        let drawn = |full: u32| (f64::from(full) * f64::from(side) / longest).round().max(1.0);
        let (width, height) = (drawn(probe.width) as u32, drawn(probe.height) as u32);
        let decode = DecodePlan { width, height, ..decode_plan(probe, 1) };
        Look::new(probe, decode, vec![Step::Flatten { background: GREY }])
    }

    fn new(probe: &Probe, decode: DecodePlan, steps: Vec<Step>) -> Look {
        let memory = memory::to_look(probe, &decode, &steps);
        Look { decode, steps, memory }
    }
}
