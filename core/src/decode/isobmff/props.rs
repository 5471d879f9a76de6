//! The `iprp` box: properties and which item has which.

use std::collections::BTreeMap;

use super::reader::{boxes, Box, Reader};
use super::{too_many, twice, FourCc, MAX_ENTRIES};
use crate::{Error, Result};

/// Code points of a `colr` box of kind `nclx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) struct Nclx {
    pub primaries: u16,
    pub transfer: u16,
    pub matrix: u16,
    pub full_range: bool,
}

/// What `av1C` says about the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) struct Av1Config<'a> {
    pub bits: u8,
    pub monochrome: bool,
    pub subsampling: (bool, bool),
    /// Header units of the codec, often its sequence header.
    pub units: &'a [u8],
}

/// Whole pixels that `clap` keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) struct Crop {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// The properties of one item that matter for its pixels.
#[derive(Debug, Clone, Default)]
pub(in crate::decode) struct Properties<'a> {
    /// Width and height before any transform.
    pub size: Option<(u32, u32)>,
    pub config: Option<Av1Config<'a>>,
    pub nclx: Option<Nclx>,
    pub icc: Option<&'a [u8]>,
    /// Whether it is an auxiliary picture with transparency.
    pub alpha: bool,
    /// Operating point of a scalable stream.
    pub operating_point: u8,
    /// The one layer that is wanted.
    pub layer: Option<u8>,
    /// Whether the stream holds layers of rising quality.
    pub layered: bool,
    clap: Option<[u32; 8]>,
    turns: u8,
    mirror: Option<u8>,
    mirror_first: bool,
    clap_late: bool,
}

/// Properties, and the indices of those that each item has.
#[derive(Debug)]
pub(super) struct Associations<'a> {
    properties: Vec<Box<'a>>,
    items: BTreeMap<u32, Vec<(usize, bool)>>,
    profile_bytes: usize,
}

impl<'a> Associations<'a> {
    /// Profiles over `profile_bytes` are not looked at.
    pub fn read(body: &'a [u8], profile_bytes: usize) -> Result<Self> {
        let mut all =
            Associations { properties: Vec::new(), items: BTreeMap::new(), profile_bytes };
        let mut seen = false;
        for found in boxes(body, false) {
            let found = found?;
            match &found.kind {
                b"ipco" if seen => return Err(twice("ipco")),
                b"ipco" => {
                    seen = true;
                    all.properties = boxes(found.body, false).collect::<Result<_>>()?;
                }
                b"ipma" => all.associate(Reader::new(found.body))?,
                _ => {}
            }
        }
        Ok(all)
    }

    fn associate(&mut self, mut body: Reader<'_>) -> Result<()> {
        let (version, flags) = body.version()?;
        for _ in 0..body.count(true, "property associations")? {
            let id = body.id(version > 0)?;
            let count = body.u8()?;
            let indices = (0..count).map(|_| read_index(&mut body, flags & 1 == 1));
            let indices = indices.collect::<Result<_>>()?;
            if self.items.insert(id, indices).is_some() {
                return Err(Error::malformed("avif: an item has two lists of properties"));
            }
            if self.items.len() > MAX_ENTRIES {
                return Err(too_many("property associations", self.items.len()));
            }
        }
        Ok(())
    }

    /// The properties of item `id`, in one record.
    pub fn of(&self, id: u32) -> Result<Properties<'a>> {
        let mut properties = Properties::default();
        for &(index, essential) in self.items.get(&id).map_or(&[][..], |list| list) {
            // Index 0 means "no property".
            let Some(index) = index.checked_sub(1) else { continue };
            let missing = || Error::malformed("avif: a property index is out of range");
            let found = self.properties.get(index).ok_or_else(missing)?;
            properties.add(found, essential, self.profile_bytes)?;
        }
        Ok(properties)
    }
}

fn read_index(body: &mut Reader<'_>, wide: bool) -> Result<(usize, bool)> {
    Ok(if wide {
        let word = body.u16()?;
        (usize::from(word & 0x7fff), word & 0x8000 != 0)
    } else {
        let byte = body.u8()?;
        (usize::from(byte & 0x7f), byte & 0x80 != 0)
    })
}

impl<'a> Properties<'a> {
    fn add(&mut self, found: &Box<'a>, essential: bool, profile_bytes: usize) -> Result<()> {
        let mut body = Reader::new(found.body);
        match &found.kind {
            b"ispe" => {
                body.version()?;
                self.size = Some((body.u32()?, body.u32()?));
            }
            b"av1C" => self.config = Some(read_config(body)?),
            b"colr" => self.add_color(body, profile_bytes)?,
            b"auxC" => {
                body.version()?;
                self.alpha = is_alpha(body.rest());
            }
            b"a1op" => self.operating_point = body.u8()? & 31,
            b"lsel" => {
                let layer = body.u16()?;
                self.layered |= layer == 0xffff;
                self.layer = u8::try_from(layer).ok();
            }
            b"a1lx" => self.layered = true,
            b"pixi" | b"pasp" | b"clli" | b"mdcv" | b"cclv" | b"amve" | b"ndwt" | b"reve" => {}
            kind => self.add_transform(kind, body, essential)?,
        }
        Ok(())
    }

