//! The first picture of a sequence without items: `moov` down to its first sample.

use super::props::{color, config, Av1Config, Properties};
use super::reader::{boxes, Reader};
use super::FourCc;
use crate::{Error, Result};

/// The first picture track of a sequence.
#[derive(Debug)]
pub(in crate::decode) struct Track<'a> {
    /// Width and height of its pictures.
    pub size: (u32, u32),
    /// What its codec says about the samples.
    pub config: Av1Config<'a>,
    /// Colour of its sample entry.
    pub color: Properties<'a>,
    /// Number of pictures.
    pub samples: u32,
    /// The bytes of the first picture.
    pub first: &'a [u8],
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

impl<'a> Track<'a> {
    /// The first `pict` track of `moov` that holds AV1; `None` when there is none.
    pub(super) fn parse(moov: &'a [u8], source: &'a [u8]) -> Result<Option<Self>> {
        for found in boxes(moov, false) {
            let found = found?;
            if &found.kind != b"trak" || !is_picture(found.body)? {
                continue;
            }
            if let Some(table) = descend(found.body, &[b"mdia", b"minf", b"stbl"])? {
                return Track::from_table(table, source);
            }
        }
        Ok(None)
    }

    fn from_table(table: &'a [u8], source: &'a [u8]) -> Result<Option<Self>> {
        let need = |kind: &FourCc| {
            let missing = || Error::malformed("avif: a track lacks a sample table");
            child(table, kind)?.ok_or_else(missing)
        };
        let mut entries = Reader::new(need(b"stsd")?);
        entries.skip(8)?;
        let Some(entry) = child(entries.rest(), b"av01")? else { return Ok(None) };
        let (samples, length) = first_length(Reader::new(need(b"stsz")?))?;
        let offset = match child(table, b"co64")? {
            Some(body) => first_offset(Reader::new(body), true)?,
            None => first_offset(Reader::new(need(b"stco")?), false)?,
        };
        let outside = || Error::malformed("avif: the first sample lies outside the file");
        let start = usize::try_from(offset).map_err(|_| outside())?;
        let tail = source.get(start..).ok_or_else(outside)?;
        let first = tail.get(..length as usize).ok_or_else(outside)?;
        Track::from_entry(entry, samples, first).map(Some)
    }

    fn from_entry(entry: &'a [u8], samples: u32, first: &'a [u8]) -> Result<Self> {
        let mut fields = Reader::new(entry);
        fields.skip(24)?;
        let size = (u32::from(fields.u16()?), u32::from(fields.u16()?));
        fields.skip(50)?;
        let missing = || Error::malformed("avif: a track without av1C");
        let config = config(child(fields.rest(), b"av1C")?.ok_or_else(missing)?)?;
        let color = child(fields.rest(), b"colr")?.map(color).transpose()?;
        Ok(Track { size, config, color: color.unwrap_or_default(), samples, first })
    }
}

fn is_picture(track: &[u8]) -> Result<bool> {
    let Some(handler) = descend(track, &[b"mdia", b"hdlr"])? else { return Ok(false) };
    let mut handler = Reader::new(handler);
    handler.skip(8)?;
    Ok(&handler.four_cc()? == b"pict")
}

/// Number of samples and length of the first.
fn first_length(mut body: Reader<'_>) -> Result<(u32, u32)> {
    body.version()?;
    let (common, count) = (body.u32()?, body.u32()?);
    if count == 0 {
        return Err(Error::malformed("avif: a track without samples"));
    }
    Ok((count, if common == 0 { body.u32()? } else { common }))
}

fn first_offset(mut body: Reader<'_>, wide: bool) -> Result<u64> {
    body.version()?;
    if body.u32()? == 0 {
        return Err(Error::malformed("avif: a track without chunks"));
    }
    body.sized(if wide { 8 } else { 4 })
}
