//! How fast a cached picture leaves `handle`, called from Rust:
//! `cached_delivery FOLDER PICTURE SECONDS THREADS`.
//!
//! `tests/bench/service.sh` runs it beside the same program in Python, Node and Go. FOLDER is a
//! new one; the picture is uploaded, shown once, and then asked for again and again.

use std::time::{Duration, Instant};

use safelight::{Config, Error, Job, Request, Result, Service};
use serde_json::json;

const HEADERS: &[(&str, &str)] = &[
    ("Host", "img.example"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0"),
    ("Accept", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wrong = |got| Error::invalid("arguments", "FOLDER PICTURE SECONDS THREADS", got);
    let [folder, picture, seconds, threads] = arguments.as_slice() else {
        return Err(wrong(arguments.join(" ")));
    };
    let seconds = seconds.parse().map_err(|_| wrong(seconds.clone()))?;
    let threads: u32 = threads.parse().map_err(|_| wrong(threads.clone()))?;
    let text = json!({"folder": folder, "account": {"id": "0".repeat(32), "hash": "bench"}});
    let service = Service::open(&Config::from_json(&text.to_string())?)?;
    let bytes = std::fs::read(picture).map_err(wrong_file)?;
    service.call("images.upload", &json!({"id": "cat"}), &bytes, &Job::default())?;
    let first = ask(&service)?;
    let start = Instant::now();
    let asked: u64 = std::thread::scope(|scope| {
        let each =
            (0..threads).map(|_| scope.spawn(|| many(&service, start + seconds_of(seconds))));
        let each: Vec<_> = each.collect();
        each.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    let rate = asked as f64 / start.elapsed().as_secs_f64();
    let micros = 1e6 / rate * f64::from(threads);
    let line = json!({"language": "rust", "threads": threads, "requests": asked,
        "per_second": rate.round(), "micros": (micros * 10.0).round() / 10.0, "bytes": first});
    println!("{line}");
    Ok(())
}

fn wrong_file(error: std::io::Error) -> Error {
    Error::invalid("picture", "a readable file", error)
}

fn seconds_of(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Asks until `end`; gives how often.
fn many(service: &Service, end: Instant) -> u64 {
    let mut asked = 0;
    while Instant::now() < end {
        // The clock is not what is measured.
        for _ in 0..100 {
            if ask(service).is_err() {
                return 0;
            }
            asked += 1;
        }
    }
    asked
}

fn ask(service: &Service) -> Result<usize> {
    let request = Request { headers: HEADERS, ..Request::new("GET", "/bench/cat/public") };
    let response = service.handle(&request, &Job::default());
    match response.status {
        200 => Ok(response.body.len()),
        other => Err(Error::invalid("answer", "status 200", other)),
    }
}
