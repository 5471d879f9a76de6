//! The smallest of what has been made of a source.

use super::attempt;
use crate::image::Format;
use crate::{Kind, Result};

/// What a file in another format may take of the bytes, in hundredths, to be clearly smaller.
const CLEARLY: usize = 95;

/// A file that may be answered in place of the source.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub data: Vec<u8>,
    pub format: Format,
    /// Quality and score, where it is lossy.
    pub lossy: Option<(u8, f64)>,
}

/// The smallest file so far: in the source's own format or one that all clients read, and in a
/// modern one.
pub(super) struct Contest {
    format: Format,
    source: usize,
    plain: Option<Candidate>,
    modern: Option<Candidate>,
    webp: bool,
    /// Whether a way of making it smaller was barred by a limit.
    pub limited: bool,
}

impl Contest {
    /// Nothing has been made of a source of `bytes` yet.
    pub fn new(format: Format, bytes: usize) -> Self {
        Contest { format, source: bytes, plain: None, modern: None, webp: false, limited: false }
    }

    /// Bytes of the smallest file that every client reads.
    pub fn to_beat(&self) -> usize {
        self.plain.as_ref().map_or(self.source, |best| best.data.len())
    }

    /// Takes what was made, when it is smaller: at all in the source's format, clearly in another.
    pub fn offer(&mut self, candidate: Option<Candidate>) {
        let Some(candidate) = candidate else { return };
        let bytes = candidate.data.len();
        let modern = matches!(candidate.format, Format::Webp | Format::Avif);
        if modern && candidate.format != self.format {
            if self.modern.as_ref().is_none_or(|best| bytes < best.data.len()) {
                self.modern = Some(candidate);
            }
        } else if candidate.format == self.format {
            if bytes < self.to_beat() {
                self.plain = Some(candidate);
            }
        } else if clearly(bytes, self.to_beat()) {
            self.plain = Some(candidate);
        }
    }

    /// Takes what was made or tried; limits are noted, the end of the job goes on.
    pub fn take(&mut self, made: Result<Option<Candidate>>) -> Result<()> {
        self.limited |= matches!(&made, Err(error) if error.kind() == Kind::TooLarge);
        self.offer(attempt(made)?);
        Ok(())
    }

    /// Notes that WebP was tried, whatever came of it.
    pub fn tried_webp(&mut self) {
        self.webp = true;
    }

    /// The winner, and whether WebP was tried for nothing.
    pub fn end(self) -> (Option<Candidate>, bool) {
        let to_beat = self.to_beat();
        let modern = self.modern.filter(|best| clearly(best.data.len(), to_beat));
        let in_vain = self.webp && modern.is_none();
        (modern.or(self.plain), in_vain)
    }
}

fn clearly(bytes: usize, than: usize) -> bool {
    bytes.saturating_mul(100) <= than.saturating_mul(CLEARLY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(format: Format, bytes: usize) -> Option<Candidate> {
        Some(Candidate { data: vec![0; bytes], format, lossy: None })
    }

    fn won(files: &[(Format, usize)]) -> (Option<usize>, bool) {
        let mut contest = Contest::new(Format::Png, 1000);
        for (format, bytes) in files {
            contest.offer(made(*format, *bytes));
            if *format == Format::Webp {
                contest.tried_webp();
            }
        }
        let (best, in_vain) = contest.end();
        (best.map(|best| best.data.len()), in_vain)
    }

    #[test]
    fn nothing_larger_ever_wins() {
        assert_eq!(won(&[(Format::Png, 1000), (Format::Webp, 1000)]), (None, true));
        assert_eq!(won(&[(Format::Png, 999)]), (Some(999), false));
    }

    #[test]
    fn another_format_must_be_clearly_smaller_than_the_best() {
        assert_eq!(won(&[(Format::Webp, 950)]), (Some(950), false));
        assert_eq!(won(&[(Format::Png, 960), (Format::Webp, 913)]), (Some(960), true));
        assert_eq!(won(&[(Format::Jpeg, 951)]), (None, false));
        assert_eq!(
            won(&[(Format::Jpeg, 900), (Format::Avif, 600), (Format::Webp, 700)]).0,
            Some(600)
        );
    }
}
