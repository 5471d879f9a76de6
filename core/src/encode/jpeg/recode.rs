//! The coefficients of a JPEG written anew, with the best scans and Huffman tables: no sample
//! changes. Restart markers and everything that is no part of the picture are left out.

use std::ffi::c_int;

use mozjpeg_sys::*;

use super::compress::{put_exif, Target};
use crate::kernel::libjpeg::Monitor;
use crate::{guard, Error, Job, Limits, Result};

/// Sources up to this size are also tried with one scan, which takes fewer headers.
const TRY_SEQUENTIAL: usize = 96 << 10;
/// An Adobe segment up to its name; its length stands in between.
const ADOBE: (&[u8], &[u8]) = (&[0xff, 0xee], b"Adobe");

/// Arrays of coefficients, one a component.
type Coefficients = *mut *mut jvirt_barray_control;

/// `source` written anew, with `exif` as its only metadata. Data that is damaged or ends early is
/// `Malformed`, although a decoder would make a picture of it.
pub(in crate::encode) fn recode(
    source: &[u8],
    exif: Option<&[u8]>,
    limits: &Limits,
    job: &Job,
) -> Result<Vec<u8>> {
    guard::catch(|| {
        let mut reader = Reader::open(source, limits, job)?;
        let coefficients = reader.coefficients()?;
        let best = reader.write(coefficients, JCP_MAX_COMPRESSION, exif, job)?;
        if source.len() > TRY_SEQUENTIAL {
            return Ok(best);
        }
        let sequential = reader.write(coefficients, JCP_FASTEST, exif, job)?;
        Ok(if sequential.len() < best.len() { sequential } else { best })
    })
}

/// A decompressor that stops before samples are made.
struct Reader<'a> {
    cinfo: Box<jpeg_decompress_struct>,
    monitor: Box<Monitor<'a>>,
    /// Whether four components are inks that Adobe's programs wrote.
    adobe: bool,
}

impl<'a> Reader<'a> {
    fn open(source: &'a [u8], limits: &Limits, job: &'a Job) -> Result<Self> {
        // SAFETY: a plain C struct: numbers, enums with a zero variant and nullable pointers.
        let cinfo = Box::new(unsafe { std::mem::zeroed() });
        let mut this = Reader { cinfo, monitor: Monitor::new(job), adobe: has_adobe(source) };
        this.monitor.attach(&mut this.cinfo.common);
        // SAFETY: the struct is zeroed but for its error manager, as `create` wants it. The memory
        // manager exists once it has returned.
        unsafe {
            jpeg_create_decompress(&mut *this.cinfo);
            (*this.cinfo.common.mem).max_memory_to_use =
                limits.memory.try_into().unwrap_or(c_long::MAX);
        }
        this.monitor.attach(&mut this.cinfo.common);
        let cinfo = &mut *this.cinfo;
        // SAFETY: the struct was created; `source` outlives it, and its length is right.
        let found = unsafe {
            jpeg_mem_src(cinfo, source.as_ptr(), source.len() as c_ulong);
            jpeg_read_header(cinfo, 1)
        };
        if found != 1 {
            return Err(Error::malformed("jpeg: no picture"));
        }
        Ok(this)
    }

    /// Reads every scan.
    fn coefficients(&mut self) -> Result<Coefficients> {
        // SAFETY: the header was read; the source never suspends.
        let coefficients = unsafe { jpeg_read_coefficients(&mut self.cinfo) };
        if self.monitor.damaged {
            return Err(Error::malformed("jpeg: damaged or cut short"));
        }
        if coefficients.is_null() {
            return Err(Error::internal("jpeg: the decoder stopped"));
        }
        Ok(coefficients)
    }

    /// Writes the coefficients by `profile`'s way of choosing scans.
    fn write(
        &mut self,
        coefficients: Coefficients,
        profile: JINT_COMPRESS_PROFILE_VALUE,
        exif: Option<&[u8]>,
        job: &Job,
    ) -> Result<Vec<u8>> {
        let mut target = Target::new(job);
        let cinfo = &mut *target.cinfo;
        // SAFETY: the target was created, the profile is chosen before the defaults, which copying
        // the parameters sets; the arrays belong to the decompressor, which lives as long as this
        // call.
        unsafe {
            jpeg_c_set_int_param(cinfo, JINT_COMPRESS_PROFILE, profile as c_int);
            jpeg_copy_critical_parameters(&self.cinfo, cinfo);
            cinfo.optimize_coding = 1;
            if cinfo.num_components == 4 && !self.adobe {
                cinfo.write_Adobe_marker = 0;
            }
            jpeg_write_coefficients(cinfo, coefficients);
        }
        put_exif(cinfo, exif);
        target.finish()
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // SAFETY: frees what the memory manager holds; a struct whose creation failed has none,
        // which libjpeg looks for. It raises no error.
        unsafe { jpeg_destroy_decompress(&mut self.cinfo) };
    }
}

fn has_adobe(source: &[u8]) -> bool {
    let (marker, name) = ADOBE;
    source.windows(9).any(|part| part.starts_with(marker) && part.ends_with(name))
}
