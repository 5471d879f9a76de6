//! Least squares: for every encoder and score, from a picture's figures to the knob it took, and
//! how knobs lie about that.

use std::collections::BTreeMap;
use std::fs;

use safelight::plan::Encoding;
use safelight::quality::knob;

use super::{pictures, record, Answer};

/// Scores that are fitted to.
const SCORES: [f64; 8] = [20.0, 35.0, 45.0, 55.0, 65.0, 75.0, 85.0, 91.0];
const KNOTS: usize = SCORES.len();
/// The tables of the model and the encoders they are of.
const TABLES: [(&str, &str); 5] = [
    ("JPEG_HALVED", "jpeg420"),
    ("JPEG_FULL", "jpeg444"),
    ("WEBP", "webp"),
    ("AVIF_HALVED", "avif420"),
    ("AVIF_FULL", "avif444"),
];
/// How strongly weights are held back, in pictures that would say they are nought.
const RIDGE: f64 = 8.0;
/// Knots that tell how far a picture is off: the scores that are asked for.
const ASKED: std::ops::Range<usize> = 2..7;
/// Fits, each with less weight on the pictures that the one before was far off with.
const ROUNDS: usize = 4;

/// One picture under one encoder.
struct Curve {
    features: Vec<f64>,
    /// By quality.
    points: Vec<Point>,
}

/// Score and knob.
type Point = (f64, f64);

/// A table of the model.
struct Table {
    lines: Vec<Vec<f64>>,
    spread: Vec<Vec<f64>>,
}

pub fn run(files: &[String]) -> Answer<()> {
    println!("//! Made by `quality_curves fit` from measured curves.\n");
    println!("use super::model::Table;\n");
    println!("/// Scores that the rows of every table are for.");
    println!("pub(super) const SCORES: [f64; {KNOTS}] = {SCORES:?};");
    for (name, encoder) in TABLES {
        let curves = read(files, encoder)?;
        eprintln!("{encoder}: {} curves", curves.len());
        let table = settled(&curves);
        println!("\n#[rustfmt::skip]\npub(super) static {name}: Table = Table {{");
        for (field, rows) in [("lines", &table.lines), ("spread", &table.spread)] {
            println!("    {field}: [");
            for row in rows {
                let row: Vec<_> = row.iter().map(|value| format!("{value:.5}")).collect();
                println!("        [{}],", row.join(", "));
            }
            println!("    ],");
        }
        println!("}};");
    }
    Ok(())
}

/// Curves of the pictures that are not held out.
fn read(files: &[String], encoder: &str) -> Answer<Vec<Curve>> {
    let encoding = record::encoding(encoder, 0).ok_or("an encoder that is not known")?;
    let mut curves: BTreeMap<String, Vec<record::Line>> = BTreeMap::new();
    for file in files {
        for line in fs::read_to_string(file)?.lines() {
            let line = record::Line::parse(line)?;
            if line.encoder == encoder && !pictures::held_out(&line.picture) {
                let key = format!("{} {} {}", line.picture, line.width, line.height);
                curves.entry(key).or_default().push(line);
            }
        }
    }
    curves.retain(|_, lines| lines.len() == record::QUALITIES.len());
    let curves = curves.into_values().map(|lines| curve(lines, &encoding));
    Ok(curves.filter(Curve::is_whole).collect())
}

fn curve(mut lines: Vec<record::Line>, encoding: &Encoding) -> Curve {
    lines.sort_by_key(|line| line.quality);
    let mut best = f64::NEG_INFINITY;
    let points = lines.iter().map(|line| {
        best = best.max(line.score) + 1e-4;
        (best, knob(encoding, f64::from(line.quality)))
    });
    Curve { points: points.collect(), features: lines[0].features.clone() }
}

impl Curve {
    /// Whether the curve says enough: one that never gets good or bad is about something else.
    fn is_whole(&self) -> bool {
        self.points[0].0 < 60.0 && self.points[self.points.len() - 1].0 > 80.0
    }

    /// The knob at `score`. Beyond the ends the curve goes on, but not far.
    fn knob_at(&self, score: f64) -> f64 {
        let points = &self.points;
        let (first, last) = (points[0], points[points.len() - 1]);
        let slope =
            |from: Point, to: Point, least| (to.1 - from.1) / f64::max(to.0 - from.0, least);
        if score < first.0 {
            let down = slope(first, points[2], 1.0).min(0.05) * (first.0 - score);
            return first.1 - down.min(0.5);
        }
        if score > last.0 {
            let up = slope(points[points.len() - 3], last, 0.5).min(0.3) * (score - last.0);
            return last.1 + up.min(0.3);
        }
        let at = points[1..points.len() - 1].partition_point(|point| point.0 < score);
        points[at].1 + slope(points[at], points[at + 1], 1e-9) * (score - points[at].0)
    }
}

