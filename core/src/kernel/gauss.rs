//! Gaussian filters along one direction of a small plane of 16-bit samples.
//!
//! A plane is `lanes` samples wide; the filter runs from line to line, all lanes at once, so the
//! inner loops are over neighbours in memory.

/// Below this standard deviation the bell itself is used: three boxes would be too coarse.
const SMALL: f64 = 4.0;

/// A Gaussian of one standard deviation.
#[derive(Debug, Clone)]
pub(crate) enum Gauss {
    /// The bell, from its middle to its edge.
    Bell(Vec<f32>),
    /// Three running means with these radii.
    Boxes([usize; 3]),
}

impl Gauss {
    /// For standard deviation `sigma`.
    pub(crate) fn new(sigma: f64) -> Self {
        if sigma < SMALL {
            Gauss::Bell(bell(sigma))
        } else {
            Gauss::Boxes(boxes(sigma))
        }
    }

    /// Filters `plane`, whose lines are `lanes` samples; `spare` is as large and is overwritten.
    /// Samples beyond the ends are those of the end.
    pub(crate) fn filter(&self, plane: &mut Vec<u16>, spare: &mut Vec<u16>, lanes: usize) {
        match self {
            Gauss::Bell(weights) => {
                convolve(plane, spare, lanes, weights);
                std::mem::swap(plane, spare);
            }
            Gauss::Boxes(radii) => {
                for radius in radii {
                    running_mean(plane, spare, lanes, *radius);
                    std::mem::swap(plane, spare);
                }
            }
        }
    }
}

fn bell(sigma: f64) -> Vec<f32> {
    let reach = (sigma * 3.0).ceil().max(1.0) as usize;
    let weight = |at: usize| (-((at * at) as f64) / (2.0 * sigma * sigma)).exp();
    let sum = 2.0 * (1..=reach).map(weight).sum::<f64>() + weight(0);
    (0..=reach).map(|at| (weight(at) / sum) as f32).collect()
}

/// Radii of three running means whose variances add up to that of the bell.
fn boxes(sigma: f64) -> [usize; 3] {
    let variance = 12.0 * sigma * sigma;
    let ideal = (variance / 3.0 + 1.0).sqrt();
    // Widths are odd: the nearest one below, and the next one above for the rest.
    let lower = ((ideal - 1.0) / 2.0).floor() * 2.0 + 1.0;
    let count = (variance - 3.0 * lower * lower - 12.0 * lower - 9.0) / (-4.0 * lower - 4.0);
    let narrow = count.round().clamp(0.0, 3.0) as usize;
    let radius = (lower as usize - 1) / 2;
    std::array::from_fn(|index| if index < narrow { radius } else { radius + 1 })
}

fn line(plane: &[u16], lanes: usize, at: isize) -> &[u16] {
    let last = (plane.len() / lanes) as isize - 1;
    &plane[at.clamp(0, last) as usize * lanes..][..lanes]
}

fn convolve(plane: &[u16], out: &mut [u16], lanes: usize, weights: &[f32]) {
    let mut sums = vec![0f32; lanes];
    for (at, target) in out.chunks_exact_mut(lanes).enumerate() {
        let at = at as isize;
        let middle = line(plane, lanes, at);
        for (sum, value) in sums.iter_mut().zip(middle) {
            *sum = f32::from(*value) * weights[0] + 0.5;
        }
        for (distance, weight) in weights.iter().enumerate().skip(1) {
            let before = line(plane, lanes, at - distance as isize);
            let after = line(plane, lanes, at + distance as isize);
            for ((sum, before), after) in sums.iter_mut().zip(before).zip(after) {
                *sum += (f32::from(*before) + f32::from(*after)) * weight;
            }
        }
        for (target, sum) in target.iter_mut().zip(&sums) {
            *target = *sum as u16;
        }
    }
}

fn running_mean(plane: &[u16], out: &mut [u16], lanes: usize, radius: usize) {
    let radius = radius as isize;
    let share = 1.0 / (2 * radius + 1) as f32;
    let mut sums = vec![0u32; lanes];
    for at in -radius..=radius {
        for (sum, value) in sums.iter_mut().zip(line(plane, lanes, at)) {
            *sum += u32::from(*value);
        }
    }
    for (at, target) in out.chunks_exact_mut(lanes).enumerate() {
        let gone = line(plane, lanes, at as isize - radius);
        let next = line(plane, lanes, at as isize + radius + 1);
        for (((target, sum), gone), next) in target.iter_mut().zip(&mut sums).zip(gone).zip(next) {
            // Sums stay below 2^25, so the conversion loses nothing that rounding keeps.
            *target = (*sum as f32 * share + 0.5) as u16;
            *sum = *sum + u32::from(*next) - u32::from(*gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(sigma: f64) -> (f64, f64) {
        let mut plane = vec![0u16; 1601];
        plane[800] = 65_000;
        let mut spare = plane.clone();
        Gauss::new(sigma).filter(&mut plane, &mut spare, 1);
        let total: f64 = plane.iter().map(|value| f64::from(*value)).sum();
        let variance: f64 = plane
            .iter()
            .enumerate()
            .map(|(at, value)| (at as f64 - 800.0).powi(2) * f64::from(*value) / total)
            .sum();
        (total, variance.sqrt())
    }

    #[test]
    fn the_width_of_the_filter_is_what_was_asked_for() {
        for sigma in [0.8, 1.0, 1.9, 3.7, 4.0, 10.0, 40.0] {
            let (total, got) = spread(sigma);
            assert!((got / sigma - 1.0).abs() < 0.06, "sigma {sigma}: {got}");
            assert!((total / 65_000.0 - 1.0).abs() < 0.02, "sigma {sigma}: {total}");
        }
    }

    #[test]
    fn an_even_plane_stays_as_it_is() {
        for sigma in [0.7, 5.0, 125.0] {
            let mut plane = vec![12_345u16; 30];
            let mut spare = plane.clone();
            Gauss::new(sigma).filter(&mut plane, &mut spare, 3);
            assert!(plane.iter().all(|value| value.abs_diff(12_345) <= 3), "{sigma}: {plane:?}");
        }
    }
}
