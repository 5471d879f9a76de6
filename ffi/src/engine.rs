//! The verbs on bytes.

use std::ffi::c_char;
use std::sync::Arc;

use safelight_core::delivery::Hints;
use safelight_core::{Engine, Input, Limits, PolishOptions, Result};

use crate::bytes::safelight_bytes;
use crate::error::safelight_error;
use crate::handle::{self, Handle, Out, Text};
use crate::image::{safelight_image, Picture};
use crate::job::safelight_job;

/// Limits of what a call may cost. Any number of threads may use one at once. It may be freed
/// while calls still run with it; results do not need it.
#[allow(non_camel_case_types)]
pub struct safelight_engine {
    _key: [u8; 0],
}

impl Handle for safelight_engine {
    const NAME: &'static str = "engine";
    type Value = Engine;
}

/// Makes an engine. `limits` is a JSON object; what it leaves out keeps its default, and with no
/// text at all every limit does:
///
///     name                          default  bounds
///     source_bytes                100000000  bytes of a source
///     source_pixels               100000000  pixels of a source frame
///     source_side                     12000  longest side of a source
///     frames                           1000  frames of a source
///     animation_pixels            100000000  pixels of all frames together
///     animation_transform_pixels   50000000  the same; with more it is passed through
///     output_pixels               100000000  pixels of a result
///     output_side                     12000  longest side of a result
///     avif_side_auto                   1200  longest side of an AVIF that `format=auto` picks
///     avif_side                        1600  longest side of an AVIF asked for by name
///     memory                      268435456  bytes that pixels and codecs of one call hold at once
///     scans                             100  scans of a progressive JPEG
///     profile_bytes                 4194304  bytes of a colour profile
///     exif_bytes                    1048576  bytes of EXIF data
///     time_ms                         30000  milliseconds of one call; 0 is no bound
///     threads                             1  threads of one call; more never changes the bytes
///
/// `out` receives the engine, to be freed with safelight_engine_free().
/// Errors: SAFELIGHT_INVALID for a name that is not in the table, a value that is not a number
/// of its range, text that is not JSON, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_engine_new(
    limits: *const c_char,
    limits_len: usize,
    out: *mut *mut safelight_engine,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        out.give(Engine::new(limits_of(limits, limits_len)?))
    })
}

/// The limits that text says.
pub(crate) fn limits_of(limits: *const c_char, len: usize) -> Result<Limits> {
    match handle::text("limits", limits, len)? {
        "" => Ok(Limits::default()),
        json => Limits::from_json(json),
    }
}

/// Frees an engine. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_engine_free(engine: *mut safelight_engine) {
    handle::free(engine);
}

/// The engine of a call: NULL is one with default limits.
pub(crate) fn engine_of(engine: *const safelight_engine) -> Result<Arc<Engine>> {
    Ok(handle::get_optional(engine)?.unwrap_or_default())
}

/// The options of a call. No text at all is the empty object: in the URL form it would be an
/// error, as a URL without options is a slip.
fn options_text<'a>(options: *const c_char, len: usize) -> Result<&'a str> {
    Ok(match handle::text("options", options, len)? {
        "" => "{}",
        options => options,
    })
}

/// Turns an image into a better one.
///
/// `engine` may be NULL: default limits. `data` is a whole JPEG, PNG, GIF, WebP or AVIF file; its
/// format is found from its bytes. `options` say what to make of it, as in a URL
/// (`width=400,format=auto`) or as a JSON object (`{"width":400,"format":"auto"}`); none at all
/// is allowed. `headers` are those of the request that the image is for, one `Name: value` a
/// line; `Accept` decides what `format=auto` becomes; none at all is allowed. `job` may be NULL:
/// no deadline beyond the engine's and no way to cancel.
///
/// `out` receives the result, to be freed with safelight_image_free(). The same input gives the
/// same bytes in every language and for any number of threads. Names of options that are not
/// known are no error: the result's info lists them under `warnings`.
///
/// Errors: SAFELIGHT_INVALID for a malformed option, text that is not UTF-8, a handle that was
/// freed, or `out` NULL; SAFELIGHT_TOO_LARGE for a limit; SAFELIGHT_UNSUPPORTED for a format or
/// an option that this version does not do; SAFELIGHT_MALFORMED for a broken image;
/// SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job` or `time_ms`.
#[no_mangle]
pub extern "C" fn safelight_render(
    engine: *const safelight_engine,
    data: *const u8,
    data_len: usize,
    options: *const c_char,
    options_len: usize,
    headers: *const c_char,
    headers_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_image,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = engine_of(engine)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let data = handle::bytes("data", data, data_len)?;
        let options = options_text(options, options_len)?;
        let hints = Hints::from_lines(handle::text("headers", headers, headers_len)?);
        let (assets, job) = (control.assets()?, control.start(engine.limits()));
        let input = Input::new(data).with_hints(&hints).with_assets(&assets);
        let rendered = engine.render_text(&input, options, &job)?;
        out.give(Picture::from(rendered))
    })
}

