//! The changes of the journal as statements, the same ones for both databases.

use rusqlite::types::Value as Cell;

use super::super::changes::{expect, Done, Statements, Stop};
use super::super::select::{int, text};
use super::super::Outcome;
use super::{ImportChange, ImportCounts, ImportItem, ImportJob, ItemState};

/// Objects that are written by one statement.
const ROWS: usize = 50;

pub(in super::super) fn apply<D: Statements>(db: &mut D, change: &ImportChange) -> Done<(), D> {
    match change {
        ImportChange::Add(job) => add(db, job),
        ImportChange::Turn { .. } => turn(db, change),
        ImportChange::Found { .. } => found(db, change),
        ImportChange::Claim { job, claim, most } => {
            // Which are free is asked again for each row, so that no two claims have one.
            let sql = "UPDATE import_items SET claim = $1 WHERE job = $2 AND state = 0 \
                 AND claim = '' AND key IN (SELECT key FROM import_items WHERE job = $2 \
                 AND state = 0 AND claim = '' ORDER BY key LIMIT $3)";
            db.run(sql, &[text(claim), text(job), int(*most as u64)])?;
            Ok(())
        }
        ImportChange::Free { job, node } => {
            let sql = "UPDATE import_items SET claim = '' WHERE job = $1 AND state = 0 \
                 AND claim <> '' AND substr(claim, 1, 32) = $2";
            db.run(sql, &[text(job), text(node)])?;
            Ok(())
        }
        ImportChange::Dealt { account, id, claim, items } => dealt(db, (account, id), claim, items),
        ImportChange::Remember { account, source, image, bytes, etag } => {
            let sql = "INSERT INTO imported (account, source, image, bytes, etag) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, source, image) \
                 DO UPDATE SET bytes = excluded.bytes, etag = excluded.etag";
            let names = [account, source, image].map(|it| text(it));
            let [account, source, image] = names;
            db.run(sql, &[account, source, image, int(*bytes), text(etag)])?;
            Ok(())
        }
        ImportChange::Drop { account, id, from } => {
            let mut cells = vec![text(account), text(id)];
            let wanted = one_of(&mut cells, from);
            let sql = format!("DELETE FROM imports WHERE account = $1 AND id = $2 AND {wanted}");
            let done = db.run(&sql, &cells)?;
            expect::<D>(done, Outcome::Changed)?;
            db.run("DELETE FROM import_items WHERE job = $1", &[text(id)])?;
            Ok(())
        }
        ImportChange::Forget { account, source } => {
            let sql = "DELETE FROM imported WHERE account = $1 AND source = $2";
            db.run(sql, &[text(account), text(source)])?;
            Ok(())
        }
    }
}

/// A condition on the status; its words go to the cells.
fn one_of(cells: &mut Vec<Cell>, words: &[&str]) -> String {
    let places: Vec<String> = words
        .iter()
        .map(|word| {
            cells.push(text(word));
            format!("${}", cells.len())
        })
        .collect();
    format!("status IN ({})", places.join(", "))
}

fn add<D: Statements>(db: &mut D, job: &ImportJob) -> Done<(), D> {
    let sql = "INSERT INTO imports (account, id, source, status, reason, spec, cursor, listed, \
         created, started, ended, base, base_bytes, found, imported, skipped, failed, excluded, \
         bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, 0, 0, 0, 0, 0, 0, 0, 0, 0) \
         ON CONFLICT DO NOTHING";
    let words = [&job.account, &job.id, &job.source, &job.status, &job.reason, &job.spec];
    let mut cells: Vec<Cell> = words.into_iter().chain([&job.cursor]).map(|it| text(it)).collect();
    cells.extend([int(job.created), int(job.started)]);
    let done = db.run(sql, &cells)?;
    expect::<D>(done, Outcome::Exists)
}

fn turn<D: Statements>(db: &mut D, change: &ImportChange) -> Done<(), D> {
    let ImportChange::Turn { account, id, from, to, reason, now, starts, ends } = change else {
        return Ok(());
    };
    let mut cells = vec![text(to), text(reason)];
    let mut sql = "UPDATE imports SET status = $1, reason = $2".to_owned();
    if *starts || *ends {
        cells.push(int(*now));
    }
    if *starts {
        sql.push_str(", started = $3, base = imported + skipped + failed, base_bytes = bytes");
    } else if *ends {
        sql.push_str(", ended = $3");
    }
    cells.extend([text(account), text(id)]);
    let at = cells.len();
    let wanted = one_of(&mut cells, from);
    sql.push_str(&format!(" WHERE account = ${} AND id = ${at} AND {wanted}", at - 1));
    let done = db.run(&sql, &cells)?;
    expect::<D>(done, Outcome::Changed)
}

