//! The catalog in one SQLite file: the embedded default.
//!
//! Write-ahead log, every commit synced. One connection writes, others read beside it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::Value as Cell;
use rusqlite::{params_from_iter, Connection, OptionalExtension, Row, Transaction};

use super::rows::{self, number};
use super::schema::{COLUMNS, COUNTERS, COUNT_UP, INSERT_IMAGE, STEPS, UPDATE_IMAGE};
use super::{Catalog, Change, Document, Image, Logged, Outcome, Page};
use crate::storage::failed;
use crate::Result;

/// How long a commit waits for another process that holds the file.
const PATIENCE: Duration = Duration::from_secs(10);
/// Readers that are kept open.
const READERS: usize = 8;
/// The counter of the log.
const LOG: &str = "log";

/// A catalog in one file. One process at a time may have it open.
pub struct SqliteCatalog {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    newest: AtomicU64,
}

type Sql<T> = rusqlite::Result<T>;

/// Why a transaction is not committed.
enum Stop {
    Refused(Outcome),
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Stop::Failed(error)
    }
}

impl SqliteCatalog {
    /// Opens the file, making or upgrading its tables.
    pub fn open(path: &Path) -> Result<Self> {
        let opened = || -> Sql<(Connection, u64)> {
            let mut writer = connect(path)?;
            writer.pragma_update(None, "journal_mode", "WAL")?;
            writer.pragma_update(None, "synchronous", "FULL")?;
            upgrade(&mut writer)?;
            let newest = counter(&writer, LOG)?;
            Ok((writer, newest))
        };
        let (writer, newest) = opened().map_err(|error| failed("opening the catalog", error))?;
        Ok(SqliteCatalog {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            newest: AtomicU64::new(newest),
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Sql<T>) -> Result<T> {
        let told = |error| failed("reading the catalog", error);
        let free = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = free().pop();
        let reader = match taken {
            Some(reader) => reader,
            None => connect(&self.path).map_err(told)?,
        };
        let found = work(&reader).map_err(told)?;
        let mut free = free();
        if free.len() < READERS {
            free.push(reader);
        }
        Ok(found)
    }

    fn rows<T>(
        &self,
        sql: &str,
        cells: Vec<Cell>,
        read: impl Fn(&Row<'_>) -> Sql<T>,
    ) -> Result<Vec<T>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params_from_iter(cells), |row| read(row))?;
            rows.collect()
        })
    }
}

fn connect(path: &Path) -> Sql<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

fn upgrade(db: &mut Connection) -> Sql<()> {
    db.execute(COUNTERS, [])?;
    let steps = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done = counter(&steps, "schema")? as usize;
    for step in STEPS.iter().skip(done) {
        steps.execute_batch(step)?;
        count_up(&steps, "schema", 1)?;
    }
    steps.commit()
}

fn counter(db: &Connection, name: &str) -> Sql<u64> {
    let mut statement = db.prepare_cached("SELECT value FROM counters WHERE name = $1")?;
    let value: Option<i64> = statement.query_row([name], |row| row.get(0)).optional()?;
    Ok(value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0))
}

fn count_up(db: &Connection, name: &str, by: i64) -> Sql<u64> {
    let value: i64 = db.prepare_cached(COUNT_UP)?.query_row((name, by), |row| row.get(0))?;
    Ok(u64::try_from(value).unwrap_or(0))
}

