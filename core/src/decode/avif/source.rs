//! From boxes to the pictures that must be decoded.

use std::borrow::Cow;

use super::av1::{self, Reading};
use crate::decode::isobmff::{Av1Config, Crop, File, Meta, Nclx, Properties, Track, Tracks};
use crate::decode::{check_size, wide_side};
use crate::image::{xmp, Embedded};
use crate::{Error, Limits, Result};

/// Most tiles of a grid.
const MAX_TILES: usize = 256;
/// Most blocks of one kind that are looked at for metadata.
const MAX_DESCRIPTIONS: usize = 4;

/// Where one coded picture is.
#[derive(Debug, Clone, Copy)]
enum Bytes<'a> {
    Item(u32),
    Sample(&'a [u8]),
}

/// One coded picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile<'a> {
    bytes: Bytes<'a>,
    pub reading: Reading,
}

/// A picture: one tile, or a grid of tiles of one size, cropped to `width` by `height`.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub width: u32,
    pub height: u32,
    pub columns: usize,
    pub tiles: Vec<Tile<'a>>,
    pub tile_width: u32,
    pub tile_height: u32,
    pub config: Av1Config<'a>,
    items: Vec<u32>,
}

impl Part<'_> {
    /// Bytes of its decoded planes.
    pub fn bytes(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let planes = match (self.config.monochrome, self.config.subsampling) {
            (true, _) => pixels,
            (_, (true, true)) => pixels + pixels / 2,
            (_, (true, false)) => pixels * 2,
            _ => pixels * 3,
        };
        let tile = u64::from(self.tile_width) * u64::from(self.tile_height) * 3;
        let samples = if self.tiles.len() > 1 { planes + tile } else { planes };
        samples * if self.config.bits > 8 { 2 } else { 1 }
    }
}

/// All that is known before pixels are decoded.
#[derive(Debug)]
pub(super) struct Source<'a> {
    file: File<'a>,
    pub color: Part<'a>,
    pub alpha: Option<Part<'a>>,
    pub premultiplied: bool,
    pub properties: Properties<'a>,
    pub crop: Crop,
}

impl<'a> Source<'a> {
    /// Reads the boxes of `source` and checks sizes against `limits`.
    pub fn read(source: &'a [u8], limits: &Limits) -> Result<Self> {
        let file = File::parse(source, limits.profile_bytes as usize)?;
        let found = match (&file.meta, &file.tracks) {
            (Some(meta), _) => from_items(meta)?,
            (None, Some(tracks)) => from_track(&tracks.color),
            (None, None) => return Err(Error::malformed("avif: no picture in the file")),
        };
        let Found { color, alpha, premultiplied, properties } = found;
        check_size(color.width, color.height, wide_side(limits, 16_383), limits)?;
        let whole = Crop { left: 0, top: 0, width: color.width, height: color.height };
        let crop = properties.crop(color.width, color.height)?.unwrap_or(whole);
        let read = Source { file, color, alpha, premultiplied, properties, crop };
        let frames = read.sequence().map_or(1, |tracks| tracks.color.samples.count());
        if frames > limits.frames {
            return Err(Error::too_large("frames", limits.frames, frames));
        }
        Ok(read)
    }

