//! A canvas, and the pictures that are shapes rather than scenes.

use super::noise::{mix, step, Noise};

/// Red, green, blue, 0 to 255.
pub(crate) type Rgb = [f32; 3];

/// Between two colours.
pub(crate) fn blend(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)]
}

/// Every channel times `factor`.
pub(crate) fn shade(color: Rgb, factor: f32) -> Rgb {
    color.map(|channel| channel * factor)
}

/// 8-bit pixels with alpha.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

impl Canvas {
    /// Asks `pixel` for the colour and opacity (0 to 1) of every pixel centre.
    pub(crate) fn paint(width: u32, height: u32, pixel: impl Fn(f32, f32) -> (Rgb, f32)) -> Self {
        let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
        for y in 0..height {
            for x in 0..width {
                let (color, alpha) = pixel(x as f32 + 0.5, y as f32 + 0.5);
                rgba.extend(color.map(|channel| channel.clamp(0.0, 255.0) as u8));
                rgba.push((alpha.clamp(0.0, 1.0) * 255.0) as u8);
            }
        }
        Canvas { width, height, rgba }
    }

    /// Without alpha.
    pub(crate) fn opaque(width: u32, height: u32, pixel: impl Fn(f32, f32) -> Rgb) -> Self {
        Canvas::paint(width, height, |x, y| (pixel(x, y), 1.0))
    }

    /// Turned counter-clockwise, as a camera held upright stores it.
    pub(crate) fn turned(&self) -> Canvas {
        let (width, height) = (self.height, self.width);
        Canvas::paint(width, height, |x, y| {
            let at = (x as u32 * self.width + (self.width - 1 - y as u32)) as usize * 4;
            let pixel = &self.rgba[at..at + 4];
            (std::array::from_fn(|index| f32::from(pixel[index])), f32::from(pixel[3]) / 255.0)
        })
    }
}

/// Coverage of a shape whose signed distance is `distance` pixels, negative inside.
fn inside(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

/// Signed distance to a rounded rectangle.
fn rounded(x: f32, y: f32, area: [f32; 4], radius: f32) -> f32 {
    let [left, top, right, bottom] = area;
    let dx = (x - (left + right) / 2.0).abs() - (right - left) / 2.0 + radius;
    let dy = (y - (top + bottom) / 2.0).abs() - (bottom - top) / 2.0 + radius;
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
}

/// A lens of petals with soft edges over nothing.
pub(crate) fn logo(size: u32) -> Canvas {
    let half = size as f32 / 2.0;
    Canvas::paint(size, size, |x, y| {
        let (dx, dy) = ((x - half) / half, (y - half) / half);
        let (radius, angle) = (dx.hypot(dy), dy.atan2(dx));
        let petal = (angle * 3.0 + radius * 4.0).sin() * 0.5 + 0.5;
        let color = blend([255.0, 94.0, 58.0], [88.0, 60.0, 230.0], petal);
        let ring = inside((radius - 0.86).abs() * half - 0.06 * half);
        let body = inside((radius - 0.68) * half) * mix(0.35, 1.0, petal);
        let hole = 1.0 - inside((radius - 0.2) * half);
        (blend(color, [255.0, 214.0, 120.0], ring), ring.max(body * hole))
    })
}

/// A head and shoulders on a soft ground.
pub(crate) fn avatar(size: u32) -> Canvas {
    let scale = size as f32;
    let grain = Noise(41);
    Canvas::opaque(size, size, |x, y| {
        let (u, v) = (x / scale, y / scale);
        let mut color = blend([250.0, 196.0, 150.0], [232.0, 108.0, 120.0], (u + v) / 2.0);
        let shirt = inside(((u - 0.5) / 0.36).hypot((v - 1.02) / 0.3).mul_add(0.3, -0.3) * scale);
        color = blend(color, blend([40.0, 70.0, 120.0], [28.0, 44.0, 84.0], v), shirt);
        let neck = inside(rounded(u, v, [0.43, 0.5, 0.57, 0.78], 0.06) * scale);
        color = blend(color, [206.0, 150.0, 116.0], neck);
        let head = inside(((u - 0.5) / 0.17).hypot((v - 0.42) / 0.21).mul_add(0.17, -0.17) * scale);
        let light = 1.06 - 0.5 * (u - 0.4).abs();
        color = blend(color, shade([232.0, 178.0, 142.0], light), head);
        let hair = ((u - 0.5) / 0.2).hypot((v - 0.36) / 0.2) - 1.0;
        let cut = v - 0.34 - 0.5 * (u - 0.42).abs();
        let strands = 0.8 + 0.4 * grain.smooth(u * 90.0, v * 14.0);
        color =
            blend(color, shade([66.0, 42.0, 34.0], strands), inside(hair.max(cut) * scale * 0.2));
        shade(color, 0.97 + 0.06 * grain.at(x as i32, y as i32))
    })
}

/// A dashboard as a screenshot would show it: flat colours, thin lines, hard edges.
pub(crate) fn chart(width: u32, height: u32) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    Canvas::opaque(width, height, |x, y| {
        if x < 200.0 {
            return menu(x, y);
        }
        let page = [246.0, 247.0, 250.0];
        let cards = (0..3).map(|index| {
            let left = 230.0 + index as f32 * (w - 260.0) / 3.0;
            (index, [left, 30.0, left + (w - 260.0) / 3.0 - 20.0, 190.0])
        });
        let mut color = page;
        for (index, area) in cards {
            color = card(color, x, y, area, index);
        }
        plot(color, x, y, [230.0, 220.0, w - 50.0, h - 40.0])
    })
}

