//! From a placement to the list of steps, in the stored axes for as long as that saves work.

use super::geometry::{times_dpr, Placement, Rect};
use super::{Area, DecodePlan, Step};
use crate::image::{Format, Layout, Orientation, Probe, ProfileUse};
use crate::options::{Color, Options, Upscale};

/// Canvas and alpha colour when none is given.
const WHITE: Color = Color { red: 255, green: 255, blue: 255, alpha: 255 };

/// How the picture is seen: what is cut off first, and how it is turned.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    stored: (u32, u32),
    /// Width and height as seen, before trim and turn.
    upright: (f64, f64),
    /// What trim leaves, in pixels as seen, before the turn.
    rest: Area,
    /// Mirror and turn that are asked for.
    turn: Orientation,
    /// What trim leaves, in stored pixels.
    kept: Area,
    /// EXIF orientation, mirror and turn in one.
    orientation: Orientation,
    /// Width and height as seen, after trim and turn.
    pub size: (u32, u32),
}

impl View {
    /// EXIF orientation, then trim to `rect`, then flip, then rotate.
    pub fn new(probe: &Probe, options: &Options, rect: Rect) -> Self {
        let exif = Orientation::from_exif(probe.orientation);
        let stored = (probe.width, probe.height);
        let edges = [rect.left, rect.top, rect.width, rect.height].map(f64::from);
        let flip = options.flip.map_or(Orientation::IDENTITY, |flip| {
            Orientation::mirror(flip.horizontal, flip.vertical)
        });
        let turn = flip.then(Orientation::quarter_turns(options.rotate.unwrap_or(0) / 90));
        View {
            stored,
            upright: as_f64(exif.size(stored.0, stored.1)),
            rest: area(edges),
            turn,
            kept: area(exif.rectangle_in_source(edges, as_f64(stored))),
            orientation: exif.then(turn),
            size: turn.size(rect.width, rect.height),
        }
    }

    /// [`View::size`], for measuring.
    pub fn full(&self) -> (f64, f64) {
        as_f64(self.size)
    }

    /// `seen`, a part of the picture as it is after trim, mirror and turn, before all of them.
    pub fn upright_area(&self, seen: Area) -> Area {
        let rest = (self.rest.width, self.rest.height);
        let seen = [seen.left, seen.top, seen.width, seen.height];
        let inner = area(self.turn.rectangle_in_source(seen, rest));
        Area { left: self.rest.left + inner.left, top: self.rest.top + inner.top, ..inner }
    }

    /// The way back, from shares of the picture before all of them.
    pub fn seen_from_share(&self, [left, top, width, height]: [f64; 4]) -> [f64; 4] {
        let left = left * self.upright.0 - self.rest.left;
        let top = top * self.upright.1 - self.rest.top;
        let inner = [left, top, width * self.upright.0, height * self.upright.1];
        self.turn.rectangle_in_result(inner, (self.rest.width, self.rest.height))
    }

    /// The part of the stored picture that `placement` uses.
    pub fn stored_area(&self, placement: &Placement) -> Area {
        let seen = placement.area;
        let inner = self.orientation.rectangle_in_source(
            [seen.left, seen.top, seen.width, seen.height],
            (self.kept.width, self.kept.height),
        );
        let inner = area(inner);
        Area { left: self.kept.left + inner.left, top: self.kept.top + inner.top, ..inner }
    }

    /// Size that the stored picture is scaled to.
    pub fn stored_size(&self, placement: &Placement) -> (u32, u32) {
        self.orientation.size(placement.width, placement.height)
    }

    fn is_trimmed(&self) -> bool {
        (self.kept.width, self.kept.height) != as_f64(self.stored)
    }
}

fn area([left, top, width, height]: [f64; 4]) -> Area {
    Area { left, top, width, height }
}

fn as_f64(size: (u32, u32)) -> (f64, f64) {
    (f64::from(size.0), f64::from(size.1))
}

/// The decoder's part at `scale`.
pub(super) fn decode_plan(probe: &Probe, scale: u8) -> DecodePlan {
    let divisor = u32::from(scale);
    DecodePlan {
        scale,
        width: probe.width.div_ceil(divisor),
        height: probe.height.div_ceil(divisor),
        layout: probe.layout(),
        to_srgb: false,
    }
}

/// Collects steps.
pub(super) struct Steps<'a> {
    pub probe: &'a Probe,
    pub options: &'a Options,
    pub view: &'a View,
    pub decode: &'a DecodePlan,
    pub placement: &'a Placement,
    pub border: Option<Frame>,
    /// Whether the result's format can carry transparency.
    pub keeps_alpha: bool,
    pub list: Vec<Step>,
}

