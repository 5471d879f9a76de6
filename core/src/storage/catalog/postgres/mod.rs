//! The catalog in PostgreSQL, shared by the nodes of a cluster.
//!
//! Commits that touch more than notes take the row of the log's counter first, so they happen one
//! after the other: numbers of the log are in the order of the commits and have no gaps, and two
//! commits never wait for each other in a circle. Nodes hold leases on the database's clock.

mod listen;
mod pool;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use ::postgres::types::private::BytesMut;
use ::postgres::types::{to_sql_checked, IsNull, ToSql, Type};
use ::postgres::{Config, GenericClient, Row, Statement};
use rusqlite::types::Value;

use super::changes::{self, Statements, Stop};
use super::journal::{select as told, ImportItem, ImportJob, Journal};
use super::pages;
use super::rows::{self, Cells};
use super::schema::{COUNTERS, LOG, STEPS};
use super::select::{self, int, text, Query};
use super::{Catalog, Change, Document, Image, Logged, Outcome, Page};
use crate::{Error, Result};
use listen::{Listener, NOTIFY};
use pool::{Link, Pool, Sql};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may be silent before a connection is given up.
const SILENCE: Duration = Duration::from_secs(20);
/// The database's clock in Unix milliseconds.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::BIGINT";
/// Held while tables are made, so that nodes that start together do it once.
const UPGRADE: &str = "SELECT pg_advisory_xact_lock(7310868735486894)";
/// For how long a row of a dead node stays.
const DEAD: i64 = 24 * 3600 * 1000;

/// A catalog in a PostgreSQL database.
pub struct PostgresCatalog {
    listener: Listener,
    pool: Arc<Pool>,
}

impl PostgresCatalog {
    /// Opens the database that `url` (`postgres://user:password@host/database`) leads to, making
    /// or upgrading its tables. With `sslmode=require`, or where the server offers it, the
    /// connection is encrypted and the server's certificate checked; `sslmode=disable` does
    /// without.
    pub fn open(url: &str) -> Result<Self> {
        let mut config: Config = url.parse().map_err(|error: ::postgres::Error| {
            Error::invalid("catalog", "a URL such as postgres://user@host/database", "another text")
                .with_context(error.to_string())
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        config.keepalives_idle(SILENCE);
        if config.get_application_name().is_none() {
            config.application_name("safelight");
        }
        let pool = Arc::new(Pool::new(config));
        pool.with("opening the catalog", upgrade)?;
        let listener = Listener::start(pool.clone())
            .map_err(|error| crate::storage::failed("opening the catalog", error))?;
        Ok(PostgresCatalog { listener, pool })
    }

    fn rows<T>(&self, query: &Query, read: impl Fn(&Row) -> Sql<T>) -> Result<Vec<T>> {
        self.pool.with("reading the catalog", |link| {
            link.rows(&query.0, &query.1)?.iter().map(&read).collect()
        })
    }

    fn number(&self, query: &Query) -> Result<u64> {
        let found = self.rows(query, |row| row.number(0))?;
        Ok(found.first().copied().flatten().and_then(|it| u64::try_from(it).ok()).unwrap_or(0))
    }

    fn run(&self, sql: &str, cells: &[Value]) -> Result<()> {
        self.pool.with("writing the catalog", |link| {
            // It may be done twice: it sets, and does not add.
            let statement = link.prepare(sql)?;
            link.client.execute(&statement, &refer(&bound(cells))).map(|_| ())
        })
    }
}

/// Makes what is missing of the tables.
fn upgrade(link: &mut Link) -> Sql<()> {
    let mut steps = link.client.transaction()?;
    steps.batch_execute(UPGRADE)?;
    steps.batch_execute(&own_dialect(COUNTERS))?;
    let mut open = Open { client: &mut steps, prepared: &mut link.prepared };
    let done = changes::count(&mut open, "schema")? as usize;
    changes::count_up(&mut open, LOG, 0)?;
    for step in STEPS.iter().skip(done) {
        open.client.batch_execute(&own_dialect(step))?;
        changes::count_up(&mut open, "schema", 1)?;
    }
    steps.commit()
}

/// Texts are compared by their bytes, as in SQLite, whatever the language of the database.
fn own_dialect(step: &str) -> String {
    step.replace("TEXT", "TEXT COLLATE \"C\"")
}

impl Link {
    fn prepare(&mut self, sql: &str) -> Sql<Statement> {
        prepare(&mut self.client, &mut self.prepared, sql)
    }

    fn rows(&mut self, sql: &str, cells: &[Value]) -> Sql<Vec<Row>> {
        let statement = self.prepare(sql)?;
        self.client.query(&statement, &refer(&bound(cells)))
    }
}

fn prepare(
    client: &mut impl GenericClient,
    prepared: &mut std::collections::HashMap<String, Statement>,
    sql: &str,
) -> Sql<Statement> {
    if let Some(statement) = prepared.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(sql)?;
    prepared.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

/// A transaction, and what is prepared on its connection.
struct Open<'a, C> {
    client: &'a mut C,
    prepared: &'a mut std::collections::HashMap<String, Statement>,
}

impl<C: GenericClient> Statements for Open<'_, C> {
    type Error = ::postgres::Error;

    fn run(&mut self, sql: &str, cells: &[Value]) -> Sql<u64> {
        let statement = prepare(self.client, self.prepared, sql)?;
        self.client.execute(&statement, &refer(&bound(cells)))
    }

    fn ask(&mut self, sql: &str, cells: &[Value]) -> Sql<Option<Option<i64>>> {
        let statement = prepare(self.client, self.prepared, sql)?;
        let row = self.client.query_opt(&statement, &refer(&bound(cells)))?;
        row.map(|row| row.number(0)).transpose()
    }

    fn images(&mut self, sql: &str, cells: &[Value]) -> Sql<Vec<Image>> {
        let statement = prepare(self.client, self.prepared, sql)?;
        self.client.query(&statement, &refer(&bound(cells)))?.iter().map(rows::image).collect()
    }
}

impl Cells for Row {
    type Error = ::postgres::Error;

