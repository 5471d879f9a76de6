//! The chunks of a PNG that stay, and a new file around them.

use super::form::Form;
use crate::decode::{PngChunk, PngChunks};
use crate::image::{exif, ProfileUse};
use crate::polish::Work;
use crate::{encode, Result};

/// Gamma and primaries that mean sRGB as much as nothing does.
const GAMMA: [u8; 4] = 45_455u32.to_be_bytes();
const PRIMARIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];

/// Whether a file says that it is an animation.
pub(super) fn moves(source: &[u8]) -> bool {
    PngChunks::new(source)
        .take_while(|chunk| &chunk.kind != b"IDAT")
        .any(|chunk| &chunk.kind == b"acTL")
}

/// What says how the numbers of a file are meant, and which forms that leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Colors {
    chunks: Vec<([u8; 4], Vec<u8>)>,
    /// Whether the picture must not become grey.
    pub never_gray: bool,
    /// Whether the picture must not get colours, a palette's neither.
    pub only_gray: bool,
}

impl Colors {
    /// What of the source's chunks stays: nothing that says sRGB in other words.
    pub fn of(work: &Work<'_>) -> Self {
        let probe = work.probe;
        let mut colors = Colors::default();
        let converts = probe.profile.usage(probe.model) == ProfileUse::Convert;
        let kept: &[&[u8; 4]] = match probe.profile.name() {
            "icc" if converts => &[b"iCCP"],
            "cicp" if converts => &[b"cICP", b"mDCV", b"cLLI"],
            "srgb" => &[b"gAMA", b"cHRM"],
            _ => &[],
        };
        if converts {
            colors.never_gray = probe.profile.is_rgb_icc();
            colors.only_gray = probe.profile.is_grey_icc();
        }
        let before: Vec<PngChunk<'_>> =
            PngChunks::new(work.source).take_while(|chunk| &chunk.kind != b"IDAT").collect();
        let stays = kept.len() != 2 || says_gamma(&before);
        for chunk in before.iter().filter(|chunk| stays && kept.contains(&&chunk.kind)) {
            colors.chunks.push((chunk.kind, chunk.data.to_vec()));
        }
        if probe.orientation != 1 {
            colors.chunks.push((*b"eXIf", exif::orientation_only(probe.orientation)));
        }
        colors
    }

    /// The same for a picture that was turned.
    pub fn upright(mut self) -> Self {
        self.chunks.retain(|(kind, _)| kind != b"eXIf");
        self
    }

    /// The same for a picture with a palette of colours.
    pub fn for_palette(mut self) -> Self {
        if self.only_gray {
            self.chunks.retain(|(kind, _)| kind != b"iCCP");
            self.only_gray = false;
        }
        self
    }
}

/// Whether gamma and primaries say anything but sRGB, and nothing stronger is said.
fn says_gamma(chunks: &[PngChunk<'_>]) -> bool {
    let find = |kind: &[u8; 4]| chunks.iter().find(|chunk| &chunk.kind == kind);
    let primaries = PRIMARIES.map(u32::to_be_bytes);
    let usual =
        |chunk: Option<&PngChunk<'_>>, value: &[u8]| chunk.is_none_or(|chunk| chunk.data == value);
    let plain = usual(find(b"gAMA"), &GAMMA) && usual(find(b"cHRM"), primaries.as_flattened());
    find(b"sRGB").is_none() && find(b"iCCP").is_none() && !plain
}

/// A file of `form`, whose rows are in `packed`.
pub(super) fn written(form: &Form, packed: &[u8], colors: &Colors) -> Result<Vec<u8>> {
    let mut file = encode::PNG_SIGNATURE.to_vec();
    let sides = [form.width, form.height].map(|side| (side as u32).to_be_bytes());
    let kind = [form.bits, form.color.number(), 0, 0, 0];
    encode::push_png_chunk(&mut file, b"IHDR", &[sides.as_flattened(), &kind])?;
    for (kind, data) in &colors.chunks {
        encode::push_png_chunk(&mut file, kind, &[data])?;
    }
    if !form.palette.is_empty() {
        let colors: Vec<u8> = form.palette.iter().flat_map(|c| [c[0], c[1], c[2]]).collect();
        encode::push_png_chunk(&mut file, b"PLTE", &[&colors])?;
    }
    if !form.transparency.is_empty() {
        encode::push_png_chunk(&mut file, b"tRNS", &[&form.transparency])?;
    }
    encode::push_png_chunk(&mut file, b"IDAT", &[packed])?;
    encode::push_png_chunk(&mut file, b"IEND", &[])?;
    Ok(file)
}
