//! AV1 to planes, by rav1d's C-style calls.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;

use rav1d::include::dav1d::data::Dav1dData;
use rav1d::include::dav1d::dav1d::{Dav1dContext, Dav1dLogger, Dav1dSettings};
use rav1d::include::dav1d::headers::{
    Dav1dSequenceHeader, DAV1D_PIXEL_LAYOUT_I400, DAV1D_PIXEL_LAYOUT_I420, DAV1D_PIXEL_LAYOUT_I422,
    DAV1D_PIXEL_LAYOUT_I444,
};
use rav1d::include::dav1d::picture::Dav1dPicture;
use rav1d::src::lib as api;
use rav1d::Dav1dResult;

use crate::decode::isobmff::Nclx;
use crate::kernel::yuv::{Frame, Halved, Plane, Planes};
use crate::{Error, Result};

/// Most frames one item or sample may hold before the picture that is shown. Layers are four at
/// most; without a bound, ten bytes of hidden frame would buy the work of a whole picture.
const MAX_FRAMES: usize = 32;

/// How a stream is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub operating_point: u8,
    /// The layer that is wanted; `None` is the highest.
    pub layer: Option<u8>,
}

/// One decoder. It can read several pictures one after the other.
pub(super) struct Decoder {
    context: Option<Dav1dContext>,
    reading: Reading,
}

impl Decoder {
    /// A decoder for pictures of at most `pixels`.
    pub fn open(threads: u32, pixels: u64, reading: Reading) -> Result<Self> {
        let mut settings = MaybeUninit::<Dav1dSettings>::uninit();
        // SAFETY: the pointer is valid for a write, which initialises all of it.
        let mut settings = unsafe {
            api::dav1d_default_settings(NonNull::from(&mut settings).cast());
            settings.assume_init()
        };
        // rav1d 1.1 with a single frame context ends the process on broken data: it unwraps a
        // header that it has just given up, inside an `extern "C"` function (its issue 1497).
        // Two contexts, which need two threads, take the path that answers with an error.
        settings.n_threads = threads.clamp(2, 256) as i32;
        settings.max_frame_delay = 2;
        settings.operating_point = i32::from(reading.operating_point);
        settings.all_layers = i32::from(reading.layer.is_some());
        settings.frame_size_limit = u32::try_from(pixels).unwrap_or(u32::MAX);
        // SAFETY: without a callback nothing is ever called, and the library stays silent.
        settings.logger = unsafe { Dav1dLogger::new(None, None) };
        let mut context = None;
        // SAFETY: both pointers are valid for the call.
        let result = unsafe {
            api::dav1d_open(Some(NonNull::from(&mut context)), Some(NonNull::from(&mut settings)))
        };
        check(result)?;
        Ok(Decoder { context, reading })
    }

    /// The picture in `data`, which may need those before it.
    pub fn next_of_sequence(&mut self, data: &[u8]) -> Result<Picture> {
        if frames(data) > MAX_FRAMES {
            return Err(Error::too_large("avif hidden frames", MAX_FRAMES, "more"));
        }
        self.send(data)?;
        self.wanted()
    }

