//! A source path as the names of folders and a file that stay inside a root.

use super::text::{decode, shown};
use crate::{Error, Result};

/// Characters beyond ASCII that fonts, file systems or Windows code pages turn into `.`, `/`
/// or `\`.
const LOOKALIKES: &str = "\u{2024}\u{2025}\u{2026}\u{FE52}\u{FF0E}\u{2044}\u{2215}\u{29F8}\u{FF0F}\u{FE68}\u{FF3C}\u{29F5}";

/// Names that are devices on Windows, whatever their extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Splits a source path into names, percent-decoded exactly once, without its query.
///
/// One `/` in front is dropped, and a second one as well, since documented loaders write
/// `//me.png`. Refuses empty, dot and dot-dot names, separators, control characters and
/// whatever Windows or macOS would read as something else: the verdict is the same on every
/// system.
pub fn local_path(source: &str) -> Result<Vec<String>> {
    let path = source.split_once('?').map_or(source, |(path, _)| path);
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').map(|segment| read_name(&decode("source", segment)?)).collect()
}

fn read_name(name: &str) -> Result<String> {
    let reserved = |letter: char| {
        letter.is_control() || r#"/\:*?"<>|"#.contains(letter) || LOOKALIKES.contains(letter)
    };
    // Windows drops dots and spaces at the end of a name: `..` with a space is still `..`.
    let trimmed = name.ends_with(['.', ' ']) || name.starts_with(' ');
    if name.is_empty() || trimmed || name.chars().any(reserved) || is_device(name) {
        return Err(Error::invalid("source", "plain file and folder names", shown(name)));
    }
    Ok(name.to_owned())
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let number = |rest: &str| rest.len() == 1 && rest.bytes().all(|digit| digit.is_ascii_digit());
    DEVICES.iter().any(|device| match stem.strip_prefix(device) {
        Some("") => !matches!(*device, "com" | "lpt"),
        Some(rest) => matches!(*device, "com" | "lpt") && number(rest),
        None => false,
    })
}
