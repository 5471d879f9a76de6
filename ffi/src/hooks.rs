//! Engines whose host does a part of the work.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use safelight_core::hooks::{Hooks, Pixels};
use safelight_core::{Engine, Error, Kind, Result, KINDS};

use crate::engine::{limits_of, safelight_engine};
use crate::error::safelight_error;
use crate::handle::{self, Out};
use crate::service::{self, safelight_service};

/// Finds the subject of a picture. `pixels` are `width` times `height` RGBA pixels, 8 bits a
/// sample, sRGB, alpha straight, rows from the top without gaps. The hook writes `width` times
/// `height` bytes to `mask`: 0 is background, 255 the subject. It returns SAFELIGHT_OK, or the
/// number of the error that the call shall return.
#[allow(non_camel_case_types)]
pub type safelight_segment_hook = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        pixels: *const u8,
        width: u32,
        height: u32,
        mask: *mut u8,
    ) -> i32,
>;

/// Enlarges a picture. `pixels` are as in safelight_segment_hook; the hook writes `to_width` times
/// `to_height` pixels of the same kind to `larger`, and returns as that one does.
#[allow(non_camel_case_types)]
pub type safelight_upscale_hook = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        pixels: *const u8,
        width: u32,
        height: u32,
        to_width: u32,
        to_height: u32,
        larger: *mut u8,
    ) -> i32,
>;

/// Decodes a HEIC file. `data` are its `len` bytes; the hook writes `width` times `height` RGBA
/// pixels to `pixels`, upright and in sRGB, and returns as safelight_segment_hook does. The size
/// is the one that the file's header says.
#[allow(non_camel_case_types)]
pub type safelight_decode_hook = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        data: *const u8,
        len: usize,
        width: u32,
        height: u32,
        pixels: *mut u8,
    ) -> i32,
>;

/// What the host wants back in its hooks.
#[derive(Clone, Copy)]
struct User(*mut c_void);

// SAFETY: the pointer is never followed here; the header asks for hooks that any thread may call
// with it.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

impl User {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

/// Makes an engine whose host does a part of the work. `limits` are those of
/// safelight_engine_new(). A hook that is NULL is not there:
///
///     segment     makes segment=foreground work
///     upscale     makes upscale=generate work
///     decode      makes HEIC sources work
///
/// `user` is handed to every hook. Hooks are called by the thread that makes the call, and by
/// several at once when several calls run; they and `user` must stay good until the engine is
/// freed and its last call has ended. The buffers are theirs for the time of the call only.
///
/// `out` receives the engine, to be freed with safelight_engine_free().
/// Errors: those of safelight_engine_new().
#[no_mangle]
pub extern "C" fn safelight_engine_new_with_hooks(
    limits: *const c_char,
    limits_len: usize,
    segment: safelight_segment_hook,
    upscale: safelight_upscale_hook,
    decode: safelight_decode_hook,
    user: *mut c_void,
    out: *mut *mut safelight_engine,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = Engine::new(limits_of(limits, limits_len)?);
        out.give(engine.with_hooks(hooks_of(segment, upscale, decode, user)))
    })
}

/// Opens a service whose host does a part of the work. `config` is that of
/// safelight_service_open(), the hooks and `user` are those of safelight_engine_new_with_hooks();
/// they must stay good until the service is closed, freed, and its last call has ended.
///
/// `out` receives the service, to be freed with safelight_service_free().
/// Errors: those of safelight_service_open().
#[no_mangle]
pub extern "C" fn safelight_service_open_with_hooks(
    config: *const c_char,
    config_len: usize,
    segment: safelight_segment_hook,
    upscale: safelight_upscale_hook,
    decode: safelight_decode_hook,
    user: *mut c_void,
    out: *mut *mut safelight_service,
    error: *mut *mut safelight_error,
) -> i32 {
    service::open(config, config_len, hooks_of(segment, upscale, decode, user), out, error)
}

/// What the host offers.
fn hooks_of(
    segment: safelight_segment_hook,
    upscale: safelight_upscale_hook,
    decode: safelight_decode_hook,
    user: *mut c_void,
) -> Hooks {
    let user = User(user);
    let mut hooks = Hooks::default();
    if let Some(hook) = segment {
        hooks = hooks.on_segment(Arc::new(move |picture: Pixels<'_>, mask: &mut [u8]| {
            let Pixels { width, height, data } = picture;
            // SAFETY: the header tells the hook how long both buffers are.
            let status =
                unsafe { hook(user.get(), data.as_ptr(), width, height, mask.as_mut_ptr()) };
            outcome("segment", status)
        }));
    }
    if let Some(hook) = upscale {
        hooks = hooks.on_upscale(Arc::new(
            move |picture: Pixels<'_>, to: (u32, u32), larger: &mut [u8]| {
                let Pixels { width, height, data } = picture;
                let (pixels, larger) = (data.as_ptr(), larger.as_mut_ptr());
                // SAFETY: the header tells the hook how long both buffers are.
                let status = unsafe { hook(user.get(), pixels, width, height, to.0, to.1, larger) };
                outcome("upscale", status)
            },
        ));
    }
    if let Some(hook) = decode {
        hooks = hooks.on_decode(Arc::new(
            move |source: &[u8], (width, height): (u32, u32), pixels: &mut [u8]| {
                let (data, pixels) = (source.as_ptr(), pixels.as_mut_ptr());
                // SAFETY: the header tells the hook how long both buffers are.
                let status = unsafe { hook(user.get(), data, source.len(), width, height, pixels) };
                outcome("decode", status)
            },
        ));
    }
    hooks
}

/// The status of a hook as a result; a number that is no kind is the host's own trouble.
fn outcome(name: &str, status: i32) -> Result<()> {
    if status == handle::OK {
        return Ok(());
    }
    let known = KINDS.iter().find(|names| names.kind.number() == status);
    let kind = known.map_or(Kind::Storage, |names| names.kind);
    Err(Error::new(kind, format!("{name}: the hook of the host failed")))
}
