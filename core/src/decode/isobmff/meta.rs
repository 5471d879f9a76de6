//! The `meta` box: items, where their bytes are, how they refer to each other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::props::{Associations, Properties};
use super::reader::{boxes, Reader};
use super::{too_many, twice, FourCc, MAX_ENTRIES};
use crate::{Error, Result};

/// Most pieces the bytes of one item may lie in.
const MAX_EXTENTS: usize = 256;
/// Most references of all items together.
const MAX_REFERENCES: usize = 4_096;

/// One item: a picture, a tile, a block of metadata.
#[derive(Debug, Default)]
pub(in crate::decode) struct Item {
    /// `av01`, `grid`, `Exif`, …
    pub kind: FourCc,
    protected: bool,
    place: Option<Place>,
}

#[derive(Debug)]
struct Place {
    construction: u8,
    external: bool,
    extents: Vec<(u64, u64)>,
}

#[derive(Debug)]
struct Reference {
    kind: FourCc,
    from: u32,
    to: Vec<u32>,
}

/// All items of a file.
#[derive(Debug)]
pub(in crate::decode) struct Meta<'a> {
    source: &'a [u8],
    idat: Option<&'a [u8]>,
    primary: u32,
    items: BTreeMap<u32, Item>,
    references: Vec<Reference>,
    associations: Associations<'a>,
}

/// Boxes of `meta`, each at most once.
#[derive(Default)]
struct Parts<'a>(BTreeMap<FourCc, &'a [u8]>);

impl<'a> Parts<'a> {
    fn read(body: &'a [u8]) -> Result<Self> {
        let mut parts = Parts::default();
        for found in boxes(body, false) {
            let found = found?;
            let known = [b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat"];
            if known.contains(&&found.kind) && parts.0.insert(found.kind, found.body).is_some() {
                return Err(twice(&String::from_utf8_lossy(&found.kind)));
            }
        }
        Ok(parts)
    }

    fn need(&self, kind: &FourCc) -> Result<Reader<'a>> {
        let missing =
            || Error::malformed(format!("avif: no {} box", String::from_utf8_lossy(kind)));
        self.0.get(kind).map(|body| Reader::new(body)).ok_or_else(missing)
    }
}

impl<'a> Meta<'a> {
    pub(super) fn parse(body: &'a [u8], source: &'a [u8], profile_bytes: usize) -> Result<Self> {
        let mut body = Reader::new(body);
        body.version()?;
        let parts = Parts::read(body.rest())?;
        let mut handler = parts.need(b"hdlr")?;
        handler.skip(8)?;
        if &handler.four_cc()? != b"pict" {
            return Err(Error::malformed("avif: the handler is not pict"));
        }
        let mut items = read_items(parts.need(b"iinf")?)?;
        read_places(parts.need(b"iloc")?, &mut items)?;
        let references = parts.need(b"iref").ok().map(read_references).transpose()?;
        Ok(Meta {
            source,
            idat: parts.0.get(b"idat").copied(),
            primary: read_primary(parts.need(b"pitm")?)?,
            items,
            references: references.unwrap_or_default(),
            associations: Associations::read(parts.need(b"iprp")?.rest(), profile_bytes)?,
        })
    }

    /// Id of the item that is the picture.
    pub fn primary(&self) -> u32 {
        self.primary
    }

    /// Item `id`.
    pub fn item(&self, id: u32) -> Result<&Item> {
        let missing = || Error::malformed(format!("avif: item {id} is missing"));
        self.items.get(&id).ok_or_else(missing)
    }

    /// Whether any item is of `kind`.
    pub fn has_kind(&self, kind: &FourCc) -> bool {
        self.items.values().any(|item| &item.kind == kind)
    }

    /// Properties of item `id`.
    pub fn properties(&self, id: u32) -> Result<Properties<'a>> {
        self.associations.of(id)
    }

    /// What item `from` points to by references of `kind`, in order.
    pub fn targets(&self, kind: &FourCc, from: u32) -> &[u32] {
        let wanted = |reference: &&Reference| reference.from == from && &reference.kind == kind;
        self.references.iter().find(wanted).map_or(&[], |reference| &reference.to)
    }

    /// Items that point to item `to` by references of `kind`.
    pub fn sources(&self, kind: &FourCc, to: u32) -> impl Iterator<Item = u32> + '_ {
        let kind = *kind;
        self.references
            .iter()
            .filter(move |reference| reference.kind == kind && reference.to.contains(&to))
            .map(|reference| reference.from)
    }

    /// The item that holds the transparency of item `of`.
    pub fn alpha(&self, of: u32) -> Result<Option<u32>> {
        for id in self.sources(b"auxl", of) {
            if self.items.contains_key(&id) && self.properties(id)?.alpha {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The bytes of item `id`; copied only when they lie in pieces.
    pub fn data(&self, id: u32) -> Result<Cow<'a, [u8]>> {
        let item = self.item(id)?;
        if item.protected {
            return Err(Error::unsupported("avif: an item is encrypted"));
        }
        let outside = || Error::malformed(format!("avif: item {id} lies outside the file"));
        let place = item.place.as_ref().ok_or_else(outside)?;
        let base = match place.construction {
            _ if place.external => return Err(Error::unsupported("avif: data in another file")),
            0 => self.source,
            1 => self.idat.ok_or_else(outside)?,
            _ => return Err(Error::unsupported("avif: item made of other items")),
        };
        let pieces: Option<Vec<&[u8]>> =
            place.extents.iter().map(|&extent| piece(base, extent)).collect();
        join(&pieces.ok_or_else(outside)?, base.len())
    }
}

/// One extent of `base`; length 0 is the rest of it.
fn piece(base: &[u8], (offset, length): (u64, u64)) -> Option<&[u8]> {
    let tail = base.get(usize::try_from(offset).ok()?..)?;
    match usize::try_from(length).ok()? {
        0 => Some(tail),
        length => tail.get(..length),
    }
}

fn join<'a>(pieces: &[&'a [u8]], whole: usize) -> Result<Cow<'a, [u8]>> {
    match pieces {
        [] => Err(Error::malformed("avif: an item without data")),
        [one] => Ok(Cow::Borrowed(one)),
        // Pieces may not add up to more than there is: overlap would multiply a file's bytes.
        many if many.iter().map(|piece| piece.len()).sum::<usize>() > whole => {
            Err(Error::malformed("avif: the pieces of an item overlap"))
        }
        many => Ok(Cow::Owned(many.concat())),
    }
}

