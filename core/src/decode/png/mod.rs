//! Reads PNG: header by our own walk over the chunks, pixels through `image`, the frames of an
//! animation through `png` and drawn on our own canvas.

mod chunks;
mod control;
mod exact;
mod frames;
mod pixels;

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::ImageDecoder;

use super::compose::{Clock, Opacity};
use super::{exif, pieces};
use crate::color;
use crate::image::{xmp, Cicp, ColorModel, Embedded, Format, Image, Probe, Profile};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};
pub(crate) use chunks::{Chunk, Chunks};
use control::Control;

pub(crate) use exact::Exact;

pub(super) use exact::exact;
pub(super) use frames::frames;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// More chunks than this are not looked at for metadata.
const MAX_CHUNKS: usize = 65_536;
/// Chunks that make the default picture. No others reach the decoder: neither texts nor
/// profiles, which could unpack to more than the picture, nor the other frames.
const PICTURE: [&[u8; 4]; 5] = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"];

/// Reads the header.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let mut chunks = Chunks::new(source).take(MAX_CHUNKS);
    let mut probe = match chunks.next() {
        Some(chunk) if &chunk.kind == b"IHDR" => header(chunk.data)?,
        _ => return Err(Error::malformed("png: no header")),
    };
    super::check_size(probe.width, probe.height, limits.source_side, limits)?;
    let mut picture = false;
    let mut moving = Moving::default();
    for chunk in chunks {
        match &chunk.kind {
            b"IDAT" => picture = true,
            b"IEND" => break,
            b"eXIf" => take_exif(&mut probe, chunk.data, limits),
            b"fcTL" => moving.add(&probe, chunk.data),
            b"iTXt" => take_text(&mut probe, chunk.data, limits),
            b"caBX" => probe.embedded.content_credentials = true,
            _ if !picture => take(&mut probe, &chunk, limits)?,
            _ => {}
        }
    }
    if !picture {
        return Err(Error::malformed("png: no picture"));
    }
    moving.tell(&mut probe);
    Ok(probe)
}

/// What the control chunks of all frames say together.
#[derive(Default)]
struct Moving {
    frames: u32,
    clock: Clock,
    duration_ms: u64,
    opacity: Opacity,
}

impl Moving {
    fn add(&mut self, probe: &Probe, data: &[u8]) {
        // Those beyond the number that the header says, or behind a broken one, are not read.
        if self.frames == probe.frames {
            return;
        }
        self.frames += 1;
        let Some(control) = Control::read(data) else { return };
        let delay = self.clock.delay(control.ticks, control.scale);
        self.duration_ms += u64::from(delay);
        self.opacity.add(control.place, (probe.width, probe.height), !probe.alpha);
    }

    /// Of a file that was cut off, `probe` gets the frames that begin before its end.
    fn tell(&self, probe: &mut Probe) {
        probe.frames_alpha = probe.alpha;
        probe.frames = self.frames.min(probe.frames).max(1);
        if probe.frames > 1 {
            probe.duration_ms = self.duration_ms;
            probe.frames_alpha |= self.opacity.alpha();
        }
    }
}

fn header(data: &[u8]) -> Result<Probe> {
    let &[w3, w2, w1, w0, h3, h2, h1, h0, bits, kind, 0, 0, interlace @ 0..=1] = data else {
        return Err(Error::malformed("png: broken header"));
    };
    let (model, alpha) = match (kind, bits) {
        (0, 1 | 2 | 4 | 8 | 16) => (ColorModel::Gray, false),
        (2, 8 | 16) | (3, 1 | 2 | 4 | 8) => (ColorModel::Rgb, false),
        (4, 8 | 16) => (ColorModel::Gray, true),
        (6, 8 | 16) => (ColorModel::Rgb, true),
        _ => return Err(Error::malformed("png: impossible colour type and depth")),
    };
    Ok(Probe {
        format: Format::Png,
        width: u32::from_be_bytes([w3, w2, w1, w0]),
        height: u32::from_be_bytes([h3, h2, h1, h0]),
        frames: 1,
        loops: 0,
        duration_ms: 0,
        orientation: 1,
        model,
        alpha,
        frames_alpha: alpha,
        // The colours of a palette have 8 bits, whatever its index has.
        bits: if kind == 3 { 8 } else { bits },
        progressive: interlace == 1,
        lossless: true,
        subsampling: None,
        profile: Profile::Srgb,
        embedded: Embedded::default(),
    })
}

