//! mozjpeg's decompressor: errors are thrown, so every call stands inside `guard::catch`.

use mozjpeg_sys::*;

use super::ROWS;
use crate::image::{Image, Layout};
use crate::kernel::libjpeg::Monitor;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// One run of the decompressor.
pub(super) struct Decompress<'a> {
    cinfo: Box<jpeg_decompress_struct>,
    monitor: Box<Monitor<'a>>,
}

impl<'a> Decompress<'a> {
    /// Reads the header again, by libjpeg, and makes ready for `plan`.
    pub fn open(
        source: &'a [u8],
        plan: &DecodePlan,
        limits: &Limits,
        job: &'a Job,
    ) -> Result<Self> {
        // SAFETY: a plain C struct: numbers, enums with a zero variant and nullable pointers.
        let cinfo = Box::new(unsafe { std::mem::zeroed() });
        let mut this = Decompress { cinfo, monitor: Monitor::new(job) };
        this.create(limits);
        this.start(source, plan)?;
        let (width, height) = (this.cinfo.output_width, this.cinfo.output_height);
        let channels = this.cinfo.output_components as usize;
        if (width, height, channels) != (plan.width, plan.height, plan.layout.channels()) {
            return Err(Error::malformed("jpeg: two readings of the header differ"));
        }
        Ok(this)
    }

    fn create(&mut self, limits: &Limits) {
        self.monitor.attach(&mut self.cinfo.common);
        // SAFETY: the struct is zeroed but for its error manager, as `create` wants it; it keeps
        // error manager and client data. The memory manager exists once it has returned.
        unsafe {
            jpeg_create_decompress(&mut *self.cinfo);
            (*self.cinfo.common.mem).max_memory_to_use =
                limits.memory.try_into().unwrap_or(c_long::MAX);
        }
        self.monitor.attach(&mut self.cinfo.common);
    }

    fn start(&mut self, source: &'a [u8], plan: &DecodePlan) -> Result<()> {
        let cinfo = &mut *self.cinfo;
        // SAFETY: the struct was created; `source` outlives it, and its length is right.
        let found = unsafe {
            jpeg_mem_src(cinfo, source.as_ptr(), source.len() as c_ulong);
            jpeg_read_header(cinfo, 1)
        };
        if found != 1 {
            return Err(Error::malformed("jpeg: no picture"));
        }
        cinfo.scale_num = 1;
        cinfo.scale_denom = c_uint::from(plan.scale);
        cinfo.dct_method = JDCT_DEFAULT;
        cinfo.do_fancy_upsampling = 1;
        cinfo.out_color_space = match plan.layout {
            Layout::Gray => JCS_GRAYSCALE,
            Layout::Rgb => JCS_RGB,
            Layout::Cmyk => JCS_CMYK,
            Layout::Rgba => return Err(Error::internal("jpeg has no alpha")),
        };
        // SAFETY: the header was read and the settings stand; the source never suspends.
        unsafe { jpeg_start_decompress(cinfo) };
        Ok(())
    }

    /// Decodes every row.
    pub fn read_into(&mut self, image: &mut Image, job: &Job) -> Result<()> {
        let stride = image.stride();
        let mut at = 0;
        while (at as u32) < self.cinfo.output_height {
            job.check()?;
            let rest = &mut image.data_mut()[at * stride..];
            let mut rows: Vec<JSAMPROW_MUT> =
                rest.chunks_exact_mut(stride).take(ROWS).map(|row| row.as_mut_ptr()).collect();
            // SAFETY: decompression was started; every pointer is to a whole row of the width
            // and channels that `open` compared, and there are as many as the count says.
            let done = unsafe {
                jpeg_read_scanlines(&mut self.cinfo, rows.as_mut_ptr(), rows.len() as JDIMENSION)
            };
            if done == 0 {
                return Err(Error::internal("jpeg: the decoder stopped"));
            }
            at += done as usize;
        }
        Ok(())
    }

    /// Whether data ended inside the first row of blocks.
    pub fn ended_in_first_row(&self) -> bool {
        self.monitor.ended_in_first_row
    }
}

impl Drop for Decompress<'_> {
    fn drop(&mut self) {
        // SAFETY: frees what the memory manager holds; a struct whose creation failed has none,
        // which libjpeg looks for. It raises no error.
        unsafe { jpeg_destroy_decompress(&mut self.cinfo) };
    }
}
