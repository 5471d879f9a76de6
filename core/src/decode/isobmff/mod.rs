//! ISO base media files: boxes, items and properties, strictly bounded.
//!
//! Everything is read from the byte slice of the whole file. No box is visited twice, nothing
//! recurses on the file's behalf, counts have caps, and sizes are checked before they are used,
//! so the work is linear in the bytes whatever they say.

mod meta;
mod props;
mod reader;
mod samples;
mod track;

pub(super) use meta::Meta;
pub(super) use props::{Av1Config, Crop, Nclx, Properties};
pub(super) use samples::Samples;
pub(super) use track::{Track, Tracks};

use reader::{boxes, Reader};

use crate::{Error, Result};

/// Most items, properties, or boxes of one level that a file may have.
const MAX_ENTRIES: usize = 1_000;

/// Four characters that name a box, a brand or an item's kind.
pub(super) type FourCc = [u8; 4];

/// Brands of HEVC and other non-AV1 pictures in the same container.
const HEIC: [&FourCc; 8] = [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"];

/// Names a `uuid` box of Content Credentials.
const C2PA: &[u8] = b"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";

/// The codec of the pictures in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// AVIF.
    Av1,
    /// HEIC.
    Hevc,
}

/// The parts of a file that pictures are made of.
#[derive(Debug)]
pub(super) struct File<'a> {
    /// Items and their properties.
    pub meta: Option<Meta<'a>>,
    /// The picture tracks of a sequence.
    pub tracks: Option<Tracks<'a>>,
    /// Whether there are Content Credentials.
    pub credentials: bool,
}

impl<'a> File<'a> {
    /// Reads the boxes of an AVIF file; media data is not touched.
    pub fn parse(source: &'a [u8], profile_bytes: usize) -> Result<Self> {
        Self::parse_family(source, Family::Av1, profile_bytes)
    }

    /// Reads the boxes of a file whose pictures are coded as `expected`.
    pub fn parse_family(source: &'a [u8], expected: Family, profile_bytes: usize) -> Result<Self> {
        let mut file = File { meta: None, tracks: None, credentials: false };
        let mut moov = None;
        for (index, found) in boxes(source, true).enumerate() {
            // A cut-off tail is no reason to refuse what stands whole before it: the extents of
            // every item that is used are checked against the bytes that are there.
            let Ok(found) = found else { break };
            if index == 0 && family(&found)? != expected {
                return Err(Error::unsupported("iso base media: no known brand"));
            }
            match &found.kind {
                b"meta" if file.meta.is_some() => return Err(twice("meta")),
                b"meta" => file.meta = Some(Meta::parse(found.body, source, profile_bytes)?),
                b"moov" if moov.is_some() => return Err(twice("moov")),
                b"moov" => moov = Some(Tracks::parse(found.body, source)),
                b"uuid" => file.credentials |= found.body.starts_with(C2PA),
                _ => {}
            }
        }
        file.tracks = match moov {
            // Beside a still picture a broken sequence is none.
            Some(Err(error)) if file.meta.is_none() => return Err(error),
            Some(tracks) => tracks.unwrap_or(None),
            None => None,
        };
        if file.meta.is_none() && file.tracks.is_none() {
            return Err(Error::malformed("avif: no picture in the file"));
        }
        Ok(file)
    }
}

/// Which codec the brands speak of.
fn family(first: &reader::Box<'_>) -> Result<Family> {
    if &first.kind != b"ftyp" {
        return Err(Error::malformed("avif: expected ftyp first"));
    }
    let mut body = Reader::new(first.body);
    let major = body.four_cc()?;
    body.skip(4)?;
    let (compatible, _) = body.rest().as_chunks::<4>();
    let av1 = |brand: &FourCc| brand == b"avif" || brand == b"avis";
    if av1(&major) || compatible.iter().any(av1) {
        return Ok(Family::Av1);
    }
    let heic = |brand: &FourCc| HEIC.contains(&brand);
    if heic(&major) || compatible.iter().any(heic) {
        return Ok(Family::Hevc);
    }
    // `mif1` and `miaf` alone say nothing about the codec: the primary item's kind will.
    if major == *b"mif1" || compatible.contains(b"mif1") || compatible.contains(b"miaf") {
        return Ok(Family::Av1);
    }
    Err(Error::unsupported("avif: no known brand"))
}

fn twice(name: &str) -> Error {
    Error::malformed(format!("avif: {name} appears twice"))
}

fn too_many(what: &str, got: usize) -> Error {
    Error::too_large(what, MAX_ENTRIES, got)
}

#[cfg(test)]
pub(super) mod tests;
