//! libaom: one frame that stands alone, or many that build on each other.

use std::ffi::{c_int, CStr};
use std::mem::MaybeUninit;
use std::ptr;
use std::slice;

use libaom_sys::*;

use super::{alpha_quality, clean, is_transparent, mux, Coded, Settings};
use crate::backends::Backend;
use crate::image::{Image, Layout};
use crate::kernel::yuv::{self, Planar, Written};
use crate::{Error, Job, Result};

/// Encodes `image`; alpha is a second, grey picture.
pub(super) fn encode(image: &Image, settings: Settings, job: &Job) -> Result<Vec<u8>> {
    match settings.thorough {
        false => encode_as::<u8>(image, settings, job),
        true => encode_as::<u16>(image, settings, job),
    }
}

/// Encodes `image` with samples of one kind. Those of colour and alpha must have as many bits.
fn encode_as<S: Written>(image: &Image, settings: Settings, job: &Job) -> Result<Vec<u8>> {
    let size = (image.width(), image.height());
    let transparent = is_transparent(image);
    let planar = color_planes::<S>(image, transparent, settings, job)?;
    let color = code(&planar, size, settings, job)?;
    drop(planar);
    if !transparent {
        return mux::write(&color, None, size);
    }
    let planar = yuv::from_gray::<S>(image, 3, 4, job)?;
    let settings = Settings { quality: alpha_quality(settings.quality), ..settings };
    let alpha = code(&planar, size, settings, job)?;
    mux::write(&color, Some(&alpha), size)
}

/// The colours of `image` as planes; those that nobody sees are made cheap.
pub(super) fn color_planes<S: Written>(
    image: &Image,
    transparent: bool,
    settings: Settings,
    job: &Job,
) -> Result<Planar<S>> {
    match image.layout() {
        Layout::Gray => yuv::from_gray(image, 0, 1, job),
        _ if transparent => {
            yuv::from_pixels(&clean::cleaned(image, job)?, settings.full_chroma, job)
        }
        _ => yuv::from_pixels(image, settings.full_chroma, job),
    }
}

/// Codes planes into one item.
fn code<S: Written>(
    planar: &Planar<S>,
    size: (u32, u32),
    settings: Settings,
    job: &Job,
) -> Result<Coded> {
    job.check()?;
    let halved = planar.chroma.is_none() || !settings.full_chroma;
    let mut session = Session::open(planar, size, halved, settings, Use::Still)?;
    let mut packets = session.encode(planar, 0)?;
    packets.extend(session.finish()?);
    job.check()?;
    let data = packets.into_iter().flat_map(|packet| packet.data).collect::<Vec<u8>>();
    if data.is_empty() {
        return Err(Error::internal("avif: the encoder wrote nothing"));
    }
    Ok(Coded { data, monochrome: planar.chroma.is_none(), bits: S::BITS, halved })
}

/// (quality, quantiser) of the slow and of the quickest search. Between them lines are drawn.
///
/// At the inner points the mean SSIMULACRA2 of six photos of 720 pixels' width is that of
/// libjpeg 4:2:0 at the same quality: 84 at 90, 80 at 85, 77 at 80, 69 at 65, 63 at 50.
const SLOW: [(u8, u8); 7] = [(1, 63), (50, 33), (65, 28), (80, 21), (85, 17), (90, 11), (100, 1)];
const QUICK: [(u8, u8); 7] = [(1, 60), (50, 27), (65, 21), (80, 11), (85, 8), (90, 4), (100, 1)];

/// libaom's quantiser, 0 to 63, for a quality of 1 to 100.
pub(super) fn quantizer(quality: u8, quick: bool) -> i32 {
    let points = if quick { &QUICK } else { &SLOW };
    let quality = i32::from(quality.clamp(1, 100));
    let (from, to) = points
        .iter()
        .zip(&points[1..])
        .find(|(_, to)| quality <= i32::from(to.0))
        .expect("the last point is the best quality");
    let [(x0, y0), (x1, y1)] = [*from, *to].map(|(x, y)| (i32::from(x), i32::from(y)));
    let (run, fall) = (x1 - x0, y0 - y1);
    y0 - (fall * (quality - x0) + run / 2) / run
}

/// libaom's speed. Its 8 is left out: on flat pictures it writes three times the bytes of 7.
fn cpu_used(speed: u8) -> i32 {
    match speed {
        8 => 7,
        speed => i32::from(speed.min(9)),
    }
}

/// The most frames from one key frame to the next: how far a player goes back to jump.
const KEY_EVERY: u32 = 120;

/// What an encoder is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// One frame.
    Still,
    /// Many frames; each is written as soon as it is there.
    Moving,
}

/// A coded frame.
pub(super) struct Packet {
    /// Its units without the delimiter, which has no place in a picture file.
    pub data: Vec<u8>,
    /// Whether it needs no other frame.
    pub key: bool,
}

