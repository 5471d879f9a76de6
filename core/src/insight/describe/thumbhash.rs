//! ThumbHash: a blurred picture with its shape and transparency in about 25 bytes (the format
//! published at evanw.github.io/thumbhash).

/// Waves of one channel.
struct Channel {
    mean: f64,
    waves: Vec<f64>,
    scale: f64,
}

/// The hash of `pixels`, with alpha, in rows of `width`; no side longer than 100.
pub(super) fn hash(pixels: &[[u8; 4]], width: usize) -> Vec<u8> {
    let height = pixels.len() / width;
    let (planes, transparent) = planes(pixels);
    let limit = if transparent { 5.0 } else { 7.0 };
    let count = |side: usize| {
        let count = limit * side as f64 / width.max(height) as f64;
        ((count + 0.5).floor() as usize).max(1)
    };
    let (across, down) = (count(width), count(height));
    let encode = |plane: &[f64], nx, ny| channel(plane, width, nx, ny);
    let luma = encode(&planes[0], across.max(3), down.max(3));
    let (p, q) = (encode(&planes[1], 3, 3), encode(&planes[2], 3, 3));
    let wide = width > height;
    let first = level(luma.mean, 63.0)
        | level(0.5 + 0.5 * p.mean, 63.0) << 6
        | level(0.5 + 0.5 * q.mean, 63.0) << 12
        | level(luma.scale, 31.0) << 18
        | u32::from(transparent) << 23;
    let second = if wide { down } else { across } as u32
        | level(p.scale, 63.0) << 3
        | level(q.scale, 63.0) << 9
        | u32::from(wide) << 15;
    let mut bytes = first.to_le_bytes()[..3].to_vec();
    bytes.extend_from_slice(&second.to_le_bytes()[..2]);
    let mut waves = [luma.waves, p.waves, q.waves].concat();
    if transparent {
        let alpha = encode(&planes[3], 5, 5);
        bytes.push((level(alpha.mean, 15.0) | level(alpha.scale, 15.0) << 4) as u8);
        waves.extend(alpha.waves);
    }
    for pair in waves.chunks(2) {
        let nibble = |at: usize| pair.get(at).map_or(0, |wave| level(*wave, 15.0));
        bytes.push((nibble(0) | nibble(1) << 4) as u8);
    }
    bytes
}

/// `value`, 0 to 1, in steps up to `most`.
fn level(value: f64, most: f64) -> u32 {
    (value * most + 0.5).floor() as u32
}

/// Luma, yellow against blue, red against green, and alpha, painted over the mean colour; and
/// whether anything is transparent.
fn planes(pixels: &[[u8; 4]]) -> ([Vec<f64>; 4], bool) {
    let mut mean = [0.0; 3];
    let mut opacity = 0.0;
    for [color @ .., alpha] in pixels {
        let alpha = f64::from(*alpha) / 255.0;
        opacity += alpha;
        for (mean, value) in mean.iter_mut().zip(color) {
            *mean += alpha / 255.0 * f64::from(*value);
        }
    }
    if opacity > 0.0 {
        mean = mean.map(|sum| sum / opacity);
    }
    let mut planes: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::with_capacity(pixels.len()));
    for pixel in pixels {
        let alpha = f64::from(pixel[3]) / 255.0;
        let [r, g, b] =
            std::array::from_fn(|i| mean[i] * (1.0 - alpha) + alpha / 255.0 * f64::from(pixel[i]));
        let values = [(r + g + b) / 3.0, (r + g) / 2.0 - b, r - g, alpha];
        for (plane, value) in planes.iter_mut().zip(values) {
            plane.push(value);
        }
    }
    (planes, opacity < pixels.len() as f64)
}

/// The waves below the diagonal of `nx` by `ny`, their strengths from 0 to 1 around a half.
fn channel(plane: &[f64], width: usize, nx: usize, ny: usize) -> Channel {
    let height = plane.len() / width;
    let mut result = Channel { mean: 0.0, waves: Vec::new(), scale: 0.0 };
    for cy in 0..ny {
        for cx in (0..nx).take_while(|cx| cx * ny < nx * (ny - cy)) {
            let horizontal: Vec<f64> = (0..width).map(|x| cosine(cx, x, width)).collect();
            let mut sum = 0.0;
            for (y, row) in plane.chunks_exact(width).enumerate() {
                let vertical = cosine(cy, y, height);
                for (value, horizontal) in row.iter().zip(&horizontal) {
                    sum += value * horizontal * vertical;
                }
            }
            sum /= plane.len() as f64;
            if cx == 0 && cy == 0 {
                result.mean = sum;
            } else {
                result.waves.push(sum);
                result.scale = result.scale.max(sum.abs());
            }
        }
    }
    if result.scale > 0.0 {
        for wave in &mut result.waves {
            *wave = 0.5 + 0.5 / result.scale * *wave;
        }
    }
    result
}

fn cosine(wave: usize, at: usize, length: usize) -> f64 {
    (std::f64::consts::PI / length as f64 * wave as f64 * (at as f64 + 0.5)).cos()
}

#[cfg(test)]
mod tests {
    use super::super::base64;
    use super::super::test_picture::picture;
    use super::*;

    /// What the npm package thumbhash 0.1.1 gives for the same pixels.
    #[test]
    fn the_hash_is_that_of_the_reference() {
        for (width, height, seed, alpha, expected) in [
            (64, 48, 1, false, "2gkKPZqAd3eAh3eIeHiHh3BwB/h3"),
            (48, 64, 2, false, "2vkJPRqAd4CIiId4d3h4iHBwB/d4"),
            (100, 30, 3, false, "2gkKMppwd4dwiHiHgIAI+Ic="),
            (33, 100, 4, true, "ncqFGg4ngLK4d4iQsQvoWXV3cHh3d3c="),
            (20, 20, 5, true, "nfqFHQwnoIawiIp3iKDBCvlocHdweId3dw=="),
            (3, 90, 7, false, "V6kJORpxgIh4hnh3gHAH93g="),
        ] {
            assert_eq!(base64(&hash(&picture(width, height, seed, alpha), width)), expected);
        }
    }
}
