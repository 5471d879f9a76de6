//! The filters of PNG rows, and the ways to choose one for each.

use super::form::Form;
use crate::{Error, Job, Result};

/// How the filter of a row is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// The same one for all rows, by its number in the file.
    Same(u8),
    /// The one whose result is nearest to zero.
    Least,
    /// The one whose result has the least entropy.
    Entropy,
    /// The one whose result has the fewest different pairs of neighbours.
    Pairs,
}

/// Every strategy.
pub(super) const ALL: [Strategy; 8] = [
    Strategy::Same(0),
    Strategy::Same(1),
    Strategy::Same(2),
    Strategy::Same(3),
    Strategy::Same(4),
    Strategy::Least,
    Strategy::Entropy,
    Strategy::Pairs,
];

/// The rows of `form`, each behind the number of its filter.
pub(super) fn filtered(form: &Form, strategy: Strategy, job: &Job) -> Result<Vec<u8>> {
    let bytes = (form.stride + 1) * form.height;
    let mut out = Vec::new();
    out.try_reserve_exact(bytes)
        .map_err(|_| Error::too_large("memory", "what the system gives", bytes))?;
    let zeroes = vec![0; form.stride];
    let mut above = &zeroes[..];
    let mut tries: [Vec<u8>; 5] = Default::default();
    for row in form.rows.chunks_exact(form.stride) {
        job.check()?;
        let filter = match strategy {
            Strategy::Same(filter) => {
                apply(filter, row, above, form.step(), &mut tries[usize::from(filter)]);
                filter
            }
            _ => best(strategy, row, above, form.step(), &mut tries),
        };
        out.push(filter);
        out.extend_from_slice(&tries[usize::from(filter)]);
        above = row;
    }
    Ok(out)
}

fn best(strategy: Strategy, row: &[u8], above: &[u8], step: usize, tries: &mut [Vec<u8>; 5]) -> u8 {
    let mut best = (u64::MAX, 0);
    for (filter, out) in (0u8..).zip(tries.iter_mut()) {
        apply(filter, row, above, step, out);
        let cost = match strategy {
            Strategy::Entropy => entropy(out),
            Strategy::Pairs => pairs(out),
            _ => out.iter().map(|byte| u64::from((*byte as i8).unsigned_abs())).sum(),
        };
        if cost < best.0 {
            best = (cost, filter);
        }
    }
    best.1
}

/// Bits, in thousandths, that the bytes take when each is coded by how often it is there.
fn entropy(row: &[u8]) -> u64 {
    let mut counts = [0u32; 256];
    row.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let total = row.len() as f64;
    let bits = |count: &u32| {
        let count = f64::from(*count);
        -count * (count / total).log2()
    };
    let bits: f64 = counts.iter().filter(|count| **count > 0).map(bits).sum();
    (bits * 1000.0) as u64
}

/// Number of different pairs of neighbours.
fn pairs(row: &[u8]) -> u64 {
    let mut seen = vec![0u64; 1024];
    for pair in row.windows(2) {
        let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
        seen[pair >> 6] |= 1 << (pair & 63);
    }
    seen.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// The row after `filter`: what it differs by from a guess of its neighbours.
fn apply(filter: u8, row: &[u8], above: &[u8], step: usize, out: &mut Vec<u8>) {
    out.clear();
    let step = step.min(row.len());
    let (first, rest) = row.split_at(step);
    let (up, up_rest) = above.split_at(step);
    let left = &row[..row.len() - step];
    let corner = &above[..row.len() - step];
    match filter {
        0 => out.extend_from_slice(row),
        1 => {
            out.extend_from_slice(first);
            out.extend(rest.iter().zip(left).map(|(x, a)| x.wrapping_sub(*a)));
        }
        2 => out.extend(row.iter().zip(above).map(|(x, b)| x.wrapping_sub(*b))),
        3 => {
            out.extend(first.iter().zip(up).map(|(x, b)| x.wrapping_sub(b / 2)));
            let mean = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) / 2) as u8;
            let neighbours = left.iter().zip(up_rest);
            out.extend(rest.iter().zip(neighbours).map(|(x, (a, b))| x.wrapping_sub(mean(*a, *b))));
        }
        _ => {
            out.extend(first.iter().zip(up).map(|(x, b)| x.wrapping_sub(*b)));
            let neighbours = left.iter().zip(up_rest).zip(corner);
            let guessed = rest.iter().zip(neighbours);
            out.extend(guessed.map(|(x, ((a, b), c))| x.wrapping_sub(paeth(*a, *b, *c))));
        }
    }
}

/// Which of left, above and corner is nearest to left + above - corner.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_a, to_b, to_c) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_the_inverse_of_what_the_format_says() {
        let above: Vec<u8> = (0..12).map(|at| (at * 37 + 5) as u8).collect();
        let row: Vec<u8> = (0..12).map(|at| (at * 91 + 200) as u8).collect();
        for (filter, step) in (0..5).flat_map(|filter| [(filter, 1), (filter, 3), (filter, 4)]) {
            let mut out = Vec::new();
            apply(filter, &row, &above, step, &mut out);
            let mut back: Vec<u8> = Vec::new();
            for at in 0..row.len() {
                let a = if at < step { 0 } else { back[at - step] };
                let c = if at < step { 0 } else { above[at - step] };
                let b = above[at];
                let guess = match filter {
                    0 => 0,
                    1 => a,
                    2 => b,
                    3 => ((u16::from(a) + u16::from(b)) / 2) as u8,
                    _ => paeth(a, b, c),
                };
                back.push(out[at].wrapping_add(guess));
            }
            assert_eq!(back, row, "filter {filter}, step {step}");
        }
    }
}
