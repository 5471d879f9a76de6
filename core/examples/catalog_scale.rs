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

/// A catalog with so many images.
struct Filled<'a> {
    catalog: &'a dyn Catalog,
    rows: u64,
}

type Medians = Vec<(&'static str, f64)>;

impl Filled<'_> {
    /// An image; each run asks for another one.
    fn any(&self, run: usize) -> u64 {
        (run as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d) % self.rows
    }

    /// The image in the middle, and those around it.
    fn middle(&self, run: usize) -> (u64, String) {
        let number = self.rows / 2 + run as u64;
        (time(number), id(number))
    }

    /// Where one image of so many is wanted, as many as there are, up to a page.
    fn one_of(&self, many: u64) -> usize {
        PAGE.min((self.rows / many) as usize)
    }

    /// A page, which must have at least so many images.
    fn page(&self, least: usize, wanted: Page<'_>) -> Result<()> {
        let wanted = Page { account: ACCOUNT, newest_first: true, most: PAGE, ..wanted };
        let found = self.catalog.images(&wanted)?;
        expect(found.len() >= least, found.len(), "images of a page")
    }

    fn equal(&self, least: usize, path: &[&str], value: String) -> Result<()> {
        let filters = [filter(path, Operator::Eq, value)];
        self.page(least, Page { filters: &filters, ..Page::default() })
    }

    fn lookups(&self) -> Result<Medians> {
        let known = median(|run| {
            let found = self.catalog.image(ACCOUNT, &id(self.any(run)))?;
            expect(found.is_some(), 0, "image")
        })?;
        let unknown = median(|run| {
            let found = self.catalog.image(ACCOUNT, &format!("none {run}"))?;
            expect(found.is_none(), 1, "image")
        })?;
        let count = median(|_| expect(self.catalog.count(ACCOUNT)? >= self.rows, 0, "count"))?;
        Ok(vec![("image by id", known), ("image that is not there", unknown), ("count", count)])
    }

    fn lists(&self) -> Result<Medians> {
        let some = self.one_of(4 * CREATORS);
        let first = median(|_| self.page(some, Page::default()))?;
        let by_token = median(|run| {
            let (time, id) = self.middle(run);
            self.page(some, Page { after: Some((time, &id)), ..Page::default() })
        })?;
        let skip = self.rows / 2;
        let by_number = median(|_| self.page(some, Page { skip, ..Page::default() }))?;
        let whose = |run| format!("creator {}", self.any(run) % CREATORS);
        let of_creator = median(|run| {
            let creator = whose(run);
            self.page(some, Page { creator: Some(&creator), ..Page::default() })
        })?;
        let of_creator_by_token = median(|run| {
            let ((time, id), creator) = (self.middle(run), whose(run));
            let after = Some((time, id.as_str()));
            self.page(some, Page { creator: Some(&creator), after, ..Page::default() })
        })?;
        Ok(vec![
            ("first page of 100", first),
            ("page of 100 in the middle, by token", by_token),
            ("page of 100 in the middle, by number", by_number),
            ("first page of a creator", of_creator),
            ("page of a creator in the middle", of_creator_by_token),
        ])
    }

    fn filtered(&self) -> Result<Medians> {
        let album = |run: usize| format!("a{}", run % 10);
        let common = median(|run| self.equal(self.one_of(10), &["album"], album(run)))?;
        let city = |run| format!("c{}", self.any(run) % 7919);
        let rare = median(|run| self.equal(1, &["place", "city"], city(run)))?;
        let unique = |run| format!("u{}", self.any(run));
        let single = median(|run| self.equal(1, &["unique"], unique(run)))?;
        let none = median(|_| self.equal(0, &["unique"], "none".to_owned()))?;
        let high = [filter(&["rating"], Operator::Gte, "990".to_owned())];
        let range =
            median(|_| self.page(self.one_of(100), Page { filters: &high, ..Page::default() }))?;
        Ok(vec![
            ("page by metadata that 1 of 10 has", common),
            ("page by metadata that 1 of 7,919 has", rare),
            ("page by metadata that one image has", single),
            ("page by metadata that none has", none),
            ("page by a number's range, 1 of 100", range),
        ])
    }

    fn writes(&self) -> Result<Medians> {
        let more = median(|run| {
            let number = self.rows * 1000 + run as u64;
            add(self.catalog, number..number + 1)
        })?;
        Ok(vec![("one more image", more)])
    }
}

/// Median times by what is asked.
fn measure(catalog: &dyn Catalog, rows: u64) -> Result<Medians> {
    let filled = Filled { catalog, rows };
    let lines = [filled.lookups()?, filled.lists()?, filled.filtered()?, filled.writes()?];
    Ok(lines.concat())
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
