//! The options of the Node functions, as interfaces.

use safelight::options::{Flip, Gravity, Kind, PointMode, Row};

use super::{last, parts, plain, quoted, sentence, set_name, word_sets, NOTICE};

const TYPES: &str = "
/** A point that stays in view, 0 to 1 on both axes. */
export interface GravityPoint {
  x?: number
  y?: number
  mode?: PointMode
}

/** A frame: a colour, and `width` or single sides, in pixels. */
export interface Border {
  color: string
  width?: number
  top?: number
  right?: number
  bottom?: number
  left?: number
}

/** A font file that is given as an asset. */
export interface Font {
  url: string
}
";

pub fn file() -> String {
    let mut file = format!("// {NOTICE}\n\n");
    for (name, words) in word_sets() {
        file.push_str(&alias(name, words));
    }
    file.push_str(&alias("Flip", &plain(Flip::WORDS)));
    file.push_str(&alias("GravityWord", &plain(Gravity::WORDS)));
    file.push_str(&alias("PointMode", PointMode::DOCS));
    file.push_str(TYPES);
    file.push_str(&interface("TrimBorder", "How a uniform border is found.", "trim.border"));
    file.push_str(&interface("Trim", "What is cut off the source.", "trim"));
    file.push_str(&interface("OverlayText", "A text to draw.", "draw.text"));
    file.push_str(&interface("Overlay", "One overlay: a picture or a text.", "draw"));
    file.push_str(&interface("RenderOptions", "The options of one transform.", ""));
    file
}

fn alias(name: &str, words: &[(&str, &str)]) -> String {
    format!("export type {name} = {}\n", quoted(words, '\'', " | "))
}

fn interface(name: &str, doc: &str, whole: &str) -> String {
    let mut text = format!("\n/** {doc} */\nexport interface {name} {{\n");
    for row in parts(whole) {
        let name = match last(row) {
            name if name.contains('-') => format!("'{name}'"),
            name => name.to_string(),
        };
        text.push_str(&format!("  /** {} */\n  {name}?: {}\n", sentence(row), kind(row)));
    }
    text + "}\n"
}

fn kind(row: &Row) -> String {
    match row.kind {
        Kind::Integer { .. } | Kind::Number { .. } | Kind::Length => "number".into(),
        Kind::Bool => "boolean".into(),
        Kind::Words { name: "Repeat", .. } => "true | Repeat".into(),
        Kind::Words { name, .. } => set_name(name).into(),
        Kind::Width => "number | 'auto'".into(),
        Kind::Quality => "number | QualityWord".into(),
        Kind::Turns => "0 | 90 | 180 | 270 | 360".into(),
        Kind::Flip => "Flip".into(),
        Kind::Color => "string".into(),
        Kind::Gravity => "GravityWord | `${number}x${number}` | GravityPoint".into(),
        Kind::Trim => "Trim | 'border' | `${number};${number};${number};${number}`".into(),
        Kind::TrimBorder => "boolean | TrimBorder".into(),
        Kind::Breakpoints => "number[] | string".into(),
        Kind::Border => "Border | string".into(),
        Kind::Draw => "Overlay[]".into(),
        Kind::Text => "string | OverlayText".into(),
        Kind::Line { .. } => "string".into(),
        Kind::Font => "Font".into(),
    }
}
