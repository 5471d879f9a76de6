//! Animated WebP through libwebp's own assembler, fed frame by frame.
//!
//! It keeps three canvases and what is written already. It cuts each frame to what changed,
//! makes the rest transparent where that is smaller, and lengthens a frame instead of writing
//! one that changes nothing. Key frames are off: each would be coded twice to choose from.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;
use std::slice;

use libwebp_sys::*;

use super::{colored, config, error, import, watch};
use crate::encode::Animation;
use crate::image::Frame;
use crate::kernel::libwebp::MAX_SIDE;
use crate::plan::{AnimationPlan, OutputPlan};
use crate::{Error, Job, Result};

/// The longest time one frame can be shown, in milliseconds: 24 bits.
const MAX_DELAY: u32 = (1 << 24) - 1;
/// The highest number of plays that the format can say.
const MAX_LOOPS: u32 = 65_535;

/// Begins an animation; without a quality, lossless.
pub(in crate::encode) fn begin(
    output: &OutputPlan,
    plan: AnimationPlan,
    quality: Option<u8>,
    method: u8,
    job: &Job,
) -> Result<Box<dyn Animation>> {
    let (width, height) = (output.width, output.height);
    if width.max(height) > MAX_SIDE {
        return Err(Error::too_large("output side", MAX_SIDE, width.max(height)));
    }
    let encoder = Assembler::new(width as c_int, height as c_int, plan.loops)?;
    let config = config(quality, method, job)?;
    Ok(Box::new(Webp { encoder, config, size: (width, height), clock: 0 }))
}

struct Webp {
    encoder: Assembler,
    config: WebPConfig,
    size: (u32, u32),
    /// When the next frame begins, in milliseconds.
    clock: u64,
}

impl Webp {
    /// The clock in libwebp's type.
    fn time(&self) -> Result<c_int> {
        let limit = c_int::MAX;
        c_int::try_from(self.clock)
            .map_err(|_| Error::too_large("animation milliseconds", limit, self.clock))
    }
}

impl Animation for Webp {
    fn add(&mut self, frame: &Frame, job: &Job) -> Result<()> {
        job.check()?;
        if (frame.image.width(), frame.image.height()) != self.size {
            return Err(Error::internal("a frame of another size than was planned"));
        }
        let mut picture = import(&*colored(&frame.image, job)?, 1)?;
        watch(&mut picture, job);
        let time = self.time()?;
        // SAFETY: all three are set up; the picture's planes and `job` outlive the call, after
        // which the encoder has its own copy.
        let done =
            unsafe { WebPAnimEncoderAdd(self.encoder.0, &mut picture.0, time, &self.config) };
        job.check()?;
        if done == 0 {
            return Err(error(picture.0.error_code));
        }
        self.clock += u64::from(frame.delay_ms.min(MAX_DELAY));
        Ok(())
    }

    fn finish(self: Box<Self>, job: &Job) -> Result<Vec<u8>> {
        job.check()?;
        let time = self.time()?;
        let mut data = Assembled(WebPData { bytes: ptr::null(), size: 0 });
        // SAFETY: no picture means the end of the last frame; the result is ours to free.
        let done = unsafe {
            WebPAnimEncoderAdd(self.encoder.0, ptr::null_mut(), time, ptr::null()) != 0
                && WebPAnimEncoderAssemble(self.encoder.0, &mut data.0) != 0
        };
        job.check()?;
        if !done {
            return Err(Error::internal("webp: the animation could not be assembled"));
        }
        data.copied()
    }
}

/// libwebp's animation encoder.
struct Assembler(*mut WebPAnimEncoder);

impl Assembler {
    fn new(width: c_int, height: c_int, loops: u32) -> Result<Self> {
        let other = || Error::internal("webp: another library version");
        let version = WEBP_MUX_ABI_VERSION as c_int;
        let mut options = MaybeUninit::<WebPAnimEncoderOptions>::uninit();
        // SAFETY: the record is valid for a write.
        if unsafe { WebPAnimEncoderOptionsInitInternal(options.as_mut_ptr(), version) } == 0 {
            return Err(other());
        }
        // SAFETY: a call that succeeded has written all of it.
        let mut options = unsafe { options.assume_init() };
        options.anim_params.loop_count = loops.min(MAX_LOOPS) as c_int;
        options.anim_params.bgcolor = 0;
        // SAFETY: the options are set up and copied.
        let encoder = unsafe { WebPAnimEncoderNewInternal(width, height, &options, version) };
        if encoder.is_null() {
            return Err(Error::too_large("memory", "what the system gives", "more"));
        }
        Ok(Assembler(encoder))
    }
}

impl Drop for Assembler {
    fn drop(&mut self) {
        // SAFETY: it was made by the library and is not used again.
        unsafe { WebPAnimEncoderDelete(self.0) };
    }
}

/// A file in the library's memory.
struct Assembled(WebPData);

impl Assembled {
    fn copied(&self) -> Result<Vec<u8>> {
        let mut copy = Vec::new();
        copy.try_reserve_exact(self.0.size)
            .map_err(|_| Error::too_large("memory", "what the system gives", self.0.size))?;
        if self.0.size > 0 {
            // SAFETY: the library says that many bytes are there.
            copy.extend_from_slice(unsafe { slice::from_raw_parts(self.0.bytes, self.0.size) });
        }
        Ok(copy)
    }
}

impl Drop for Assembled {
    fn drop(&mut self) {
        // SAFETY: null, or memory of the library's allocator that is freed once.
        unsafe { WebPFree(self.0.bytes.cast_mut().cast()) };
    }
}
