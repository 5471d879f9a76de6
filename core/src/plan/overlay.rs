//! Overlays: what each becomes before it is drawn, and where it is drawn.

use super::{plan, DecodePlan, Plan, Request, Step};
use crate::hooks::Offered;
use crate::image::{ColorModel, Format, Layout, Probe, Profile};
use crate::options::{Align, Color, FormatWord, Options, Overlay, Text, Trim, TrimBorder, Width};
use crate::{Error, Limits, Result};

use super::Measured;

/// What is known of an overlay before the plan is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawable {
    /// A picture.
    Picture {
        /// What its header says.
        probe: Box<Probe>,
        /// Its bytes.
        bytes: u64,
        /// What was measured on its pixels.
        measured: Box<Measured>,
    },
    /// A text, laid out.
    Text {
        /// How it is set.
        text: TextPlan,
        /// What the caller should know of it.
        warnings: Vec<String>,
    },
}

/// How a text is set: with the fonts, all that its pixels follow from.
#[derive(Debug, Clone, PartialEq)]
pub struct TextPlan {
    /// What it says.
    pub content: String,
    /// Name of the font's asset; `None` is the bundled font.
    pub font: Option<String>,
    /// Size in pixels.
    pub size: f64,
    /// Colour.
    pub color: Color,
    /// Where lines begin and end.
    pub align: Align,
    /// Distance of lines, as a multiple of the size; `None` is the font's own.
    pub line_height: Option<f64>,
    /// Pixels at which lines are broken.
    pub wrap: u32,
    /// Whether its picture is that wide, even where its lines are shorter.
    pub fill: bool,
    /// Width of its picture.
    pub width: u32,
    /// Height of its picture.
    pub height: u32,
    /// Number of lines.
    pub lines: u32,
}

/// An overlay, made ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayPlan {
    /// What it is made from.
    pub source: OverlaySource,
    /// What is done to it, in order.
    pub steps: Vec<Step>,
    /// Width when it is drawn.
    pub width: u32,
    /// Height when it is drawn.
    pub height: u32,
}

/// What an overlay is made from.
#[derive(Debug, Clone, PartialEq)]
pub enum OverlaySource {
    /// A picture among the assets.
    Picture {
        /// Name of the asset.
        name: String,
        /// What its header says.
        probe: Box<Probe>,
        /// How it is decoded.
        decode: DecodePlan,
    },
    /// A text.
    Text(TextPlan),
}

/// Overlays and the steps that draw them.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub overlays: Vec<OverlayPlan>,
    pub draws: Vec<Step>,
    /// The most memory that is held while they are made ready.
    pub memory: u64,
    /// What they hold while the picture is made.
    pub held: u64,
}

/// Width and height of the picture that overlays are drawn on, for texts that are laid out
/// against it.
pub fn canvas(request: &Request<'_>, probe: &Probe, limits: &Limits) -> Result<(u32, u32)> {
    let options = Options { draw: None, border: None, ..request.options.clone() };
    let output = plan(&Request { options: &options, ..*request }, probe, limits)?.output;
    Ok((output.width, output.height))
}

/// Pixels that `value` asks for: a share of `base` below 1, else CSS pixels.
pub fn size_or_share(value: f64, base: u32, dpr: f64) -> u32 {
    let pixels = if value < 1.0 { value * f64::from(base) } else { value * dpr };
    pixels.round().clamp(1.0, f64::from(u32::MAX)) as u32
}

/// The device pixel ratio of an overlay: its own, or that of the picture it is drawn on.
pub fn overlay_dpr(overlay: &Overlay, options: &Options) -> f64 {
    overlay.options.dpr.or(options.dpr).unwrap_or(1.0)
}

/// Plans every overlay for a picture of `canvas`.
pub(super) fn draw(
    request: &Request<'_>,
    base: &Probe,
    canvas: (u32, u32),
    limits: &Limits,
    warnings: &mut Vec<String>,
) -> Result<Drawn> {
    let wanted = request.options.draw.as_deref().unwrap_or_default();
    if wanted.len() != request.overlays.len() {
        return Err(Error::internal("draw: overlays were not looked at before the plan"));
    }
    let mut drawn = Drawn::default();
    for (index, (overlay, drawable)) in wanted.iter().zip(request.overlays).enumerate() {
        let name = format!("draw[{index}]");
        let hooks = request.hooks;
        let dpr = overlay_dpr(overlay, request.options);
        let one = One { overlay, drawable, dpr, canvas, hooks };
        let planned = one
            .plan(base, limits)
            .map_err(|error| Error::new(error.kind(), format!("{name}: {}", error.message())))?;
        warnings.extend(one.warnings(&planned).iter().map(|text| format!("{name}: {text}")));
        let (width, height) = (planned.output.width, planned.output.height);
        drawn.memory = drawn.memory.max(drawn.held + planned.memory);
        drawn.held += u64::from(width) * u64::from(height) * 4;
        drawn.draws.push(one.step(index, (width, height)));
        let (steps, source) = (planned.steps.clone(), one.source(planned));
        drawn.overlays.push(OverlayPlan { source, steps, width, height });
    }
    Ok(drawn)
}

struct One<'a> {
    overlay: &'a Overlay,
    drawable: &'a Drawable,
    dpr: f64,
    canvas: (u32, u32),
    hooks: Offered,
}

