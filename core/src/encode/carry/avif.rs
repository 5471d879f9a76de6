//! Boxes of an AVIF: a colour box in place of the one that is there, and items for metadata.
//!
//! Only files of our own encoders come here: one `meta` box before the coded pictures, places
//! with offsets and lengths of 32 bits that count from the start of the file.

use super::{odd, Load};
use crate::image::Profile;
use crate::Result;

/// Ids of the items that are added, far from those of pictures.
const EXIF_ITEM: u16 = 1001;
const XMP_ITEM: u16 = 1002;
/// The item that is described: the colour picture.
const PICTURE_ITEM: u16 = 1;

/// Puts profile, EXIF and XMP into `file`.
pub(super) fn load(file: &[u8], load: &Load<'_>) -> Result<Vec<u8>> {
    let exif = load.metadata.exif.as_ref().map(|exif| [&[0; 4][..], exif].concat());
    let xmp = load.metadata.xmp.clone();
    let items: Vec<Item> = [(EXIF_ITEM, exif), (XMP_ITEM, xmp)]
        .into_iter()
        .filter_map(|(id, data)| Some(Item { id, data: data? }))
        .collect();
    rebuilt(file, load, &items).ok_or_else(|| odd("avif"))
}

/// An item that is added.
struct Item {
    id: u16,
    data: Vec<u8>,
}

fn rebuilt(file: &[u8], load: &Load<'_>, items: &[Item]) -> Option<Vec<u8>> {
    let meta = boxes(file)?.into_iter().find(|part| part.kind == *b"meta")?;
    let start = meta.at;
    let end = start + 8 + meta.body.len();
    // The length of the new box does not depend on how far it moves things.
    let length = changed_meta(meta.body, load, items, 0, 0)?.len();
    let moved = i64::try_from(length).ok()? - i64::try_from(end - start).ok()?;
    let appended = i64::try_from(file.len()).ok()? + moved + 8;
    let meta = changed_meta(meta.body, load, items, moved, u32::try_from(appended).ok()?)?;
    let mut out = [&file[..start], &meta, &file[end..]].concat();
    if !items.is_empty() {
        let data: Vec<&[u8]> = items.iter().map(|item| &item.data[..]).collect();
        out.extend(boxed(*b"mdat", &data));
    }
    Some(out)
}

/// One box; `at` is where it begins.
struct Part<'a> {
    kind: [u8; 4],
    at: usize,
    body: &'a [u8],
}

/// The boxes of `data`, one after the other, sizes of 32 bits.
fn boxes(data: &[u8]) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let (size, rest) = data[at..].split_first_chunk::<4>()?;
        let size = u32::from_be_bytes(*size) as usize;
        let kind = *rest.first_chunk::<4>()?;
        let body = data.get(at + 8..at.checked_add(size)?)?;
        parts.push(Part { kind, at, body });
        at += size;
    }
    Some(parts)
}

fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&((body.len() + 8) as u32).to_be_bytes()[..], &kind, &body].concat()
}

fn changed_meta(
    body: &[u8],
    load: &Load<'_>,
    items: &[Item],
    moved: i64,
    appended: u32,
) -> Option<Vec<u8>> {
    let (version, children) = body.split_at_checked(4)?;
    let mut out = version.to_vec();
    let mut linked = false;
    for part in boxes(children)? {
        match &part.kind {
            b"iloc" => out.extend(boxed(*b"iloc", &[&places(part.body, items, moved, appended)?])),
            b"iinf" => out.extend(boxed(*b"iinf", &[&names(part.body, items)?])),
            b"iref" => {
                linked = true;
                out.extend(boxed(*b"iref", &[part.body, &links(items)]));
            }
            b"iprp" => out.extend(boxed(*b"iprp", &[&properties(part.body, load)?])),
            kind => out.extend(boxed(*kind, &[part.body])),
        }
    }
    if !linked && !items.is_empty() {
        out.extend(boxed(*b"iref", &[&[0; 4], &links(items)]));
    }
    Some(boxed(*b"meta", &[&out]))
}

/// `iloc` with every place moved, and places for `items` one after the other from `appended`.
fn places(body: &[u8], items: &[Item], moved: i64, appended: u32) -> Option<Vec<u8>> {
    let (&[0, 0, 0, 0, 0x44, 0, high, low], mut rest) = body.split_first_chunk()? else {
        return None;
    };
    let count = u16::from_be_bytes([high, low]);
    let total = count.checked_add(items.len() as u16)?;
    let mut out = vec![0, 0, 0, 0, 0x44, 0];
    out.extend_from_slice(&total.to_be_bytes());
    for _ in 0..count {
        let (head, behind) = rest.split_first_chunk::<6>()?;
        out.extend_from_slice(head);
        rest = behind;
        for _ in 0..u16::from_be_bytes([head[4], head[5]]) {
            let (&[a, b, c, d, length @ ..], behind) = rest.split_first_chunk::<8>()?;
            let offset = i64::from(u32::from_be_bytes([a, b, c, d])) + moved;
            out.extend_from_slice(&u32::try_from(offset).ok()?.to_be_bytes());
            out.extend_from_slice(&length);
            rest = behind;
        }
    }
    let mut offset = appended;
    for item in items {
        let length = u32::try_from(item.data.len()).ok()?;
        out.extend_from_slice(&item.id.to_be_bytes());
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(&offset.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        offset = offset.checked_add(length)?;
    }
    Some(out)
}

/// `iinf` with entries for `items`.
fn names(body: &[u8], items: &[Item]) -> Option<Vec<u8>> {
    let (&[0, 0, 0, 0, high, low], entries) = body.split_first_chunk()? else { return None };
    let count = u16::from_be_bytes([high, low]).checked_add(items.len() as u16)?;
    let mut out = vec![0; 4];
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(entries);
    for item in items {
        let kind: &[u8] =
            if item.id == EXIF_ITEM { b"Exif\0" } else { b"mime\0application/rdf+xml\0" };
        out.extend(boxed(*b"infe", &[&[2, 0, 0, 0], &item.id.to_be_bytes(), &[0, 0], kind]));
    }
    Some(out)
}

/// References from `items` to the picture that they describe.
fn links(items: &[Item]) -> Vec<u8> {
    let link = |item: &Item| {
        let (from, to) = (item.id.to_be_bytes(), PICTURE_ITEM.to_be_bytes());
        boxed(*b"cdsc", &[&from, &[0, 1], &to])
    };
    items.iter().flat_map(link).collect()
}

/// `iprp` with the colour box of the profile; the places of properties stay.
fn properties(body: &[u8], load: &Load<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for part in boxes(body)? {
        if &part.kind != b"ipco" {
            out.extend(boxed(part.kind, &[part.body]));
            continue;
        }
        let mut list = Vec::new();
        for property in boxes(part.body)? {
            match color_box(property.body, load).filter(|_| &property.kind == b"colr") {
                Some(color) => list.extend(boxed(*b"colr", &[&color])),
                None => list.extend(boxed(property.kind, &[property.body])),
            }
        }
        out.extend(boxed(*b"ipco", &[&list]));
    }
    Some(out)
}

/// The colour box that takes the place of `old`; the matrix is then the stream's own.
fn color_box(old: &[u8], load: &Load<'_>) -> Option<Vec<u8>> {
    match load.profile {
        Profile::Srgb => None,
        Profile::Icc(icc) => Some([b"prof", &icc[..]].concat()),
        Profile::Cicp(cicp) => {
            let matrix = old.get(8..)?;
            Some([b"nclx", &[0, cicp.primaries, 0, cicp.transfer][..], matrix].concat())
        }
    }
}
