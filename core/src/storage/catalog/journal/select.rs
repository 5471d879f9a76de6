//! What is asked of the journal, and its rows as values.

use rusqlite::types::Value as Cell;

use super::super::rows::{text, unsigned, Cells};
use super::super::select::{int, text as cell, Query};
use super::{ImportCounts, ImportItem, ImportJob, ItemState};

const JOB: &str = "SELECT account, id, source, status, reason, spec, cursor, listed, created, \
    started, ended, base, base_bytes, found, imported, skipped, failed, excluded, bytes FROM imports";
const ITEM: &str = "SELECT key, bytes, etag, extra, state, reason, image, at FROM import_items";

pub(in super::super) fn job(account: &str, id: &str) -> Query {
    (format!("{JOB} WHERE account = $1 AND id = $2"), vec![cell(account), cell(id)])
}

pub(in super::super) fn jobs(account: Option<&str>, status: Option<&str>) -> Query {
    let (mut sql, mut cells): (String, Vec<Cell>) = (JOB.to_owned(), Vec::new());
    for (column, value) in [("account", account), ("status", status)] {
        if let Some(value) = value {
            sql.push_str(if cells.is_empty() { " WHERE " } else { " AND " });
            cells.push(cell(value));
            sql.push_str(&format!("{column} = ${}", cells.len()));
        }
    }
    sql.push_str(" ORDER BY created DESC, id");
    (sql, cells)
}

pub(in super::super) fn claimed(job: &str, claim: &str) -> Query {
    let sql =
        format!("{ITEM} WHERE job = $1 AND state = 0 AND claim <> '' AND claim = $2 ORDER BY key");
    (sql, vec![cell(job), cell(claim)])
}

pub(in super::super) fn dealt(job: &str, after: &str, most: usize) -> Query {
    let sql = format!("{ITEM} WHERE job = $1 AND state > 0 AND key > $2 ORDER BY key LIMIT $3");
    (sql, vec![cell(job), cell(after), int(most as u64)])
}

pub(in super::super) fn waiting(job: &str) -> Query {
    // One index has those that are free, another one those that are claimed.
    let one = |claim| {
        format!(
            "(SELECT count(*) FROM (SELECT 1 FROM import_items WHERE job = $1 AND state = 0 \
             AND claim {claim} '' LIMIT 1) AS found)"
        )
    };
    (format!("SELECT {} + {}", one("="), one("<>")), vec![cell(job)])
}

pub(in super::super) fn imported(account: &str, source: &str, image: &str) -> Query {
    let sql = "SELECT bytes, etag FROM imported WHERE account = $1 AND source = $2 AND image = $3";
    (sql.into(), vec![cell(account), cell(source), cell(image)])
}

/// Frees claims of all nodes but this one.
pub(in super::super) fn free_others(node: &str) -> Query {
    let sql = "UPDATE import_items SET claim = '' WHERE state = 0 AND claim <> '' \
         AND substr(claim, 1, 32) <> $1";
    (sql.into(), vec![cell(node)])
}

pub(in super::super) fn as_job<R: Cells>(row: &R) -> Result<ImportJob, R::Error> {
    let count = |at| unsigned(row, at);
    Ok(ImportJob {
        account: text(row, 0)?,
        id: text(row, 1)?,
        source: text(row, 2)?,
        status: text(row, 3)?,
        reason: text(row, 4)?,
        spec: text(row, 5)?,
        cursor: text(row, 6)?,
        listed: count(7)? != 0,
        created: count(8)?,
        started: count(9)?,
        ended: count(10)?,
        base: count(11)?,
        base_bytes: count(12)?,
        counts: ImportCounts {
            found: count(13)?,
            imported: count(14)?,
            skipped: count(15)?,
            failed: count(16)?,
            excluded: count(17)?,
            bytes: count(18)?,
        },
    })
}

pub(in super::super) fn as_item<R: Cells>(row: &R) -> Result<ImportItem, R::Error> {
    Ok(ImportItem {
        key: text(row, 0)?,
        bytes: unsigned(row, 1)?,
        etag: text(row, 2)?,
        extra: text(row, 3)?,
        state: ItemState::read(unsigned(row, 4)?),
        reason: text(row, 5)?,
        image: text(row, 6)?,
        at: unsigned(row, 7)?,
    })
}

pub(in super::super) fn as_known<R: Cells>(row: &R) -> Result<(u64, String), R::Error> {
    Ok((unsigned(row, 0)?, text(row, 1)?))
}
