//! One life of hosted images on a folder, for `tests/services/crash/run.py`, which ends it by
//! `kill -9`: `crash_worker FOLDER SEED ACTORS`.
//!
//! It opens the folder as a service does, tells all that is there, says `ready`, waits for a line,
//! and then lets its actors upload, change, remove and purge at random until it is killed. Every
//! line it prints is a JSON object: what is there, and what is done, told before (`begin`) and after
//! it was acknowledged (`done`). The driver keeps the books; this program judges nothing.

mod actor;
mod dice;
mod place;
mod state;

use std::io::Write;
use std::path::Path;

use safelight::{Error, Result};
use serde_json::{json, Value};

use actor::Actor;
use place::Place;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seed, actors] = arguments.as_slice() else {
        return Err(Error::invalid("arguments", "FOLDER SEED ACTORS", arguments.len()));
    };
    let (seed, actors) = (number(seed)?, number(actors)?);
    let place = Place::open(Path::new(folder))?;
    state::tell(&place, actors)?;
    say(&json!({"at": "ready"}));
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
    std::thread::scope(|scope| {
        for actor in 0..actors {
            let place = &place;
            scope.spawn(move || Actor::new(place, actor, seed).work());
        }
        // Whoever reads the lines is gone: nobody else would end this.
        let _ = std::io::stdin().read_line(&mut line);
        std::process::exit(1);
    })
}

fn number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| Error::invalid("arguments", "a number", text))
}

/// One line, whole and at once.
pub fn say(line: &Value) {
    let mut out = std::io::stdout().lock();
    let said = writeln!(out, "{line}").and_then(|()| out.flush());
    if said.is_err() {
        std::process::exit(1);
    }
}
