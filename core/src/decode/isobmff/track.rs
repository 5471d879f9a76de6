//! The tracks of a sequence: `moov` down to the tables of samples.

use super::props::{color, config, is_alpha, Av1Config, Properties};
use super::reader::{boxes, Reader};
use super::samples::Samples;
use super::FourCc;
use crate::{Error, Result};

/// A track of AV1 pictures.
#[derive(Debug)]
pub(in crate::decode) struct Track<'a> {
    id: u32,
    /// Width and height of its pictures.
    pub size: (u32, u32),
    /// What its codec says about the samples.
    pub config: Av1Config<'a>,
    /// Colour of its sample entry.
    pub color: Properties<'a>,
    /// Its pictures.
    pub samples: Samples<'a>,
    /// The bytes of the first picture.
    pub first: &'a [u8],
    /// Ticks of a second.
    pub time_scale: u32,
    /// How often it plays; 0 is for ever, also when nothing is said.
    pub plays: u32,
    /// Whether its colours are multiplied by its transparency.
    pub premultiplied: bool,
}

/// The tracks that make a moving picture.
#[derive(Debug)]
pub(in crate::decode) struct Tracks<'a> {
    /// Colours.
    pub color: Track<'a>,
    /// Transparency.
    pub alpha: Option<Track<'a>>,
}

/// The first box of `kind` in `body`.
fn child<'a>(body: &'a [u8], kind: &FourCc) -> Result<Option<&'a [u8]>> {
    for found in boxes(body, false) {
        let found = found?;
        if &found.kind == kind {
            return Ok(Some(found.body));
        }
    }
    Ok(None)
}

/// Follows `path` down from `body`.
fn descend<'a>(mut body: &'a [u8], path: &[&FourCc]) -> Result<Option<&'a [u8]>> {
    for kind in path {
        let Some(next) = child(body, kind)? else { return Ok(None) };
        body = next;
    }
    Ok(Some(body))
}

/// The box of `kind` in `body`, which is a track's.
pub(super) fn need<'a>(body: &'a [u8], kind: &FourCc) -> Result<Reader<'a>> {
    let missing = || Error::malformed("avif: a track lacks a sample table");
    child(body, kind)?.map(Reader::new).ok_or_else(missing)
}

impl<'a> Tracks<'a> {
    /// The first picture track of `moov` that holds AV1, and the one with its transparency;
    /// `None` when there is none.
    pub(super) fn parse(moov: &'a [u8], source: &'a [u8]) -> Result<Option<Self>> {
        let mut color = None;
        for track in tracks(moov) {
            let track = track?;
            if color.is_none() && handler(track)? == Some(*b"pict") {
                color = Track::parse(track, source)?;
            }
        }
        let Some(color) = color else { return Ok(None) };
        for track in tracks(moov) {
            let track = track?;
            if handler(track)? != Some(*b"auxv") || !refers(track, b"auxl", color.id)? {
                continue;
            }
            if let Some(alpha) = Track::parse(track, source)?.filter(|track| track.color.alpha) {
                return Ok(Some(Tracks { color, alpha: Some(alpha) }));
            }
        }
        Ok(Some(Tracks { color, alpha: None }))
    }
}

fn tracks(moov: &[u8]) -> impl Iterator<Item = Result<&[u8]>> {
    let is_track = |found: &super::reader::Box<'_>| &found.kind == b"trak";
    boxes(moov, false)
        .filter(move |found| found.as_ref().map_or(true, is_track))
        .map(|found| found.map(|found| found.body))
}

