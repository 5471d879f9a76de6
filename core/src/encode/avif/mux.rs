//! The container of a still picture: one coded item, and one more for its alpha.

use super::boxes::{boxed, colors, config, number, ALPHA_URN};
use super::Coded;
use crate::Result;

const COLOR: u16 = 1;
const ALPHA: u16 = 2;

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

fn head(
    color: &Coded,
    alpha: Option<&Coded>,
    size: (u32, u32),
    start: usize,
    (color_length, alpha_length): (usize, Option<usize>),
) -> Result<Vec<u8>> {
    let ftyp = boxed(b"ftyp", &[b"avif\0\0\0\0avifmif1miaf"]);
    let color_place = (start + alpha_length.unwrap_or(0), color_length);
    let alpha_place = alpha_length.map(|length| (start, length));
    Ok([ftyp, meta(color, alpha, size, color_place, alpha_place)?].concat())
}

/// `meta`: the items, which lie in the file at a start and with a length.
pub(super) fn meta(
    color: &Coded,
    alpha: Option<&Coded>,
    size: (u32, u32),
    color_place: (usize, usize),
    alpha_place: Option<(usize, usize)>,
) -> Result<Vec<u8>> {
    let hdlr = boxed(b"hdlr", &[&[0; 8], b"pict", &[0; 13]]);
    let pitm = boxed(b"pitm", &[&[0; 4], &COLOR.to_be_bytes()]);
    let mut places = place(COLOR, color_place)?;
    let mut items = item(COLOR);
    let mut iref = Vec::new();
    let mut count = 1u16;
    if let Some(alpha_place) = alpha_place {
        count = 2;
        places.extend(place(ALPHA, alpha_place)?);
        items.extend(item(ALPHA));
        let [a, b] = [ALPHA.to_be_bytes(), COLOR.to_be_bytes()];
        iref = boxed(b"iref", &[&[0; 4], &boxed(b"auxl", &[&a, &[0, 1], &b])]);
    }
    let count = count.to_be_bytes();
    let iloc = boxed(b"iloc", &[&[0, 0, 0, 0, 0x44, 0], &count, &places]);
    let iinf = boxed(b"iinf", &[&[0; 4], &count, &items]);
    let iprp = boxed(b"iprp", &properties(color, alpha, size)?.each_ref().map(Vec::as_slice));
    Ok(boxed(b"meta", &[&[0; 4], &hdlr, &pitm, &iloc, &iinf, &iref, &iprp]))
}

fn place(id: u16, (start, length): (usize, usize)) -> Result<Vec<u8>> {
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
    let mut list = [size, config(color)?, depth(color), colors()].concat();
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
    let planes = if coded.monochrome { 1 } else { 3 };
    boxed(b"pixi", &[&[0; 4], &[planes], &vec![coded.bits as u8; planes.into()]])
}
