//! The keywords of the Python functions, as typed dictionaries.

use safelight::options::{Flip, Gravity, Kind, PointMode, Row};

use super::{last, parts, plain, quoted, sentence, set_name, word_sets, NOTICE};

const TYPES: &str = r#"
class GravityPoint(TypedDict, total=False):
    """A point that stays in view, 0 to 1 on both axes."""

    x: float
    y: float
    mode: PointMode

class Border(TypedDict, total=False):
    """A frame: a colour, and `width` or single sides, in pixels."""

    color: Required[str]
    width: int
    top: int
    right: int
    bottom: int
    left: int

class Font(TypedDict):
    """A font file that is given as an asset."""

    url: str
"#;

pub fn file() -> String {
    let mut file = format!("# {NOTICE}\n\nfrom collections.abc import Mapping, Sequence\n");
    file.push_str("from typing import Any, Literal, Required, TypedDict\n\n");
    for (name, words) in word_sets() {
        file.push_str(&alias(set_name(name), words));
    }
    file.push_str(&alias("Flip", &plain(Flip::WORDS)));
    file.push_str(&alias("GravityWord", &plain(Gravity::WORDS)));
    file.push_str(&alias("PointMode", PointMode::DOCS));
    file.push_str(TYPES);
    file.push_str(&class("TrimBorder", "How a uniform border is found.", "trim.border"));
    file.push_str(&class("Trim", "What is cut off the source.", "trim"));
    file.push_str(&class("OverlayText", "A text to draw.", "draw.text"));
    file.push_str(&class("Overlay", "One overlay: a picture or a text.", "draw"));
    file.push_str(&class("RenderOptions", "Options as keywords.", ""));
    file
}

fn alias(name: &str, words: &[(&str, &str)]) -> String {
    format!("{name} = Literal[{}]\n", quoted(words, '"', ", "))
}

fn class(name: &str, doc: &str, whole: &str) -> String {
    let mut class = format!("\nclass {name}(TypedDict, total=False):\n    \"\"\"{doc}\"\"\"\n");
    for row in parts(whole) {
        let keyword = last(row).replace('-', "_");
        let (kind, doc) = (kind(row), sentence(row));
        class.push_str(&format!("\n    {keyword}: {kind}\n    \"\"\"{doc}\"\"\"\n"));
    }
    class
}

fn kind(row: &Row) -> String {
    match row.kind {
        Kind::Integer { .. } => "int".into(),
        Kind::Number { .. } | Kind::Length => "float".into(),
        Kind::Bool => "bool".into(),
        Kind::Words { name: "Repeat", .. } => "bool | Repeat".into(),
        Kind::Words { name, .. } => set_name(name).into(),
        Kind::Width => "int | Literal[\"auto\"]".into(),
        Kind::Quality => "int | QualityWord".into(),
        Kind::Turns => "Literal[0, 90, 180, 270, 360]".into(),
        Kind::Flip => "Flip".into(),
        Kind::Color => "str".into(),
        Kind::Gravity => "GravityWord | GravityPoint | str".into(),
        Kind::Trim => "Trim | str".into(),
        Kind::TrimBorder => "bool | TrimBorder".into(),
        Kind::Breakpoints => "Sequence[int] | str".into(),
        Kind::Border => "Border | str".into(),
        Kind::Draw => "Sequence[Overlay | Mapping[str, Any]]".into(),
        Kind::Text => "str | OverlayText".into(),
        Kind::Line { .. } => "str".into(),
        Kind::Font => "Font | str".into(),
    }
}
