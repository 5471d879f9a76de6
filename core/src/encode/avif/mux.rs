//! The container of a still picture: one coded item, and one more for its alpha.

use crate::{Error, Result};

/// One coded picture.
pub(super) struct Coded {
    /// Units of the stream, sequence header first.
    pub data: Vec<u8>,
    pub monochrome: bool,
    /// Whether chroma is halved in width and height; also said of grey.
    pub halved: bool,
}

const COLOR: u16 = 1;
const ALPHA: u16 = 2;
const ALPHA_URN: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";
/// Primaries, transfer, matrix, full range.
const SRGB_BT601: [u8; 7] = [0, 1, 0, 13, 0, 6, 0x80];

/// A file that holds `color`, and `alpha` when there is one, of `width` by `height`.
pub(super) fn write(
    color: &Coded,
    alpha: Option<&Coded>,
    (width, height): (u32, u32),
) -> Result<Vec<u8>> {
    let lengths = (color.data.len(), alpha.map(|alpha| alpha.data.len()));
    let head = |start| head(color, alpha, (width, height), start, lengths);
    // Offsets have a fixed width, so a first pass tells how long the head is.
    let start = head(0)?.len() + 8;
    let mut file = head(start)?;
    let body = color.data.len() + lengths.1.unwrap_or(0);
    file.reserve_exact(body + 8);
    file.extend_from_slice(&number(body + 8)?);
    file.extend_from_slice(b"mdat");
    // Alpha first: who shows a half-loaded file needs it with the first colours.
    file.extend_from_slice(alpha.map_or(&[][..], |alpha| &alpha.data));
    file.extend_from_slice(&color.data);
    Ok(file)
}

fn number(value: usize) -> Result<[u8; 4]> {
    let value = u32::try_from(value);
    value.map(u32::to_be_bytes).map_err(|_| Error::too_large("avif bytes", u32::MAX, "more"))
}

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    // Only heads are boxed here: some hundred bytes.
    let mut out = (length as u32).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

fn head(
    color: &Coded,
    alpha: Option<&Coded>,
    size: (u32, u32),
    start: usize,
    (color_length, alpha_length): (usize, Option<usize>),
) -> Result<Vec<u8>> {
    let ftyp = boxed(b"ftyp", &[b"avif\0\0\0\0avifmif1miaf"]);
    let hdlr = boxed(b"hdlr", &[&[0; 8], b"pict", &[0; 13]]);
    let pitm = boxed(b"pitm", &[&[0; 4], &COLOR.to_be_bytes()]);
    let color_start = start + alpha_length.unwrap_or(0);
    let mut places = place(COLOR, color_start, color_length)?;
    let mut items = item(COLOR);
    let mut iref = Vec::new();
    let mut count = 1u16;
    if let Some(length) = alpha_length {
        count = 2;
        places.extend(place(ALPHA, start, length)?);
        items.extend(item(ALPHA));
        let [a, b] = [ALPHA.to_be_bytes(), COLOR.to_be_bytes()];
        iref = boxed(b"iref", &[&[0; 4], &boxed(b"auxl", &[&a, &[0, 1], &b])]);
    }
    let count = count.to_be_bytes();
    let iloc = boxed(b"iloc", &[&[0, 0, 0, 0, 0x44, 0], &count, &places]);
    let iinf = boxed(b"iinf", &[&[0; 4], &count, &items]);
    let iprp = boxed(b"iprp", &properties(color, alpha, size)?.each_ref().map(Vec::as_slice));
    let meta = boxed(b"meta", &[&[0; 4], &hdlr, &pitm, &iloc, &iinf, &iref, &iprp]);
    Ok([ftyp, meta].concat())
}

fn place(id: u16, start: usize, length: usize) -> Result<Vec<u8>> {
    let mut out = id.to_be_bytes().to_vec();
    out.extend_from_slice(&[0, 0, 0, 1]);
    out.extend_from_slice(&number(start)?);
    out.extend_from_slice(&number(length)?);
    Ok(out)
}

fn item(id: u16) -> Vec<u8> {
    boxed(b"infe", &[&[2, 0, 0, 0], &id.to_be_bytes(), &[0, 0], b"av01", &[0]])
}

/// `ipco` and `ipma`. Indices: 1 size, 2 and 3 colour's codec and depth, 4 colours, 5 to 7
/// alpha's codec, depth and purpose.
fn properties(
    color: &Coded,
    alpha: Option<&Coded>,
    (width, height): (u32, u32),
) -> Result<[Vec<u8>; 2]> {
    let size = boxed(b"ispe", &[&[0; 4], &width.to_be_bytes(), &height.to_be_bytes()]);
    let nclx = boxed(b"colr", &[b"nclx", &SRGB_BT601]);
    let mut list = [size, config(color)?, depth(color), nclx].concat();
    // An index with the top bit set is essential.
    let mut uses = vec![0, COLOR as u8, 4, 1, 0x80 | 2, 3, 4];
    if let Some(alpha) = alpha {
        list.extend([config(alpha)?, depth(alpha)].concat());
        list.extend(boxed(b"auxC", &[&[0; 4], ALPHA_URN]));
        uses.extend([0, ALPHA as u8, 4, 1, 0x80 | 5, 6, 7]);
    }
    let count = 1 + u32::from(alpha.is_some());
    Ok([boxed(b"ipco", &[&list]), boxed(b"ipma", &[&[0; 4], &count.to_be_bytes(), &uses])])
}

fn depth(coded: &Coded) -> Vec<u8> {
    let bits: &[u8] = if coded.monochrome { &[1, 8] } else { &[3, 8, 8, 8] };
    boxed(b"pixi", &[&[0; 4], bits])
}

/// `av1C`. Profile and level stand in the first two bytes of the sequence header of a still
/// picture: 3 bits profile, 2 bits that are set for stills, 5 bits level.
fn config(coded: &Coded) -> Result<Vec<u8>> {
    let odd = || Error::internal("avif: the encoder wrote no still picture header");
    let (&[unit, size, first, second], _) = coded.data.split_first_chunk().ok_or_else(odd)?;
    // A sequence header unit without extension, with a size of one byte.
    if unit != 0x0a || size & 0x80 != 0 || first & 0x18 != 0x18 {
        return Err(odd());
    }
    let (profile, level) = (first >> 5, (first & 7) << 2 | second >> 6);
    let flags = u8::from(coded.monochrome) << 4 | if coded.halved { 0x0c } else { 0 };
    Ok(boxed(b"av1C", &[&[0x81, profile << 5 | level, flags, 0]]))
}
