//! Scenes that look like photographs to an encoder: sky, ridges, water, grain.

use super::draw::{blend, shade, Canvas, Rgb};
use super::noise::{mix, step, Noise};

/// One mountain range: how high it stands (0 is the top), how rough it is, its colour.
struct Ridge {
    seed: u32,
    height: f32,
    rise: f32,
    scale: f32,
    color: Rgb,
}

impl Ridge {
    fn top(&self, u: f32) -> f32 {
        self.height - self.rise * (Noise(self.seed).fractal(u * self.scale, 0.5, 9) - 0.5)
    }

    /// Covers `under` where the range is.
    fn over(&self, under: Rgb, u: f32, v: f32, haze: Rgb) -> Rgb {
        let top = self.top(u);
        if v < top {
            return under;
        }
        let rock = Noise(self.seed + 1).fractal(u * 26.0 + v * 9.0, v * 34.0, 6);
        let slope = Noise(self.seed).fractal(u * self.scale + 0.02, 0.5, 6)
            - Noise(self.seed).fractal(u * self.scale, 0.5, 6);
        let lit = (0.55 + 0.8 * rock + slope * 3.0).clamp(0.3, 1.5);
        let snow = step(0.1, 0.02, v - top) * step(0.46, 0.56, rock) * step(0.5, 0.4, self.height);
        let color = blend(shade(self.color, lit), [238.0, 242.0, 250.0], snow * 0.85);
        blend(color, haze, ((v - top) * 1.6).clamp(0.0, 0.5))
    }
}

fn clouds(seed: u32, u: f32, v: f32, cover: f32) -> f32 {
    let depth = 1.0 / (0.25 + v);
    step(1.0 - cover, 1.25 - cover, Noise(seed).fractal(u * 3.0 * depth + 4.0, v * 9.0 * depth, 6))
}

fn grain(color: Rgb, x: f32, y: f32, amount: f32) -> Rgb {
    let noise = Noise(977).at(x as i32, y as i32) - 0.5;
    color.map(|channel| channel + noise * amount)
}

/// A lake below snowy mountains, mirrored in it.
pub(crate) fn lake(width: u32, height: u32) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let ridges = [
        Ridge { seed: 11, height: 0.36, rise: 0.52, scale: 2.6, color: [112.0, 124.0, 156.0] },
        Ridge { seed: 23, height: 0.47, rise: 0.3, scale: 4.0, color: [66.0, 84.0, 96.0] },
        Ridge { seed: 37, height: 0.58, rise: 0.14, scale: 9.0, color: [30.0, 56.0, 42.0] },
    ];
    let scene = move |u: f32, v: f32| {
        let sky = blend([52.0, 112.0, 190.0], [246.0, 214.0, 190.0], step(0.0, 0.5, v));
        let sky = blend(sky, [255.0, 244.0, 236.0], clouds(3, u, v, 0.52) * 0.8);
        ridges.iter().fold(sky, |under, ridge| ridge.over(under, u, v, [186.0, 190.0, 206.0]))
    };
    let shore = 0.64;
    Canvas::opaque(width, height, move |x, y| {
        let (u, v) = (x / w, y / h);
        let bank = shore + 0.006 * (Noise(51).fractal(u * 14.0, 0.0, 5) - 0.5);
        let color = if v < bank { scene(u, v) } else { water(&scene, u, v, bank) };
        grain(color, x, y, 9.0)
    })
}

fn water(scene: &impl Fn(f32, f32) -> Rgb, u: f32, v: f32, shore: f32) -> Rgb {
    let near = (v - shore) / (1.0 - shore);
    let wave = Noise(61).fractal(u * 18.0 / (0.2 + near), v * 160.0 / (0.3 + near), 3) - 0.5;
    let mirror = scene(u + wave * 0.012, (2.0 * shore - v + wave * 0.05).clamp(0.0, shore - 0.01));
    let deep = blend([16.0, 62.0, 84.0], [8.0, 34.0, 52.0], near);
    let color = blend(shade(mirror, 0.86), deep, mix(0.2, 0.6, near));
    let glint = step(0.22, 0.34, wave) * (1.0 - near) * 60.0;
    color.map(|channel| channel + glint)
}

