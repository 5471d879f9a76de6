//! What both databases are asked, as text and cells.

use rusqlite::types::Value as Cell;

use super::rows::number;
use super::schema::COLUMNS;
use super::Page;

const DOCUMENT: &str = "SELECT kind, account, name, version, body FROM documents WHERE kind = $1";

/// A statement and what stands for its `$1`, `$2`.
pub(super) type Query = (String, Vec<Cell>);

/// The counter of an account's images.
pub(super) fn images_of(account: &str) -> String {
    format!("images/{account}")
}

pub(super) fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub(super) fn int(value: u64) -> Cell {
    Cell::Integer(number(value))
}

pub(super) fn one_image(account: &str, id: &str) -> Query {
    let sql = format!("SELECT {COLUMNS} FROM images WHERE account = $1 AND id = $2");
    (sql, vec![text(account), text(id)])
}

pub(super) fn ended_drafts(time: u64, most: usize) -> Query {
    let sql = format!(
        "SELECT {COLUMNS} FROM images WHERE expires IS NOT NULL AND expires < $1 \
         ORDER BY expires LIMIT $2"
    );
    (sql, vec![int(time), int(most as u64)])
}

pub(super) fn counter(name: &str) -> Query {
    ("SELECT value FROM counters WHERE name = $1".into(), vec![text(name)])
}

pub(super) fn one_document(kind: &str, account: &str, name: &str) -> Query {
    let sql = format!("{DOCUMENT} AND account = $2 AND name = $3");
    (sql, vec![text(kind), text(account), text(name)])
}

pub(super) fn documents(kind: &str, account: Option<&str>) -> Query {
    let order = "ORDER BY account, name";
    match account {
        Some(account) => {
            (format!("{DOCUMENT} AND account = $2 {order}"), vec![text(kind), text(account)])
        }
        None => (format!("{DOCUMENT} {order}"), vec![text(kind)]),
    }
}

pub(super) fn notes(before: u64, most: usize) -> Query {
    let sql = "SELECT blob FROM notes WHERE since < $1 ORDER BY since LIMIT $2";
    (sql.into(), vec![int(before), int(most as u64)])
}

pub(super) fn log(seq: u64, most: usize) -> Query {
    let sql = "SELECT seq, kind, account, subject, at FROM log WHERE seq > $1 \
         ORDER BY seq LIMIT $2";
    (sql.into(), vec![int(seq), int(most as u64)])
}

/// How many images a creator has, up to `most`.
pub(super) fn creator_count(account: &str, creator: &str, most: u64) -> Query {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM images WHERE expires IS NULL \
         AND account = $1 AND creator = $2 LIMIT $3) AS found";
    (sql.into(), vec![text(account), text(creator), int(most)])
}

/// How many images have a term, up to `most`.
pub(super) fn term_count(account: &str, term: i64, most: u64) -> Query {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM terms WHERE account = $1 AND term = $2 \
         LIMIT $3) AS found";
    (sql.into(), vec![text(account), Cell::Integer(term), int(most)])
}

/// A page without its filters and its bounds.
pub(super) fn page(wanted: &Page<'_>) -> Query {
    let mut sql = format!("SELECT {COLUMNS} FROM images WHERE expires IS NULL AND account = $1");
    let mut cells = vec![text(wanted.account)];
    if let Some(creator) = wanted.creator {
        cells.push(text(creator));
        sql.push_str(" AND creator = $2");
    }
    in_order(&mut sql, &mut cells, wanted, "images");
    (sql, cells)
}

/// The same, of images with a term, whoever made them.
pub(super) fn page_by_term(wanted: &Page<'_>, term: i64) -> Query {
    let columns: Vec<String> = COLUMNS.split(", ").map(|name| format!("images.{name}")).collect();
    let mut sql = format!(
        "SELECT {} FROM terms JOIN images ON images.account = terms.account \
         AND images.id = terms.id WHERE terms.account = $1 AND terms.term = $2",
        columns.join(", ")
    );
    let mut cells = vec![text(wanted.account), Cell::Integer(term)];
    in_order(&mut sql, &mut cells, wanted, "terms");
    (sql, cells)
}

/// Where a page begins, and its order, by the times of `table`.
fn in_order(sql: &mut String, cells: &mut Vec<Cell>, wanted: &Page<'_>, table: &str) {
    let (order, sign) = if wanted.newest_first { ("DESC", '<') } else { ("ASC", '>') };
    if let Some((time, id)) = wanted.after {
        let at = cells.len() + 1;
        cells.extend([int(time), text(id)]);
        let place = format!("({table}.uploaded, {table}.id)");
        sql.push_str(&format!(" AND {place} {sign} (${at}, ${})", at + 1));
    }
    sql.push_str(&format!(" ORDER BY {table}.uploaded {order}, {table}.id {order}"));
}
