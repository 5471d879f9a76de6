//! What reading and writing JPEG through mozjpeg have in common: errors, warnings, cancelling.
//!
//! libjpeg reports an error through a callback that must not return. Ours throws the error
//! through the C frames, which are compiled for it, up to [`guard::catch`]. Another callback,
//! called about once a row, lets the job stop the codec in the same way.

use std::ffi::{c_int, c_void};

use mozjpeg_sys::*;

use crate::{guard, Error, Job};

/// Callbacks of one codec run and what they have seen.
pub(crate) struct Monitor<'a> {
    errors: jpeg_error_mgr,
    progress: jpeg_progress_mgr,
    job: &'a Job,
    /// Whether data ended inside the first row of blocks.
    pub ended_in_first_row: bool,
    /// Whether coded data was broken or missing anywhere.
    pub damaged: bool,
}

/// Warnings that mean that samples were made up. The others are about what is beside the data.
const DAMAGE: [c_int; 4] = [JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_JPEG_EOF, JWRN_MUST_RESYNC];

impl<'a> Monitor<'a> {
    /// Callbacks that ask `job` whether to go on. Boxed, because C keeps pointers into it.
    pub fn new(job: &'a Job) -> Box<Self> {
        // SAFETY: both are plain C structs for which all zeroes is a valid value: numbers,
        // null pointers and absent callbacks.
        let (mut errors, mut progress): (jpeg_error_mgr, jpeg_progress_mgr) =
            unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
        // SAFETY: fills in the struct it is given and keeps nothing.
        unsafe { jpeg_std_error(&mut errors) };
        errors.error_exit = Some(error_exit);
        errors.emit_message = Some(emit_message);
        errors.output_message = Some(output_message);
        progress.progress_monitor = Some(progress_monitor);
        Box::new(Monitor { errors, progress, job, ended_in_first_row: false, damaged: false })
    }

    /// Hooks the callbacks into a codec struct; before its `create` only the errors take effect.
    pub fn attach(&mut self, common: &mut jpeg_common_struct) {
        common.err = &mut self.errors;
        common.progress = &mut self.progress;
        common.client_data = std::ptr::from_mut(self).cast::<c_void>();
    }
}

/// The monitor behind a codec struct.
///
/// # Safety
/// `common` was given to [`Monitor::attach`], and that monitor is alive.
unsafe fn monitor<'a>(common: *const jpeg_common_struct) -> &'a mut Monitor<'a> {
    // SAFETY: `attach` stored this pointer, and callbacks run one at a time on one thread.
    unsafe { &mut *(*common).client_data.cast::<Monitor<'a>>() }
}

unsafe extern "C-unwind" fn error_exit(common: &mut jpeg_common_struct) {
    // SAFETY: `err` points to the error manager of the attached monitor.
    let code = unsafe { (*common.err).msg_code };
    guard::throw(error_for(code));
}

fn error_for(code: c_int) -> Error {
    let error = match code {
        JERR_OUT_OF_MEMORY | JERR_NO_BACKING_STORE | JERR_WIDTH_OVERFLOW => {
            Error::too_large("memory", "what a job may hold", "more")
        }
        JERR_IMAGE_TOO_BIG => Error::too_large("jpeg side", 65_500, "more"),
        JERR_ARITH_NOTIMPL => Error::unsupported("jpeg: arithmetic coding is not supported"),
        JERR_BAD_PRECISION => Error::unsupported("jpeg: only 8 bits a sample are supported"),
        JERR_FRACT_SAMPLE_NOTIMPL | JERR_CCIR601_NOTIMPL | JERR_CONVERSION_NOTIMPL => {
            Error::unsupported("jpeg: this sampling or colour space is not supported")
        }
        JERR_SOF_UNSUPPORTED => Error::unsupported("jpeg: this coding process is not supported"),
        _ => Error::malformed("jpeg: broken data"),
    };
    error.with_context(format!("libjpeg message {code}"))
}

/// Negative levels are warnings about broken data: libjpeg goes on with what it has.
unsafe extern "C-unwind" fn emit_message(common: &mut jpeg_common_struct, level: c_int) {
    if level >= 0 {
        return;
    }
    // SAFETY: `err` points to the error manager of the attached monitor.
    let code = unsafe { (*common.err).msg_code };
    if !DAMAGE.contains(&code) || common.is_decompressor == 0 {
        return;
    }
    let common: *mut jpeg_common_struct = common;
    // SAFETY: the monitor is attached and alive while the codec runs.
    unsafe { monitor(common) }.damaged = true;
    if code != JWRN_HIT_MARKER {
        return;
    }
    // SAFETY: the struct says itself that it is the head of a decompressor.
    let (scan, row) = unsafe {
        let cinfo = common.cast::<jpeg_decompress_struct>();
        ((*cinfo).input_scan_number, (*cinfo).input_iMCU_row)
    };
    if scan <= 1 && row == 0 {
        // SAFETY: the monitor is attached and alive while the codec runs.
        unsafe { monitor(common) }.ended_in_first_row = true;
    }
}

/// A library does not print.
unsafe extern "C-unwind" fn output_message(_common: &mut jpeg_common_struct) {}

unsafe extern "C-unwind" fn progress_monitor(common: &mut jpeg_common_struct) {
    // SAFETY: the monitor is attached and alive while the codec runs.
    if let Err(error) = unsafe { monitor(common) }.job.check() {
        guard::throw(error);
    }
}

extern "C" {
    fn jsimd_can_idct_islow() -> c_int;
}

/// Whether the library has chosen SIMD kernels on this machine.
pub(crate) fn accelerated() -> bool {
    // SAFETY: takes and keeps nothing; it looks at the processor.
    unsafe { jsimd_can_idct_islow() != 0 }
}

/// Library and version, in the library's words.
pub(crate) fn name() -> String {
    let job = Job::default();
    let monitor = Monitor::new(&job);
    // SAFETY: the table holds this message, a text that lives as long as the program.
    let version = unsafe {
        let text = *monitor.errors.jpeg_message_table.add(JMSG_VERSION as usize);
        std::ffi::CStr::from_ptr(text.cast())
    };
    format!("mozjpeg-sys {}", version.to_string_lossy())
}