fn read_primary(mut body: Reader<'_>) -> Result<u32> {
    let (version, _) = body.version()?;
    body.id(version > 0)
}

fn read_items(mut body: Reader<'_>) -> Result<BTreeMap<u32, Item>> {
    let (version, _) = body.version()?;
    body.count(version > 0, "items")?;
    let mut items = BTreeMap::new();
    for found in boxes(body.rest(), false) {
        let found = found?;
        if &found.kind != b"infe" {
            continue;
        }
        let (id, item) = read_item(Reader::new(found.body))?;
        if items.insert(id, item).is_some() {
            return Err(Error::malformed("avif: two items have the same id"));
        }
    }
    Ok(items)
}

fn read_item(mut body: Reader<'_>) -> Result<(u32, Item)> {
    let (version, _) = body.version()?;
    if !(2..=3).contains(&version) {
        return Err(Error::unsupported(format!("avif: infe version {version}")));
    }
    let id = body.id(version == 3)?;
    let protected = body.u16()? != 0;
    Ok((id, Item { kind: body.four_cc()?, protected, place: None }))
}

/// Sizes of the fields of `iloc`.
struct Fields {
    version: u8,
    offset: u8,
    length: u8,
    base: u8,
    index: u8,
}

fn read_places(mut body: Reader<'_>, items: &mut BTreeMap<u32, Item>) -> Result<()> {
    let (version, _) = body.version()?;
    if version > 2 {
        return Err(Error::unsupported(format!("avif: iloc version {version}")));
    }
    let sizes = body.u16()?;
    let fields = Fields {
        version,
        offset: (sizes >> 12) as u8,
        length: (sizes >> 8 & 15) as u8,
        base: (sizes >> 4 & 15) as u8,
        index: if version > 0 { (sizes & 15) as u8 } else { 0 },
    };
    for _ in 0..body.count(version == 2, "item locations")? {
        let id = body.id(version == 2)?;
        let place = read_place(&mut body, &fields)?;
        // A place without an item is of no use and does no harm.
        let Some(item) = items.get_mut(&id) else { continue };
        if item.place.replace(place).is_some() {
            return Err(Error::malformed("avif: an item has two places"));
        }
    }
    Ok(())
}

fn read_place(body: &mut Reader<'_>, fields: &Fields) -> Result<Place> {
    let construction = if fields.version > 0 { (body.u16()? & 15) as u8 } else { 0 };
    let external = body.u16()? != 0;
    let base = body.sized(fields.base)?;
    let count = body.u16()? as usize;
    if count > MAX_EXTENTS {
        return Err(Error::too_large("item extents", MAX_EXTENTS, count));
    }
    let mut extents = Vec::with_capacity(count);
    for _ in 0..count {
        body.sized(fields.index)?;
        let offset = base.checked_add(body.sized(fields.offset)?);
        let offset = offset.ok_or_else(|| Error::malformed("avif: item offset overflows"))?;
        extents.push((offset, body.sized(fields.length)?));
    }
    Ok(Place { construction, external, extents })
}

fn read_references(mut body: Reader<'_>) -> Result<Vec<Reference>> {
    let (version, _) = body.version()?;
    let wide = version > 0;
    let mut references = Vec::new();
    let mut total = 0;
    for found in boxes(body.rest(), false) {
        let found = found?;
        let mut entry = Reader::new(found.body);
        let from = entry.id(wide)?;
        let count = entry.u16()? as usize;
        total += count;
        if total > MAX_REFERENCES {
            return Err(Error::too_large("item references", MAX_REFERENCES, total));
        }
        let to = (0..count).map(|_| entry.id(wide)).collect::<Result<_>>()?;
        references.push(Reference { kind: found.kind, from, to });
        if references.len() > MAX_ENTRIES {
            return Err(too_many("item references", references.len()));
        }
    }
    Ok(references)
}
