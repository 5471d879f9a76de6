//! From characters to runs: pieces of a line with one font, one script and one direction.

use std::ops::Range;

use unicode_bidi::{BidiInfo, Level};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use super::fonts::Face;

/// The text between two line feeds.
pub(super) struct Paragraph<'a> {
    pub text: &'a str,
    bidi: BidiInfo<'a>,
    clusters: Vec<Cluster>,
}

/// What a reader takes for one character.
struct Cluster {
    range: Range<usize>,
    font: usize,
    script: Script,
}

/// A piece of a line that is shaped as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub range: Range<usize>,
    pub font: usize,
    pub rtl: bool,
}

impl<'a> Paragraph<'a> {
    pub fn new(text: &'a str, faces: &[Face<'_>]) -> Self {
        let mut clusters: Vec<Cluster> = Vec::new();
        for (start, cluster) in text.grapheme_indices(true) {
            let before = clusters.last();
            let script = script(cluster, before);
            let font = font(cluster, before, faces);
            clusters.push(Cluster { range: start..start + cluster.len(), font, script });
        }
        Paragraph { text, bidi: BidiInfo::new(text, None), clusters }
    }

    /// Whether it reads from right to left as a whole.
    pub fn rtl(&self) -> bool {
        self.bidi.paragraphs.first().is_some_and(|paragraph| paragraph.level.is_rtl())
    }

    /// Ends of what a reader takes for characters, inside `range`.
    pub fn ends(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let inside = move |cluster: &&Cluster| {
            cluster.range.start >= range.start && cluster.range.end <= range.end
        };
        self.clusters.iter().filter(inside).map(|cluster| cluster.range.end)
    }

    /// The runs of a line, from left to right.
    pub fn runs(&self, line: Range<usize>) -> Vec<Run> {
        let Some(paragraph) = self.bidi.paragraphs.first().filter(|_| !line.is_empty()) else {
            return Vec::new();
        };
        let (levels, pieces) = self.bidi.visual_runs(paragraph, line);
        let mut runs = Vec::new();
        for piece in pieces {
            let rtl = levels.get(piece.start).is_some_and(Level::is_rtl);
            let first = runs.len();
            self.split(piece, rtl, &mut runs);
            if rtl {
                runs[first..].reverse();
            }
        }
        runs
    }

    /// Splits `piece` where the font or the script changes.
    fn split(&self, piece: Range<usize>, rtl: bool, runs: &mut Vec<Run>) {
        let first = self.clusters.partition_point(|cluster| cluster.range.end <= piece.start);
        let mut last: Option<&Cluster> = None;
        for cluster in self.clusters[first..].iter().take_while(|c| c.range.start < piece.end) {
            let start = cluster.range.start.max(piece.start);
            let end = cluster.range.end.min(piece.end);
            let same =
                last.is_some_and(|last| (last.font, last.script) == (cluster.font, cluster.script));
            match runs.last_mut() {
                Some(run) if same => run.range.end = end,
                _ => runs.push(Run { range: start..end, font: cluster.font, rtl }),
            }
            last = Some(cluster);
        }
    }
}

/// The first script of its characters that is one; else that of the text before.
fn script(cluster: &str, before: Option<&Cluster>) -> Script {
    let own = cluster.chars().map(|char| char.script());
    let known = |script: &Script| !matches!(script, Script::Common | Script::Inherited);
    own.into_iter().find(known).unwrap_or(before.map_or(Script::Common, |before| before.script))
}

/// The first font with all of its characters, else with the first of them, else the first font.
/// What belongs to no script stays in the font of the text before.
fn font(cluster: &str, before: Option<&Cluster>, faces: &[Face<'_>]) -> usize {
    let neutral = cluster.chars().all(|char| char.script() == Script::Common);
    let preferred = before.filter(|_| neutral).map(|before| before.font);
    let order = || preferred.into_iter().chain(0..faces.len());
    let all = |font: &usize| cluster.chars().all(|char| invisible(char) || faces[*font].has(char));
    let base = |font: &usize| cluster.chars().next().is_some_and(|char| faces[*font].has(char));
    order().find(all).or_else(|| order().find(base)).unwrap_or(0)
}

/// Characters that shape others and need no glyph.
pub(super) fn invisible(char: char) -> bool {
    char.is_whitespace()
        || matches!(char, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
