//! Rows of a small convolutional network, on `f32` samples with the channels of a pixel together.
//!
//! Every output is one chain of multiplications and additions in a fixed order. Wider registers
//! only work on more channels at a time, and nothing is fused, so that every machine gives the
//! same numbers.

/// Channels that are worked on together; the number of channels of every layer is a multiple.
pub(crate) const LANES: usize = 24;

/// One row of a depthwise 3×3 convolution: `rows` are the three input rows from the first column
/// that counts, `weights` 9 × channels.
pub(crate) fn depthwise(
    rows: [&[f32]; 3],
    stride: usize,
    channels: usize,
    weights: &[f32],
    out: &mut [f32],
) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { depthwise_avx2(rows, stride, channels, weights, out) };
    }
    depthwise_any(rows, stride, channels, weights, out);
}

/// One row of a 1×1 convolution: every pixel of `input` meets `weights`, inputs × outputs, and
/// `bias` is added first. The number of outputs is that of `bias`.
pub(crate) fn pointwise(input: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { pointwise_avx2(input, weights, bias, out) };
    }
    pointwise_any(input, weights, bias, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn depthwise_avx2(
    rows: [&[f32]; 3],
    stride: usize,
    channels: usize,
    weights: &[f32],
    out: &mut [f32],
) {
    depthwise_any(rows, stride, channels, weights, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn pointwise_avx2(input: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]) {
    pointwise_any(input, weights, bias, out);
}

// Arrays of a known length and plain indices keep the sums in registers.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn depthwise_any(
    rows: [&[f32]; 3],
    stride: usize,
    channels: usize,
    weights: &[f32],
    out: &mut [f32],
) {
    let lanes = channels / LANES;
    let rows = rows.map(|row| row.as_chunks::<LANES>().0);
    let weights = weights.as_chunks::<LANES>().0;
    for (index, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let (x, lane) = (index / lanes, index % lanes);
        let mut sum = [0.0; LANES];
        for tap in 0..9 {
            let samples = &rows[tap / 3][(x * stride + tap % 3) * lanes + lane];
            let weights = &weights[tap * lanes + lane];
            for c in 0..LANES {
                sum[c] += samples[c] * weights[c];
            }
        }
        *out = sum;
    }
}

/// Pixels that share one pass over the weights.
const PIXELS: usize = 4;

#[inline(always)]
fn pointwise_any(input: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]) {
    let (inputs, outputs) = (weights.len() / bias.len(), bias.len());
    let whole = input.len() / (inputs * PIXELS) * PIXELS;
    let (input, input_rest) = input.split_at(whole * inputs);
    let (out, out_rest) = out.split_at_mut(whole * outputs);
    let fours = input.chunks_exact(inputs * PIXELS).zip(out.chunks_exact_mut(outputs * PIXELS));
    for (input, out) in fours {
        pointwise_pixels::<PIXELS>(input, weights, bias, out);
    }
    for (input, out) in input_rest.chunks_exact(inputs).zip(out_rest.chunks_exact_mut(outputs)) {
        pointwise_pixels::<1>(input, weights, bias, out);
    }
}

#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn pointwise_pixels<const N: usize>(input: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]) {
    let inputs = input.len() / N;
    let weights = weights.as_chunks::<LANES>().0;
    let bias = bias.as_chunks::<LANES>().0;
    let out = out.as_chunks_mut::<LANES>().0;
    for (lane, start) in bias.iter().enumerate() {
        let mut sums = [*start; N];
        for i in 0..inputs {
            let weights = &weights[i * bias.len() + lane];
            for pixel in 0..N {
                let value = input[pixel * inputs + i];
                for c in 0..LANES {
                    sums[pixel][c] += value * weights[c];
                }
            }
        }
        for (pixel, sum) in sums.iter().enumerate() {
            out[pixel * bias.len() + lane] = *sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn a_depthwise_row_is_the_sum_over_its_window() {
        let (channels, width) = (2 * LANES, 7);
        for stride in [1, 2] {
            let input = numbers(3 * width * channels, 1);
            let weights = numbers(9 * channels, 2);
            let rows = [0, 1, 2].map(|row| &input[row * width * channels..][..width * channels]);
            let outputs = (width - 3) / stride + 1;
            let mut out = vec![0.0; outputs * channels];
            depthwise(rows, stride, channels, &weights, &mut out);
            for x in 0..outputs {
                for c in 0..channels {
                    let mut sum = 0.0;
                    for tap in 0..9 {
                        let at = (x * stride + tap % 3) * channels + c;
                        sum += rows[tap / 3][at] * weights[tap * channels + c];
                    }
                    assert_eq!(out[x * channels + c].to_bits(), f32::to_bits(sum));
                }
            }
        }
    }

    #[test]
    fn a_pointwise_row_is_the_same_for_any_number_of_pixels_at_once() {
        let (inputs, outputs) = (48, 2 * LANES);
        let weights = numbers(inputs * outputs, 3);
        let bias = numbers(outputs, 4);
        for pixels in [1, 3, 4, 9] {
            let input = numbers(inputs * pixels, 5);
            let mut out = vec![0.0; outputs * pixels];
            pointwise(&input, &weights, &bias, &mut out);
            for (index, out) in out.iter().enumerate() {
                let (pixel, o) = (index / outputs, index % outputs);
                let products =
                    (0..inputs).map(|i| input[pixel * inputs + i] * weights[i * outputs + o]);
                let sum = products.fold(bias[o], |sum, product| sum + product);
                assert_eq!(out.to_bits(), sum.to_bits());
            }
        }
    }
}
