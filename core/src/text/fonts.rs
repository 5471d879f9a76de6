//! Font files, and which of them has a glyph. Only fonts that are given: no look-up anywhere.

use std::borrow::Cow;
use std::sync::OnceLock;

use harfrust::ShaperData;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::Metrics;
use skrifa::raw::tables::glyf::Glyph;
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::sfnt::{broken, too_large, MAX_FONT};
use super::{woff, woff2};
use crate::{Assets, Error, Result};

/// The bundled fonts, asked in this order.
const BUNDLED: [&[u8]; 4] = [
    include_bytes!("../../fonts/noto-sans.woff2"),
    include_bytes!("../../fonts/noto-sans-arabic.woff2"),
    include_bytes!("../../fonts/noto-sans-hebrew.woff2"),
    include_bytes!("../../fonts/noto-sans-devanagari.woff2"),
];

/// The bundled fonts are unpacked once.
static UNPACKED: [OnceLock<Vec<u8>>; BUNDLED.len()] = [const { OnceLock::new() }; BUNDLED.len()];

/// A font file, unpacked.
pub(super) struct File<'a>(Cow<'a, [u8]>);

/// The files a text may use: the one it names, then the bundled ones.
pub(super) fn files<'a>(name: Option<&str>, assets: &'a Assets) -> Result<Vec<File<'a>>> {
    let mut files = Vec::new();
    if let Some(name) = name {
        files.push(File(unpack(assets.require(name)?)?));
    }
    for index in 0..BUNDLED.len() {
        files.push(File(Cow::Borrowed(unpacked(index)?)));
    }
    Ok(files)
}

fn unpacked(index: usize) -> Result<&'static [u8]> {
    if let Some(file) = UNPACKED[index].get() {
        return Ok(file);
    }
    let file = unpack(BUNDLED[index])?.into_owned();
    Ok(UNPACKED[index].get_or_init(|| file))
}

/// Every bundled font, unpacked.
#[cfg(feature = "svg")]
pub(super) fn bundled() -> impl Iterator<Item = &'static [u8]> {
    (0..BUNDLED.len()).filter_map(|index| unpacked(index).ok())
}

/// A plain TrueType or OpenType file of what may also be WOFF or WOFF2.
fn unpack(file: &[u8]) -> Result<Cow<'_, [u8]>> {
    if file.len() > MAX_FONT {
        return Err(too_large(file.len()));
    }
    match file.first_chunk::<4>() {
        Some(b"wOFF") => woff::unpack(file).map(Cow::Owned),
        Some(b"wOF2") => woff2::unpack(file).map(Cow::Owned),
        Some(b"OTTO" | b"true" | b"ttcf" | [0, 1, 0, 0]) => Ok(Cow::Borrowed(file)),
        _ => Err(Error::malformed("font: not a TTF, OTF, WOFF or WOFF2 file")),
    }
}

/// A font that is ready to shape and to draw.
pub(super) struct Face<'a> {
    pub font: FontRef<'a>,
    pub shaper: ShaperData,
    charmap: Charmap<'a>,
    /// Distances in units of the em.
    pub ascent: f64,
    pub descent: f64,
    pub gap: f64,
    /// Units of the em.
    pub units: f64,
}

impl<'a> Face<'a> {
    pub fn new(file: &'a File<'_>) -> Result<Self> {
        let font = FontRef::from_index(&file.0, 0).map_err(|_| broken("its tables are damaged"))?;
        let charmap = font.charmap();
        if !charmap.has_map() {
            return Err(broken("it maps no characters to glyphs"));
        }
        if font.outline_glyphs().format().is_none() {
            return Err(Error::unsupported("font: it has no outlines"));
        }
        check_outlines(&font)?;
        let metrics = Metrics::new(&font, Size::unscaled(), LocationRef::default());
        let units = f64::from(metrics.units_per_em);
        if !(16.0..=16_384.0).contains(&units) {
            return Err(broken("its units are out of range"));
        }
        // A hostile font may claim to be as tall as it likes.
        let share = |value: f32| (f64::from(value) / units).clamp(0.0, 4.0);
        Ok(Face {
            ascent: share(metrics.ascent).max(0.1),
            descent: share(-metrics.descent),
            gap: share(metrics.leading),
            shaper: ShaperData::new(&font),
            font,
            charmap,
            units,
        })
    }

    pub fn has(&self, char: char) -> bool {
        self.charmap.map(char).is_some_and(|glyph| glyph.to_u32() != 0)
    }
}

/// The reader of outlines trips over one that has bytes but no point.
fn check_outlines(font: &FontRef<'_>) -> Result<()> {
    let (Ok(loca), Ok(glyf)) = (font.loca(None), font.glyf()) else {
        return Ok(());
    };
    let hollow = |glyph: u32| match loca.get_glyf(GlyphId::new(glyph), &glyf) {
        Ok(Some(Glyph::Simple(outline))) => {
            outline.num_points() == 0 && !outline.glyph_data().is_empty()
        }
        _ => false,
    };
    if (0..loca.len().min(1 << 16) as u32).any(hollow) {
        return Err(broken("an outline without points"));
    }
    Ok(())
}
