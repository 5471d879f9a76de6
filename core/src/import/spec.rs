//! What a job shall do, checked and kept as JSON.

use glob::{MatchOptions, Pattern};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Longest root path, prefix or pattern, in bytes.
const LONGEST: usize = 1024;
/// Patterns of one kind.
const MOST_PATTERNS: usize = 100;
/// Objects that a node works on at once, at most and by default.
pub(super) const CONCURRENCY: (usize, usize) = (128, 8);

/// What a job shall do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spec {
    /// Only objects whose key begins so.
    pub path: String,
    /// Stands before the key of each object in the id of its image.
    pub prefix: String,
    /// Whether an object that has changed takes the place of the image that has its id. Otherwise
    /// that image stays.
    pub overwrite: bool,
    /// Only objects whose key fits one of these patterns; without any, all.
    pub include: Vec<String>,
    /// No object whose key fits one of these.
    pub exclude: Vec<String>,
    /// Whether nothing is imported: the log then tells what would be. No bytes are read.
    pub dry_run: bool,
    /// Whether variants come along, from a source of kind `images`.
    pub variants: bool,
    /// Objects that a node works on at once, 1 to 128.
    pub concurrency: usize,
    /// Objects in a second on each node; 0 for as many as there can be.
    pub max_objects_per_second: u64,
    /// Bytes in a second on each node; 0 for as many as there can be.
    pub max_bytes_per_second: u64,
}

impl Default for Spec {
    fn default() -> Self {
        Spec {
            path: String::new(),
            prefix: String::new(),
            overwrite: false,
            include: Vec::new(),
            exclude: Vec::new(),
            dry_run: false,
            variants: true,
            concurrency: CONCURRENCY.1,
            max_objects_per_second: 0,
            max_bytes_per_second: 0,
        }
    }
}

impl Spec {
    pub(super) fn check(&self) -> Result<()> {
        for (name, text) in [("path", &self.path), ("prefix", &self.prefix)] {
            if text.len() > LONGEST || text.chars().any(char::is_control) {
                return Err(Error::invalid(name, "at most 1024 bytes of plain text", "another"));
            }
        }
        if !(1..=CONCURRENCY.0).contains(&self.concurrency) {
            return Err(Error::invalid("concurrency", "1 to 128", self.concurrency));
        }
        Patterns::read(self).map(drop)
    }
}

/// Patterns, ready to be asked.
pub(super) struct Patterns {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

/// `*` stays within a segment, `**` crosses them; letters are what they are.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

impl Patterns {
    pub(super) fn read(spec: &Spec) -> Result<Self> {
        let read = |name: &str, texts: &[String]| {
            if texts.len() > MOST_PATTERNS {
                return Err(Error::invalid(name, "at most 100 patterns", texts.len()));
            }
            let one = |text: &String| {
                let short = Some(text).filter(|text| text.len() <= LONGEST);
                short
                    .and_then(|text| Pattern::new(text).ok())
                    .ok_or_else(|| Error::invalid(name, "a pattern such as **/*.jpg", text))
            };
            texts.iter().map(one).collect::<Result<Vec<Pattern>>>()
        };
        Ok(Patterns {
            include: read("include", &spec.include)?,
            exclude: read("exclude", &spec.exclude)?,
        })
    }

    /// Whether an object of this key is wanted.
    pub(super) fn want(&self, key: &str) -> bool {
        let fits = |pattern: &Pattern| pattern.matches_with(key, OPTIONS);
        (self.include.is_empty() || self.include.iter().any(fits)) && !self.exclude.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(include: &[&str], exclude: &[&str]) -> Patterns {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let spec = Spec { include: own(include), exclude: own(exclude), ..Spec::default() };
        Patterns::read(&spec).unwrap()
    }

    #[test]
    fn stars_stay_within_a_segment_and_two_of_them_cross() {
        let all = patterns(&[], &[]);
        assert!(all.want("") && all.want("a//b"));
        let jpeg = patterns(&["**/*.jpg", "*.png"], &["private/**", "**/tmp-?.jpg"]);
        for wanted in ["a.jpg", "a/b/c.jpg", "ü +%/x.jpg", "a.png", "tmp-12.jpg", ".a.jpg"] {
            assert!(jpeg.want(wanted), "{wanted}");
        }
        for left in ["a.JPG", "a/b.png", "private/a.jpg", "private/b/a.jpg", "x/tmp-1.jpg"] {
            assert!(!jpeg.want(left), "{left}");
        }
    }

    #[test]
    fn what_no_job_can_do_is_refused() {
        let spec = Spec::default;
        assert!(spec().check().is_ok());
        for wrong in [
            Spec { concurrency: 0, ..spec() },
            Spec { concurrency: 129, ..spec() },
            Spec { path: "x".repeat(1025), ..spec() },
            Spec { prefix: "a\nb".into(), ..spec() },
            Spec { include: vec!["a[".into()], ..spec() },
            Spec { exclude: vec!["x".into(); 101], ..spec() },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