/// An encoder at work.
pub(super) struct Session {
    context: Box<aom_codec_ctx_t>,
    size: (u32, u32),
    halved: bool,
}

impl Session {
    pub fn open<S: Written>(
        planar: &Planar<S>,
        size: (u32, u32),
        halved: bool,
        settings: Settings,
        purpose: Use,
    ) -> Result<Self> {
        let config = config(planar, size, halved, purpose)?;
        let mut context = Box::<aom_codec_ctx_t>::new_uninit();
        // SAFETY: the context is valid for a write and `config` for a read; the interface is
        // static.
        let status = unsafe {
            aom_codec_enc_init_ver(
                context.as_mut_ptr(),
                aom_codec_av1_cx(),
                &config,
                if S::BITS > 8 { AOM_CODEC_USE_HIGHBITDEPTH.into() } else { 0 },
                AOM_ENCODER_ABI_VERSION as c_int,
            )
        };
        check(status, "start")?;
        // SAFETY: a call that succeeded has written all of the context.
        let context = unsafe { context.assume_init() };
        let mut session = Session { context, size, halved };
        session.tune(settings)?;
        Ok(session)
    }

    fn tune(&mut self, settings: Settings) -> Result<()> {
        let speed = cpu_used(settings.speed);
        let quick = speed == 9;
        // Quantisation matrices save 1 to 2 % of the bytes at equal SSIMULACRA2. The quickest
        // search does not weigh frequencies itself and gains from strong ones.
        let (flat, steep) = match (quick, settings.thorough) {
            (true, _) => (10, 2),
            (false, false) => (15, 8),
            (false, true) => (14, 9),
        };
        let controls = [
            (AOME_SET_CPUUSED, speed),
            (AOME_SET_CQ_LEVEL, quantizer(settings.quality, quick)),
            (AV1E_SET_ENABLE_QM, 1),
            (AV1E_SET_QM_MIN, steep),
            (AV1E_SET_QM_MAX, flat),
            (AOME_SET_TUNING, AOM_TUNE_SSIM as i32),
            (AV1E_SET_COLOR_PRIMARIES, AOM_CICP_CP_BT_709 as i32),
            (AV1E_SET_TRANSFER_CHARACTERISTICS, AOM_CICP_TC_SRGB as i32),
            (AV1E_SET_MATRIX_COEFFICIENTS, AOM_CICP_MC_BT_601 as i32),
            (AV1E_SET_COLOR_RANGE, AOM_CR_FULL_RANGE as i32),
        ];
        controls.into_iter().try_for_each(|(id, value)| self.control(id, value))
    }

    fn control(&mut self, id: aome_enc_control_id, value: i32) -> Result<()> {
        // SAFETY: the context is open, and every control used here takes one int.
        let status = unsafe { aom_codec_control(&mut *self.context, id as c_int, value) };
        check(status, "configure")
    }

    /// Codes the frame that is shown from `time` on.
    pub fn encode<S: Written>(&mut self, planar: &Planar<S>, time: i64) -> Result<Vec<Packet>> {
        let image = self.wrap(planar)?;
        // SAFETY: the context is open; the picture's planes live in `planar` until the encoder
        // has made its own copy, which it does before the call returns.
        let status = unsafe { aom_codec_encode(&mut *self.context, &image, time, 1, 0) };
        check(status, "encode")?;
        Ok(self.packets())
    }

    /// Ends the stream.
    pub fn finish(&mut self) -> Result<Vec<Packet>> {
        // SAFETY: no picture means the end of the stream.
        let status = unsafe { aom_codec_encode(&mut *self.context, ptr::null(), 0, 1, 0) };
        check(status, "finish")?;
        Ok(self.packets())
    }

    /// libaom's record of our planes. Nothing is copied, nothing has to be freed.
    fn wrap<S: Written>(&self, planar: &Planar<S>) -> Result<aom_image_t> {
        let format = match (self.halved, S::BITS > 8) {
            (true, false) => AOM_IMG_FMT_I420,
            (true, true) => AOM_IMG_FMT_I42016,
            (false, false) => AOM_IMG_FMT_I444,
            (false, true) => AOM_IMG_FMT_I44416,
        };
        let mut image = MaybeUninit::<aom_image_t>::uninit();
        let luma = planar.luma.as_ptr().cast_mut().cast::<u8>();
        let (width, height) = self.size;
        // SAFETY: the record is valid for a write; the planes are replaced below.
        let made = unsafe { aom_img_wrap(image.as_mut_ptr(), format, width, height, 1, luma) };
        if made.is_null() {
            return Err(Error::internal("avif: the encoder refused the picture's shape"));
        }
        // SAFETY: a call that succeeded has written all of the record.
        let mut image = unsafe { image.assume_init() };
        // Grey has no chroma that is read; the planes of the luma stand in, which are larger.
        let (chroma, chroma_width) = match &planar.chroma {
            Some([u, v]) => ([u.as_ptr(), v.as_ptr()], planar.chroma_width),
            None => ([planar.luma.as_ptr(); 2], planar.width),
        };
        let [u, v] = chroma.map(|plane| plane.cast_mut().cast::<u8>());
        image.planes = [luma, u, v];
        // In bytes.
        image.stride = [planar.width, chroma_width, chroma_width]
            .map(|samples| (samples * size_of::<S>()) as i32);
        image.bit_depth = S::BITS;
        image.monochrome = i32::from(planar.chroma.is_none());
        image.range = AOM_CR_FULL_RANGE;
        Ok(image)
    }