impl Steps<'_> {
    /// All steps, in the order of reference §1.3.
    pub fn collect(mut self) -> Vec<Step> {
        if self.options.segment.is_some() {
            self.cut_out_and_scale();
        } else {
            self.scale_and_convert();
            self.orient();
        }
        self.paint();
        self.adjust();
        self.frame();
        self.list
    }

    fn orient(&mut self) {
        let orientation = self.view.orientation;
        if orientation != Orientation::IDENTITY {
            self.list.push(Step::Orient { orientation: orientation.to_exif() });
        }
    }

    /// The host's model sees the whole picture upright, in sRGB and before anything is cut to
    /// shape, so that it knows what the subject is. The decoder does not scale then.
    fn cut_out_and_scale(&mut self) {
        self.cut_to_kept((1.0, 1.0));
        self.list.extend(needs_conversion(self.probe).then_some(Step::ToSrgb));
        self.orient();
        self.list.push(Step::Segment);
        let Placement { area, width, height, .. } = *self.placement;
        if (area.width, area.height) != as_f64((width, height)) {
            self.enlarge_or_resize(area, width, height);
        } else if (width, height) != self.view.size {
            let (left, top) = (area.left.floor() as u32, area.top.floor() as u32);
            self.list.push(Step::Crop { left, top, width, height });
        }
    }

    /// The resampler, or the host's hook where that was asked for and the picture grows.
    fn enlarge_or_resize(&mut self, area: Area, width: u32, height: u32) {
        let grows = f64::from(width) > area.width || f64::from(height) > area.height;
        if self.options.upscale != Some(Upscale::Generate) || !grows {
            self.list.push(Step::Resize { area, width, height });
            return;
        }
        // The hook takes whole pixels: what lies round a fractional area goes along and is cut
        // off after it.
        let (left, top) = (area.left.floor(), area.top.floor());
        let size = ((area.left + area.width).ceil() - left, (area.top + area.height).ceil() - top);
        let (x, y) = (f64::from(width) / area.width, f64::from(height) / area.height);
        let [w, h] = [size.0, size.1].map(|side| side as u32);
        self.list.push(Step::Crop { left: left as u32, top: top as u32, width: w, height: h });
        let grown = ((size.0 * x).round() as u32, (size.1 * y).round() as u32);
        self.list.push(Step::Generate { width: grown.0.max(width), height: grown.1.max(height) });
        if grown != (width, height) {
            let [left, top] = [(area.left - left) * x, (area.top - top) * y];
            let (w, h) = as_f64((width, height));
            let area = Area { left, top, width: w, height: h };
            self.list.push(Step::Resize { area, width, height });
        }
    }

    fn scale_and_convert(&mut self) {
        let scale = self.scale();
        let stored = self.view.stored_area(self.placement);
        let mut area = area([
            stored.left * scale.0,
            stored.top * scale.1,
            stored.width * scale.0,
            stored.height * scale.1,
        ]);
        let (width, height) = self.view.stored_size(self.placement);
        let decoded = (self.decode.width, self.decode.height);
        let convert = needs_conversion(self.probe);
        if self.needs_no_resize(&area, (width, height)) {
            if (width, height) != decoded {
                let left = (area.left.floor() as u32).min(decoded.0 - width);
                let top = (area.top.floor() as u32).min(decoded.1 - height);
                self.list.push(Step::Crop { left, top, width, height });
            }
            self.list.extend(convert.then_some(Step::ToSrgb));
            return;
        }
        if self.view.is_trimmed() {
            let offset = self.cut_to_kept(scale);
            area.left -= offset.0;
            area.top -= offset.1;
        }
        // Fewer pixels are cheaper to convert.
        let shrinks = f64::from(width) * f64::from(height) < area.width * area.height;
        self.list.extend((convert && !shrinks).then_some(Step::ToSrgb));
        self.enlarge_or_resize(area, width, height);
        self.list.extend((convert && shrinks).then_some(Step::ToSrgb));
    }

    /// Decoded pixels of a stored one, by axis.
    fn scale(&self) -> (f64, f64) {
        if self.probe.format != Format::Svg {
            let scale = 1.0 / f64::from(self.decode.scale);
            return (scale, scale);
        }
        let share = |drawn: u32, full: u32| f64::from(drawn) / f64::from(full);
        let (decode, probe) = (self.decode, self.probe);
        (share(decode.width, probe.width), share(decode.height, probe.height))
    }

    /// Whether `area` of the decoded picture is of the wanted size already. A drawing is made for
    /// it, but for the part of a pixel that its whole canvas was rounded by.
    fn needs_no_resize(&self, area: &Area, size: (u32, u32)) -> bool {
        let decoded = (self.decode.width, self.decode.height);
        let slack = if self.probe.format == Format::Svg { 1.0 } else { 0.0 };
        let near = |length: f64, side: u32| (length - f64::from(side)).abs() <= slack;
        let fits = size.0 <= decoded.0 && size.1 <= decoded.1;
        fits && near(area.width, size.0) && near(area.height, size.1)
    }

    /// Cuts what is trimmed off before a resize, so that the filter does not see it. Returns
    /// what is gone on the left and above.
    fn cut_to_kept(&mut self, scale: (f64, f64)) -> (f64, f64) {
        let kept = self.view.kept;
        let left = (kept.left * scale.0).floor();
        let top = (kept.top * scale.1).floor();
        let right = ((kept.left + kept.width) * scale.0).ceil().min(self.decode.width.into());
        let bottom = ((kept.top + kept.height) * scale.1).ceil().min(self.decode.height.into());
        let size = ((right - left) as u32, (bottom - top) as u32);
        if size != (self.decode.width, self.decode.height) {
            let (width, height) = size;
            self.list.push(Step::Crop { left: left as u32, top: top as u32, width, height });
        }
        (left, top)
    }

    fn paint(&mut self) {
        let given = self.options.background;
        let background = given.unwrap_or(WHITE);
        let background = if self.keeps_alpha { background } else { over_white(background) };
        let alpha = self.probe.alpha || self.options.segment.is_some();
        if alpha && (given.is_some_and(|color| color.alpha > 0) || !self.keeps_alpha) {
            self.list.push(Step::Flatten { background });
        }
        if let Some(canvas) = self.placement.canvas {
            self.list.push(Step::Pad {
                left: canvas.left,
                top: canvas.top,
                width: canvas.width,
                height: canvas.height,
                background,
            });
        }
    }

    /// The border, last of all: nothing blurs it or changes its colour.
    fn frame(&mut self) {
        let Some(Frame { left, top, width, height, color }) = self.border else {
            return;
        };
        let background = if self.keeps_alpha { color } else { over_white(color) };
        self.list.push(Step::Pad { left, top, width, height, background });
    }

    fn adjust(&mut self) {
        // 0 is "not given" for all but saturation, where it means greyscale.
        let factor = |value: Option<f64>| value.filter(|value| *value != 0.0).unwrap_or(1.0);
        let brightness = factor(self.options.brightness);
        let contrast = factor(self.options.contrast);
        let gamma = factor(self.options.gamma);
        let saturation = self.options.saturation.unwrap_or(1.0);
        if [brightness, contrast, gamma, saturation] != [1.0; 4] {
            self.list.push(Step::Adjust { brightness, contrast, gamma, saturation });
        }
        if let Some(radius) = self.options.blur.filter(|radius| *radius > 0.0) {
            self.list.push(Step::Blur { radius });
        }
        if let Some(amount) = self.options.sharpen.filter(|amount| *amount > 0.0) {
            self.list.push(Step::Sharpen { amount });
        }
    }
}

