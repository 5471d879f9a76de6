//! The options of the Go functions, as structs.

use safelight::options::{Flip, Gravity, Kind, PointMode, QualityWord, Row};

use super::{camel, last, parts, plain, sentence, word_sets, NOTICE};

const HEAD: &str = "
package safelight

import (
\t\"encoding/json\"
)

// AutoWidth as Width takes the width from the client's hints.
const AutoWidth = -1

// Gravity says which part stays when a picture is cropped: a GravityWord or a GravityPoint.
type Gravity interface{ gravity() }

func (GravityWord) gravity()  {}
func (GravityPoint) gravity() {}

// GravityPoint is a point that stays in view, 0 to 1 on both axes.
type GravityPoint struct {
\tX    float64   `json:\"x\"`
\tY    float64   `json:\"y\"`
\tMode PointMode `json:\"mode,omitempty\"`
}

// Border is a frame: a colour, and Width or single sides, in pixels.
type Border struct {
\tColor  string `json:\"color\"`
\tWidth  int    `json:\"width,omitempty\"`
\tTop    int    `json:\"top,omitempty\"`
\tRight  int    `json:\"right,omitempty\"`
\tBottom int    `json:\"bottom,omitempty\"`
\tLeft   int    `json:\"left,omitempty\"`
}

// Font is a font file that is given as an asset.
type Font struct {
\tURL string `json:\"url\"`
}
";

pub fn file() -> String {
    let mut file = format!("// {NOTICE}\n{HEAD}");
    for (name, words) in word_sets().into_iter().filter(|(name, _)| *name != "QualityWord") {
        file.push_str(&set(name, words));
    }
    file.push_str(&set("Flip", &plain(Flip::WORDS)));
    file.push_str(&set("GravityWord", &plain(Gravity::WORDS)));
    file.push_str(&set("PointMode", PointMode::DOCS));
    file.push_str(&qualities());
    file.push_str(&structure("TrimBorder", "how a uniform border is found", "trim.border"));
    file.push_str(&structure("Trim", "what is cut off the source", "trim"));
    file.push_str(&structure("OverlayText", "what a text looks like", "draw.text"));
    file.push_str(&structure("Overlay", "what is drawn: a picture or a text", "draw"));
    file.push_str(&structure(
        "Options",
        "what one transform does; the zero value of a field is \"not given\"",
        "",
    ));
    file.push_str(&marshal());
    file
}

/// Columns are aligned as Go's own formatter does.
fn widest(names: &[String]) -> usize {
    names.iter().map(String::len).max().unwrap_or(0)
}

/// The name of an option in Go, where initials are upper case.
fn exported(name: &str) -> String {
    match name {
        "dpr" => "DPR".into(),
        "url" => "URL".into(),
        "onerror" => "OnError".into(),
        "wbreakpoints" => "WBreakpoints".into(),
        "wmobile" => "WMobile".into(),
        "wdesktop" => "WDesktop".into(),
        name => camel(name),
    }
}

/// A named string type with a constant a word.
fn set(name: &str, words: &[(&str, &str)]) -> String {
    let mut text =
        format!("\n// {name} is one of the constants below.\ntype {name} string\n\nconst (\n");
    for (word, doc) in words {
        text.push_str(&format!(
            "\t// {}\n\t{} {name} = \"{word}\"\n",
            doc.trim(),
            constant(name, word)
        ));
    }
    text + ")\n"
}

fn constant(set: &str, word: &str) -> String {
    let word = match word {
        "avif" | "jpeg" | "png" | "gif" | "svg" | "json" => word.to_uppercase(),
        "webp" => "WebP".into(),
        "baseline-jpeg" => "BaselineJPEG".into(),
        "png-force" => "PNGForce".into(),
        "h" => "Horizontal".into(),
        "v" => "Vertical".into(),
        "hv" => "Both".into(),
        "true" => "Both".into(),
        word => camel(word),
    };
    match set {
        // These are what a reader of the calling code expects to see bare.
        "Fit" => word,
        "GravityWord" => format!("Gravity{word}"),
        set => format!("{set}{word}"),
    }
}