    /// The tracks, when they show pictures of the size of the still one and are more than one.
    pub fn sequence(&self) -> Option<&Tracks<'a>> {
        let size = (self.color.width, self.color.height);
        let monochrome = self.color.config.monochrome;
        self.file.tracks.as_ref().filter(|Tracks { color, alpha }| {
            let same = |track: &Track<'_>| track.size == size;
            color.samples.count() > 1
                && same(color)
                && color.config.monochrome == monochrome
                && alpha.as_ref().is_none_or(same)
        })
    }

    /// The bytes of one tile.
    pub fn data(&self, tile: &Tile<'a>) -> Result<Cow<'a, [u8]>> {
        match (tile.bytes, &self.file.meta) {
            (Bytes::Sample(bytes), _) => Ok(Cow::Borrowed(bytes)),
            (Bytes::Item(id), Some(meta)) => meta.data(id),
            (Bytes::Item(_), None) => Err(Error::internal("avif: an item without items")),
        }
    }

    /// Code points of the container, else of the stream's header.
    pub fn nclx(&self) -> Option<Nclx> {
        self.properties.nclx.or_else(|| {
            av1::stream_color(self.color.config.units).or_else(|| {
                let data = self.data(self.color.tiles.first()?).ok()?;
                av1::stream_color(&data)
            })
        })
    }

    /// Metadata of the picture within `cap` bytes each, and signs of what is not carried over.
    pub fn embedded(&self, cap: usize) -> Embedded {
        let xmp = self.xmp().filter(|packet| packet.len() <= cap);
        let tone_mapped = self.file.meta.as_ref().is_some_and(|meta| meta.has_kind(b"tmap"));
        let linked = xmp.as_deref().is_some_and(xmp::has_provenance);
        Embedded {
            exif: self.exif().filter(|block| block.len() <= cap),
            iptc: None,
            gain_map: tone_mapped || xmp.as_deref().is_some_and(xmp::has_gain_map),
            content_credentials: self.file.credentials || linked,
            xmp,
        }
    }

    fn exif(&self) -> Option<Vec<u8>> {
        let data = self.described(b"Exif", |_| true)?;
        // The first word says how far behind it the TIFF header starts.
        let (skip, rest) = data.split_first_chunk::<4>()?;
        let exif = rest.get(usize::try_from(u32::from_be_bytes(*skip)).ok()?..)?;
        (!exif.is_empty()).then(|| exif.to_vec())
    }

    fn xmp(&self) -> Option<Vec<u8>> {
        const RDF: &[u8] = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#";
        let data = self.described(b"mime", |data| data.windows(RDF.len()).any(|part| part == RDF));
        data.map(Cow::into_owned)
    }

    /// Bytes of the first item of `kind` that describes the picture.
    fn described(&self, kind: &[u8; 4], is: fn(&[u8]) -> bool) -> Option<Cow<'a, [u8]>> {
        let meta = self.file.meta.as_ref()?;
        let of_kind = |id: &u32| meta.item(*id).is_ok_and(|item| &item.kind == kind);
        let ids = meta.sources(b"cdsc", meta.primary()).filter(of_kind).take(MAX_DESCRIPTIONS);
        ids.filter_map(|id| meta.data(id).ok()).find(|data| is(data))
    }
}

struct Found<'a> {
    color: Part<'a>,
    alpha: Option<Part<'a>>,
    premultiplied: bool,
    properties: Properties<'a>,
}

fn from_track<'a>(track: &Track<'a>) -> Found<'a> {
    let (width, height) = track.size;
    let reading = Reading { operating_point: 0, layer: None };
    let color = Part {
        width,
        height,
        columns: 1,
        tiles: vec![Tile { bytes: Bytes::Sample(track.first), reading }],
        tile_width: width,
        tile_height: height,
        config: track.config,
        items: Vec::new(),
    };
    Found { color, alpha: None, premultiplied: false, properties: track.color.clone() }
}

fn from_items<'a>(meta: &Meta<'a>) -> Result<Found<'a>> {
    let primary = meta.primary();
    let properties = meta.properties(primary)?;
    let color = part(meta, primary)?;
    let alpha_item = meta.alpha(primary)?;
    let alpha = match alpha_item {
        Some(id) => Some(part(meta, id)?),
        None => alpha_of_tiles(meta, &color)?,
    };
    if let Some(alpha) = &alpha {
        if (alpha.width, alpha.height) != (color.width, color.height) {
            return Err(Error::unsupported("avif: alpha of another size"));
        }
    }
    let premultiplied = alpha_item.is_some_and(|id| meta.targets(b"prem", primary).contains(&id));
    Ok(Found { color, alpha, premultiplied, properties })
}

fn part<'a>(meta: &Meta<'a>, id: u32) -> Result<Part<'a>> {
    match &meta.item(id)?.kind {
        b"av01" => assemble(meta, &[id], 1, None),
        b"grid" => grid(meta, id),
        b"hvc1" | b"hev1" => Err(Error::unsupported("heic: no decoder in this build")),
        kind => Err(Error::unsupported(format!("avif: item kind {}", kind.escape_ascii()))),
    }
}

/// A grid: rows and columns of tiles, and the size that is kept of them.
struct Grid {
    rows: usize,
    columns: usize,
    size: (u32, u32),
}