    /// The picture in `data`, which stands for itself.
    pub fn decode(&mut self, data: &[u8]) -> Result<Picture> {
        let result = self.next_of_sequence(data);
        if let Some(context) = self.context {
            // SAFETY: the context is open; what it still holds of `data` is dropped.
            unsafe { api::dav1d_flush(context) };
        }
        result
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        // The library complains on standard error about empty data.
        if bytes.is_empty() {
            return Err(Error::malformed("avif: empty AV1 data"));
        }
        let mut data = Dav1dData::default();
        let to = Some(NonNull::from(&mut data));
        // SAFETY: `data` is valid for a write; a null result is checked before use.
        let target = unsafe { api::dav1d_data_create(to, bytes.len()) };
        let Some(target) = NonNull::new(target) else {
            return Err(Error::too_large("memory", "what the system gives", bytes.len()));
        };
        // SAFETY: the library allocated `bytes.len()` bytes at `target`, which nobody else has.
        unsafe { target.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        // SAFETY: the context is open and `data` came from `dav1d_data_create`; whatever the
        // library did not take is given back by the second call.
        let result = unsafe {
            let result = api::dav1d_send_data(self.context, Some(NonNull::from(&mut data)));
            api::dav1d_data_unref(Some(NonNull::from(&mut data)));
            result
        };
        check(result)
    }

    fn wanted(&mut self) -> Result<Picture> {
        let mut dry = 0;
        // The first answer may be "not yet"; after the second nothing is left.
        while dry < 2 {
            match self.next()? {
                Some(picture) if self.wants(&picture) => return Ok(picture),
                Some(_) => dry = 0,
                None => dry += 1,
            }
        }
        Err(Error::malformed("avif: no picture in the AV1 data"))
    }

    fn wants(&self, picture: &Picture) -> bool {
        self.reading.layer.is_none_or(|layer| picture.layer() == Some(layer))
    }

    fn next(&mut self) -> Result<Option<Picture>> {
        let mut picture = Picture(Dav1dPicture::default());
        // SAFETY: the context is open and the picture valid for a write; what is written is
        // owned by `picture` and released when it is dropped.
        let result =
            unsafe { api::dav1d_get_picture(self.context, Some(NonNull::from(&mut picture.0))) };
        match result.0 {
            0 => Ok(Some(picture)),
            again if again == -libc::EAGAIN => Ok(None),
            _ => check(result).map(|()| None),
        }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context came from `dav1d_open` and is not used again.
        unsafe { api::dav1d_close(Some(NonNull::from(&mut self.context))) };
    }
}

fn check(result: Dav1dResult) -> Result<()> {
    match -result.0 {
        0 => Ok(()),
        libc::ERANGE => Err(Error::malformed("avif: AV1 frame larger than its header says")),
        libc::ENOMEM => Err(Error::too_large("memory", "what the system gives", "more")),
        libc::ENOPROTOOPT => Err(Error::unsupported("avif: AV1 feature")),
        _ => Err(Error::malformed("avif: broken AV1 data")),
    }
}

/// A decoded picture, in the library's memory.
pub(super) struct Picture(Dav1dPicture);

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the record is a default one or was written by `dav1d_get_picture`.
        unsafe { api::dav1d_picture_unref(Some(NonNull::from(&mut self.0))) };
        // What is left is a default record, for which rav1d 1.1 makes a list that nobody frees.
        if let Some(list) = self.0.itut_t35_ref.take() {
            // SAFETY: the list was made by the call above, and the record no longer names it.
            drop(unsafe { list.into_arc() });
        }
    }
}

impl Picture {
    fn layer(&self) -> Option<u8> {
        // SAFETY: the header lives as long as the picture's reference to it.
        self.0.frame_hdr.map(|header| unsafe { header.as_ref() }.spatial_id)
    }

    /// Code points of the stream itself.
    pub fn color(&self) -> Option<Nclx> {
        // SAFETY: the header lives as long as the picture's reference to it.
        self.0.seq_hdr.map(|header| color(unsafe { header.as_ref() }))
    }

    /// Its planes.
    pub fn frame(&self) -> Result<Frame<'_>> {
        match self.0.p.bpc {
            8 => self.planes::<u8>(8).map(Frame::Low),
            bits @ (10 | 12) => self.planes::<u16>(bits as u8).map(Frame::High),
            _ => Err(Error::unsupported("avif: sample depth")),
        }
    }

    fn planes<S>(&self, bits: u8) -> Result<Planes<'_, S>> {
        let size = (self.0.p.w as usize, self.0.p.h as usize);
        let halved = match self.0.p.layout {
            DAV1D_PIXEL_LAYOUT_I400 => None,
            DAV1D_PIXEL_LAYOUT_I420 => Some(Halved { width: true, height: true }),
            DAV1D_PIXEL_LAYOUT_I422 => Some(Halved { width: true, height: false }),
            DAV1D_PIXEL_LAYOUT_I444 => Some(Halved { width: false, height: false }),
            _ => return Err(Error::unsupported("avif: plane layout")),
        };
        let [y, u, v] = self.0.data;
        let luma = plane(y, self.0.stride[0], size)?;
        let chroma = halved.map(|halved| {
            let size = halved.size(size.0, size.1);
            let stride = self.0.stride[1];
            Ok(([plane(u, stride, size)?, plane(v, stride, size)?], halved))
        });
        Ok(Planes { bits, luma, chroma: chroma.transpose()? })
    }
}