/// Whether the result may have transparent pixels, if its format can hold them.
pub(super) fn may_be_transparent(
    probe: &Probe,
    options: &Options,
    placement: &Placement,
    border: Option<&Frame>,
) -> bool {
    let see_through = options.background.is_some_and(|color| color.alpha < 255);
    let painted = options.background.is_some() && !see_through;
    let framed = border.is_some_and(|border| border.color.alpha < 255);
    let alpha = probe.alpha || options.segment.is_some();
    (alpha && !painted) || (placement.canvas.is_some() && see_through) || framed
}

/// A result with a border round it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub left: u32,
    pub top: u32,
    /// Width, border included.
    pub width: u32,
    /// Height, border included.
    pub height: u32,
    pub color: Color,
}

impl Frame {
    /// The border that `options` draw round a result of `size`; `None` without thickness.
    pub fn new(options: &Options, size: (u32, u32), dpr: f64) -> Option<Frame> {
        let border = options.border?;
        let thick = |side: u32| if side == 0 { 0 } else { times_dpr(side, dpr) };
        let [top, right, bottom, left] =
            [border.top, border.right, border.bottom, border.left].map(thick);
        let width = size.0.saturating_add(left).saturating_add(right);
        let height = size.1.saturating_add(top).saturating_add(bottom);
        let frame = Frame { left, top, width, height, color: border.color };
        ((width, height) != size).then_some(frame)
    }
}

/// What lies under a result that cannot be transparent.
pub(super) fn opaque_background(options: &Options) -> Color {
    over_white(options.background.unwrap_or(WHITE))
}

pub(super) fn needs_conversion(probe: &Probe) -> bool {
    probe.layout() == Layout::Cmyk || probe.profile.usage(probe.model) == ProfileUse::Convert
}

fn over_white(color: Color) -> Color {
    let alpha = u32::from(color.alpha);
    let blend = |value: u8| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
    Color { red: blend(color.red), green: blend(color.green), blue: blend(color.blue), alpha: 255 }
}
