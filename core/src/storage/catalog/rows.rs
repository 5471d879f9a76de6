//! Rows of the tables as values and back.

use rusqlite::types::Value as Cell;

use super::{Document, Draft, Entry, Image, Logged};
use crate::storage::Blob;

/// Numbers of ours are far below the limit of a signed column.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
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

/// A row of either database.
pub(super) trait Cells {
    /// Why a cell cannot be read.
    type Error;
    /// A number, or nothing.
    fn number(&self, column: usize) -> Result<Option<i64>, Self::Error>;
    /// A text, or nothing.
    fn text(&self, column: usize) -> Result<Option<String>, Self::Error>;
}

impl Cells for rusqlite::Row<'_> {
    type Error = rusqlite::Error;

    fn number(&self, column: usize) -> rusqlite::Result<Option<i64>> {
        self.get(column)
    }

    fn text(&self, column: usize) -> rusqlite::Result<Option<String>> {
        self.get(column)
    }
}

pub(super) fn unsigned<R: Cells>(row: &R, column: usize) -> Result<u64, R::Error> {
    Ok(row.number(column)?.and_then(|value| u64::try_from(value).ok()).unwrap_or(0))
}

pub(super) fn text<R: Cells>(row: &R, column: usize) -> Result<String, R::Error> {
    Ok(row.text(column)?.unwrap_or_default())
}

pub(super) fn image<R: Cells>(row: &R) -> Result<Image, R::Error> {
    let side = |column| unsigned(row, column).map(|side| u32::try_from(side).unwrap_or(0));
    Ok(Image {
        account: text(row, 0)?,
        id: text(row, 1)?,
        version: unsigned(row, 2)?,
        filename: text(row, 3)?,
        creator: row.text(4)?.filter(|creator| !creator.is_empty()),
        meta: text(row, 5)?,
        private: unsigned(row, 6)? != 0,
        uploaded: unsigned(row, 7)?,
        draft: match row.number(8)? {
            Some(_) => Some(Draft { expires: unsigned(row, 8)?, ticket: text(row, 9)? }),
            None => None,
        },
        blob: match row.text(10)? {
            Some(key) => Some(Blob { key, hash: text(row, 11)?, size: unsigned(row, 12)? }),
            None => None,
        },
        mime: text(row, 13)?,
        size: (side(14)?, side(15)?),
    })
}

pub(super) fn document<R: Cells>(row: &R) -> Result<Document, R::Error> {
    Ok(Document {
        kind: text(row, 0)?,
        account: text(row, 1)?,
        name: text(row, 2)?,
        version: unsigned(row, 3)?,
        body: text(row, 4)?,
    })
}

pub(super) fn logged<R: Cells>(row: &R) -> Result<Logged, R::Error> {
    let entry = Entry {
        kind: text(row, 1)?,
        account: text(row, 2)?,
        subject: text(row, 3)?,
        at: unsigned(row, 4)?,
    };
    Ok(Logged { seq: unsigned(row, 0)?, entry })
}
