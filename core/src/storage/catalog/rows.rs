//! Rows of the tables as values and back.

use rusqlite::types::Value as Cell;
use rusqlite::Row;

use super::{Document, Draft, Entry, Image, Logged};
use crate::storage::Blob;

/// Numbers of ours are far below the limit of a signed column.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// An image's cells in the order of `COLUMNS`, with `version` in place of its own.
pub(super) fn image_cells(image: &Image, version: u64) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let int = |value: u64| Cell::Integer(number(value));
    let (draft, blob) = (image.draft.as_ref(), image.blob.as_ref());
    vec![
        text(&image.account),
        text(&image.id),
        int(version),
        text(&image.filename),
        text(image.creator.as_deref().unwrap_or_default()),
        text(&image.meta),
        int(image.private.into()),
        int(image.uploaded),
        draft.map_or(Cell::Null, |draft| int(draft.expires)),
        text(draft.map_or("", |draft| &draft.ticket)),
        blob.map_or(Cell::Null, |blob| text(&blob.key)),
        text(blob.map_or("", |blob| &blob.hash)),
        int(blob.map_or(0, |blob| blob.size)),
        text(&image.mime),
        int(image.size.0.into()),
        int(image.size.1.into()),
    ]
}

pub(super) fn image(row: &Row<'_>) -> rusqlite::Result<Image> {
    let side = |column| unsigned(row, column).map(|side| u32::try_from(side).unwrap_or(0));
    let expires: Option<i64> = row.get(8)?;
    let key: Option<String> = row.get(10)?;
    let creator: String = row.get(4)?;
    Ok(Image {
        account: row.get(0)?,
        id: row.get(1)?,
        version: unsigned(row, 2)?,
        filename: row.get(3)?,
        creator: Some(creator).filter(|creator| !creator.is_empty()),
        meta: row.get(5)?,
        private: unsigned(row, 6)? != 0,
        uploaded: unsigned(row, 7)?,
        draft: match expires {
            Some(_) => Some(Draft { expires: unsigned(row, 8)?, ticket: row.get(9)? }),
            None => None,
        },
        blob: match key {
            Some(key) => Some(Blob { key, hash: row.get(11)?, size: unsigned(row, 12)? }),
            None => None,
        },
        mime: row.get(13)?,
        size: (side(14)?, side(15)?),
    })
}

pub(super) fn document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        kind: row.get(0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        version: unsigned(row, 3)?,
        body: row.get(4)?,
    })
}

pub(super) fn logged(row: &Row<'_>) -> rusqlite::Result<Logged> {
    let entry = Entry {
        kind: row.get(1)?,
        account: row.get(2)?,
        subject: row.get(3)?,
        at: unsigned(row, 4)?,
    };
    Ok(Logged { seq: unsigned(row, 0)?, entry })
}
