//! BlurHash: a blurred picture as about 28 characters (the format published at blurha.sh).

/// Digits of base 83.
const DIGITS: &[u8; 83] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// The hash of `pixels`, red, green and blue in rows of `width`: 4 × 3 waves, or 3 × 4 where the
/// picture is higher than wide.
pub(super) fn hash(pixels: &[[u8; 3]], width: usize) -> String {
    let height = pixels.len() / width;
    let (across, down) = if width >= height { (4, 3) } else { (3, 4) };
    let waves = waves(pixels, width, across, down);
    let (mean, others) = waves.split_at(1);
    let mut text = String::new();
    push(&mut text, (across - 1 + (down - 1) * 9) as u32, 1);
    let highest = others.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    let highest = (highest * 166.0 - 0.5).floor().clamp(0.0, 82.0);
    push(&mut text, highest as u32, 1);
    push(&mut text, mean[0].iter().fold(0, |sum, value| sum << 8 | to_srgb(*value)), 4);
    for wave in others {
        let level = |value: &f64| {
            let share = value * 166.0 / (highest + 1.0);
            let root = share.abs().sqrt().copysign(share);
            (root * 9.0 + 9.5).floor().clamp(0.0, 18.0) as u32
        };
        push(&mut text, wave.iter().fold(0, |sum, value| sum * 19 + level(value)), 2);
    }
    text
}

/// The strength of every wave in linear light, from the top row.
fn waves(pixels: &[[u8; 3]], width: usize, across: usize, down: usize) -> Vec<[f64; 3]> {
    let height = pixels.len() / width;
    let light: [f64; 256] = std::array::from_fn(|value| to_light(value as u8));
    let mut waves = Vec::with_capacity(across * down);
    for j in 0..down {
        for i in 0..across {
            let mut sum = [0.0; 3];
            for (y, row) in pixels.chunks_exact(width).enumerate() {
                let vertical = cosine(j, y, height);
                for (x, pixel) in row.iter().enumerate() {
                    let basis = cosine(i, x, width) * vertical;
                    for (sum, value) in sum.iter_mut().zip(pixel) {
                        *sum += basis * light[usize::from(*value)];
                    }
                }
            }
            let norm = if i == 0 && j == 0 { 1.0 } else { 2.0 };
            waves.push(sum.map(|sum| sum * norm / pixels.len() as f64));
        }
    }
    waves
}

fn cosine(wave: usize, at: usize, length: usize) -> f64 {
    (std::f64::consts::PI * wave as f64 * at as f64 / length as f64).cos()
}

fn to_light(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    match value <= 0.04045 {
        true => value / 12.92,
        false => ((value + 0.055) / 1.055).powf(2.4),
    }
}

fn to_srgb(light: f64) -> u32 {
    let light = light.clamp(0.0, 1.0);
    let value = match light <= 0.003_130_8 {
        true => light * 12.92,
        false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    };
    (value * 255.0 + 0.5) as u32
}

fn push(text: &mut String, value: u32, digits: u32) {
    for place in (0..digits).rev() {
        text.push(char::from(DIGITS[(value / 83u32.pow(place) % 83) as usize]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_picture::{colors, picture};
    use super::*;

    /// What the package blurhash 1.1.5 of PyPI gives for the same pixels, as the reference in C
    /// does. (The one in JavaScript takes the strongest wave without its sign, and cuts others.)
    #[test]
    fn the_hash_is_that_of_the_reference() {
        for (width, height, seed, expected) in [
            (64, 48, 1, "LzHB|T2X$5Sgl|azjsf8gdfjfQfj"),
            (48, 64, 2, "TzH2e:2q$5hpazjugcfifQi~a{jt"),
            (100, 30, 3, "L#HLa.2Y$4Sgl|WVjtazgJfPfRfP"),
            (1, 1, 6, "L3000UfZfZfZfZfZfZfZfZfZfZfZ"),
            (3, 90, 7, "T#D1lNLHFJhoeEa|gdg1fRi|e=a|"),
        ] {
            assert_eq!(hash(&colors(&picture(width, height, seed, false)), width), expected);
        }
    }
}
