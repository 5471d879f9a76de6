//! mozjpeg's compressor: errors are thrown, so every call stands inside `guard::catch`.

use mozjpeg_sys::*;

use super::sink::Sink;
use super::Settings;
use crate::image::{Image, Layout};
use crate::kernel::libjpeg::Monitor;
use crate::{Error, Job, Result};

/// Rows that are encoded between two looks at the job.
const ROWS: usize = 16;
/// What a segment can hold beside its length and the EXIF signature.
const MAX_EXIF: usize = 65_533 - 6;
/// Marker of the segment that carries EXIF.
const APP1: c_int = 0xe1;

/// A compressor that nothing is set up for yet, and where it writes.
pub(super) struct Target<'a> {
    pub cinfo: Box<jpeg_compress_struct>,
    monitor: Box<Monitor<'a>>,
    sink: Box<Sink>,
}

impl<'a> Target<'a> {
    pub fn new(job: &'a Job) -> Self {
        // SAFETY: a plain C struct: numbers, enums with a zero variant and nullable pointers.
        let cinfo = Box::new(unsafe { std::mem::zeroed() });
        let mut this = Target { cinfo, monitor: Monitor::new(job), sink: Sink::new() };
        this.monitor.attach(&mut this.cinfo.common);
        // SAFETY: the struct is zeroed but for its error manager, as `create` wants it.
        unsafe { jpeg_create_compress(&mut *this.cinfo) };
        this.monitor.attach(&mut this.cinfo.common);
        this.sink.attach(&mut this.cinfo);
        this
    }

    /// Writes what is left and gives the whole file. The caller has started compression and
    /// given all samples or coefficients.
    pub fn finish(&mut self) -> Result<Vec<u8>> {
        // SAFETY: by the caller's promise; what is out of order is an error of libjpeg's.
        unsafe { jpeg_finish_compress(&mut self.cinfo) };
        Ok(self.sink.take())
    }
}

impl Drop for Target<'_> {
    fn drop(&mut self) {
        // SAFETY: frees what the memory manager holds; a struct whose creation failed has none,
        // which libjpeg looks for. It raises no error.
        unsafe { jpeg_destroy_compress(&mut self.cinfo) };
    }
}

/// Writes the EXIF segment; `cinfo` was started and has written neither row nor block.
pub(super) fn put_exif(cinfo: &mut jpeg_compress_struct, exif: Option<&[u8]>) {
    if let Some(exif) = exif.filter(|exif| exif.len() <= MAX_EXIF) {
        let segment = [b"Exif\0\0", exif].concat();
        let length = segment.len() as c_uint;
        // SAFETY: libjpeg refuses a marker out of order; the length is the slice's.
        unsafe { jpeg_write_marker(cinfo, APP1, segment.as_ptr(), length) };
    }
}

/// One run of the compressor.
pub(super) struct Compress<'a>(Target<'a>);

impl<'a> Compress<'a> {
    /// Writes everything that stands before the pixels.
    pub fn open(image: &Image, settings: &Settings, job: &'a Job) -> Result<Self> {
        let mut this = Compress(Target::new(job));
        this.set_up(image, settings);
        let cinfo = &mut *this.0.cinfo;
        // SAFETY: size, colour space, destination and all settings stand.
        unsafe { jpeg_start_compress(cinfo, 1) };
        put_exif(cinfo, settings.exif);
        Ok(this)
    }

    fn set_up(&mut self, image: &Image, settings: &Settings) {
        let cinfo = &mut *self.0.cinfo;
        let profile = if settings.thorough { JCP_MAX_COMPRESSION } else { JCP_FASTEST };
        cinfo.image_width = image.width();
        cinfo.image_height = image.height();
        let gray = image.layout() == Layout::Gray;
        cinfo.input_components = if gray { 1 } else { 3 };
        cinfo.in_color_space = if gray { JCS_GRAYSCALE } else { JCS_RGB };
        // SAFETY: the struct was created and the input is described; the profile must be chosen
        // before the defaults. `comp_info` points to as many components as the defaults set.
        unsafe {
            jpeg_c_set_int_param(cinfo, JINT_COMPRESS_PROFILE, profile as c_int);
            jpeg_set_defaults(cinfo);
            jpeg_set_quality(cinfo, c_int::from(settings.quality.clamp(1, 100)), 1);
            if !gray {
                let factor = if settings.full_chroma { 1 } else { 2 };
                (*cinfo.comp_info).h_samp_factor = factor;
                (*cinfo.comp_info).v_samp_factor = factor;
            }
            if settings.progressive && !settings.thorough {
                jpeg_simple_progression(cinfo);
            }
        }
        cinfo.optimize_coding = boolean::from(!settings.fast);
        cinfo.dct_method = JDCT_DEFAULT;
    }

    /// Writes every row.
    pub fn write(&mut self, image: &Image, job: &Job) -> Result<()> {
        for rows in image.data().chunks(image.stride() * ROWS) {
            job.check()?;
            let rows: Vec<JSAMPROW> = rows.chunks(image.stride()).map(<[u8]>::as_ptr).collect();
            // SAFETY: compression was started with this picture's width and layout; every
            // pointer is to a whole row, and there are as many as the count says.
            let done = unsafe {
                jpeg_write_scanlines(&mut self.0.cinfo, rows.as_ptr(), rows.len() as JDIMENSION)
            };
            if done as usize != rows.len() {
                return Err(Error::internal("jpeg: the encoder stopped"));
            }
        }
        Ok(())
    }

    /// Writes what is left and gives the whole file.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.0.finish()
    }
}