    fn add_transform(
        &mut self,
        kind: &FourCc,
        mut body: Reader<'a>,
        essential: bool,
    ) -> Result<()> {
        match kind {
            b"clap" => {
                let mut words = [0; 8];
                for word in &mut words {
                    *word = body.u32()?;
                }
                self.clap_late = self.turns != 0 || self.mirror.is_some();
                self.clap = Some(words);
            }
            b"irot" => {
                self.turns = body.u8()? & 3;
                self.mirror_first = self.mirror.is_some();
            }
            b"imir" => self.mirror = Some(body.u8()? & 1),
            _ if essential => {
                let name = kind.escape_ascii();
                let text = format!("avif: unknown essential property {name}");
                return Err(Error::unsupported(text));
            }
            _ => {}
        }
        Ok(())
    }

    fn add_color(&mut self, mut body: Reader<'a>, profile_bytes: usize) -> Result<()> {
        match &body.four_cc()? {
            b"nclx" => {
                self.nclx = Some(Nclx {
                    primaries: body.u16()?,
                    transfer: body.u16()?,
                    matrix: body.u16()?,
                    full_range: body.u8()? & 0x80 != 0,
                });
            }
            b"prof" | b"rICC" if body.rest().len() <= profile_bytes => self.icc = Some(body.rest()),
            _ => {}
        }
        Ok(())
    }

    /// EXIF's number for the turn and mirror of `irot` and `imir`.
    pub fn orientation(&self) -> u8 {
        // A mirror before a turn is the same mirror after the opposite turn.
        let turns = if self.mirror_first { (4 - self.turns) & 3 } else { self.turns };
        let by_turns = match self.mirror {
            None => [1, 8, 3, 6],
            Some(0) => [4, 5, 2, 7],
            Some(_) => [2, 7, 4, 5],
        };
        by_turns[usize::from(turns)]
    }

    /// The pixels that `clap` keeps of a picture of `width` by `height`.
    pub fn crop(&self, width: u32, height: u32) -> Result<Option<Crop>> {
        let Some([wn, wd, hn, hd, xn, xd, yn, yd]) = self.clap else { return Ok(None) };
        if self.clap_late {
            return Err(Error::unsupported("avif: clap after irot or imir"));
        }
        let (left, width) = keep(width, (wn, wd), (xn, xd))?;
        let (top, height) = keep(height, (hn, hd), (yn, yd))?;
        Ok(Some(Crop { left, top, width, height }))
    }
}

/// Start and length of the kept part of one side. `length` and `offset` are fractions; the
/// offset goes from the centre of the side to the centre of the part.
fn keep(side: u32, length: (u32, u32), offset: (u32, u32)) -> Result<(u32, u32)> {
    let bad = || Error::malformed("avif: clap does not fit the picture");
    if length.1 == 0 || offset.1 == 0 {
        return Err(bad());
    }
    if !length.0.is_multiple_of(length.1) {
        return Err(Error::unsupported("avif: clap keeps a fraction of a pixel"));
    }
    let part = length.0 / length.1;
    let (numerator, denominator) = (i64::from(offset.0 as i32), i64::from(offset.1));
    // Half a pixel of start is possible when one side is odd; it is rounded down.
    let start = (i64::from(side) - i64::from(part)) * denominator + 2 * numerator;
    let start = u32::try_from(start.div_euclid(2 * denominator)).map_err(|_| bad())?;
    let end = start.checked_add(part).ok_or_else(bad)?;
    if part == 0 || end > side {
        return Err(bad());
    }
    Ok((start, part))
}

fn read_config(mut body: Reader<'_>) -> Result<Av1Config<'_>> {
    if body.u8()? != 0x81 {
        return Err(Error::unsupported("avif: unknown av1C version"));
    }
    body.skip(1)?;
    let flags = body.u8()?;
    body.skip(1)?;
    Ok(Av1Config {
        bits: match (flags & 0x40 != 0, flags & 0x20 != 0) {
            (false, _) => 8,
            (true, false) => 10,
            (true, true) => 12,
        },
        monochrome: flags & 0x10 != 0,
        subsampling: (flags & 8 != 0, flags & 4 != 0),
        units: body.rest(),
    })
}

/// Reads `av1C` for a sample entry.
pub(super) fn config(body: &[u8]) -> Result<Av1Config<'_>> {
    read_config(Reader::new(body))
}

/// Reads `colr` into a fresh record, for a sample entry.
pub(super) fn color(body: &[u8]) -> Result<Properties<'_>> {
    let mut properties = Properties::default();
    properties.add_color(Reader::new(body), usize::MAX)?;
    Ok(properties)
}

/// Whether an auxiliary picture with this name holds transparency.
pub(super) fn is_alpha(text: &[u8]) -> bool {
    let urn = text.split(|&byte| byte == 0).next().unwrap_or_default();
    urn == b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" || urn == b"urn:mpeg:hevc:2015:auxid:1"
}