impl<'a> Track<'a> {
    /// `None` when it holds no AV1.
    fn parse(track: &'a [u8], source: &'a [u8]) -> Result<Option<Self>> {
        let Some(table) = descend(track, &[b"mdia", b"minf", b"stbl"])? else { return Ok(None) };
        let mut entries = need(table, b"stsd")?;
        entries.skip(8)?;
        let Some(entry) = child(entries.rest(), b"av01")? else { return Ok(None) };
        let mut fields = Reader::new(entry);
        fields.skip(24)?;
        let size = (u32::from(fields.u16()?), u32::from(fields.u16()?));
        fields.skip(50)?;
        let missing = || Error::malformed("avif: a track without av1C");
        let config = config(child(fields.rest(), b"av1C")?.ok_or_else(missing)?)?;
        let mut properties =
            child(fields.rest(), b"colr")?.map(color).transpose()?.unwrap_or_default();
        properties.alpha = child(fields.rest(), b"auxi")?.is_some_and(is_alpha_info);
        let samples = Samples::new(table, source)?;
        let Some(first) = samples.clone().read()? else { return Ok(None) };
        let header = Header::read(track)?;
        Ok(Some(Track {
            id: header.id,
            size,
            config,
            color: properties,
            samples,
            first: first.data,
            time_scale: time_scale(track)?,
            plays: plays(track, &header)?,
            premultiplied: descend(track, &[b"tref", b"prem"])?.is_some(),
        }))
    }

    /// Time of all pictures, in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        let ticks = u128::from(self.samples.total_ticks());
        u64::try_from(ticks * 1000 / u128::from(self.time_scale.max(1))).unwrap_or(u64::MAX)
    }
}

/// Version and flags stand before the name of what an auxiliary track holds.
fn is_alpha_info(body: &[u8]) -> bool {
    body.get(4..).is_some_and(is_alpha)
}

/// What a track is for.
fn handler(track: &[u8]) -> Result<Option<FourCc>> {
    let Some(handler) = descend(track, &[b"mdia", b"hdlr"])? else { return Ok(None) };
    let mut handler = Reader::new(handler);
    handler.skip(8)?;
    handler.four_cc().map(Some)
}

/// Whether the references of `kind` that `track` makes name track `id`.
fn refers(track: &[u8], kind: &FourCc, id: u32) -> Result<bool> {
    let Some(ids) = descend(track, &[b"tref", kind])? else { return Ok(false) };
    let (ids, _) = ids.as_chunks::<4>();
    Ok(ids.iter().any(|bytes| u32::from_be_bytes(*bytes) == id))
}

/// The part of `tkhd` that matters.
struct Header {
    id: u32,
    /// Time of all plays together; `None` when it has no end.
    duration: Option<u64>,
}

impl Header {
    fn read(track: &[u8]) -> Result<Self> {
        let mut body = need(track, b"tkhd")?;
        let wide = body.version()?.0 == 1;
        body.skip(if wide { 16 } else { 8 })?;
        let id = body.u32()?;
        body.skip(4)?;
        let duration = body.time(wide)?;
        let endless = if wide { u64::MAX } else { u64::from(u32::MAX) };
        Ok(Header { id, duration: (duration != endless).then_some(duration) })
    }
}

fn time_scale(track: &[u8]) -> Result<u32> {
    let missing = || Error::malformed("avif: a track without mdhd");
    let body = descend(track, &[b"mdia", b"mdhd"])?.ok_or_else(missing)?;
    let mut body = Reader::new(body);
    let wide = body.version()?.0 == 1;
    body.skip(if wide { 16 } else { 8 })?;
    body.u32()
}

/// How often the track plays: its whole time divided by that of its one edit, which repeats.
fn plays(track: &[u8], header: &Header) -> Result<u32> {
    let Some(list) = descend(track, &[b"edts", b"elst"])? else { return Ok(0) };
    let mut list = Reader::new(list);
    let (version, flags) = list.version()?;
    if flags & 1 == 0 {
        return Ok(1);
    }
    list.skip(4)?;
    let once = list.time(version == 1)?;
    Ok(match header.duration {
        Some(all) if once > 0 => u32::try_from(all.div_ceil(once).max(1)).unwrap_or(0),
        _ => 0,
    })
}
