//! The changes of a commit as statements, the same ones for both databases.

use rusqlite::types::Value as Cell;

use super::rows::{self, number};
use super::schema::{COUNT_UP, INSERT_IMAGE, LOG, UPDATE_IMAGE};
use super::select::{counter, images_of, int, one_image, text};
use super::{journal, terms, Change, Document, Image, Outcome};

/// A transaction of either database.
pub(super) trait Statements {
    /// Why a statement fails.
    type Error;
    /// Runs a statement; gives how many rows it changed.
    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, Self::Error>;
    /// The first cell of the first row, if there is one, and if that holds a number.
    fn ask(&mut self, sql: &str, cells: &[Cell]) -> Result<Option<Option<i64>>, Self::Error>;
    /// Rows of images.
    fn images(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Image>, Self::Error>;
}

/// Why a transaction is not committed.
pub(super) enum Stop<E> {
    /// It must not be.
    Refused(Outcome),
    /// The database failed.
    Failed(E),
}

impl<E> From<E> for Stop<E> {
    fn from(error: E) -> Self {
        Stop::Failed(error)
    }
}

pub(super) type Done<T, D> = Result<T, Stop<<D as Statements>::Error>>;

/// Makes the changes; gives the newest number of the log.
pub(super) fn make<D: Statements>(db: &mut D, changes: &[Change]) -> Done<u64, D> {
    for change in changes {
        apply(db, change)?;
    }
    Ok(count(db, LOG)?)
}

/// The value of a counter.
pub(super) fn count<D: Statements>(db: &mut D, name: &str) -> Result<u64, D::Error> {
    let (sql, cells) = counter(name);
    Ok(unsigned(db.ask(&sql, &cells)?))
}

/// Adds to a counter; gives its new value.
pub(super) fn count_up<D: Statements>(db: &mut D, name: &str, by: i64) -> Result<u64, D::Error> {
    Ok(unsigned(db.ask(COUNT_UP, &[text(name), Cell::Integer(by)])?))
}

fn unsigned(cell: Option<Option<i64>>) -> u64 {
    cell.flatten().and_then(|value| u64::try_from(value).ok()).unwrap_or(0)
}

fn apply<D: Statements>(db: &mut D, change: &Change) -> Done<(), D> {
    match change {
        Change::AddImage { image, quota } => add_image(db, image, *quota),
        Change::SetImage { image, quota } => set_image(db, image, *quota),
        Change::DropImage { account, id, version } => drop_image(db, account, id, *version),
        Change::AddDocument { document, most } => add_document(db, document, *most),
        Change::SetDocument(document) => set_document(db, document),
        Change::DropDocument { kind, account, name, version } => {
            let sql = "DELETE FROM documents \
                 WHERE kind = $1 AND account = $2 AND name = $3 AND version = $4";
            let done = db.run(sql, &[text(kind), text(account), text(name), int(*version)])?;
            expect::<D>(done, Outcome::Changed)
        }
        Change::AddNote { key, since } => {
            let sql = "INSERT INTO notes (blob, since) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            db.run(sql, &[text(key), int(*since)])?;
            Ok(())
        }
        Change::DropNote { key } => {
            db.run("DELETE FROM notes WHERE blob = $1", &[text(key)])?;
            Ok(())
        }
        Change::Import(change) => journal::changes::apply(db, change),
        Change::Log(entry) => {
            let seq = count_up(db, LOG, 1)?;
            let sql = "INSERT INTO log (seq, kind, account, subject, at) \
                 VALUES ($1, $2, $3, $4, $5)";
            let texts = [&entry.kind, &entry.account, &entry.subject].map(|it| text(it));
            let [kind, account, subject] = texts;
            db.run(sql, &[int(seq), kind, account, subject, int(entry.at)])?;
            Ok(())
        }
    }
}

/// Versions are never used twice, so that a name that was freed and taken again is not mistaken
/// for the one it was.
fn next_version<D: Statements>(db: &mut D) -> Result<u64, D::Error> {
    count_up(db, "versions", 1)
}

pub(super) fn expect<D: Statements>(done: u64, otherwise: Outcome) -> Done<(), D> {
    match done {
        0 => Err(Stop::Refused(otherwise)),
        _ => Ok(()),
    }
}

fn add_image<D: Statements>(db: &mut D, image: &Image, quota: u64) -> Done<(), D> {
    let cells = rows::image_cells(image, next_version(db)?);
    let done = db.run(INSERT_IMAGE, &cells)?;
    expect::<D>(done, Outcome::Exists)?;
    match image.draft {
        Some(_) => Ok(()),
        None => appear(db, image, quota),
    }
}

/// The image of this version; refused when there is none.
fn old<D: Statements>(db: &mut D, account: &str, id: &str, version: u64) -> Done<Image, D> {
    let (sql, cells) = one_image(account, id);
    let found = db.images(&sql, &cells)?.pop();
    found.filter(|image| image.version == version).ok_or(Stop::Refused(Outcome::Changed))
}

fn set_image<D: Statements>(db: &mut D, image: &Image, quota: u64) -> Done<(), D> {
    let old = old(db, &image.account, &image.id, image.version)?;
    let mut cells = rows::image_cells(image, next_version(db)?);
    cells.push(int(image.version));
    db.run(UPDATE_IMAGE, &cells)?;
    let same = (old.uploaded, &old.meta) == (image.uploaded, &image.meta);
    match (old.draft.is_some(), image.draft.is_some()) {
        (true, true) => Ok(()),
        (false, false) if same => Ok(()),
        (false, false) => {
            drop_terms(db, &old)?;
            Ok(add_terms(db, image)?)
        }
        (true, false) => appear(db, image, quota),
        (false, true) => disappear(db, &old),
    }
}

fn drop_image<D: Statements>(db: &mut D, account: &str, id: &str, version: u64) -> Done<(), D> {
    let old = old(db, account, id, version)?;
    let sql = "DELETE FROM images WHERE account = $1 AND id = $2";
    db.run(sql, &[text(account), text(id)])?;
    match old.draft {
        Some(_) => Ok(()),
        None => disappear(db, &old),
    }
}

/// An image is no draft from now on: it is found and counted.
fn appear<D: Statements>(db: &mut D, image: &Image, quota: u64) -> Done<(), D> {
    add_terms(db, image)?;
    match count_up(db, &images_of(&image.account), 1)? > quota {
        true => Err(Stop::Refused(Outcome::Full)),
        false => Ok(()),
    }
}

fn disappear<D: Statements>(db: &mut D, image: &Image) -> Done<(), D> {
    drop_terms(db, image)?;
    count_up(db, &images_of(&image.account), -1)?;
    Ok(())
}

fn add_terms<D: Statements>(db: &mut D, image: &Image) -> Result<(), D::Error> {
    let (cells, rows) = of_terms(image, |at| format!("($1, $2, $3, ${at})"));
    match rows.is_empty() {
        true => Ok(()),
        false => {
            let into = "INSERT INTO terms (account, uploaded, id, term) VALUES";
            db.run(&format!("{into} {rows}"), &cells).map(|_| ())
        }
    }
}

fn drop_terms<D: Statements>(db: &mut D, image: &Image) -> Result<(), D::Error> {
    let (cells, terms) = of_terms(image, |at| format!("${at}"));
    match terms.is_empty() {
        true => Ok(()),
        false => {
            let from = "DELETE FROM terms WHERE account = $1 AND uploaded = $2 AND id = $3";
            db.run(&format!("{from} AND term IN ({terms})"), &cells).map(|_| ())
        }
    }
}

/// Account, time, id and then every term of an image, and what is written for each term.
fn of_terms(image: &Image, written: impl Fn(usize) -> String) -> (Vec<Cell>, String) {
    let mut cells = vec![text(&image.account), int(image.uploaded), text(&image.id)];
    cells.extend(terms::of_meta(&image.meta).into_iter().map(Cell::Integer));
    let each: Vec<String> = (4..=cells.len()).map(written).collect();
    (cells, each.join(", "))
}

fn add_document<D: Statements>(db: &mut D, document: &Document, most: u64) -> Done<(), D> {
    let Document { kind, account, name, body, .. } = document;
    let sql = "INSERT INTO documents (kind, account, name, version, body) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let version = next_version(db)?;
    let cells = [text(kind), text(account), text(name), int(version), text(body)];
    let done = db.run(sql, &cells)?;
    expect::<D>(done, Outcome::Exists)?;
    let sql = "SELECT count(*) FROM documents WHERE kind = $1 AND account = $2";
    let count = db.ask(sql, &[text(kind), text(account)])?.flatten();
    match count.unwrap_or(0) > number(most) {
        true => Err(Stop::Refused(Outcome::Full)),
        false => Ok(()),
    }
}

fn set_document<D: Statements>(db: &mut D, document: &Document) -> Done<(), D> {
    let Document { kind, account, name, version, body } = document;
    let sql = "UPDATE documents SET version = $1, body = $2 \
         WHERE kind = $3 AND account = $4 AND name = $5 AND version = $6";
    let next = int(next_version(db)?);
    let cells = [next, text(body), text(kind), text(account), text(name), int(*version)];
    let done = db.run(sql, &cells)?;
    expect::<D>(done, Outcome::Changed)
}