impl One<'_> {
    /// The overlay as a picture of its own.
    fn plan(&self, base: &Probe, limits: &Limits) -> Result<Plan> {
        let options = self.options();
        let nothing = Measured::default();
        let (probe, source_bytes, measured) = match self.drawable {
            Drawable::Picture { probe, bytes, measured } => (probe.as_ref(), *bytes, &**measured),
            Drawable::Text { text, .. } => (&text_probe(text, base), 0, &nothing),
        };
        let request = Request {
            options: &options,
            accepts: &[],
            source_bytes,
            measured,
            hooks: self.hooks,
            overlays: &[],
        };
        plan(&request, probe, limits)
    }

    /// What is asked of it, in its own pixels.
    fn options(&self) -> Options {
        let dpr = self.dpr;
        let side = |value: f64, base: u32| size_or_share(value, base, dpr);
        let mut options = Options {
            dpr: None,
            trim: self.overlay.options.trim.map(|trim| scaled_trim(trim, dpr)),
            border: self.overlay.options.border.map(|mut border| {
                for side in
                    [&mut border.top, &mut border.right, &mut border.bottom, &mut border.left]
                {
                    *side = super::geometry::times_dpr(*side, dpr);
                }
                border
            }),
            format: Some(FormatWord::PngForce),
            anim: Some(false),
            ..self.overlay.options.clone()
        };
        // A text is laid out in its box already.
        if self.overlay.text.is_none() {
            let width = self.overlay.width.map(|value| side(value, self.canvas.0));
            options.width = width.map(Width::Pixels);
            options.height = self.overlay.height.map(|value| side(value, self.canvas.1));
        }
        options
    }

    fn warnings(&self, planned: &Plan) -> Vec<String> {
        match self.drawable {
            Drawable::Picture { .. } => planned.warnings.clone(),
            Drawable::Text { warnings, .. } => warnings.clone(),
        }
    }

    fn source(&self, planned: Plan) -> OverlaySource {
        match self.drawable {
            Drawable::Picture { probe, .. } => OverlaySource::Picture {
                name: self.overlay.url.clone().unwrap_or_default(),
                probe: probe.clone(),
                decode: planned.decode,
            },
            Drawable::Text { text, .. } => OverlaySource::Text(text.clone()),
        }
    }

    fn step(&self, index: usize, (width, height): (u32, u32)) -> Step {
        let Overlay { top, left, bottom, right, .. } = *self.overlay;
        Step::Draw {
            overlay: index,
            left: self.offset(left, right, self.canvas.0, width),
            top: self.offset(top, bottom, self.canvas.1, height),
            repeat: self.overlay.repeat,
            opacity: self.overlay.opacity.unwrap_or(1.0),
            composite: self.overlay.composite.unwrap_or(crate::options::Composite::Over),
        }
    }

    /// Where the overlay begins: from the near edge, from the far edge, or centred.
    fn offset(&self, near: Option<u32>, far: Option<u32>, canvas: u32, side: u32) -> i64 {
        let pixels = |offset: u32| (f64::from(offset) * self.dpr).round() as i64;
        let space = i64::from(canvas) - i64::from(side);
        match (near, far) {
            (Some(near), _) => pixels(near),
            (None, Some(far)) => space - pixels(far),
            (None, None) => space.div_euclid(2),
        }
    }
}

/// `trim` with its pixel values in device pixels; shares stay.
fn scaled_trim(trim: Trim, dpr: f64) -> Trim {
    let scale = |side: Option<f64>| side.map(|value| if value < 1.0 { value } else { value * dpr });
    let keep = |border: TrimBorder| TrimBorder {
        keep: border.keep.map(|keep| (f64::from(keep) * dpr).round() as u32),
        ..border
    };
    Trim {
        top: scale(trim.top),
        right: scale(trim.right),
        bottom: scale(trim.bottom),
        left: scale(trim.left),
        width: scale(trim.width),
        height: scale(trim.height),
        border: trim.border.map(keep),
    }
}

/// A text that is laid out is a small transparent picture.
fn text_probe(text: &TextPlan, base: &Probe) -> Probe {
    Probe {
        format: Format::Png,
        width: text.width,
        height: text.height,
        frames: 1,
        loops: 0,
        orientation: 1,
        model: ColorModel::Rgb,
        alpha: true,
        bits: 8,
        progressive: false,
        lossless: true,
        subsampling: None,
        profile: Profile::Srgb,
        ..base.clone()
    }
}

/// Samples of a picture after an overlay was drawn on it.
pub(crate) fn drawn_layout(layout: Layout, clears: bool) -> Layout {
    match layout {
        Layout::Gray | Layout::Rgb if clears => Layout::Rgba,
        Layout::Gray => Layout::Rgb,
        other => other,
    }
}

/// How a `Text` is set before its fonts are known; sizes are filled in by the layout.
pub fn text_plan(text: &Text, dpr: f64) -> TextPlan {
    TextPlan {
        content: text.content.clone().unwrap_or_default(),
        font: text.font.as_ref().map(|font| font.url.clone()),
        size: text.size.unwrap_or(24.0) * 4.0 / 3.0 * dpr,
        color: text.color.unwrap_or(Color { red: 0, green: 0, blue: 0, alpha: 255 }),
        align: text.align.unwrap_or(Align::Start),
        line_height: text.line_height,
        wrap: 0,
        fill: false,
        width: 0,
        height: 0,
        lines: 0,
    }
}
