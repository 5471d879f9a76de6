//! The verb on pages.

use std::ffi::c_char;

use crate::bytes::safelight_bytes;
use crate::engine::{engine_of, safelight_engine};
use crate::error::safelight_error;
use crate::handle::{self, Out, Text};
use crate::job::safelight_job;

/// Says what to change about the pictures of a page, what it saves, and the markup that does it.
///
/// `engine` may be NULL: default limits. `html` is the page's text. `job` holds what the page
/// loads, pictures and style sheets, as assets by their absolute URLs: see
/// safelight_job_add_asset(). Nothing is fetched; what is not there is told as a warning. Every
/// picture is rendered for its place, so give an engine of large pages a longer `time_ms`.
///
/// `request` is a JSON object. It must have `url`, where the page is, and may have `host`
/// (scheme and host of transform URLs), `viewport` (`width`, `height`, `dpr`), `accept`,
/// `options` (of every transform URL; without any `quality=auto`), `html` (true: the answer has
/// the changed page) and `shown`, what a browser has shown: objects of `url`, `kind`, `width`
/// and `height` in CSS pixels, `fit` (as object-fit), `main`, `above_fold` and `reserved`.
/// Without `shown` sizes come from attributes, styles and `sizes`, and what is seen first from
/// the order of the page.
///
/// `out` receives a JSON object, to be freed with safelight_bytes_free():
///
///     summary     images, findings, bytes, possible, saved; every file counts once
///     images      each with kind, url, document, start, end, line, markup, bytes, format, width,
///                 height, shown, main, above_fold, best, saved, findings and fix
///     edits       document (null: the page), start and end in bytes, text; in order
///     warnings    an array of texts
///     html        the page with all edits, where asked for
///
/// A finding has `rule` (`size`, `format`, `quality`, `srcset`, `sizes`, `dimensions`, `lazy`,
/// `lazy-main`, `lazy-first`, `priority`, `preload`, `host`), `text`, and `saved` in bytes or null.
///
/// Errors: SAFELIGHT_INVALID for a request that is not such an object, text that is not UTF-8, a
/// handle that was freed, or `out` NULL; SAFELIGHT_TOO_LARGE for a page beyond 8 MiB or 5,000
/// pictures; SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job` or `time_ms`.
#[no_mangle]
pub extern "C" fn safelight_audit(
    engine: *const safelight_engine,
    html: *const c_char,
    html_len: usize,
    request: *const c_char,
    request_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let engine = engine_of(engine)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let html = handle::text("html", html, html_len)?;
        let request = handle::text("request", request, request_len)?;
        let (assets, job) = (control.assets()?, control.start(engine.limits()));
        out.give(Text::new(engine.audit(html, request, &assets, &job)?.to_string()))
    })
}