fn read_grid(data: &[u8]) -> Result<Grid> {
    let bad = || Error::malformed("avif: broken grid item");
    let (&[version, flags, rows, columns], rest) = data.split_first_chunk().ok_or_else(bad)?;
    if version != 0 {
        return Err(Error::unsupported(format!("avif: grid version {version}")));
    }
    let size = match (flags & 1, rest) {
        (0, &[a, b, c, d, ..]) => {
            (u32::from(u16::from_be_bytes([a, b])), u32::from(u16::from_be_bytes([c, d])))
        }
        (1, &[a, b, c, d, e, f, g, h, ..]) => {
            (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
        }
        _ => return Err(bad()),
    };
    Ok(Grid { rows: usize::from(rows) + 1, columns: usize::from(columns) + 1, size })
}

fn grid<'a>(meta: &Meta<'a>, id: u32) -> Result<Part<'a>> {
    let grid = read_grid(&meta.data(id)?)?;
    let tiles = meta.targets(b"dimg", id);
    let expected = grid.rows * grid.columns;
    if expected > MAX_TILES {
        return Err(Error::too_large("grid tiles", MAX_TILES, expected));
    }
    if tiles.len() != expected {
        return Err(Error::malformed("avif: a grid with another number of tiles"));
    }
    let mut sorted = tiles.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::malformed("avif: a grid names a tile twice"));
    }
    if let Some(size) = meta.properties(id)?.size {
        if size != grid.size {
            return Err(Error::malformed("avif: a grid of another size than its item"));
        }
    }
    assemble(meta, tiles, grid.columns, Some(grid.size))
}

/// Tiles in rows of `columns`, cropped to `size`. Every tile is a coded picture: a grid of grids
/// is refused here, so nothing can go round in circles.
fn assemble<'a>(
    meta: &Meta<'a>,
    items: &[u32],
    columns: usize,
    size: Option<(u32, u32)>,
) -> Result<Part<'a>> {
    let mut tiles = Vec::with_capacity(items.len());
    let mut common = None;
    for &id in items {
        let (tile, this) = tile(meta, id)?;
        if *common.get_or_insert(this) != this {
            return Err(Error::unsupported("avif: tiles of different kinds"));
        }
        tiles.push(tile);
    }
    let missing = || Error::malformed("avif: a grid without tiles");
    let (tile_width, tile_height, config) = common.map(Shape::parts).ok_or_else(missing)?;
    let (width, height) = size.unwrap_or((tile_width, tile_height));
    if width == 0 || height == 0 {
        return Err(Error::malformed("avif: a picture without width or height"));
    }
    let rows = items.len() / columns;
    if !covers(tile_width, columns, width) || !covers(tile_height, rows, height) {
        return Err(Error::malformed("avif: the tiles do not fit the grid"));
    }
    let items = items.to_vec();
    Ok(Part { width, height, columns, tiles, tile_width, tile_height, config, items })
}

/// Whether `count` tiles of `tile` are just enough for `side`.
fn covers(tile: u32, count: usize, side: u32) -> bool {
    let (tile, count, side) = (u64::from(tile), count as u64, u64::from(side));
    tile * count >= side && tile * (count - 1) < side
}

/// What all tiles of a grid must share.
#[derive(Clone, Copy)]
struct Shape<'a> {
    size: (u32, u32),
    config: Av1Config<'a>,
}

impl<'a> Shape<'a> {
    fn parts(self) -> (u32, u32, Av1Config<'a>) {
        (self.size.0, self.size.1, self.config)
    }
}

impl PartialEq for Shape<'_> {
    fn eq(&self, other: &Self) -> bool {
        let key = |shape: &Self| {
            let config = &shape.config;
            (shape.size, config.bits, config.monochrome, config.subsampling)
        };
        key(self) == key(other)
    }
}

fn tile<'a>(meta: &Meta<'a>, id: u32) -> Result<(Tile<'a>, Shape<'a>)> {
    let item = meta.item(id)?;
    if &item.kind != b"av01" {
        return Err(Error::unsupported(format!("avif: tile kind {}", item.kind.escape_ascii())));
    }
    let properties = meta.properties(id)?;
    let lacks = |name: &str| Error::malformed(format!("avif: item {id} lacks {name}"));
    let size = properties.size.ok_or_else(|| lacks("ispe"))?;
    let config = properties.config.ok_or_else(|| lacks("av1C"))?;
    let reading = Reading { operating_point: properties.operating_point, layer: properties.layer };
    Ok((Tile { bytes: Bytes::Item(id), reading }, Shape { size, config }))
}

/// Alpha that hangs on each tile instead of on the grid.
fn alpha_of_tiles<'a>(meta: &Meta<'a>, color: &Part<'a>) -> Result<Option<Part<'a>>> {
    if color.tiles.len() < 2 {
        return Ok(None);
    }
    let mut items = Vec::with_capacity(color.items.len());
    for &id in &color.items {
        let Some(alpha) = meta.alpha(id)? else { return Ok(None) };
        items.push(alpha);
    }
    assemble(meta, &items, color.columns, Some((color.width, color.height))).map(Some)
}
