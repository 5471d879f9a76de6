//! A perceptual hash: pictures that look alike differ in few of its 64 bits.

/// Side of the grey picture that is hashed.
pub(super) const SIDE: usize = 32;

/// Waves along one side of which a bit is kept.
const WAVES: usize = 8;

/// The hash of `grey`, [`SIDE`] rows of [`SIDE`] samples.
///
/// A type II cosine transform; of its 8 × 8 longest waves, row by row, a bit is 1 where the wave
/// is above their median. The first is the highest bit: the layout of ImageHash's `phash`.
pub(super) fn hash(grey: &[u8]) -> u64 {
    let mut cosines = [[0.0; SIDE]; WAVES];
    for (wave, row) in cosines.iter_mut().enumerate() {
        for (at, value) in row.iter_mut().enumerate() {
            let angle = (2 * at + 1) as f64 * wave as f64 * std::f64::consts::PI;
            *value = (angle / (2 * SIDE) as f64).cos();
        }
    }
    let mut waves = Vec::with_capacity(WAVES * WAVES);
    for down in &cosines {
        for across in &cosines {
            let rows = grey.chunks_exact(SIDE).zip(down);
            let row_sum = |row: &[u8]| -> f64 {
                row.iter().zip(across).map(|(value, cosine)| f64::from(*value) * cosine).sum()
            };
            let sum: f64 = rows.map(|(row, cosine)| row_sum(row) * cosine).sum();
            // What an even picture leaves is rounding, not a wave.
            waves.push(if sum.abs() < 1e-6 { 0.0 } else { sum });
        }
    }
    let mut sorted = waves.clone();
    sorted.sort_by(f64::total_cmp);
    let median = (sorted[waves.len() / 2 - 1] + sorted[waves.len() / 2]) / 2.0;
    waves.iter().fold(0, |bits, wave| bits << 1 | u64::from(*wave > median))
}

#[cfg(test)]
mod tests {
    use super::super::test_picture::picture;
    use super::*;

    fn grey(change: impl Fn(u8) -> u8) -> Vec<u8> {
        let mut at = 0;
        let blobs = picture(SIDE, SIDE, 9, false).into_iter().map(|[r, g, b, _]| {
            at += 1;
            let blob = if (at / 5 + at / 320) % 3 == 0 { 90 } else { 0 };
            change(r / 4 + g / 8 + b / 16 + blob)
        });
        blobs.collect()
    }

    #[test]
    fn a_brighter_picture_keeps_its_hash_and_a_mirrored_one_does_not() {
        let plain = hash(&grey(|value| value));
        let brighter = hash(&grey(|value| value + 20));
        assert!((plain ^ brighter).count_ones() <= 2);
        let mirrored: Vec<u8> =
            grey(|value| value).chunks(SIDE).flat_map(|row| row.iter().rev().copied()).collect();
        assert!((plain ^ hash(&mirrored)).count_ones() > 16);
    }

    #[test]
    fn an_even_picture_has_its_mean_alone() {
        assert_eq!(hash(&[200; SIDE * SIDE]), 1 << 63);
    }
}
