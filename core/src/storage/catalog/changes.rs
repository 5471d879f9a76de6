//! The changes of a commit as statements, the same ones for both databases.

use rusqlite::types::Value as Cell;

use super::rows::{self, number};
use super::schema::{COUNT_UP, INSERT_IMAGE, LOG, UPDATE_IMAGE};
use super::select::{counter, images_of, int, text};
use super::{Change, Document, Image, Outcome};

/// A transaction of either database.
pub(super) trait Statements {
    /// Why a statement fails.
    type Error;
    /// Runs a statement; gives how many rows it changed.
    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, Self::Error>;
    /// The first cell of the first row, if there is one, and if that holds a number.
    fn ask(&mut self, sql: &str, cells: &[Cell]) -> Result<Option<Option<i64>>, Self::Error>;
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

type Done<T, D> = Result<T, Stop<<D as Statements>::Error>>;

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

fn expect<D: Statements>(done: u64, otherwise: Outcome) -> Done<(), D> {
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
        None => count_image(db, &image.account, quota),
    }
}

fn count_image<D: Statements>(db: &mut D, account: &str, quota: u64) -> Done<(), D> {
    match count_up(db, &images_of(account), 1)? > quota {
        true => Err(Stop::Refused(Outcome::Full)),
        false => Ok(()),
    }
}

/// Whether the image of this version is a draft; refused when there is none.
fn is_draft<D: Statements>(db: &mut D, account: &str, id: &str, version: u64) -> Done<bool, D> {
    let sql = "SELECT expires FROM images WHERE account = $1 AND id = $2 AND version = $3";
    let expires = db.ask(sql, &[text(account), text(id), int(version)])?;
    expires.map(|expires| expires.is_some()).ok_or(Stop::Refused(Outcome::Changed))
}

fn set_image<D: Statements>(db: &mut D, image: &Image, quota: u64) -> Done<(), D> {
    let was_draft = is_draft(db, &image.account, &image.id, image.version)?;
    let mut cells = rows::image_cells(image, next_version(db)?);
    cells.push(int(image.version));
    db.run(UPDATE_IMAGE, &cells)?;
    match (was_draft, image.draft.is_some()) {
        (true, false) => count_image(db, &image.account, quota),
        _ => Ok(()),
    }
}

fn drop_image<D: Statements>(db: &mut D, account: &str, id: &str, version: u64) -> Done<(), D> {
    let was_draft = is_draft(db, account, id, version)?;
    let sql = "DELETE FROM images WHERE account = $1 AND id = $2";
    db.run(sql, &[text(account), text(id)])?;
    if !was_draft {
        count_up(db, &images_of(account), -1)?;
    }
    Ok(())
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
