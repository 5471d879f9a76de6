//! The catalog in one SQLite file: the embedded default.
//!
//! Write-ahead log, every commit synced. One connection writes, others read beside it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::Value as Cell;
use rusqlite::{params_from_iter, Connection, OptionalExtension, Row, TransactionBehavior};

use super::changes::{self, Statements, Stop};
use super::journal::{select as told, ImportItem, ImportJob, Journal};
use super::pages;
use super::rows::{self, number};
use super::schema::{COUNTERS, LOG, STEPS};
use super::select::{self, Query};
use super::{Catalog, Change, Document, Image, Logged, Outcome, Page};
use crate::storage::failed;
use crate::Result;

/// How long a commit waits for another process that holds the file.
const PATIENCE: Duration = Duration::from_secs(10);
/// Readers that are kept open.
const READERS: usize = 8;

/// A catalog in one file. One process at a time may have it open: a [`Service`](crate::Service)
/// takes a [`Hold`](crate::storage::Hold) of the file beside it first.
pub struct SqliteCatalog {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    newest: AtomicU64,
}

type Sql<T> = rusqlite::Result<T>;

impl SqliteCatalog {
    /// Opens the file, making or upgrading its tables.
    pub fn open(path: &Path) -> Result<Self> {
        let opened = || -> Sql<(Connection, u64)> {
            let mut writer = connect(path)?;
            writer.pragma_update(None, "journal_mode", "WAL")?;
            writer.pragma_update(None, "synchronous", "FULL")?;
            upgrade(&mut writer)?;
            let newest = changes::count(&mut Open(&writer), LOG)?;
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

    fn rows<T>(&self, query: Query, read: impl Fn(&Row<'_>) -> Sql<T>) -> Result<Vec<T>> {
        let (sql, cells) = query;
        self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(cells), |row| read(row))?;
            rows.collect()
        })
    }
}

/// A connection, within a transaction or without.
struct Open<'a>(&'a Connection);

impl Statements for Open<'_> {
    type Error = rusqlite::Error;

    fn run(&mut self, sql: &str, cells: &[Cell]) -> Sql<u64> {
        Ok(self.0.prepare_cached(sql)?.execute(params_from_iter(cells))? as u64)
    }

    fn ask(&mut self, sql: &str, cells: &[Cell]) -> Sql<Option<Option<i64>>> {
        let mut statement = self.0.prepare_cached(sql)?;
        statement.query_row(params_from_iter(cells), |row| row.get(0)).optional()
    }

    fn images(&mut self, sql: &str, cells: &[Cell]) -> Sql<Vec<Image>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(params_from_iter(cells), |row| rows::image(row))?;
        rows.collect()
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
    let steps = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = changes::count(&mut Open(&steps), "schema")? as usize;
    for step in STEPS.iter().skip(done) {
        steps.execute_batch(step)?;
        changes::count_up(&mut Open(&steps), "schema", 1)?;
    }
    steps.commit()
}

impl Catalog for SqliteCatalog {
    fn image(&self, account: &str, id: &str) -> Result<Option<Image>> {
        Ok(self.rows(select::one_image(account, id), |row| rows::image(row))?.pop())
    }

    fn images(&self, wanted: &Page<'_>) -> Result<Vec<Image>> {
        self.read(|db| pages::find(&mut Open(db), wanted))
    }

    fn ended_drafts(&self, time: u64, most: usize) -> Result<Vec<Image>> {
        self.rows(select::ended_drafts(time, most), |row| rows::image(row))
    }

    fn count(&self, account: &str) -> Result<u64> {
        self.read(|db| changes::count(&mut Open(db), &select::images_of(account)))
    }

    fn document(&self, kind: &str, account: &str, name: &str) -> Result<Option<Document>> {
        Ok(self.rows(select::one_document(kind, account, name), |row| rows::document(row))?.pop())
    }

    fn documents(&self, kind: &str, account: Option<&str>) -> Result<Vec<Document>> {
        self.rows(select::documents(kind, account), |row| rows::document(row))
    }

    fn notes(&self, before: u64, most: usize) -> Result<Vec<String>> {
        self.rows(select::notes(before, most), |row| row.get(0))
    }

    fn journal(&self) -> &dyn Journal {
        self
    }

    fn commit(&self, changes: &[Change]) -> Result<Outcome> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut work = || -> std::result::Result<u64, Stop<rusqlite::Error>> {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let newest = changes::make(&mut Open(&transaction), changes)?;
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
        self.rows(select::log(seq, most), |row| rows::logged(row))
    }

    fn trim_log(&self, time: u64) -> Result<u64> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let work = || -> Sql<u64> {
            writer.execute("DELETE FROM log WHERE at < $1", [number(time)])?;
            let oldest: Option<i64> =
                writer.query_row("SELECT min(seq) FROM log", [], |row| row.get(0))?;
            let next = changes::count(&mut Open(&writer), LOG)? + 1;
            Ok(oldest.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(next))
        };
        work().map_err(|error| failed("writing the catalog", error))
    }
}

impl Journal for SqliteCatalog {
    fn job(&self, account: &str, id: &str) -> Result<Option<ImportJob>> {
        Ok(self.rows(told::job(account, id), |row| told::as_job(row))?.pop())
    }

    fn jobs(&self, account: Option<&str>, status: Option<&str>) -> Result<Vec<ImportJob>> {
        self.rows(told::jobs(account, status), |row| told::as_job(row))
    }

    fn claimed(&self, job: &str, claim: &str) -> Result<Vec<ImportItem>> {
        self.rows(told::claimed(job, claim), |row| told::as_item(row))
    }

    fn dealt(&self, job: &str, after: &str, most: usize) -> Result<Vec<ImportItem>> {
        self.rows(told::dealt(job, after, most), |row| told::as_item(row))
    }

    fn is_waiting(&self, job: &str) -> Result<bool> {
        let found: Vec<i64> = self.rows(told::waiting(job), |row| row.get(0))?;
        Ok(found.first().is_some_and(|count| *count > 0))
    }

    fn imported(&self, account: &str, source: &str, image: &str) -> Result<Option<(u64, String)>> {
        Ok(self.rows(told::imported(account, source, image), |row| told::as_known(row))?.pop())
    }

    fn free(&self, node: &str) -> Result<()> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (sql, cells) = told::free_others(node);
        let freed = writer.execute(&sql, params_from_iter(cells));
        freed.map(drop).map_err(|error| failed("writing the catalog", error))
    }
}
