//! How often words keep their word.

use std::fs;

use safelight::plan::Encoding;
use safelight::quality::trial;
use safelight::{Input, Job, Rendered};

use super::{pictures, Answer};

const WIDTHS: [u32; 1] = [400];
const FORMATS: [&str; 3] = ["jpeg", "webp", "avif"];
const WORDS: [(&str, f64); 5] =
    [("high", 85.0), ("medium-high", 75.0), ("auto", 75.0), ("medium-low", 60.0), ("low", 45.0)];
const TOLERANCE: f64 = 2.0;

/// Results of one format and word, or of any sum of them.
#[derive(Default, Clone, Copy)]
struct Count {
    hit: u32,
    nearest: u32,
    miss: u32,
    encodes: u32,
    bytes: u64,
    ms: f64,
}

impl Count {
    fn add(&mut self, other: &Count) {
        self.hit += other.hit;
        self.nearest += other.nearest;
        self.miss += other.miss;
        self.encodes += other.encodes;
        self.bytes += other.bytes;
        self.ms += other.ms;
    }

    fn line(&self, name: &str) -> String {
        let all = f64::from((self.hit + self.nearest + self.miss).max(1));
        let within = f64::from(self.hit) / f64::from((self.hit + self.miss).max(1)) * 100.0;
        format!(
            "{name:<24} {:>5} {:>8} {:>5} {within:>8.1} {:>8.2} {:>8.0} {:>7.1}",
            self.hit,
            self.nearest,
            self.miss,
            f64::from(self.encodes) / all,
            self.bytes as f64 / all,
            self.ms / all,
        )
    }
}

pub fn run(folders: &[String]) -> Answer<()> {
    let mut counts = [[Count::default(); WORDS.len()]; FORMATS.len()];
    let (mut known, mut held_out, mut images) = (Count::default(), Count::default(), 0);
    for file in pictures::files(folders)? {
        let (source, name) = (fs::read(&file)?, pictures::name(&file));
        for width in WIDTHS {
            let Some(png) = pictures::rendered(&source, width) else { break };
            images += 1;
            for (format, row) in FORMATS.iter().zip(&mut counts) {
                for ((word, target), count) in WORDS.iter().zip(row) {
                    let one = one(&name, &png, format, word, *target)?;
                    count.add(&one);
                    if pictures::held_out(&name) { &mut held_out } else { &mut known }.add(&one);
                }
            }
        }
    }
    println!("{images} images; hit: score within {TOLERANCE} of the target; nearest: no quality");
    println!(
        "reaches it and the result is within {TOLERANCE} of the best; %: hits of what can be hit\n"
    );
    println!(
        "{:<24} {:>5} {:>8} {:>5} {:>8} {:>8} {:>8} {:>7}",
        "", "hit", "nearest", "miss", "%", "encodes", "bytes", "ms"
    );
    let mut total = Count::default();
    for (format, row) in FORMATS.iter().zip(&counts) {
        for ((word, target), count) in WORDS.iter().zip(row) {
            println!("{}", count.line(&format!("{format} {word} {target}")));
            total.add(count);
        }
    }
    println!("{}", total.line("all"));
    println!("{}", known.line("fitted to"));
    println!("{}", held_out.line("held out"));
    Ok(())
}

fn one(name: &str, png: &[u8], format: &str, word: &str, target: f64) -> Answer<Count> {
    let engine = pictures::engine();
    let options = format!("format={format},quality={word}");
    let done = engine.render_text(&Input::new(png), &options, &pictures::job(&engine))?;
    let score = done.info.score.unwrap_or(f64::NAN);
    let mut count = Count {
        encodes: u32::from(done.info.encodes.unwrap_or(0)),
        bytes: done.data.len() as u64,
        ms: done.info.timings.encode.as_secs_f64() * 1e3,
        ..Count::default()
    };
    if (score - target).abs() <= TOLERANCE {
        count.hit = 1;
        return Ok(count);
    }
    let best = best(png, &done, target)?;
    if (best - target).abs() > TOLERANCE && (score - best).abs() <= TOLERANCE {
        count.nearest = 1;
    } else {
        count.miss = 1;
        eprintln!("{name}: {options}: {score:.1} at {:?}, best {best:.1}", done.info.quality);
    }
    Ok(count)
}

/// The score nearest to `target` that any quality of this format has, found by halving.
fn best(png: &[u8], done: &Rendered, target: f64) -> Answer<f64> {
    // What a client sees has no transparency in a JPEG.
    let background = if done.info.format.has_alpha() { "" } else { ",background=white" };
    let engine = pictures::engine();
    let options = format!("format=png-force{background}");
    let flat = engine.render_text(&Input::new(png), &options, &pictures::job(&engine))?;
    let image = pictures::pixels(&flat.data)?;
    let mut best = f64::INFINITY;
    for full_chroma in [false, true] {
        let encoding = match done.info.format.name() {
            "jpeg" => Encoding::Jpeg { quality: 1, progressive: true, full_chroma, fast: false },
            "webp" => Encoding::Webp { quality: Some(1), method: 4 },
            _ => Encoding::Avif { quality: 1, speed: 6, full_chroma },
        };
        let (mut low, mut high) = (1, 99);
        while low <= high {
            let middle = (low + high) / 2;
            let score = trial(&image, &encoding.with_quality(middle), &Job::default())?.score;
            if (score - target).abs() < (best - target).abs() {
                best = score;
            }
            if score < target {
                low = middle + 1
            } else {
                high = middle - 1
            }
        }
    }
    Ok(best)
}
