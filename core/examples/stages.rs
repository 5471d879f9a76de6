//! Times the stages of a render: `cargo run --release --example stages -- OPTIONS FILE…`.
//!
//! Prints the quickest of twenty runs in milliseconds, because whatever else the machine does
//! only ever makes a run slower.

use std::time::Duration;

use safelight::{Engine, Error, Input, Job, Rendered, Result};

const RUNS: usize = 20;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let options = arguments.next().unwrap_or_default();
    println!(
        "{:>7} {:>8} {:>9} {:>8} {:>9}  file",
        "plan", "decode", "transform", "encode", "bytes"
    );
    for path in arguments {
        let source = std::fs::read(&path)
            .map_err(|error| Error::invalid("file", "a readable file", error))?;
        let runs = (0..RUNS)
            .map(|_| Engine::default().render_text(&Input::new(&source), &options, &Job::default()))
            .collect::<Result<Vec<_>>>()?;
        report(&path, &runs);
    }
    Ok(())
}

fn report(path: &str, runs: &[Rendered]) {
    let least = |stage: fn(&Rendered) -> Duration| {
        runs.iter().map(stage).min().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!(
        "{:7.2} {:8.2} {:9.2} {:8.2} {:9}  {path}",
        least(|run| run.info.timings.plan),
        least(|run| run.info.timings.decode),
        least(|run| run.info.timings.transform),
        least(|run| run.info.timings.encode),
        runs[0].data.len(),
    );
}