/// Takes what a chunk before the picture says.
fn take(probe: &mut Probe, chunk: &Chunk, limits: &Limits) -> Result<()> {
    match &chunk.kind {
        b"tRNS" => probe.alpha = true,
        b"acTL" => return take_animation(probe, chunk.data, limits),
        b"cICP" => {
            if let &[primaries, transfer, matrix, range] = chunk.data {
                let cicp = Cicp { primaries, transfer, matrix, full_range: range != 0 };
                let srgb = Cicp { primaries: 1, transfer: 13, matrix: 0, full_range: true };
                probe.profile = if cicp == srgb { Profile::Srgb } else { Profile::Cicp(cicp) };
            }
        }
        b"iCCP" if probe.profile == Profile::Srgb => {
            if let Some(profile) = unpack_profile(chunk.whole, limits) {
                probe.profile = Profile::Icc(profile);
            }
        }
        _ => {}
    }
    Ok(())
}

fn take_animation(probe: &mut Probe, data: &[u8], limits: &Limits) -> Result<()> {
    let &[f3, f2, f1, f0, p3, p2, p1, p0] = data else {
        return Err(Error::malformed("png: broken animation header"));
    };
    let frames = u32::from_be_bytes([f3, f2, f1, f0]);
    if frames > limits.frames {
        return Err(Error::too_large("frames", limits.frames, frames));
    }
    probe.frames = frames.max(1);
    probe.loops = u32::from_be_bytes([p3, p2, p1, p0]);
    Ok(())
}

fn take_exif(probe: &mut Probe, data: &[u8], limits: &Limits) {
    if probe.embedded.exif.is_none() && data.len() <= limits.exif_bytes as usize {
        probe.orientation = exif::orientation(data);
        probe.embedded.exif = Some(data.to_vec());
    }
}

/// Takes an XMP packet. It is never packed, by its own specification.
fn take_text(probe: &mut Probe, data: &[u8], limits: &Limits) {
    let Some(rest) = data.strip_prefix(b"XML:com.adobe.xmp\0\0\0") else { return };
    // Language and translated keyword end with a zero each.
    let packet = rest.splitn(3, |byte| *byte == 0).nth(2);
    let packet = packet.filter(|packet| packet.len() <= limits.exif_bytes as usize);
    let Some(packet) = packet.filter(|_| probe.embedded.xmp.is_none()) else { return };
    probe.embedded.gain_map |= xmp::has_gain_map(packet);
    probe.embedded.content_credentials |= xmp::has_provenance(packet);
    probe.embedded.xmp = Some(packet.to_vec());
}

/// Unpacks a profile chunk, by way of a picture of one grey pixel that carries nothing else.
/// One that is broken or over the limit is no profile.
fn unpack_profile(chunk: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    const HEADER: &[u8] = b"\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55";
    const DATA: &[u8] = b"\0\0\0\0IDAT\x35\xaf\x06\x1e";
    let most = limits.profile_bytes as usize;
    if chunk.len() > most {
        return None;
    }
    let carrier = [SIGNATURE, HEADER, chunk, DATA].concat();
    let mut bounds = image::Limits::no_limits();
    // The decoder books the packed chunk on the same account.
    bounds.max_alloc = Some((most + chunk.len()) as u64);
    let mut decoder = PngDecoder::with_limits(Cursor::new(carrier), bounds).ok()?;
    decoder.icc_profile().ok()?.filter(|profile| profile.len() <= most)
}

/// Decodes the default picture.
pub(super) fn decode(
    source: &[u8],
    probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let wanted = Chunks::new(source).filter(|chunk| PICTURE.contains(&&chunk.kind));
    let slices = std::iter::once(SIGNATURE).chain(wanted.map(|chunk| chunk.whole));
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(limits.memory);
    let failed = |error| pieces::error("png", &error, job);
    let decoder =
        PngDecoder::with_limits(pieces::Pieces::new(slices, job), bounds).map_err(failed)?;
    if decoder.dimensions() != (plan.width, plan.height) {
        return Err(Error::malformed("png: two readings of the header differ"));
    }
    let stored = decoder.color_type();
    let mut image = Image::new(plan.width, plan.height, plan.layout)?;
    if pixels::same(stored, plan.layout) {
        decoder.read_image(image.data_mut()).map_err(failed)?;
        return Ok(image);
    }
    let unplanned = if probe.bits > 8 { 0 } else { decoder.total_bytes() };
    let _stored = job.charge(unplanned)?;
    let mut samples = pixels::buffer(decoder.total_bytes())?;
    decoder.read_image(&mut samples).map_err(failed)?;
    let wanted = plan.to_srgb.then_some(&probe.profile);
    let rows = wanted.and_then(|profile| color::converter::<u16>(profile, plan.layout));
    pixels::convert(&samples, stored, rows.as_deref(), &mut image, job)?;
    Ok(image)
}