    fn number(&self, column: usize) -> Sql<Option<i64>> {
        self.try_get(column)
    }

    fn text(&self, column: usize) -> Sql<Option<String>> {
        self.try_get(column)
    }
}

/// A cell as PostgreSQL takes it.
#[derive(Debug)]
struct Bound<'a>(&'a Value);

fn bound(cells: &[Value]) -> Vec<Bound<'_>> {
    cells.iter().map(Bound).collect()
}

fn refer<'a>(cells: &'a [Bound<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    cells.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect()
}

type Written = std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Written {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Real(_) | Value::Blob(_) => Err("no column holds this".into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        <i64 as ToSql>::accepts(kind) || <String as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}

/// Whether a commit has to take its turn. Notes stand for themselves.
fn is_ordered(change: &Change) -> bool {
    !matches!(change, Change::AddNote { .. } | Change::DropNote { .. })
}

/// Makes the changes in one transaction.
fn commit(
    link: &mut Link,
    changes: &[Change],
) -> std::result::Result<u64, Stop<::postgres::Error>> {
    let mut transaction = link.client.transaction()?;
    link.touched = true;
    let mut open = Open { client: &mut transaction, prepared: &mut link.prepared };
    if changes.iter().any(is_ordered) {
        open.ask("SELECT value FROM counters WHERE name = $1 FOR UPDATE", &[text(LOG)])?;
    }
    let newest = changes::make(&mut open, changes)?;
    if changes.iter().any(|change| matches!(change, Change::Log(_))) {
        transaction.batch_execute(NOTIFY)?;
    }
    transaction.commit()?;
    Ok(newest)
}

impl Catalog for PostgresCatalog {
    fn image(&self, account: &str, id: &str) -> Result<Option<Image>> {
        Ok(self.rows(&select::one_image(account, id), rows::image)?.pop())
    }

    fn images(&self, wanted: &Page<'_>) -> Result<Vec<Image>> {
        self.pool.with("reading the catalog", |link| {
            let mut open = Open { client: &mut link.client, prepared: &mut link.prepared };
            pages::find(&mut open, wanted)
        })
    }

    fn ended_drafts(&self, time: u64, most: usize) -> Result<Vec<Image>> {
        self.rows(&select::ended_drafts(time, most), rows::image)
    }

    fn count(&self, account: &str) -> Result<u64> {
        self.number(&select::counter(&select::images_of(account)))
    }

    fn document(&self, kind: &str, account: &str, name: &str) -> Result<Option<Document>> {
        Ok(self.rows(&select::one_document(kind, account, name), rows::document)?.pop())
    }

    fn documents(&self, kind: &str, account: Option<&str>) -> Result<Vec<Document>> {
        self.rows(&select::documents(kind, account), rows::document)
    }

    fn notes(&self, before: u64, most: usize) -> Result<Vec<String>> {
        self.rows(&select::notes(before, most), |row| Ok(row.text(0)?.unwrap_or_default()))
    }

    fn journal(&self) -> &dyn Journal {
        self
    }

    fn commit(&self, changes: &[Change]) -> Result<Outcome> {
        self.pool.with("writing the catalog", |link| match commit(link, changes) {
            Ok(newest) => Ok(Outcome::Done(newest)),
            Err(Stop::Refused(outcome)) => Ok(outcome),
            Err(Stop::Failed(error)) => Err(error),
        })
    }

    fn newest(&self) -> Result<u64> {
        self.number(&select::counter(LOG))
    }

    fn log(&self, seq: u64, most: usize) -> Result<Vec<Logged>> {
        self.rows(&select::log(seq, most), rows::logged)
    }

    fn trim_log(&self, time: u64) -> Result<u64> {
        self.run("DELETE FROM log WHERE at < $1", &[int(time)])?;
        self.run(&format!("DELETE FROM nodes WHERE until < {NOW} - {DEAD}"), &[])?;
        let next = "SELECT coalesce((SELECT min(seq) FROM log), \
             (SELECT value + 1 FROM counters WHERE name = $1))";
        self.number(&(next.into(), vec![text(LOG)]))
    }

    fn leases(&self) -> bool {
        true
    }

    fn beat(&self, node: &str, seen: u64, lease: Duration) -> Result<()> {
        let sql = format!(
            "INSERT INTO nodes (node, seen, until) VALUES ($1, $2, {NOW} + $3) \
             ON CONFLICT (node) DO UPDATE SET seen = excluded.seen, until = excluded.until"
        );
        let lease = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        self.run(&sql, &[text(node), int(seen), int(lease)])
    }

    fn behind(&self, seq: u64) -> Result<Vec<String>> {
        let sql = format!("SELECT node FROM nodes WHERE until > {NOW} AND seen < $1 ORDER BY node");
        self.rows(&(sql, vec![int(seq)]), |row| Ok(row.text(0)?.unwrap_or_default()))
    }

    fn leave(&self, node: &str) -> Result<()> {
        self.run("DELETE FROM nodes WHERE node = $1", &[text(node)])
    }

    fn wait(&self, timeout: Duration) {
        self.listener.wait(timeout);
    }
}

impl Journal for PostgresCatalog {
    fn job(&self, account: &str, id: &str) -> Result<Option<ImportJob>> {
        Ok(self.rows(&told::job(account, id), told::as_job)?.pop())
    }

    fn jobs(&self, account: Option<&str>, status: Option<&str>) -> Result<Vec<ImportJob>> {
        self.rows(&told::jobs(account, status), told::as_job)
    }

    fn claimed(&self, job: &str, claim: &str) -> Result<Vec<ImportItem>> {
        self.rows(&told::claimed(job, claim), told::as_item)
    }

    fn dealt(&self, job: &str, after: &str, most: usize) -> Result<Vec<ImportItem>> {
        self.rows(&told::dealt(job, after, most), told::as_item)
    }

    fn is_waiting(&self, job: &str) -> Result<bool> {
        Ok(self.number(&told::waiting(job))? > 0)
    }

    fn imported(&self, account: &str, source: &str, image: &str) -> Result<Option<(u64, String)>> {
        Ok(self.rows(&told::imported(account, source, image), told::as_known)?.pop())
    }

    fn free(&self, _: &str) -> Result<()> {
        let sql = format!(
            "UPDATE import_items SET claim = '' WHERE state = 0 AND claim <> '' AND NOT EXISTS \
             (SELECT 1 FROM nodes WHERE node = substr(claim, 1, 32) AND until > {NOW})"
        );
        self.run(&sql, &[])
    }
}

#[cfg(test)]
mod tests;
