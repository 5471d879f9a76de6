//! A picture that a few lines of any language can make: two ramps and noise.

/// Red, green, blue, alpha.
pub(super) fn picture(width: usize, height: usize, seed: u32, alpha: bool) -> Vec<[u8; 4]> {
    let mut state = seed;
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let opacity = if alpha { (x + y) * 255 / (width + height) } else { 255 };
            let noise = (state >> 25) as u8;
            let (red, green) = ((x * 255 / width) as u8, (y * 255 / height) as u8);
            pixels.push([red, green, noise, opacity as u8]);
        }
    }
    pixels
}

/// The same without alpha.
pub(super) fn colors(pixels: &[[u8; 4]]) -> Vec<[u8; 3]> {
    pixels.iter().map(|[r, g, b, _]| [*r, *g, *b]).collect()
}
