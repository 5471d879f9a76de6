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

/// One run of the compressor.
pub(super) struct Compress<'a> {
    cinfo: Box<jpeg_compress_struct>,
    monitor: Box<Monitor<'a>>,
    sink: Box<Sink>,
}

impl<'a> Compress<'a> {
    /// Writes everything that stands before the pixels.
    pub fn open(image: &Image, settings: &Settings, job: &'a Job) -> Result<Self> {
        // SAFETY: a plain C struct: numbers, enums with a zero variant and nullable pointers.
        let cinfo = Box::new(unsafe { std::mem::zeroed() });
        let mut this = Compress { cinfo, monitor: Monitor::new(job), sink: Sink::new() };
        this.create();
        this.set_up(image, settings);
        // SAFETY: size, colour space, destination and all settings stand.
        unsafe { jpeg_start_compress(&mut this.cinfo, 1) };
        if let Some(exif) = settings.exif.filter(|exif| exif.len() <= MAX_EXIF) {
            let segment = [b"Exif\0\0", exif].concat();
            let length = segment.len() as c_uint;
            // SAFETY: compression was started and no row written; the length is the slice's.
            unsafe { jpeg_write_marker(&mut this.cinfo, APP1, segment.as_ptr(), length) };
        }
        Ok(this)
    }

    fn create(&mut self) {
        self.monitor.attach(&mut self.cinfo.common);
        // SAFETY: the struct is zeroed but for its error manager, as `create` wants it.
        unsafe { jpeg_create_compress(&mut *self.cinfo) };
        self.monitor.attach(&mut self.cinfo.common);
        self.sink.attach(&mut self.cinfo);
    }

    fn set_up(&mut self, image: &Image, settings: &Settings) {
        let cinfo = &mut *self.cinfo;
        cinfo.image_width = image.width();
        cinfo.image_height = image.height();
        let gray = image.layout() == Layout::Gray;
        cinfo.input_components = if gray { 1 } else { 3 };
        cinfo.in_color_space = if gray { JCS_GRAYSCALE } else { JCS_RGB };
        // SAFETY: the struct was created and the input is described; the profile must be chosen
        // before the defaults. `comp_info` points to as many components as the defaults set.
        unsafe {
            jpeg_c_set_int_param(cinfo, JINT_COMPRESS_PROFILE, JCP_FASTEST as c_int);
            jpeg_set_defaults(cinfo);
            jpeg_set_quality(cinfo, c_int::from(settings.quality.clamp(1, 100)), 1);
            if !gray {
                let factor = if settings.full_chroma { 1 } else { 2 };
                (*cinfo.comp_info).h_samp_factor = factor;
                (*cinfo.comp_info).v_samp_factor = factor;
            }
            if settings.progressive {
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
                jpeg_write_scanlines(&mut self.cinfo, rows.as_ptr(), rows.len() as JDIMENSION)
            };
            if done as usize != rows.len() {
                return Err(Error::internal("jpeg: the encoder stopped"));
            }
        }
        Ok(())
    }

    /// Writes what is left and gives the whole file.
    pub fn finish(&mut self) -> Result<Vec<u8>> {
        // SAFETY: compression was started and every row written.
        unsafe { jpeg_finish_compress(&mut self.cinfo) };
        Ok(self.sink.take())
    }
}

impl Drop for Compress<'_> {
    fn drop(&mut self) {
        // SAFETY: frees what the memory manager holds; a struct whose creation failed has none,
        // which libjpeg looks for. It raises no error.
        unsafe { jpeg_destroy_compress(&mut self.cinfo) };
    }
}
