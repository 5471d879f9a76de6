//! Renders a list of jobs and prints the SHA-256 of each result, one a line.
//!
//! `hashes JOBS THREADS`: JOBS is a JSON array of `{"source": path, "options": text}`; a text that
//! begins with `polish ` has options of that verb behind it. The same list goes through every
//! language; the lines must be equal.

use std::error::Error;
use std::{env, fs};

use safelight::{CancelToken, Engine, Input, Job, Limits, PolishOptions, Result};
use sha2::{Digest, Sha256};

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let jobs: serde_json::Value = serde_json::from_slice(&fs::read(&arguments[1])?)?;
    let limits = Limits { threads: arguments[2].parse()?, ..Limits::default() };
    let engine = Engine::new(limits);
    for job in jobs.as_array().ok_or("JOBS: expected an array")? {
        let source = fs::read(job["source"].as_str().ok_or("source: expected text")?)?;
        let options = job["options"].as_str().ok_or("options: expected text")?;
        let line = match made(&engine, &source, options) {
            Ok(data) => hex(&Sha256::digest(&data)),
            Err(error) => error.kind().names().node.to_owned(),
        };
        println!("{line}");
    }
    Ok(())
}

fn made(engine: &Engine, source: &[u8], options: &str) -> Result<Vec<u8>> {
    let (input, job) = (Input::new(source), Job::new(engine.limits(), CancelToken::new()));
    match options.strip_prefix("polish ") {
        Some(options) => Ok(engine.polish(&input, &PolishOptions::from_json(options)?, &job)?.data),
        None => Ok(engine.render_text(&input, options, &job)?.data),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