fn qualities() -> String {
    let mut text = String::from("\n// Words for Quality and SlowConnectionQuality.\nconst (\n");
    for (index, (word, doc)) in QualityWord::DOCS.iter().enumerate() {
        text.push_str(&format!(
            "\t// {}\n\tQuality{} = {}\n",
            doc.trim(),
            camel(word),
            -1 - index as i32
        ));
    }
    text.push_str(")\n\nvar qualityWords = map[int]string{\n");
    let names: Vec<String> =
        QualityWord::DOCS.iter().map(|(word, _)| format!("Quality{}:", camel(word))).collect();
    let wide = widest(&names);
    for (name, (word, _)) in names.iter().zip(QualityWord::DOCS) {
        text.push_str(&format!("\t{name:wide$} \"{word}\",\n"));
    }
    text + "}\n"
}

fn structure(name: &str, doc: &str, whole: &str) -> String {
    let mut text = format!("\n// {name} says {doc}.\ntype {name} struct {{\n");
    for row in parts(whole) {
        text.push_str(&format!("\t// {}\n\t{}\n", sentence(row), field(row)));
    }
    text + "}\n"
}

fn field(row: &Row) -> String {
    format!("{} {} `json:\"{},omitempty\"`", exported(last(row)), kind(row), last(row))
}

/// A pointer where the zero value asks for something, so that "not given" can be told from it.
fn kind(row: &Row) -> String {
    let zero_matters = |zero: bool| if zero && !row.neutral.contains(&"0") { "*" } else { "" };
    match row.kind {
        Kind::Integer { min, .. } => format!("{}int", zero_matters(min == 0)),
        Kind::Number { zero, .. } => format!("{}float64", zero_matters(zero)),
        Kind::Length => "float64".into(),
        Kind::Bool => "*bool".into(),
        Kind::Words { name, .. } => super::set_name(name).into(),
        Kind::Width | Kind::Quality | Kind::Turns => "int".into(),
        Kind::Flip => "Flip".into(),
        Kind::Color => "string".into(),
        Kind::Gravity => "Gravity".into(),
        Kind::Trim => "*Trim".into(),
        Kind::TrimBorder => "*TrimBorder".into(),
        Kind::Breakpoints => "[]int".into(),
        Kind::Border => "*Border".into(),
        Kind::Draw => "[]Overlay".into(),
        Kind::Text => "*OverlayText".into(),
        Kind::Line { .. } => "string".into(),
        Kind::Font => "*Font".into(),
    }
}

/// Numbers that stand for words become these words on the way to JSON.
fn marshal() -> String {
    let worded = |row: &&Row| matches!(row.kind, Kind::Width | Kind::Quality);
    let rows: Vec<&Row> = parts("").filter(worded).collect();
    let names: Vec<String> = rows.iter().map(|row| exported(row.name)).collect();
    let wide = widest(&names);
    let mut fields = String::new();
    let mut values = String::new();
    for (row, name) in rows.iter().zip(&names) {
        let words = if row.kind == Kind::Width { "widthWords" } else { "qualityWords" };
        fields.push_str(&format!("\t\t{name:wide$} any `json:\"{},omitempty\"`\n", row.name));
        values.push_str(&format!(
            "\t\t{:wide$} wordOr({words}, o.{name}),\n",
            format!("{name}:"),
            wide = wide + 1
        ));
    }
    format!(
        "
// MarshalJSON writes the JSON form of the options.
func (o Options) MarshalJSON() ([]byte, error) {{
\ttype plain Options
\treturn json.Marshal(struct {{
\t\tplain
{fields}\t}}{{
\t\t{plain_key:wide$} plain(o),
{values}\t}})
}}

var widthWords = map[int]string{{AutoWidth: \"auto\"}}

func wordOr(words map[int]string, number int) any {{
\tif word, ok := words[number]; ok {{
\t\treturn word
\t}}
\tif number == 0 {{
\t\treturn nil
\t}}
\treturn number
}}
",
        plain_key = "plain:",
        wide = wide + 1,
    )
}
