//! CIELAB planes, by arithmetic that gives the same bits on every machine: additions,
//! multiplications and divisions in a fixed order.

use crate::image::{Image, Layout};

/// Lightness (0 to 100) and the two opponent colours, one value a pixel.
pub(super) struct Lab {
    pub width: usize,
    pub height: usize,
    /// `[L, a, b]` of every pixel, from the top row.
    pub pixels: Vec<[f32; 3]>,
}

impl Lab {
    /// Reads `image`, which is sRGB or grey, as CIELAB with the white point D65.
    pub fn new(image: &Image) -> Lab {
        let light = light_table();
        let pixels = match image.layout() {
            Layout::Gray => image.data().iter().map(|grey| lab(&light, [*grey; 3])).collect(),
            Layout::Rgb => {
                image.data().as_chunks::<3>().0.iter().map(|p| lab(&light, *p)).collect()
            }
            Layout::Rgba | Layout::Cmyk => {
                let pixels = image.data().as_chunks::<4>().0.iter();
                pixels.map(|[r, g, b, _]| lab(&light, [*r, *g, *b])).collect()
            }
        };
        Lab { width: image.width() as usize, height: image.height() as usize, pixels }
    }

    /// The same, smoothed by the weights 1, 2, 1 in both directions.
    pub fn smoothed(&self) -> Lab {
        let at = |x: usize, y: usize| self.pixels[y * self.width + x];
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            let rows = [y.saturating_sub(1), y, (y + 1).min(self.height - 1)];
            for x in 0..self.width {
                let columns = [x.saturating_sub(1), x, (x + 1).min(self.width - 1)];
                let mut sum = [0.0; 3];
                for (row, down) in rows.iter().zip([1.0, 2.0, 1.0]) {
                    for (column, across) in columns.iter().zip([1.0, 2.0, 1.0]) {
                        let pixel = at(*column, *row);
                        sum = std::array::from_fn(|i| sum[i] + down * across * pixel[i]);
                    }
                }
                pixels.push(sum.map(|sum| sum / 16.0));
            }
        }
        Lab { pixels, ..*self }
    }
}

/// Linear light of every sRGB value.
fn light_table() -> [f32; 256] {
    std::array::from_fn(|value| {
        let value = value as f32 / 255.0;
        if value <= 0.040_45 {
            return value / 12.92;
        }
        // x^2.4 is x^2 times the square of the fifth root of x.
        let x = (value + 0.055) / 1.055;
        let root = newton_root(x, 5, 1.0);
        x * x * root * root
    })
}

/// The `degree`th root of `x`, which is in 0 to about 1, by Newton's method from `guess`.
fn newton_root(x: f32, degree: i32, guess: f32) -> f32 {
    let n = degree as f32;
    let mut root = guess;
    for _ in 0..12 {
        let mut power = 1.0;
        for _ in 1..degree {
            power *= root;
        }
        root = ((n - 1.0) * root + x / power) / n;
    }
    root
}

/// Cube root of a value in 0.008 to about 1: a fitted parabola, and three steps of Newton's method.
fn cube_root(x: f32) -> f32 {
    let mut root = 0.25 + x * (1.3 - 0.55 * x);
    for _ in 0..3 {
        root = (2.0 * root + x / (root * root)) / 3.0;
    }
    root
}

fn lab(light: &[f32; 256], [red, green, blue]: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = [red, green, blue].map(|value| light[usize::from(value)]);
    let curve = |t: f32| if t > 0.008_856 { cube_root(t) } else { 7.787 * t + 0.137_931 };
    let x = curve(0.433_91 * r + 0.376_22 * g + 0.189_86 * b);
    let y = curve(0.212_64 * r + 0.715_17 * g + 0.072_19 * b);
    let z = curve(0.017_73 * r + 0.109_47 * g + 0.872_77 * b);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_have_their_known_lab() {
        let data = vec![255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 119, 119, 119];
        let image = Image::from_data(5, 1, Layout::Rgb, data).unwrap();
        let expected = [
            [100.0, 0.0, 0.0],
            [0.0, 0.0, 0.0],
            [53.2, 80.1, 67.2],
            [32.3, 79.2, -107.9],
            [50.0, 0.0, 0.0],
        ];
        for (got, expected) in Lab::new(&image).pixels.iter().zip(expected) {
            for (got, expected) in got.iter().zip(expected) {
                assert!((got - expected).abs() < 0.6, "{got} for {expected}");
            }
        }
    }
}
