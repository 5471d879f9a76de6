//! The sample table of a track: where each picture is and how long it is shown.

use super::reader::Reader;
use super::track::need;
use crate::{Error, Result};

/// One picture of a track.
#[derive(Debug, Clone, Copy)]
pub(in crate::decode) struct Sample<'a> {
    pub data: &'a [u8],
    /// Its time, in units of the track's time scale.
    pub ticks: u32,
}

/// Walks over the samples of a track, in the order in which they are decoded.
#[derive(Debug, Clone, Copy)]
pub(in crate::decode) struct Samples<'a> {
    source: &'a [u8],
    left: u32,
    /// Length of every sample; 0 when they differ.
    common: u32,
    lengths: Reader<'a>,
    chunks: Reader<'a>,
    wide: bool,
    chunk: u32,
    /// Runs of chunks with one number of samples, and that number in this run.
    runs: Reader<'a>,
    per_chunk: u32,
    left_in_chunk: u32,
    offset: u64,
    times: Reader<'a>,
    /// Samples that still have the time `ticks`.
    same_time: u32,
    ticks: u32,
}

impl<'a> Samples<'a> {
    /// Reads the heads of the tables in `table`, the body of an `stbl` box.
    pub(super) fn new(table: &'a [u8], source: &'a [u8]) -> Result<Self> {
        let mut lengths = need(table, b"stsz")?;
        lengths.version()?;
        let (common, left) = (lengths.u32()?, lengths.u32()?);
        if left == 0 {
            return Err(Error::malformed("avif: a track without samples"));
        }
        let (chunks, wide) = match need(table, b"co64") {
            Ok(chunks) => (chunks, true),
            Err(_) => (need(table, b"stco")?, false),
        };
        let mut samples = Samples {
            source,
            left,
            common,
            lengths,
            chunks,
            wide,
            chunk: 0,
            runs: need(table, b"stsc")?,
            per_chunk: 0,
            left_in_chunk: 0,
            offset: 0,
            times: need(table, b"stts")?,
            same_time: 0,
            ticks: 0,
        };
        // Version and number of entries; where they end is seen by reading them.
        samples.chunks.skip(8)?;
        samples.runs.skip(8)?;
        samples.times.skip(8)?;
        Ok(samples)
    }

    /// Number of samples that are left.
    pub fn count(&self) -> u32 {
        self.left
    }

    /// Time of all samples that are left.
    pub fn total_ticks(mut self) -> u64 {
        let mut total = 0u64;
        let mut left = u64::from(self.left);
        while left > 0 {
            let Ok((count, ticks)) = self.times.pair() else { break };
            let count = u64::from(count).min(left);
            total = total.saturating_add(count.saturating_mul(u64::from(ticks)));
            left -= count;
        }
        total
    }

    /// The next sample; `None` behind the last.
    pub fn read(&mut self) -> Result<Option<Sample<'a>>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        if self.left_in_chunk == 0 {
            self.next_chunk()?;
        }
        self.left_in_chunk -= 1;
        let length = if self.common == 0 { self.lengths.u32()? } else { self.common };
        let data = self
            .piece(length)
            .ok_or_else(|| Error::malformed("avif: a sample lies outside the file"))?;
        self.offset += u64::from(length);
        Ok(Some(Sample { data, ticks: self.next_ticks() }))
    }

    fn next_chunk(&mut self) -> Result<()> {
        self.chunk += 1;
        self.offset = self.chunks.sized(if self.wide { 8 } else { 4 })?;
        // A run begins at the chunk that it names and lasts until the next one begins.
        let mut ahead = self.runs;
        if ahead.u32().is_ok_and(|first| first == self.chunk) {
            self.per_chunk = ahead.u32()?;
            ahead.skip(4)?;
            self.runs = ahead;
        }
        self.left_in_chunk = self.per_chunk;
        if self.per_chunk == 0 {
            return Err(Error::malformed("avif: a chunk without samples"));
        }
        Ok(())
    }

    fn piece(&self, length: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(self.offset).ok()?;
        self.source.get(start..)?.get(..length as usize)
    }

    /// Samples behind the end of the list of times take as long as the last one in it.
    fn next_ticks(&mut self) -> u32 {
        while self.same_time == 0 {
            let Ok((count, ticks)) = self.times.pair() else { return self.ticks };
            (self.same_time, self.ticks) = (count, ticks);
        }
        self.same_time -= 1;
        self.ticks
    }
}