fn images_of(account: &str) -> String {
    format!("images/{account}")
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<Cell> {
    texts.map(|text| Cell::Text(text.to_owned())).into()
}

impl Catalog for SqliteCatalog {
    fn image(&self, account: &str, id: &str) -> Result<Option<Image>> {
        let sql = format!("SELECT {COLUMNS} FROM images WHERE account = $1 AND id = $2");
        Ok(self.rows(&sql, texts([account, id]), rows::image)?.pop())
    }

    fn images(&self, wanted: &Page<'_>) -> Result<Vec<Image>> {
        let (sql, cells) = page(wanted);
        self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(cells))?;
            let (mut found, mut skip) = (Vec::new(), wanted.skip);
            while found.len() < wanted.most {
                let Some(row) = rows.next()? else { break };
                let image = rows::image(row)?;
                if !passes(&image, wanted) {
                    continue;
                }
                match skip {
                    0 => found.push(image),
                    _ => skip -= 1,
                }
            }
            Ok(found)
        })
    }

    fn ended_drafts(&self, time: u64, most: usize) -> Result<Vec<Image>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM images WHERE expires IS NOT NULL AND expires < $1 \
             ORDER BY expires LIMIT $2"
        );
        let cells = vec![Cell::Integer(number(time)), Cell::Integer(number(most as u64))];
        self.rows(&sql, cells, rows::image)
    }

    fn count(&self, account: &str) -> Result<u64> {
        self.read(|db| counter(db, &images_of(account)))
    }

    fn document(&self, kind: &str, account: &str, name: &str) -> Result<Option<Document>> {
        let sql = "SELECT kind, account, name, version, body FROM documents \
             WHERE kind = $1 AND account = $2 AND name = $3";
        Ok(self.rows(sql, texts([kind, account, name]), rows::document)?.pop())
    }

    fn documents(&self, kind: &str, account: Option<&str>) -> Result<Vec<Document>> {
        let all = "SELECT kind, account, name, version, body FROM documents WHERE kind = $1";
        let order = "ORDER BY account, name";
        match account {
            Some(account) => {
                let sql = format!("{all} AND account = $2 {order}");
                self.rows(&sql, texts([kind, account]), rows::document)
            }
            None => self.rows(&format!("{all} {order}"), texts([kind]), rows::document),
        }
    }

    fn notes(&self, before: u64, most: usize) -> Result<Vec<String>> {
        let cells = vec![Cell::Integer(number(before)), Cell::Integer(number(most as u64))];
        let sql = "SELECT blob FROM notes WHERE since < $1 ORDER BY since LIMIT $2";
        self.rows(sql, cells, |row| row.get(0))
    }

    fn commit(&self, changes: &[Change]) -> Result<Outcome> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut work = || -> std::result::Result<u64, Stop> {
            let behaviour = rusqlite::TransactionBehavior::Immediate;
            let transaction = writer.transaction_with_behavior(behaviour)?;
            for change in changes {
                apply(&transaction, change)?;
            }
            let newest = counter(&transaction, LOG)?;
            transaction.commit()?;
            Ok(newest)
        };
        match work() {
            Ok(newest) => {
                self.newest.store(newest, Ordering::Release);
                Ok(Outcome::Done(newest))
            }
            Err(Stop::Refused(outcome)) => Ok(outcome),
            Err(Stop::Failed(error)) => Err(failed("writing the catalog", error)),
        }
    }

    fn newest(&self) -> Result<u64> {
        Ok(self.newest.load(Ordering::Acquire))
    }

    fn log(&self, seq: u64, most: usize) -> Result<Vec<Logged>> {
        let sql = "SELECT seq, kind, account, subject, at FROM log WHERE seq > $1 \
             ORDER BY seq LIMIT $2";
        let cells = vec![Cell::Integer(number(seq)), Cell::Integer(number(most as u64))];
        self.rows(sql, cells, rows::logged)
    }

    fn trim_log(&self, time: u64) -> Result<u64> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let work = || -> Sql<u64> {
            writer.execute("DELETE FROM log WHERE at < $1", [number(time)])?;
            let oldest: Option<i64> =
                writer.query_row("SELECT min(seq) FROM log", [], |row| row.get(0))?;
            let next = counter(&writer, LOG)? + 1;
            Ok(oldest.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(next))
        };
        work().map_err(|error| failed("writing the catalog", error))
    }
}

/// The statement of a page and its cells; filters are not part of it.
fn page(wanted: &Page<'_>) -> (String, Vec<Cell>) {
    let mut sql = format!("SELECT {COLUMNS} FROM images WHERE expires IS NULL AND account = $1");
    let mut cells = texts([wanted.account]);
    if let Some(creator) = wanted.creator {
        cells.push(Cell::Text(creator.to_owned()));
        sql.push_str(" AND creator = $2");
    }
    let (order, sign) = if wanted.newest_first { ("DESC", '<') } else { ("ASC", '>') };
    if let Some((time, id)) = wanted.after {
        let at = cells.len() + 1;
        cells.extend([Cell::Integer(number(time)), Cell::Text(id.to_owned())]);
        sql.push_str(&format!(" AND (uploaded, id) {sign} (${at}, ${})", at + 1));
    }
    sql.push_str(&format!(" ORDER BY uploaded {order}, id {order}"));
    (sql, cells)
}

fn passes(image: &Image, wanted: &Page<'_>) -> bool {
    if wanted.filters.is_empty() {
        return true;
    }
    let meta = serde_json::from_str(&image.meta).unwrap_or_default();
    wanted.filters.iter().all(|filter| filter.passes(&meta))
}