/// One plane of a decoded picture. `S` is the type of its samples.
fn plane<'a, S>(
    data: Option<NonNull<c_void>>,
    stride: isize,
    (width, height): (usize, usize),
) -> Result<Plane<'a, S>> {
    let odd = || Error::internal("avif: a plane of an unexpected shape");
    let data = data.ok_or_else(odd)?;
    let stride = usize::try_from(stride).map_err(|_| odd())? / size_of::<S>();
    if width == 0 || height == 0 || stride < width {
        return Err(odd());
    }
    // SAFETY: the library allocates rows of `stride` bytes, rounded up to 128 samples, for at
    // least `height` rows, initialises them, and aligns them to 64 bytes. Callers tie the
    // lifetime to the picture that owns them.
    let samples =
        unsafe { slice::from_raw_parts(data.cast::<S>().as_ptr(), stride * (height - 1) + width) };
    Ok(Plane { samples, stride, width, height })
}

fn color(header: &Dav1dSequenceHeader) -> Nclx {
    Nclx {
        primaries: header.pri as u16,
        transfer: header.trc as u16,
        matrix: header.mtrx as u16,
        full_range: header.color_range != 0,
    }
}

/// Code points of the first sequence header in `data`.
pub(super) fn stream_color(data: &[u8]) -> Option<Nclx> {
    if data.is_empty() {
        return None;
    }
    let mut header = MaybeUninit::<Dav1dSequenceHeader>::uninit();
    let start = NonNull::from(data).cast();
    let to = Some(NonNull::from(&mut header).cast());
    // SAFETY: `data` is valid for its length, `header` for a write.
    let result = unsafe { api::dav1d_parse_sequence_header(to, Some(start), data.len()) };
    // SAFETY: on success, and only then, the call has written all of it.
    (result.0 == 0).then(|| color(unsafe { header.assume_init_ref() }))
}

/// Number of frame headers in the units of `data`.
pub(super) fn frames(mut data: &[u8]) -> usize {
    let mut count = 0;
    while let Some((kind, rest)) = next_unit(data) {
        // 3 is a frame header, 6 a frame with its header.
        count += usize::from(kind == 3 || kind == 6);
        data = rest;
    }
    count
}

/// Kind of the first unit and what follows it; `None` at the end or when it has no size.
fn next_unit(data: &[u8]) -> Option<(u8, &[u8])> {
    let (&first, mut rest) = data.split_first()?;
    let kind = first >> 3 & 15;
    if first & 4 != 0 {
        rest = rest.get(1..)?;
    }
    if first & 2 == 0 {
        return Some((kind, &[]));
    }
    let mut size = 0u64;
    for shift in 0..8 {
        let (&byte, tail) = rest.split_first()?;
        rest = tail;
        size |= u64::from(byte & 0x7f) << (7 * shift);
        if byte & 0x80 == 0 {
            return Some((kind, rest.get(usize::try_from(size).ok()?..)?));
        }
    }
    None
}

/// Library, version, and whether its assembly runs on this machine.
pub(super) fn backend() -> crate::backends::Backend {
    use rav1d::src::cpu::CpuFlags;
    let (major, minor) = (api::DAV1D_API_VERSION_MAJOR, api::DAV1D_API_VERSION_MINOR);
    crate::backends::Backend {
        role: "avif decode",
        name: format!("rav1d, dav1d {} (API {major}.{minor})", api::rav1d_version()),
        accelerated: cfg!(feature = "asm") && !CpuFlags::run_time_detect().is_empty(),
    }
}