/// Reads the header of an image; no pixel is decoded.
///
/// `engine` may be NULL: default limits. `data` is a whole image file, or at least all of it up
/// to the first pixels.
///
/// `out` receives a JSON object, to be freed with safelight_bytes_free(): `format`, `mime`,
/// `width` and `height` as the picture is meant to be seen, `frames`, `loops`, `duration` in
/// milliseconds (null for a still picture, like `loops`), `orientation`, `color`
/// (`gray`, `rgb`, `cmyk`), `alpha`, `bits`, `progressive`, `lossless`, `subsampling`,
/// `profile` (`srgb`, `icc`, `cicp`), and whether the file carries `exif`, `xmp`, `iptc`, a
/// `gain_map` and `content_credentials`.
///
/// Errors: SAFELIGHT_INVALID for a handle that was freed or `out` NULL; SAFELIGHT_TOO_LARGE for
/// a limit; SAFELIGHT_UNSUPPORTED for a format that is not known; SAFELIGHT_MALFORMED for a
/// broken header.
#[no_mangle]
pub extern "C" fn safelight_probe(
    engine: *const safelight_engine,
    data: *const u8,
    data_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = engine_of(engine)?;
        let probe = engine.probe(handle::bytes("data", data, data_len)?)?;
        out.give(Text::new(probe.to_json().to_string()))
    })
}

/// Says what safelight_render() would do with the same arguments. Pixels are decoded only where
/// the options ask what pixels alone can tell, such as where a face is.
///
/// `out` receives a JSON object, to be freed with safelight_bytes_free(): `source` as
/// safelight_probe() gives it, `plan` (every step with its final sizes, and the memory it
/// takes), `key` (the canonical text of the options, equal for equal options) and `warnings`.
///
/// Errors: those of safelight_render().
#[no_mangle]
pub extern "C" fn safelight_explain(
    engine: *const safelight_engine,
    data: *const u8,
    data_len: usize,
    options: *const c_char,
    options_len: usize,
    headers: *const c_char,
    headers_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = engine_of(engine)?;
        let data = handle::bytes("data", data, data_len)?;
        let options = options_text(options, options_len)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let hints = Hints::from_lines(handle::text("headers", headers, headers_len)?);
        let (assets, job) = (control.assets()?, control.start(engine.limits()));
        let input = Input::new(data).with_hints(&hints).with_assets(&assets);
        let explained = engine.explain_text(&input, options, &job)?;
        out.give(Text::new(explained.to_string()))
    })
}

/// Says what a picture shows, from one small decode.
///
/// `engine`, `data` and `job` are those of safelight_render().
///
/// `out` receives a JSON object, to be freed with safelight_bytes_free(): `format`, `mime`,
/// `width`, `height`, `size`, `frames`, `alpha`, `color` (the mean), `palette` (`color`, `share`,
/// and `text`, the colour of text that reads well on it), `blurhash`, `thumbhash`, `phash`,
/// `faces`, `focus` and `placeholder` (a data URI). Positions are shares, 0 to 1, of the picture
/// as seen.
///
/// Errors: those of safelight_render() but for options.
#[no_mangle]
pub extern "C" fn safelight_describe(
    engine: *const safelight_engine,
    data: *const u8,
    data_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = engine_of(engine)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let data = handle::bytes("data", data, data_len)?;
        let described = engine.describe(&Input::new(data), &control.start(engine.limits()))?;
        out.give(Text::new(described.to_string()))
    })
}

/// Makes a file smaller without changing what it shows, or as little as was allowed: never larger
/// than the source, never below the floor.
///
/// `engine`, `data` and `job` are those of safelight_render(). `options` is a JSON object; what it
/// leaves out keeps its default, and none at all is allowed:
///
///     name    default   meaning
///     mode    lossless  `lossless`: every pixel that is seen stays; `lossy`: as few bytes as keep
///                       the floor
///     webp    false     the client takes WebP
///     avif    false     the client takes AVIF; made by `lossy` only
///     accept            the request's Accept header: WebP and AVIF when it names them
///     floor   80        SSIMULACRA2 against the source that a lossy result keeps, 30 to 100;
///                       of a picture beyond 4 Mi pixels, or wider than 4096, tiles are scored
///
/// `out` receives the result, to be freed with safelight_image_free(). Its info is a JSON object:
/// `status`, `format` (null for bytes that are no picture), `mime`, `width` and `height` as seen,
/// `size`, `quality` and `score` (null where nothing was lost), `original` (`format`, `size`), and
/// the values of two response headers, `header` (Cf-Polished) and `bgj` (Cf-Bgj). `status` is
///
///     ok                    the bytes are fewer
///     webp_bigger           WebP was tried and is not clearly smaller (by 5 %); the bytes are in
///                           a format that all clients read, and may be fewer
///     not_compressed        all that was tried takes as many bytes as the source, or more
///     not_needed            nothing was tried: a modern format already, or a gain map, which
///                           would be lost
///     input_too_large       a limit: bytes, pixels, frames, memory
///     cannot_optimize       broken or cut short
///     format_not_supported  BMP, TIFF, SVG and others, and what is no picture
///     internal_error        a fault of ours
///
/// and with all but the first two the bytes are the source's own. Metadata goes, but for the
/// orientation and for colours that are not sRGB.
///
/// Errors: SAFELIGHT_INVALID for malformed options, a handle that was freed, or `out` NULL;
/// SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job` or `time_ms`. A picture that cannot be
/// polished is no error.
#[no_mangle]
pub extern "C" fn safelight_polish(
    engine: *const safelight_engine,
    data: *const u8,
    data_len: usize,
    options: *const c_char,
    options_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_image,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = engine_of(engine)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let input = Input::new(handle::bytes("data", data, data_len)?);
        let options = PolishOptions::from_json(handle::text("options", options, options_len)?)?;
        let polished = engine.polish(&input, &options, &control.start(engine.limits()))?;
        out.give(Picture::from(polished))
    })
}
