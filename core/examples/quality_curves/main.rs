//! The measurements behind quality words.
//!
//! `quality_curves record FOLDER… > curves.tsv` encodes every picture at many qualities.
//! `quality_curves fit curves.tsv > core/src/quality/numbers.rs` fits the model to them.
//! `quality_curves report FOLDER…` renders every picture to every word in every format and counts
//! how often the score is within 2 of the target.
//!
//! A third of the pictures, chosen by name, is never fitted to; the report tells them apart.

mod fit;
mod pictures;
mod record;
mod report;

use std::env;
use std::error::Error;

type Answer<T> = Result<T, Box<dyn Error>>;

fn main() -> Answer<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.split_first() {
        Some((verb, folders)) if verb == "record" => record::run(folders),
        Some((verb, files)) if verb == "fit" => fit::run(files),
        Some((verb, folders)) if verb == "report" => report::run(folders),
        _ => Err("usage: quality_curves record|report FOLDER… or fit CURVES…".into()),
    }
}
