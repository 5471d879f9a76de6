//! Reads GIF: structure by our own walk over the blocks, the first frame through `image`.

use image::codecs::gif::GifDecoder;
use image::ImageDecoder;

use super::pieces::{self, Pieces};
use crate::image::{ColorModel, Format, Image, Layout, Probe, Profile};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// What the blocks say.
#[derive(Debug, Default)]
struct Structure {
    frames: u32,
    /// How often it plays; 0 is for ever.
    loops: u32,
    /// Whether the next frame has a transparent colour.
    transparent: bool,
    /// Whether the first frame leaves pixels of the canvas see-through.
    alpha: bool,
    interlaced: bool,
}

/// Steps through bytes; every step is `None` behind the end.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// Takes a block in pieces up to its empty last one; gives the first two pieces.
    fn blocks(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let mut pieces = [&[][..]; 2];
        let mut index = 0;
        loop {
            let size = self.byte()?;
            if size == 0 {
                return Some((pieces[0], pieces[1]));
            }
            let piece = self.take(usize::from(size))?;
            if let Some(slot) = pieces.get_mut(index) {
                *slot = piece;
            }
            index += 1;
        }
    }

    fn color_table(&mut self, flags: u8) -> Option<()> {
        if flags & 0x80 != 0 {
            self.take(3 << ((flags & 7) + 1))?;
        }
        Some(())
    }
}

/// Reads the structure.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let mut reader = Reader { rest: source.get(6..).unwrap_or_default() };
    let Some(&[w0, w1, h0, h1, flags, _, _]) = reader.take(7) else {
        return Err(Error::malformed("gif: header cut short"));
    };
    let width = u32::from(u16::from_le_bytes([w0, w1]));
    let height = u32::from(u16::from_le_bytes([h0, h1]));
    super::check_size(width, height, limits.source_side, limits)?;
    let mut structure = Structure { loops: 1, ..Structure::default() };
    // A file that ends early has the frames that begin before its end.
    if reader.color_table(flags).is_some() {
        while structure.frames <= limits.frames
            && structure.step(&mut reader, width, height).is_some()
        {}
    }
    if structure.frames > limits.frames {
        return Err(Error::too_large("frames", limits.frames, "more"));
    }
    if structure.frames == 0 {
        return Err(Error::malformed("gif: no picture"));
    }
    Ok(Probe {
        format: Format::Gif,
        width,
        height,
        frames: structure.frames,
        loops: structure.loops,
        orientation: 1,
        model: ColorModel::Rgb,
        alpha: structure.alpha,
        bits: 8,
        progressive: structure.interlaced,
        lossless: true,
        subsampling: None,
        profile: Profile::Srgb,
        exif: None,
    })
}

impl Structure {
    /// Reads one block; `None` at the end of the file or where it makes no sense.
    fn step(&mut self, reader: &mut Reader, width: u32, height: u32) -> Option<()> {
        match reader.byte()? {
            0x21 => self.extension(reader),
            0x2c => self.frame(reader, width, height),
            _ => None,
        }
    }

    fn extension(&mut self, reader: &mut Reader) -> Option<()> {
        let label = reader.byte()?;
        let (first, second) = reader.blocks()?;
        match (label, first, second) {
            (0xf9, &[flags, ..], _) => self.transparent = flags & 1 != 0,
            (0xff, b"NETSCAPE2.0" | b"ANIMEXTS1.0", &[1, low, high, ..]) => {
                // The number counts what follows the first time; none is for ever.
                let again = u32::from(u16::from_le_bytes([low, high]));
                self.loops = if again == 0 { 0 } else { again + 1 };
            }
            _ => {}
        }
        Some(())
    }

    fn frame(&mut self, reader: &mut Reader, width: u32, height: u32) -> Option<()> {
        let &[x0, x1, y0, y1, w0, w1, h0, h1, flags] = reader.take(9)? else { return None };
        let side = |low, high| u32::from(u16::from_le_bytes([low, high]));
        if self.frames == 0 {
            let covers = side(x0, x1) == 0
                && side(y0, y1) == 0
                && side(w0, w1) >= width
                && side(h0, h1) >= height;
            self.alpha = self.transparent || !covers;
            self.interlaced = flags & 0x40 != 0;
        }
        self.frames += 1;
        self.transparent = false;
        reader.color_table(flags)?;
        reader.byte()?;
        reader.blocks().map(|_| ())
    }
}

/// Decodes the first frame on its canvas, which is transparent.
pub(super) fn decode(
    source: &[u8],
    _probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let failed = |error| pieces::error("gif", &error, job);
    let slices = std::iter::once(source);
    let mut decoder = GifDecoder::new(Pieces::new(slices, job)).map_err(failed)?;
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(limits.memory);
    decoder.set_limits(bounds).map_err(failed)?;
    if decoder.dimensions() != (plan.width, plan.height) {
        return Err(Error::malformed("gif: two readings of the header differ"));
    }
    let opaque = plan.layout == Layout::Rgb;
    let _canvas = job.charge(if opaque { decoder.total_bytes() } else { 0 })?;
    let mut canvas = Image::new(plan.width, plan.height, Layout::Rgba)?;
    decoder.read_image(canvas.data_mut()).map_err(failed)?;
    if !opaque {
        return Ok(canvas);
    }
    let mut image = Image::new(plan.width, plan.height, Layout::Rgb)?;
    let mut rows = canvas.data().chunks_exact(canvas.stride());
    image.for_rows(job, |target| {
        let pixels = rows.next().unwrap_or_default().chunks_exact(4);
        for (pixel, target) in pixels.zip(target.chunks_exact_mut(3)) {
            target.copy_from_slice(&pixel[..3]);
        }
    })?;
    Ok(image)
}