fn apply(db: &Transaction<'_>, change: &Change) -> std::result::Result<(), Stop> {
    match change {
        Change::AddImage { image, quota } => add_image(db, image, *quota),
        Change::SetImage { image, quota } => set_image(db, image, *quota),
        Change::DropImage { account, id, version } => drop_image(db, account, id, *version),
        Change::AddDocument { document, most } => add_document(db, document, *most),
        Change::SetDocument(document) => {
            let sql = "UPDATE documents SET version = $1, body = $2 \
                 WHERE kind = $3 AND account = $4 AND name = $5 AND version = $6";
            let Document { kind, account, name, version, body } = document;
            let next = number(next_version(db)?);
            let cells = (next, body, kind, account, name, number(*version));
            expect(db.prepare_cached(sql)?.execute(cells)?, Outcome::Changed)
        }
        Change::DropDocument { kind, account, name, version } => {
            let sql = "DELETE FROM documents \
                 WHERE kind = $1 AND account = $2 AND name = $3 AND version = $4";
            let done = db.prepare_cached(sql)?.execute((kind, account, name, number(*version)))?;
            expect(done, Outcome::Changed)
        }
        Change::AddNote { key, since } => {
            let sql = "INSERT INTO notes (blob, since) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            db.prepare_cached(sql)?.execute((key, number(*since)))?;
            Ok(())
        }
        Change::DropNote { key } => {
            db.prepare_cached("DELETE FROM notes WHERE blob = $1")?.execute([key])?;
            Ok(())
        }
        Change::Log(entry) => {
            let seq = count_up(db, LOG, 1)?;
            let sql = "INSERT INTO log (seq, kind, account, subject, at) \
                 VALUES ($1, $2, $3, $4, $5)";
            let cells =
                (number(seq), &entry.kind, &entry.account, &entry.subject, number(entry.at));
            db.prepare_cached(sql)?.execute(cells)?;
            Ok(())
        }
    }
}

/// Versions are never used twice, so that a name that was freed and taken again is not mistaken
/// for the one it was.
fn next_version(db: &Connection) -> Sql<u64> {
    count_up(db, "versions", 1)
}

fn expect(done: usize, otherwise: Outcome) -> std::result::Result<(), Stop> {
    match done {
        0 => Err(Stop::Refused(otherwise)),
        _ => Ok(()),
    }
}

fn add_image(db: &Transaction<'_>, image: &Image, quota: u64) -> std::result::Result<(), Stop> {
    let cells = rows::image_cells(image, next_version(db)?);
    let done = db.prepare_cached(INSERT_IMAGE)?.execute(params_from_iter(cells))?;
    expect(done, Outcome::Exists)?;
    match image.draft {
        Some(_) => Ok(()),
        None => count_image(db, &image.account, quota),
    }
}

fn count_image(db: &Transaction<'_>, account: &str, quota: u64) -> std::result::Result<(), Stop> {
    match count_up(db, &images_of(account), 1)? > quota {
        true => Err(Stop::Refused(Outcome::Full)),
        false => Ok(()),
    }
}

/// Whether the image of this version is a draft; refused when there is none.
fn is_draft(
    db: &Transaction<'_>,
    account: &str,
    id: &str,
    version: u64,
) -> std::result::Result<bool, Stop> {
    let sql = "SELECT expires FROM images WHERE account = $1 AND id = $2 AND version = $3";
    let expires: Option<Option<i64>> = db
        .prepare_cached(sql)?
        .query_row((account, id, number(version)), |row| row.get(0))
        .optional()?;
    expires.map(|expires| expires.is_some()).ok_or(Stop::Refused(Outcome::Changed))
}

fn set_image(db: &Transaction<'_>, image: &Image, quota: u64) -> std::result::Result<(), Stop> {
    let was_draft = is_draft(db, &image.account, &image.id, image.version)?;
    let mut cells = rows::image_cells(image, next_version(db)?);
    cells.push(Cell::Integer(number(image.version)));
    db.prepare_cached(UPDATE_IMAGE)?.execute(params_from_iter(cells))?;
    match (was_draft, image.draft.is_some()) {
        (true, false) => count_image(db, &image.account, quota),
        _ => Ok(()),
    }
}

fn drop_image(
    db: &Transaction<'_>,
    account: &str,
    id: &str,
    version: u64,
) -> std::result::Result<(), Stop> {
    let was_draft = is_draft(db, account, id, version)?;
    db.prepare_cached("DELETE FROM images WHERE account = $1 AND id = $2")?
        .execute((account, id))?;
    if !was_draft {
        count_up(db, &images_of(account), -1)?;
    }
    Ok(())
}

fn add_document(
    db: &Transaction<'_>,
    document: &Document,
    most: u64,
) -> std::result::Result<(), Stop> {
    let Document { kind, account, name, body, .. } = document;
    let sql = "INSERT INTO documents (kind, account, name, version, body) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let version = number(next_version(db)?);
    let done = db.prepare_cached(sql)?.execute((kind, account, name, version, body))?;
    expect(done, Outcome::Exists)?;
    let sql = "SELECT count(*) FROM documents WHERE kind = $1 AND account = $2";
    let count: i64 = db.prepare_cached(sql)?.query_row((kind, account), |row| row.get(0))?;
    match count > number(most) {
        true => Err(Stop::Refused(Outcome::Full)),
        false => Ok(()),
    }
}
