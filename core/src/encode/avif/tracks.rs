//! The container of an image sequence: a track of colours, one of alpha, and the first frame as a
//! still picture for readers that know no other.

use super::boxes::{boxed, colors, config, number, ALPHA_URN};
use super::{mux, Coded};
use crate::Result;

/// Frames of one kind.
pub(super) struct Track {
    /// All of them, one behind the other.
    pub coded: Coded,
    /// Each of them.
    pub samples: Vec<Sample>,
}

/// One coded frame.
pub(super) struct Sample {
    pub bytes: usize,
    /// Whether it needs no other.
    pub key: bool,
}

/// Ticks of a second: times are milliseconds.
const TICKS: u32 = 1000;
const COLOR: u32 = 1;
const ALPHA: u32 = 2;
/// No turn, no stretch.
const UPRIGHT: [u32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];

/// What all tracks have in common.
struct Movie<'a> {
    size: (u32, u32),
    delays: &'a [u32],
    loops: u32,
}

/// A file that shows `color`, and `alpha` when there is one, each frame for its delay, `loops`
/// times or, with 0, for ever.
pub(super) fn write(
    color: &Track,
    alpha: Option<&Track>,
    size: (u32, u32),
    delays: &[u32],
    loops: u32,
) -> Result<Vec<u8>> {
    let movie = Movie { size, delays, loops };
    // Offsets have a fixed width, so a first pass tells how long the head is.
    let start = head(&movie, color, alpha, 0)?.len() + 8;
    let mut file = head(&movie, color, alpha, start)?;
    let alpha = alpha.map_or(&[][..], |alpha| &alpha.coded.data);
    let body = color.coded.data.len() + alpha.len();
    file.reserve_exact(body + 8);
    file.extend_from_slice(&number(body + 8)?);
    file.extend_from_slice(b"mdat");
    file.extend_from_slice(alpha);
    file.extend_from_slice(&color.coded.data);
    Ok(file)
}

fn head(movie: &Movie<'_>, color: &Track, alpha: Option<&Track>, start: usize) -> Result<Vec<u8>> {
    let ftyp = boxed(b"ftyp", &[b"avis\0\0\0\0avifavismsf1iso8mif1miaf"]);
    let first = |track: &Track| track.samples.first().map_or(0, |sample| sample.bytes);
    let color_start = start + alpha.map_or(0, |alpha| alpha.coded.data.len());
    let alpha_place = alpha.map(|alpha| (start, first(alpha)));
    let color_place = (color_start, first(color));
    let alpha_coded = alpha.map(|alpha| &alpha.coded);
    let meta = mux::meta(&color.coded, alpha_coded, movie.size, color_place, alpha_place)?;
    let mut moov = movie.header(2 + u32::from(alpha.is_some()));
    moov.extend(movie.track(COLOR, color, color_start)?);
    if let Some(alpha) = alpha {
        moov.extend(movie.track(ALPHA, alpha, start)?);
    }
    Ok([ftyp, meta, boxed(b"moov", &[&moov])].concat())
}

/// Numbers of four bytes, one behind the other.
fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