fn found<D: Statements>(db: &mut D, change: &ImportChange) -> Done<(), D> {
    let ImportChange::Found { account, id, was, cursor, listed, excluded, items } = change else {
        return Ok(());
    };
    let mut counts = ImportCounts { excluded: *excluded, ..ImportCounts::default() };
    for state in [ItemState::Waiting, ItemState::Imported, ItemState::Skipped, ItemState::Failed] {
        let of_state: Vec<&ImportItem> = items.iter().filter(|item| item.state == state).collect();
        for rows in of_state.chunks(ROWS) {
            let added = insert(db, id, rows)?;
            counts.found += added;
            count(&mut counts, state, added);
        }
    }
    add_counts(db, (account, id), &counts)?;
    let sql = "UPDATE imports SET cursor = $1, listed = $2 \
         WHERE account = $3 AND id = $4 AND cursor = $5 AND listed = 0";
    let cells = [text(cursor), int((*listed).into()), text(account), text(id), text(was)];
    let done = db.run(sql, &cells)?;
    expect::<D>(done, Outcome::Changed)
}

fn count(counts: &mut ImportCounts, state: ItemState, more: u64) {
    match state {
        ItemState::Waiting => {}
        ItemState::Imported => counts.imported += more,
        ItemState::Skipped => counts.skipped += more,
        ItemState::Failed => counts.failed += more,
    }
}

/// Writes objects that the job does not have yet; gives how many those were.
fn insert<D: Statements>(db: &mut D, job: &str, rows: &[&ImportItem]) -> Result<u64, D::Error> {
    let mut cells = vec![text(job)];
    let row = |item: &&ImportItem| {
        let at = cells.len();
        let words = [&item.key, &item.etag, &item.extra, &item.reason, &item.image];
        cells.extend(words.map(|it| text(it)));
        cells.extend([int(item.bytes), int(item.state as u64), int(item.at)]);
        let places: Vec<String> = (at + 1..=cells.len()).map(|at| format!("${at}")).collect();
        format!("($1, '', {})", places.join(", "))
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    let sql = format!(
        "INSERT INTO import_items (job, claim, key, etag, extra, reason, image, bytes, state, at) \
         VALUES {} ON CONFLICT DO NOTHING",
        rows.join(", ")
    );
    db.run(&sql, &cells)
}

fn dealt<D: Statements>(
    db: &mut D,
    (account, id): (&str, &str),
    claim: &str,
    items: &[ImportItem],
) -> Done<(), D> {
    let mut counts = ImportCounts::default();
    let sql = "UPDATE import_items SET state = $1, reason = $2, image = $3, bytes = $4, at = $5, \
         claim = '', extra = '' WHERE job = $6 AND key = $7 AND state = 0 AND claim = $8";
    for item in items {
        let mut cells = vec![int(item.state as u64), text(&item.reason), text(&item.image)];
        cells.extend([int(item.bytes), int(item.at), text(id), text(&item.key), text(claim)]);
        let done = db.run(sql, &cells)?;
        expect::<D>(done, Outcome::Changed)?;
        count(&mut counts, item.state, 1);
        if item.state == ItemState::Imported {
            counts.bytes += item.bytes;
        }
    }
    add_counts(db, (account, id), &counts)
}

/// Adds to the counts of a job that runs.
fn add_counts<D: Statements>(
    db: &mut D,
    (account, id): (&str, &str),
    more: &ImportCounts,
) -> Done<(), D> {
    let sql = "UPDATE imports SET found = found + $1, imported = imported + $2, \
         skipped = skipped + $3, failed = failed + $4, excluded = excluded + $5, \
         bytes = bytes + $6 WHERE account = $7 AND id = $8 AND status = 'running'";
    let numbers = [more.found, more.imported, more.skipped, more.failed, more.excluded, more.bytes];
    let mut cells: Vec<Cell> = numbers.into_iter().map(int).collect();
    cells.extend([text(account), text(id)]);
    match db.run(sql, &cells)? {
        0 => Err(Stop::Refused(Outcome::Changed)),
        _ => Ok(()),
    }
}
