//! WOFF 2.0 (W3C): all tables in one Brotli stream, outlines and metrics rearranged before that.

use std::io::Read;

use super::glyf::{self, Outlines};
use super::sfnt::{self, broken, too_large, Reader, Tag, MAX_FONT};
use crate::{Error, Result};

/// Tags that the directory names by number.
#[rustfmt::skip]
const TAGS: [&Tag; 63] = [
    b"cmap", b"head", b"hhea", b"hmtx", b"maxp", b"name", b"OS/2", b"post", b"cvt ", b"fpgm",
    b"glyf", b"loca", b"prep", b"CFF ", b"VORG", b"EBDT", b"EBLC", b"gasp", b"hdmx", b"kern",
    b"LTSH", b"PCLT", b"VDMX", b"vhea", b"vmtx", b"BASE", b"GDEF", b"GPOS", b"GSUB", b"EBSC",
    b"JSTF", b"MATH", b"CBDT", b"CBLC", b"COLR", b"CPAL", b"SVG ", b"sbix", b"acnt", b"avar",
    b"bdat", b"bloc", b"bsln", b"cvar", b"fdsc", b"feat", b"fmtx", b"fvar", b"gvar", b"hsty",
    b"just", b"lcar", b"mort", b"morx", b"opbd", b"prop", b"trak", b"Zapf", b"Silf", b"Glat",
    b"Gloc", b"Feat", b"Sill",
];

struct Entry {
    tag: Tag,
    transformed: bool,
    /// Bytes in the stream.
    length: usize,
}

/// The plain font file.
pub(super) fn unpack(file: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Reader(file);
    reader.take(4)?;
    let flavor = reader.u32()?;
    if flavor.to_be_bytes() == *b"ttcf" {
        return Err(Error::unsupported("font: a collection in WOFF2"));
    }
    reader.take(4)?;
    let count = reader.u16()?;
    reader.take(6)?;
    let packed = reader.size()?;
    reader.take(48 - 24)?;
    let entries = (0..count).map(|_| entry(&mut reader)).collect::<Result<Vec<_>>>()?;
    let stream = stream(reader.take(packed)?, &entries)?;
    sfnt::write(flavor, tables(&entries, &stream)?)
}

fn entry(reader: &mut Reader<'_>) -> Result<Entry> {
    let flags = reader.u8()?;
    let tag = match TAGS.get(usize::from(flags & 63)) {
        Some(tag) => **tag,
        None => reader.tag()?,
    };
    let plain = number(reader)?;
    let outlines = [*b"glyf", *b"loca"].contains(&tag);
    let transformed = if outlines { flags >> 6 != 3 } else { flags >> 6 != 0 };
    let length = if transformed { number(reader)? } else { plain };
    Ok(Entry { tag, transformed, length })
}

/// A number in base 128, most significant digit first.
fn number(reader: &mut Reader<'_>) -> Result<usize> {
    let mut value = 0_usize;
    for _ in 0..5 {
        let byte = reader.u8()?;
        value = value << 7 | usize::from(byte & 127);
        if byte < 128 {
            return Ok(value);
        }
    }
    Err(broken("a number in its directory is too long"))
}

fn stream(packed: &[u8], entries: &[Entry]) -> Result<Vec<u8>> {
    let total: usize = entries.iter().map(|entry| entry.length).sum();
    if total > MAX_FONT {
        return Err(too_large(total));
    }
    let mut stream = Vec::new();
    let decoder = brotli_decompressor::Decompressor::new(packed, 4096);
    match decoder.take(total as u64 + 1).read_to_end(&mut stream) {
        Ok(length) if length == total => Ok(stream),
        _ => Err(broken("its packed tables are damaged")),
    }
}

fn tables(entries: &[Entry], stream: &[u8]) -> Result<Vec<(Tag, Vec<u8>)>> {
    let mut reader = Reader(stream);
    let mut plain = Vec::new();
    let mut transformed = Vec::new();
    for Entry { tag, transformed: changed, length } in entries {
        let bytes = reader.take(*length)?;
        if *changed {
            transformed.push((*tag, bytes));
        } else {
            plain.push((*tag, bytes.to_vec()));
        }
    }
    let mut outlines = None;
    for (tag, bytes) in transformed {
        match &tag {
            b"glyf" => outlines = Some(glyf::rebuild(bytes)?),
            // It is made together with `glyf`.
            b"loca" => {}
            b"hmtx" => {
                let outlines =
                    outlines.as_ref().ok_or_else(|| broken("metrics without outlines"))?;
                let metrics = metrics(bytes, &plain, outlines)?;
                plain.push((tag, metrics));
            }
            _ => return Err(broken("an unknown change of a table")),
        }
    }
    if let Some(Outlines { glyf, loca, .. }) = outlines {
        // The offsets are long ones now.
        let head = plain.iter_mut().find(|(tag, _)| tag == b"head");
        let format = head.and_then(|(_, head)| head.get_mut(50..52));
        format.ok_or_else(|| broken("no head table"))?.copy_from_slice(&[0, 1]);
        plain.push((*b"glyf", glyf));
        plain.push((*b"loca", loca));
    }
    Ok(plain)
}

/// The table `hmtx` with the side bearings that its outlines imply.
fn metrics(bytes: &[u8], plain: &[(Tag, Vec<u8>)], outlines: &Outlines) -> Result<Vec<u8>> {
    let header = plain.iter().find(|(tag, _)| tag == b"hhea");
    let header = header.ok_or_else(|| broken("no hhea table"))?;
    let long = Reader(header.1.get(34..).unwrap_or_default()).u16()?;
    let long = usize::from(long).min(outlines.left.len());
    let mut reader = Reader(bytes);
    let flags = reader.u8()?;
    let advances = (0..long).map(|_| reader.u16()).collect::<Result<Vec<_>>>()?;
    let mut table = Vec::with_capacity(outlines.left.len() * 4);
    for (glyph, left) in outlines.left.iter().enumerate() {
        if let Some(advance) = advances.get(glyph) {
            table.extend(advance.to_be_bytes());
        }
        let implied = if glyph < long { flags & 1 != 0 } else { flags & 2 != 0 };
        let left = if implied { *left } else { reader.i16()? };
        table.extend(left.to_be_bytes());
    }
    Ok(table)
}
