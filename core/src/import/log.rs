//! What became of each object, page by page, as values or as a file.

use serde_json::json;

use super::Imports;
use crate::date;
use crate::storage::catalog::ImportItem;
use crate::{Error, Result};

/// Lines of one page, at most.
const MOST: usize = 10_000;

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Comma-separated values (RFC 4180), with a head on the first page.
    Csv,
}

/// A page of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogPage {
    /// Objects by key: `key`, `status`, `reason`, `image`, `bytes`, `at`.
    pub items: Vec<ImportItem>,
    /// What the next page is behind; `None` at the end of what there is by now.
    pub cursor: Option<String>,
}

impl Imports {
    /// Objects of a job that are dealt with, by key: those behind `after`, at most `most` (1 to
    /// 10,000).
    pub fn log(&self, account: &str, id: &str, after: &str, most: usize) -> Result<LogPage> {
        if !(1..=MOST).contains(&most) {
            return Err(Error::invalid("limit", "1 to 10000", most));
        }
        self.shared.row(account, id)?;
        let mut items = self.shared.hosted.catalog().journal().dealt(id, after, most + 1)?;
        let more = items.len() > most;
        items.truncate(most);
        let cursor = items.last().filter(|_| more).map(|last| last.key.clone());
        Ok(LogPage { items, cursor })
    }

    /// A page of the log as a part of a file: parts put together are the whole of it.
    pub fn log_file(
        &self,
        account: &str,
        id: &str,
        after: &str,
        most: usize,
        format: LogFormat,
    ) -> Result<String> {
        let page = self.log(account, id, after, most)?;
        let mut text = String::new();
        if format == LogFormat::Csv && after.is_empty() {
            text.push_str("key,status,reason,image,bytes,at\r\n");
        }
        for item in &page.items {
            match format {
                LogFormat::Json => text.push_str(&format!("{}\n", line(item))),
                LogFormat::Csv => text.push_str(&row(item)),
            }
        }
        Ok(text)
    }
}

/// One object of a log as JSON.
pub(crate) fn line(item: &ImportItem) -> serde_json::Value {
    json!({
        "key": item.key,
        "status": item.state.name(),
        "reason": item.reason,
        "image": item.image,
        "bytes": item.bytes,
        "at": date::print(item.at),
    })
}

fn row(item: &ImportItem) -> String {
    let (bytes, at) = (item.bytes.to_string(), date::print(item.at));
    let cells = [&item.key, item.state.name(), &item.reason, &item.image, &bytes, &at];
    let cells: Vec<String> = cells.iter().map(|text| quoted(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. One that a spreadsheet would take for a formula is told to be text.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']) && text.len() > 1;
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    match text.contains([',', '"', '\r', '\n']) || text.starts_with([' ', '\'']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (text, cell) in [
            ("a/b c.jpg", "a/b c.jpg"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("", ""),
        ] {
            assert_eq!(quoted(text), cell);
        }
    }
}
