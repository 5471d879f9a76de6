//! How long a catalog's answers take as it grows:
//! `cargo run --release --example catalog_scale -- LOCATION ROWS…`.
//!
//! LOCATION is `sqlite:PATH`, a file that is made, or the `postgres://…` of an empty database. It
//! is filled up to each number of images in turn; each line of the table is the median of many
//! answers in microseconds. What grows with the rows is not flat. `AFTER_FILLING` is a command that
//! is run before what is there is measured: `psql … -c ANALYZE`, which a server does by itself, but
//! later.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "postgres")]
use safelight::storage::catalog::PostgresCatalog;
use safelight::storage::catalog::{
    Catalog, Change, Filter, Image, Operand, Operator, Outcome, Page, SqliteCatalog,
};
use safelight::storage::Blob;
use safelight::{Error, Result};

/// Images of one commit while the catalog is filled.
const BATCH: u64 = 1000;
/// Images of one page.
const PAGE: usize = 100;
/// Answers of one median, as far as they fit into the time.
const RUNS: usize = 101;
const TIME: Duration = Duration::from_secs(3);
/// Creators, each with as many images.
const CREATORS: u64 = 100;
const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [location, steps @ ..] = arguments.as_slice() else {
        return Err(Error::invalid("arguments", "LOCATION ROWS…", "none"));
    };
    let catalog = open(location)?;
    let mut table: Vec<(String, Vec<f64>)> = Vec::new();
    let (mut filled, mut rows) = (0, Vec::new());
    for step in steps {
        let most = step.parse().map_err(|_| Error::invalid("rows", "a number", step))?;
        let start = Instant::now();
        fill(&*catalog, filled, most)?;
        eprintln!("filled to {most} in {:.1} s", start.elapsed().as_secs_f64());
        after_filling()?;
        (filled, rows) = (most, [rows, vec![most]].concat());
        for (at, (name, micros)) in measure(&*catalog, most)?.into_iter().enumerate() {
            match table.get_mut(at) {
                Some((_, line)) => line.push(micros),
                None => table.push((name.to_owned(), vec![micros])),
            }
        }
    }
    print(&rows, &table);
    Ok(())
}

fn open(location: &str) -> Result<Arc<dyn Catalog>> {
    match location.split_once(':') {
        Some(("sqlite", path)) => Ok(Arc::new(SqliteCatalog::open(Path::new(path))?)),
        #[cfg(feature = "postgres")]
        Some(("postgres", _)) => Ok(Arc::new(PostgresCatalog::open(location)?)),
        _ => Err(Error::invalid("location", "sqlite:PATH or postgres://…", location)),
    }
}

fn after_filling() -> Result<()> {
    let Ok(command) = std::env::var("AFTER_FILLING") else { return Ok(()) };
    let ended = std::process::Command::new("sh").args(["-c", &command]).status();
    match ended.is_ok_and(|status| status.success()) {
        true => Ok(()),
        false => Err(Error::invalid("AFTER_FILLING", "a command that succeeds", command)),
    }
}

fn print(rows: &[u64], table: &[(String, Vec<f64>)]) {
    let cells = |numbers: Vec<String>| -> String {
        numbers.iter().map(|number| format!("{number:>12}")).collect()
    };
    println!("{:44}{}", "rows", cells(rows.iter().map(u64::to_string).collect()));
    for (name, line) in table {
        println!("{name:44}{}", cells(line.iter().map(|micros| format!("{micros:.0}")).collect()));
    }
}

/// Where image `number` stands is scattered over the ids, as with generated ones.
fn id(number: u64) -> String {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{:08x}-{:04x}-4000-8000-{number:012x}", mixed >> 32, mixed >> 16 & 0xffff)
}

/// Three in a millisecond have the same time.
fn time(number: u64) -> u64 {
    1_700_000_000_000 + number / 3
}

fn image(number: u64) -> Image {
    let meta = format!(
        r#"{{"album":"a{}","unique":"u{number}","rating":{},"place":{{"city":"c{}"}}}}"#,
        number % 10,
        number % 1000,
        number % 7919
    );
    let blob = Blob {
        key: format!("{number:032x}"),
        hash: format!("{number:064x}"),
        size: 100_000 + number,
    };
    Image {
        account: ACCOUNT.to_owned(),
        id: id(number),
        filename: format!("picture {number}.jpg"),
        creator: Some(format!("creator {}", number % CREATORS)),
        meta,
        uploaded: time(number),
        blob: Some(blob),
        mime: "image/jpeg".to_owned(),
        size: (4000, 3000),
        ..Image::default()
    }
}