impl Movie<'_> {
    /// Time of one play.
    fn once(&self) -> u64 {
        self.delays.iter().map(|delay| u64::from(*delay)).sum()
    }

    /// Time of all plays; the largest number is for ever.
    fn whole(&self) -> u64 {
        match self.loops {
            0 => u64::MAX,
            loops => self.once().saturating_mul(u64::from(loops)),
        }
    }

    /// `mvhd`.
    fn header(&self, next_track: u32) -> Vec<u8> {
        let time = self.whole().to_be_bytes();
        // Rate and volume are 1.
        let full = words(&[1 << 16, 1 << 24, 0, 0]);
        let tail = [words(&UPRIGHT), vec![0; 24], words(&[next_track])].concat();
        boxed(b"mvhd", &[&[1, 0, 0, 0], &[0; 16], &words(&[TICKS]), &time, &full, &tail])
    }

    /// `trak` of the frames that lie in the file from `start` on.
    fn track(&self, id: u32, track: &Track, start: usize) -> Result<Vec<u8>> {
        let alpha = id == ALPHA;
        let parts = [
            self.track_header(id),
            if alpha { boxed(b"tref", &[&boxed(b"auxl", &[&words(&[COLOR])])]) } else { vec![] },
            self.edits(),
            self.media(track, alpha, start)?,
        ];
        Ok(boxed(b"trak", &parts.each_ref().map(Vec::as_slice)))
    }

    fn track_header(&self, id: u32) -> Vec<u8> {
        let (width, height) = self.size;
        let time = self.whole().to_be_bytes();
        let tail = [words(&UPRIGHT), words(&[width << 16, height << 16])].concat();
        let parts: [&[u8]; 6] = [&[1, 0, 0, 1], &[0; 16], &words(&[id, 0]), &time, &[0; 16], &tail];
        boxed(b"tkhd", &parts)
    }

    /// `edts`: one play, which is repeated to fill the track's time.
    fn edits(&self) -> Vec<u8> {
        let again = u8::from(self.loops != 1);
        let (once, rate) = (self.once().to_be_bytes(), words(&[1 << 16]));
        let list = boxed(b"elst", &[&[1, 0, 0, again], &words(&[1]), &once, &[0; 8], &rate]);
        boxed(b"edts", &[&list])
    }

    fn media(&self, track: &Track, alpha: bool, start: usize) -> Result<Vec<u8>> {
        let time = self.once().to_be_bytes();
        // The language is undetermined.
        let header = boxed(
            b"mdhd",
            &[&[1, 0, 0, 0], &[0; 16], &words(&[TICKS]), &time, &[0x55, 0xc4, 0, 0]],
        );
        let kind: &[u8; 4] = if alpha { b"auxv" } else { b"pict" };
        let handler = boxed(b"hdlr", &[&[0; 8], kind, &[0; 13]]);
        let video = boxed(b"vmhd", &[&[0, 0, 0, 1], &[0; 8]]);
        let here = boxed(b"url ", &[&[0, 0, 0, 1]]);
        let places = boxed(b"dinf", &[&boxed(b"dref", &[&[0; 4], &words(&[1]), &here])]);
        let samples = self.samples(track, alpha, start)?;
        let information = boxed(b"minf", &[&video, &places, &samples]);
        Ok(boxed(b"mdia", &[&header, &handler, &information]))
    }

    /// `stbl`: all samples lie in one piece.
    fn samples(&self, track: &Track, alpha: bool, start: usize) -> Result<Vec<u8>> {
        let count = track.samples.len() as u32;
        let mut sizes = words(&[0, 0, count]);
        for sample in &track.samples {
            sizes.extend(number(sample.bytes)?);
        }
        let keys: Vec<u32> =
            (1..).zip(&track.samples).filter(|(_, sample)| sample.key).map(|(at, _)| at).collect();
        let parts = [
            boxed(b"stsd", &[&words(&[0, 1]), &self.entry(&track.coded, alpha)?]),
            boxed(b"stts", &[&self.times()]),
            boxed(b"stsc", &[&words(&[0, 1, 1, count, 1])]),
            boxed(b"stsz", &[&sizes]),
            boxed(b"stco", &[&words(&[0, 1]), &number(start)?]),
            boxed(b"stss", &[&words(&[0, keys.len() as u32]), &words(&keys)]),
        ];
        Ok(boxed(b"stbl", &parts.each_ref().map(Vec::as_slice)))
    }

    /// Times, equal neighbours counted.
    fn times(&self) -> Vec<u8> {
        let runs: Vec<_> = self.delays.chunk_by(|a, b| a == b).collect();
        let mut list = words(&[0, runs.len() as u32]);
        for run in runs {
            list.extend(words(&[run.len() as u32, run[0]]));
        }
        list
    }

    /// `av01`: what the samples are.
    fn entry(&self, coded: &Coded, alpha: bool) -> Result<Vec<u8>> {
        let (width, height) = self.size;
        let sides = words(&[width << 16 | height]);
        // 72 pixels an inch, one frame a sample.
        let print = words(&[72 << 16, 72 << 16, 0]);
        let depth = [&[0, 1][..], &[0; 32], &[0, 24, 0xff, 0xff]].concat();
        let about = match alpha {
            true => boxed(b"auxi", &[&[0; 4], ALPHA_URN]),
            false => colors(),
        };
        // Frames refer to up to 15 others, and to themselves.
        let limits = boxed(b"ccst", &[&[0; 4], &words(&[1 << 30 | 15 << 26])]);
        let fixed: [&[u8]; 5] = [&[0, 0, 0, 0, 0, 0, 0, 1], &[0; 16], &sides, &print, &depth];
        let fixed = fixed.concat();
        Ok(boxed(b"av01", &[&fixed, &config(coded)?, &about, &limits]))
    }
}