    fn packets(&mut self) -> Vec<Packet> {
        let mut packets = Vec::new();
        let mut position = ptr::null();
        loop {
            // SAFETY: the context is open and `position` starts at null, as the call wants.
            let packet = unsafe { aom_codec_get_cx_data(&mut *self.context, &mut position) };
            // SAFETY: a packet that is not null is valid until the next call.
            let Some(packet) = (unsafe { packet.as_ref() }) else { return packets };
            if packet.kind == AOM_CODEC_CX_FRAME_PKT {
                // SAFETY: the kind says which member of the union was written; its buffer has
                // `sz` bytes and is valid until the next call.
                let (data, flags) = unsafe {
                    let frame = &packet.data.frame;
                    (slice::from_raw_parts(frame.buf.cast::<u8>(), frame.sz), frame.flags)
                };
                let data = data.strip_prefix(&[0x12, 0]).unwrap_or(data).to_vec();
                packets.push(Packet { data, key: flags & AOM_FRAME_IS_KEY != 0 });
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: the context was opened and is not used again.
        unsafe { aom_codec_destroy(&mut *self.context) };
    }
}

fn config<S: Written>(
    planar: &Planar<S>,
    (width, height): (u32, u32),
    halved: bool,
    purpose: Use,
) -> Result<aom_codec_enc_cfg_t> {
    let usage = match purpose {
        Use::Still => AOM_USAGE_ALL_INTRA,
        Use::Moving => AOM_USAGE_GOOD_QUALITY,
    };
    let mut config = MaybeUninit::<aom_codec_enc_cfg_t>::uninit();
    // SAFETY: the record is valid for a write; the interface is static.
    let status =
        unsafe { aom_codec_enc_config_default(aom_codec_av1_cx(), config.as_mut_ptr(), usage) };
    check(status, "configure")?;
    // SAFETY: a call that succeeded has written all of it.
    let mut config = unsafe { config.assume_init() };
    (config.g_w, config.g_h) = (width, height);
    config.g_limit = u32::from(purpose == Use::Still);
    if purpose == Use::Moving {
        // Frames have their times in the file; to the encoder each takes one tick.
        (config.g_timebase.num, config.g_timebase.den) = (1, 30);
        (config.kf_mode, config.kf_max_dist) = (AOM_KF_AUTO, KEY_EVERY);
    }
    // A frame is written before the next one comes, so that none has to wait in memory.
    config.g_lag_in_frames = 0;
    config.g_pass = AOM_RC_ONE_PASS;
    // With more threads the slower speeds of 3.11 write other bytes (seen at 6).
    config.g_threads = 1;
    config.g_profile = u32::from(!halved);
    config.g_bit_depth = if S::BITS > 8 { AOM_BITS_10 } else { AOM_BITS_8 };
    config.g_input_bit_depth = S::BITS;
    config.rc_end_usage = AOM_Q;
    config.monochrome = u32::from(planar.chroma.is_none());
    Ok(config)
}

fn check(status: aom_codec_err_t, what: &str) -> Result<()> {
    match status {
        AOM_CODEC_OK => Ok(()),
        AOM_CODEC_MEM_ERROR => Err(Error::too_large("memory", "what the system gives", "more")),
        _ => {
            // SAFETY: the call answers with a static text for every number.
            let text = unsafe { CStr::from_ptr(aom_codec_err_to_string(status)) };
            let text = text.to_string_lossy();
            Err(Error::internal(format!("avif: the encoder failed to {what}")).with_context(text))
        }
    }
}

/// Library, version, and whether it was built with kernels for this machine.
pub(super) fn backend() -> Backend {
    // SAFETY: both calls answer with static texts.
    let [version, build] = unsafe {
        [CStr::from_ptr(aom_codec_version_str()), CStr::from_ptr(aom_codec_build_config())]
    };
    let build = build.to_string_lossy();
    Backend {
        role: "avif encode",
        name: format!("libaom {}", version.to_string_lossy()),
        // A build without an assembler fails unless it was told to be generic.
        accelerated: !build.contains("AOM_TARGET_CPU=generic"),
    }
}
