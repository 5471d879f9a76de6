//! Prints what `describe` says of files, one JSON object a line: `describe FILE…`.

use std::{env, fs, process};

use safelight::{Engine, Input, Job};

fn main() {
    let mut failed = false;
    for path in env::args().skip(1) {
        let described = fs::read(&path).map_err(|error| error.to_string()).and_then(|source| {
            let described = Engine::default().describe(&Input::new(&source), &Job::default());
            described.map_err(|error| error.to_string())
        });
        match described {
            Ok(described) => println!("{described}"),
            Err(error) => {
                eprintln!("{path}: {error}");
                failed = true;
            }
        }
    }
    process::exit(i32::from(failed));
}