/// Dunes under an evening sky.
pub(crate) fn desert(width: u32, height: u32) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    Canvas::opaque(width, height, |x, y| {
        let (u, v) = (x / w, y / h);
        let sky = blend([44.0, 40.0, 110.0], [255.0, 152.0, 92.0], step(0.0, 0.52, v));
        let sun = (u - 0.68).hypot((v - 0.4) * h / w);
        let mut color = blend(sky, [255.0, 236.0, 180.0], step(0.062, 0.056, sun));
        color = color.map(|channel| channel + 70.0 * (-sun * 7.0).exp());
        for layer in 0..5 {
            let depth = layer as f32 / 4.0;
            let crest = 0.5 + 0.11 * depth * 4.0 * 0.9
                - 0.12
                    * (Noise(80 + layer).fractal(u * (4.0 - depth * 2.0), 1.5, 4) - 0.5)
                    * (1.0 + depth);
            if v > crest {
                let ripple = ((v - crest) * mix(520.0, 190.0, depth)
                    + 26.0 * Noise(90).fractal(u * 5.0, v * 6.0, 4))
                .sin();
                let light =
                    0.72 + 0.5 * Noise(95 + layer).fractal(u * 3.0, v * 2.0, 3) + 0.05 * ripple;
                color = shade(blend([190.0, 96.0, 84.0], [226.0, 148.0, 84.0], depth), light);
            }
        }
        grain(color, x, y, 7.0)
    })
}

/// A lighthouse at the sea: taller than wide.
pub(crate) fn tower(width: u32, height: u32) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    Canvas::opaque(width, height, |x, y| {
        let (u, v) = (x / w, y / h);
        let sky = blend([98.0, 164.0, 214.0], [250.0, 224.0, 196.0], step(0.0, 0.7, v));
        let mut color = blend(sky, [255.0; 3], clouds(7, u, v * 0.8, 0.5) * 0.75);
        if v > 0.7 {
            let wave = Noise(17).fractal(u * 24.0, v * 120.0, 4);
            color = blend([30.0, 96.0, 120.0], [150.0, 196.0, 200.0], step(0.45, 0.75, wave));
        }
        let cliff =
            0.78 - 0.16 * step(0.95, 0.25, u) * (0.8 + 0.4 * Noise(19).fractal(u * 9.0, 2.0, 6));
        if v > cliff {
            let rock = Noise(29).fractal(u * 16.0, v * 22.0, 7);
            let grass = step(cliff + 0.03, cliff, v - 0.02 * rock);
            color = blend(
                shade([112.0, 96.0, 84.0], 0.4 + rock),
                shade([92.0, 132.0, 58.0], 0.6 + 0.6 * rock),
                grass,
            );
        }
        grain(lighthouse(u, v).unwrap_or(color), x, y, 8.0)
    })
}

fn lighthouse(u: f32, v: f32) -> Option<Rgb> {
    let (top, foot, middle) = (0.2, 0.68, 0.4);
    let half = mix(0.05, 0.085, ((v - top) / (foot - top)).clamp(0.0, 1.0));
    let across = (u - middle) / half;
    let round = 0.62 + 0.42 * (1.0 - across * across).max(0.0).sqrt() - 0.12 * across;
    if (top..foot).contains(&v) && across.abs() < 1.0 {
        let red = ((v - top) * 12.5) as i32 % 2 == 0;
        return Some(shade(if red { [206.0, 44.0, 40.0] } else { [242.0, 238.0, 230.0] }, round));
    }
    let lamp = (0.135..top).contains(&v) && (u - middle).abs() < 0.036;
    let roof = (0.1..0.135).contains(&v) && (u - middle).abs() < (v - 0.1) * 1.5;
    let deck = (top - 0.008..top).contains(&v) && (u - middle).abs() < 0.066;
    if deck || roof {
        return Some(shade([60.0, 58.0, 66.0], 0.7 + round * 0.3));
    }
    lamp.then(|| blend([255.0, 236.0, 160.0], [120.0, 150.0, 170.0], (u - middle).abs() / 0.04))
}

