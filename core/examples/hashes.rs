//! Renders a list of jobs and prints the SHA-256 of each result, one a line.
//!
//! `hashes JOBS THREADS`: JOBS is a JSON array of `{"source": path, "options": text}`. The same
//! list goes through every language; the lines must be equal.

use std::error::Error;
use std::{env, fs};

use safelight::{CancelToken, Engine, Input, Job, Limits};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let jobs: serde_json::Value = serde_json::from_slice(&fs::read(&arguments[1])?)?;
    let limits = Limits { threads: arguments[2].parse()?, ..Limits::default() };
    let engine = Engine::new(limits);
    for job in jobs.as_array().ok_or("JOBS: expected an array")? {
        let source = fs::read(job["source"].as_str().ok_or("source: expected text")?)?;
        let options = job["options"].as_str().ok_or("options: expected text")?;
        let run = Job::new(engine.limits(), CancelToken::new());
        let line = match engine.render_text(&Input::new(&source), options, &run) {
            Ok(rendered) => hex(&Sha256::digest(&rendered.data)),
            Err(error) => error.kind().names().node.to_owned(),
        };
        println!("{line}");
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