fn menu(x: f32, y: f32) -> Rgb {
    let row = (y / 56.0) as i32;
    let within = y - row as f32 * 56.0;
    let length = 60.0 + 70.0 * Noise(5).at(row, 3);
    let active = row == 2 && rounded(x, within, [12.0, 6.0, 188.0, 50.0], 8.0) < 0.0;
    let ground = if active { [58.0, 72.0, 140.0] } else { [26.0, 32.0, 58.0] };
    let bar = inside(rounded(x, within, [56.0, 23.0, 56.0 + length, 33.0], 5.0));
    let dot = inside((x - 34.0).hypot(within - 28.0) - 8.0);
    blend(blend(ground, [196.0, 204.0, 232.0], bar), [120.0, 150.0, 255.0], dot)
}

fn card(under: Rgb, x: f32, y: f32, area: [f32; 4], index: i32) -> Rgb {
    let edge = rounded(x, y, area, 12.0);
    let color = blend(under, [222.0, 226.0, 236.0], inside(edge - 1.5));
    let color = blend(color, [255.0; 3], inside(edge));
    let [left, top, right, bottom] = area;
    let title = inside(rounded(x, y, [left + 20.0, top + 22.0, left + 110.0, top + 32.0], 5.0));
    let figure = inside(rounded(x, y, [left + 20.0, top + 48.0, left + 190.0, top + 78.0], 6.0));
    let level = bottom - 18.0 - 40.0 * Noise(70 + index as u32).fractal(x / 46.0, 0.0, 3);
    let spark = inside((y - level).abs() - 1.6)
        * step(left, left + 1.0, x - 20.0)
        * step(x, x + 1.0, right - 20.0);
    let color = blend(color, [160.0, 168.0, 188.0], title);
    let color = blend(color, [34.0, 40.0, 66.0], figure);
    blend(
        color,
        [[52.0, 120.0, 246.0], [24.0, 160.0, 110.0], [230.0, 90.0, 80.0]][index as usize],
        spark,
    )
}

fn plot(under: Rgb, x: f32, y: f32, area: [f32; 4]) -> Rgb {
    let edge = rounded(x, y, area, 12.0);
    let mut color = blend(under, [222.0, 226.0, 236.0], inside(edge - 1.5));
    color = blend(color, [255.0; 3], inside(edge));
    let [left, top, right, bottom] =
        [area[0] + 50.0, area[1] + 50.0, area[2] - 30.0, area[3] - 50.0];
    if x < left || x > right || y < top || y > bottom {
        return color;
    }
    let line = ((y - top) / (bottom - top) * 5.0).fract() * (bottom - top) / 5.0;
    color = blend(color, [228.0, 231.0, 240.0], inside(line - 1.0));
    let step_width = (right - left) / 24.0;
    let column = ((x - left) / step_width) as i32;
    let offset = x - left - column as f32 * step_width;
    let height =
        (bottom - top) * (0.25 + 0.6 * Noise(9).at(column, 1) * (0.5 + column as f32 / 40.0));
    let bar = [4.0, bottom - height, step_width - 4.0, bottom + 8.0];
    let tint = blend([52.0, 120.0, 246.0], [150.0, 90.0, 240.0], column as f32 / 24.0);
    blend(color, tint, inside(rounded(offset, y, bar, 5.0)))
}

/// Frames of planets round a sun.
pub(crate) fn orbit(size: u32, frames: u32) -> Vec<Canvas> {
    (0..frames).map(|frame| orbit_frame(size, frame as f32 / frames as f32)).collect()
}

fn orbit_frame(size: u32, turn: f32) -> Canvas {
    let half = size as f32 / 2.0;
    let planets = [
        (0.38, 2.0, 0.055, [120.0, 200.0, 255.0]),
        (0.62, -1.0, 0.08, [255.0, 150.0, 90.0]),
        (0.85, 1.0, 0.06, [170.0, 230.0, 140.0]),
    ];
    Canvas::opaque(size, size, |x, y| {
        let (dx, dy) = ((x - half) / half, (y - half) / half);
        let star = Noise(3).at(x as i32 / 2, y as i32 / 2) > 0.997;
        let mut color = if star { [150.0, 160.0, 200.0] } else { [18.0, 20.0, 44.0] };
        for (radius, speed, body, tint) in planets {
            let ring = inside((dx.hypot(dy) - radius).abs() * half - 0.7);
            color = blend(color, [60.0, 66.0, 110.0], ring);
            let (sin, cos) = (turn * speed * std::f32::consts::TAU).sin_cos();
            let away = (dx - radius * cos).hypot(dy - radius * sin);
            color = blend(color, tint, inside((away - body) * half));
        }
        blend(color, [255.0, 214.0, 90.0], inside((dx.hypot(dy) - 0.16) * half))
    })
}