/// Drawings and screens follow rules of their own; a few of them must not bend the lines of all.
fn settled(curves: &[Curve]) -> Table {
    let mut table = fitted(curves, &vec![1.0; curves.len()]);
    for _ in 1..ROUNDS {
        let off: Vec<f64> = curves.iter().map(|curve| table.off(curve)).collect();
        let mut sorted = off.clone();
        sorted.sort_by(f64::total_cmp);
        let usual = 2.0 * sorted[sorted.len() / 2];
        let weights: Vec<f64> = off.iter().map(|off| (usual / off.max(1e-6)).min(1.0)).collect();
        table = fitted(curves, &weights);
    }
    table
}

impl Table {
    /// How far the lines are off with a picture, in knobs.
    fn off(&self, curve: &Curve) -> f64 {
        let squares = ASKED.map(|knot| {
            let line = &self.lines[knot];
            let expected = line[0] + dot(&line[1..], &curve.features);
            (curve.knob_at(SCORES[knot]) - expected).powi(2)
        });
        (squares.sum::<f64>() / ASKED.len() as f64).sqrt()
    }
}

fn fitted(curves: &[Curve], weights: &[f64]) -> Table {
    let count = curves[0].features.len();
    let total: f64 = weights.iter().sum();
    let knobs: Vec<[f64; KNOTS]> =
        curves.iter().map(|curve| SCORES.map(|score| curve.knob_at(score))).collect();
    let mean = |value: &dyn Fn(usize) -> f64| {
        (0..curves.len()).map(|one| weights[one] * value(one)).sum::<f64>() / total
    };
    let middle = |at: usize| mean(&|one| curves[one].features[at]);
    let means: Vec<f64> = (0..count).map(middle).collect();
    let width = |at: usize| mean(&|one| (curves[one].features[at] - means[at]).powi(2)).sqrt();
    let widths: Vec<f64> = (0..count).map(|at| width(at) + 1e-6).collect();
    let scaled: Vec<Vec<f64>> = curves
        .iter()
        .map(|curve| (0..count).map(|at| (curve.features[at] - means[at]) / widths[at]).collect())
        .collect();
    let inverse = inverted(&scaled, weights, count);
    let mut table = Table { lines: Vec::new(), spread: vec![vec![0.0; KNOTS]; KNOTS] };
    let mut off = vec![[0.0; KNOTS]; curves.len()];
    for knot in 0..KNOTS {
        let middle = mean(&|one| knobs[one][knot]);
        let toward: Vec<f64> = (0..count)
            .map(|at| {
                let toward = |one: usize| scaled[one][at] * (knobs[one][knot] - middle);
                (0..curves.len()).map(|one| weights[one] * toward(one)).sum()
            })
            .collect();
        let slopes: Vec<f64> = inverse.iter().map(|row| dot(row, &toward)).collect();
        for (one, off) in off.iter_mut().enumerate() {
            off[knot] = knobs[one][knot] - middle - dot(&scaled[one], &slopes);
        }
        let slopes: Vec<f64> = slopes.iter().zip(&widths).map(|(w, width)| w / width).collect();
        let constant = middle - dot(&slopes, &means);
        table.lines.push(std::iter::once(constant).chain(slopes).collect());
    }
    for (one, off) in off.iter().enumerate() {
        // What a picture is off would be more, had it not been fitted to.
        let toward: Vec<f64> = inverse.iter().map(|row| dot(row, &scaled[one])).collect();
        let pull = (weights[one] * dot(&toward, &scaled[one]) + 1.0 / total).clamp(0.0, 0.8);
        for (row, left) in table.spread.iter_mut().zip(off) {
            for (sum, right) in row.iter_mut().zip(off) {
                *sum += weights[one] * left * right / ((1.0 - pull) * (1.0 - pull) * total);
            }
        }
    }
    table
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// The inverse of the figures' products, by Gauss and Jordan; the ridge keeps it from breaking.
fn inverted(scaled: &[Vec<f64>], weights: &[f64], count: usize) -> Vec<Vec<f64>> {
    let product = |row: usize, column: usize| {
        let ridge = if row == column { RIDGE } else { 0.0 };
        let products = scaled.iter().zip(weights).map(|(one, w)| w * one[row] * one[column]);
        products.sum::<f64>() + ridge
    };
    let unit = |row: usize, column: usize| f64::from(u8::from(row == column));
    let mut rows: Vec<Vec<f64>> = (0..count)
        .map(|row| {
            let left = (0..count).map(|column| product(row, column));
            left.chain((0..count).map(|column| unit(row, column))).collect()
        })
        .collect();
    for pivot in 0..count {
        let divisor = rows[pivot][pivot];
        rows[pivot].iter_mut().for_each(|value| *value /= divisor);
        let used = rows[pivot].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != pivot) {
            let share = row[pivot];
            row.iter_mut().zip(&used).for_each(|(value, used)| *value -= share * used);
        }
    }
    rows.into_iter().map(|row| row[count..].to_vec()).collect()
}
