//! One generator a file; each reads the rows and nothing else.

pub mod go;
pub mod markdown;
pub mod python;
pub mod schema;
pub mod typescript;

use safelight::options::{Kind, Live, QualityWord, Row, ROWS};

/// The first line of every generated file of code.
pub const NOTICE: &str = "Generated from the option table by `UPDATE=1 cargo test`; do not edit.";

/// The parts of `whole`, or the options themselves when it is empty.
pub fn parts(whole: &str) -> impl Iterator<Item = &'static Row> + '_ {
    ROWS.iter().filter(move |row| match row.name.rsplit_once('.') {
        Some((before, _)) => before == whole,
        None => whole.is_empty(),
    })
}

/// The last part of a dotted name.
pub fn last(row: &Row) -> &'static str {
    row.name.rsplit('.').next().unwrap_or(row.name)
}

/// The sets of words, each once with its name in typed languages, in table order.
pub fn word_sets() -> Vec<(&'static str, &'static [(&'static str, &'static str)])> {
    let mut sets: Vec<(&'static str, _)> = Vec::new();
    for row in ROWS {
        match row.kind {
            Kind::Words { name, words } if sets.iter().all(|(seen, _)| *seen != set_name(name)) => {
                sets.push((set_name(name), words));
            }
            _ => {}
        }
    }
    sets.push(("QualityWord", QualityWord::DOCS));
    sets
}

/// `FormatWord` is called `Format` where no other `Format` is near.
pub fn set_name(name: &'static str) -> &'static str {
    match name {
        "FormatWord" => "Format",
        name => name,
    }
}

/// What a reader of a type file wants to know about an option, in one line.
pub fn sentence(row: &Row) -> String {
    let mut text = row.doc.to_string();
    let values = values(&row.kind);
    if !values.is_empty() {
        text.push_str(&format!(" {values}."));
    }
    if row.default != "none" {
        text.push_str(&format!(" Default: {}.", row.default));
    }
    match row.live {
        Live::Yes => {}
        Live::Hook([]) => text.push_str(" Needs a hook of the host."),
        Live::Hook(values) => {
            text.push_str(&format!(" Needs a hook of the host: {}.", values.join(", ")));
        }
        Live::No => text.push_str(" Not available in this version."),
        Live::Except(values) => {
            text.push_str(&format!(" Not available in this version: `{}`.", values.join("`, `")));
        }
    }
    text
}

/// The range of a number, where the type does not say it.
fn values(kind: &Kind) -> String {
    match kind {
        Kind::Integer { .. } | Kind::Number { .. } | Kind::Turns => capital(&kind.expected()),
        Kind::Width => "1 to 20000".into(),
        Kind::Quality => "1 to 100, or a word".into(),
        Kind::Length => "Between 0 and 1 a share of the side, from 1 pixels".into(),
        _ => String::new(),
    }
}

fn capital(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

/// `medium-high` as `MediumHigh`.
pub fn camel(name: &str) -> String {
    name.split(['-', '.', '_']).filter(|part| !part.is_empty()).map(capital).collect()
}

/// The words of a set between quotation marks, joined.
pub fn quoted(words: &[(&str, &str)], mark: char, joint: &str) -> String {
    let words: Vec<String> = words.iter().map(|(word, _)| format!("{mark}{word}{mark}")).collect();
    words.join(joint)
}

/// Words with their meanings, without the values.
pub fn plain<T>(words: &[(&'static str, &'static str, T)]) -> Vec<(&'static str, &'static str)> {
    words.iter().map(|(word, doc, _)| (*word, *doc)).collect()
}
