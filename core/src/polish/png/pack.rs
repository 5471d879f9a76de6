//! The smallest file of a picture: every form with every way of filtering is weighed by a quick
//! deflate, and the best are packed as hard as libdeflate can.

use libdeflater::{CompressionLvl, Compressor, Decompressor};

use super::file::{written, Colors};
use super::filter::{filtered, Strategy, ALL};
use super::form::{choices, Choice, Color, Form};
use super::stats::Stats;
use crate::decode::Exact;
use crate::{Error, Job, Result};

/// How hard is worked on so many bytes of rows: level of the trials, number of the best that are
/// packed in the end, and the level of that. A level takes several times the time of one three
/// below it, and one call cannot be interrupted.
fn effort(bytes: usize) -> (i32, usize, i32) {
    match bytes >> 20 {
        0..=3 => (7, 3, 12),
        4..=15 => (5, 1, 12),
        16..=47 => (2, 1, 9),
        _ => (1, 1, 6),
    }
}

/// A form and its filters with the bytes that they took in a trial.
struct Trial {
    choice: Choice,
    strategy: Strategy,
    bytes: usize,
}

/// The smallest file that shows `exact` in the colours of `colors`.
pub(super) fn smallest(exact: &Exact, colors: &Colors, job: &Job) -> Result<Vec<u8>> {
    let stats = Stats::of(exact, job)?;
    let mut trials = Vec::new();
    for choice in choices(exact, &stats, colors) {
        let form = Form::new(exact, &stats, choice, job)?;
        let beside = 4 * form.palette.len() + form.transparency.len();
        let (level, ..) = effort(form.rows.len());
        for strategy in strategies(choice, form.rows.len()) {
            let bytes = deflated(&filtered(&form, strategy, job)?, level, job)?.len() + beside;
            trials.push(Trial { choice, strategy, bytes });
        }
    }
    trials.sort_by_key(|trial| trial.bytes);
    let mut best: Option<Vec<u8>> = None;
    let (_, finals, level) = effort(exact.data.len());
    for Trial { choice, strategy, .. } in trials.into_iter().take(finals) {
        let form = Form::new(exact, &stats, choice, job)?;
        let packed = deflated(&filtered(&form, strategy, job)?, level, job)?;
        let file = written(&form, &packed, colors)?;
        if best.as_ref().is_none_or(|best| file.len() < best.len()) {
            best = Some(file);
        }
    }
    best.ok_or_else(|| Error::internal("png: no form was possible"))
}

/// What is tried: neighbouring numbers of a palette are strangers, so guessing rarely pays there;
/// of a large picture only what is best most often.
fn strategies(choice: Choice, bytes: usize) -> Vec<Strategy> {
    use Strategy::{Entropy, Least, Pairs, Same};
    match (choice.color, bytes >> 20) {
        (Color::Indexed, _) => vec![Same(0), Same(2), Entropy, Pairs],
        (_, 0..=15) => ALL.to_vec(),
        _ => vec![Same(4), Least, Entropy],
    }
}

/// `data` by deflate in a zlib stream.
pub(in crate::polish) fn deflated(data: &[u8], level: i32, job: &Job) -> Result<Vec<u8>> {
    job.check()?;
    let level = CompressionLvl::new(level).map_err(|_| Error::internal("no such level"))?;
    let mut compressor = Compressor::new(level);
    let bound = compressor.zlib_compress_bound(data.len());
    let mut out = Vec::new();
    out.try_reserve_exact(bound)
        .map_err(|_| Error::too_large("memory", "what the system gives", bound))?;
    out.resize(bound, 0);
    let bytes = compressor
        .zlib_compress(data, &mut out)
        .map_err(|error| Error::internal("deflate failed").with_context(error.to_string()))?;
    out.truncate(bytes);
    job.check()?;
    Ok(out)
}

/// A zlib stream of exactly `bytes`; `None` when it is broken or of another length.
pub(super) fn inflated(data: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve_exact(bytes).ok()?;
    out.resize(bytes, 0);
    let done = Decompressor::new().zlib_decompress(data, &mut out).ok()?;
    (done == bytes).then_some(out)
}