/// Stars and an aurora above dark hills.
pub(crate) fn night(width: u32, height: u32) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let hills = Ridge { seed: 71, height: 0.84, rise: 0.34, scale: 3.4, color: [10.0, 16.0, 26.0] };
    Canvas::opaque(width, height, move |x, y| {
        let (u, v) = (x / w, y / h);
        let mut color = blend([6.0, 8.0, 30.0], [20.0, 44.0, 78.0], v);
        let curtain = 0.3 + 0.3 * (Noise(31).fractal(u * 3.0, 0.3, 5) - 0.2);
        let fold = Noise(33).fractal(u * 26.0, v * 1.2, 4);
        let glow = step(curtain + 0.3, curtain, v) * step(curtain - 0.28, curtain, v) * fold * 1.7;
        color = blend(
            color,
            blend([170.0, 80.0, 200.0], [60.0, 240.0, 160.0], step(0.05, 0.45, v)),
            (glow * 0.8).min(0.9),
        );
        let (cell_x, cell_y) = ((x / 3.0) as i32, (y / 3.0) as i32);
        let star = step(0.9965, 1.0, Noise(35).at(cell_x, cell_y)) * 220.0;
        color = color.map(|channel| channel + star);
        grain(hills.over(color, u, v, [12.0, 20.0, 34.0]), x, y, 8.0)
    })
}

/// A meadow in flower, soft in the distance.
pub(crate) fn poppies(width: u32, height: u32) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    Canvas::opaque(width, height, |x, y| {
        let (u, v) = (x / w, y / h);
        let horizon = 0.34 + 0.03 * (Noise(101).fractal(u * 5.0, 0.0, 6) - 0.5);
        if v < horizon {
            let sky = blend([118.0, 176.0, 226.0], [232.0, 236.0, 232.0], v / horizon);
            return grain(blend(sky, [255.0; 3], clouds(103, u, v, 0.56) * 0.9), x, y, 6.0);
        }
        let near = (v - horizon) / (1.0 - horizon);
        let depth = 0.06 + near;
        let blades = Noise(105).fractal((u - 0.5) * 60.0 / depth, 14.0 / depth, 4);
        let mut color = shade(blend([140.0, 160.0, 92.0], [52.0, 106.0, 38.0], near), 0.5 + blades);
        for layer in 0..3 {
            if let Some(flower) =
                flower(107 + layer, (u - 0.5) / depth * 14.0, 9.0 / depth + layer as f32 * 0.37)
            {
                color = flower;
            }
        }
        grain(color, x, y, 9.0)
    })
}

/// A petal's colour, when one of the flowers scattered over the grid covers this point.
fn flower(seed: u32, x: f32, y: f32) -> Option<Rgb> {
    let (column, row) = (x.floor(), y.floor());
    let noise = Noise(seed);
    let (cx, cy) = (column as i32, row as i32);
    if noise.at(cx, cy) < 0.55 {
        return None;
    }
    let (dx, dy) = (x - column - 0.3 - 0.4 * noise.at(cx + 911, cy), y - row - 0.5);
    let radius = dx.hypot(dy * 1.5) / (0.16 + 0.14 * noise.at(cx, cy + 577));
    let edge = 0.86 + 0.14 * (dy.atan2(dx) * 4.0).sin();
    let tint = 0.7 + 0.3 * noise.at(cx + 13, cy + 7) - 0.25 * dy;
    (radius < edge).then(|| {
        let petal = shade([232.0, 52.0, 34.0], tint + 0.2 * radius);
        blend([40.0, 20.0, 24.0], petal, step(0.2, 0.36, radius))
    })
}