fn add(catalog: &dyn Catalog, numbers: std::ops::Range<u64>) -> Result<()> {
    let add = |number| Change::AddImage { image: Box::new(image(number)), quota: u64::MAX };
    let changes: Vec<Change> = numbers.map(add).collect();
    match catalog.commit(&changes)? {
        Outcome::Done(_) => Ok(()),
        other => {
            Err(Error::invalid("commit", "a catalog without these images", format!("{other:?}")))
        }
    }
}

fn fill(catalog: &dyn Catalog, from: u64, to: u64) -> Result<()> {
    let mut at = from;
    while at < to {
        let next = to.min(at + BATCH);
        add(catalog, at..next)?;
        at = next;
    }
    Ok(())
}

fn filter(path: &[&str], operator: Operator, value: String) -> Filter {
    let path = path.iter().map(|name| (*name).to_owned()).collect();
    Filter { path, operator, operand: Operand::Any, values: vec![value] }
}

/// Median times by what is asked.
fn measure(catalog: &dyn Catalog, rows: u64) -> Result<Vec<(&'static str, f64)>> {
    // Every answer is about another image.
    let any = |run: usize| (run as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d) % rows;
    let page = |most, wanted: Page<'_>| -> Result<()> {
        let found = catalog.images(&Page { account: ACCOUNT, newest_first: true, ..wanted })?;
        expect(found.len() >= most, found.len(), "images of a page")
    };
    let paged =
        |wanted: Page<'_>| page(PAGE.min(rows as usize / 250), Page { most: PAGE, ..wanted });
    let behind = |number: u64| (time(number), id(number));
    let mine = |number: u64| format!("creator {}", number % CREATORS);
    // Few enough to fill no page: every image that passes is found.
    let few =
        |filters: &[Filter], many| page(many, Page { filters, most: PAGE, ..Page::default() });
    let equal = |path: &[&str], value| [filter(path, Operator::Eq, value)];
    Ok(vec![
        (
            "image by id",
            median(|run| {
                let found = catalog.image(ACCOUNT, &id(any(run)))?;
                expect(found.is_some(), 0, "image")
            })?,
        ),
        (
            "image that is not there",
            median(|run| {
                let found = catalog.image(ACCOUNT, &format!("none {run}"))?;
                expect(found.is_none(), 1, "image")
            })?,
        ),
        ("count", median(|_| expect(catalog.count(ACCOUNT)? >= rows, 0, "count"))?),
        ("first page of 100", median(|_| paged(Page::default()))?),
        (
            "page of 100 in the middle, by token",
            median(|run| {
                let (time, id) = behind(rows / 2 + run as u64);
                paged(Page { after: Some((time, &id)), ..Page::default() })
            })?,
        ),
        (
            "page of 100 in the middle, by number",
            median(|run| paged(Page { skip: rows / 2 + run as u64, ..Page::default() }))?,
        ),
        (
            "first page of a creator",
            median(|run| paged(Page { creator: Some(&mine(any(run))), ..Page::default() }))?,
        ),
        (
            "page of a creator in the middle",
            median(|run| {
                let (time, id) = behind(rows / 2 + run as u64);
                let whose = mine(any(run));
                paged(Page { creator: Some(&whose), after: Some((time, &id)), ..Page::default() })
            })?,
        ),
        (
            "page by metadata that 1 of 10 has",
            median(|run| {
                few(&equal(&["album"], format!("a{}", run % 10)), PAGE.min(rows as usize / 10))
            })?,
        ),
        (
            "page by metadata that 1 of 7,919 has",
            median(|run| few(&equal(&["place", "city"], format!("c{}", any(run) % 7919)), 1))?,
        ),
        (
            "page by metadata that one image has",
            median(|run| few(&equal(&["unique"], format!("u{}", any(run))), 1))?,
        ),
        (
            "page by metadata that none has",
            median(|_| few(&equal(&["unique"], "none".to_owned()), 0))?,
        ),
        (
            "page by a number's range, 1 of 100",
            median(|_| {
                few(
                    &[filter(&["rating"], Operator::Gte, "990".to_owned())],
                    PAGE.min(rows as usize / 100),
                )
            })?,
        ),
        (
            "one more image",
            median(|run| {
                let number = rows * 1000 + run as u64;
                add(catalog, number..number + 1)
            })?,
        ),
    ])
}

fn expect(fine: bool, found: impl std::fmt::Display, what: &'static str) -> Result<()> {
    match fine {
        true => Ok(()),
        false => Err(Error::invalid(what, "as many as were put there", found)),
    }
}

/// The median of answers in microseconds. The first warms what is cold.
fn median(mut ask: impl FnMut(usize) -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    let mut times = Vec::new();
    for run in 0..=RUNS {
        let before = Instant::now();
        ask(run)?;
        times.push(before.elapsed().as_secs_f64() * 1e6);
        if start.elapsed() > TIME && times.len() > 2 {
            break;
        }
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
