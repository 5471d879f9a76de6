//! The verbs on URLs, signatures and request headers: text in, text out.

use std::ffi::c_char;

use safelight_core::markup::markup;
use safelight_core::url::Url;
use safelight_core::{delivery, sign, url, Error, Result};
use serde_json::Value;

use crate::bytes::safelight_bytes;
use crate::error::safelight_error;
use crate::handle::{self, Out, Text};

/// Signs a path.
///
/// `path` is path and query of a URL, `/account/image/public`; a full URL is not. `key` is the
/// signing key. `expires` is the second, in Unix time, at which the link stops to work; below 0 it
/// works for ever.
///
/// `out` receives the path with `exp` (where one was given) and `sig` appended, to be freed with
/// safelight_bytes_free().
///
/// Errors: SAFELIGHT_INVALID for a path that cannot be signed, an empty key, text that is not
/// UTF-8, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_sign(
    path: *const c_char,
    path_len: usize,
    key: *const c_char,
    key_len: usize,
    expires: i64,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let path = handle::text("path", path, path_len)?;
        let key = handle::text("key", key, key_len)?;
        let signed = sign::sign(path, key, u64::try_from(expires).ok())?;
        out.give(Text::new(signed))
    })
}

/// Checks a signed path; SAFELIGHT_OK means that the signature is right and has not expired.
///
/// `path` is path and query exactly as they came in the request. `keys` and `key_lens` are arrays
/// of `key_count` pointers and lengths: the keys that count, so that an old one stays good while
/// a new one is brought in. `now` is the time in Unix seconds; below 0 the system's clock is
/// read. The check takes the same time whatever is wrong with a signature.
///
/// Errors: SAFELIGHT_SIGNATURE for a signature that is missing, wrong or expired;
/// SAFELIGHT_INVALID for no key at all or an empty one, NULL arrays and text that is not UTF-8.
#[no_mangle]
pub extern "C" fn safelight_verify(
    path: *const c_char,
    path_len: usize,
    keys: *const *const c_char,
    key_lens: *const usize,
    key_count: usize,
    now: i64,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let path = handle::text("path", path, path_len)?;
        let keys = handle::texts("keys", keys, key_lens, key_count)?;
        sign::verify(path, &keys, u64::try_from(now).unwrap_or_else(|_| sign::now()))
    })
}

/// Reads an image URL, with or without scheme and host. With `lenient` other than 0 a malformed
/// option is left out with a warning, as the service that these URLs come from does; a number that
/// is out of range and an unknown format stay errors.
///
/// `out` receives a JSON object, to be freed with safelight_bytes_free(). Members that the URL
/// does not have are null.
///
///     form        transform, or delivery for a hosted image
///     host        scheme and host, as in https://example.com
///     options     canonical text, equal for equal options
///     warnings    an array of texts: what was ignored, and why
///     source      transform: a path, or the URL of another host
///     custom      delivery: whether the path starts with /cdn-cgi/imagedelivery/
///     account     delivery: the account's hash
///     image       delivery: the image's id, decoded
///     variant     delivery: the variant's name; a URL has this or options
///     query       delivery: what follows the question mark
///
/// Errors: SAFELIGHT_INVALID for a URL of neither form, a malformed option, text that is not
/// UTF-8, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_parse_url(
    url: *const c_char,
    url_len: usize,
    lenient: i32,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let text = handle::text("url", url, url_len)?;
        let parsed = url::parse_with(text, lenient != 0)?;
        out.give(Text::new(parsed.to_json().to_string()))
    })
}

/// Writes an image URL from the JSON object that safelight_parse_url() gives; what is null there
/// may be left out.
///
/// `out` receives the URL, to be freed with safelight_bytes_free().
///
/// Errors: SAFELIGHT_INVALID for text that is not such an object, a malformed option, or `out`
/// NULL.
#[no_mangle]
pub extern "C" fn safelight_build_url(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let parts = Url::from_json(&value("json", json, json_len)?)?;
        out.give(Text::new(url::build(&parts)?))
    })
}

/// Finds the best format for a request.
///
/// `json` is `{"headers":{"Accept":"image/avif"},"formats":["avif","webp","jpeg"]}`, where
/// `formats` are the candidates, best first; left out they are the three of the example.
///
/// `out` receives `{"format":"avif","formats":["avif"],"vary":["Accept"]}`, to be freed with
/// safelight_bytes_free(): the format to send, which of AVIF and WebP the client takes, and the
/// request headers that decided, for `Vary`.
///
/// With a member `"options"`, text of render options, the answer is what they come to for this
/// client: `{"options":"width=768","width":768,"format":null,"vary":["Sec-CH-Width"],"accept_ch":
/// ["Sec-CH-Width"]}`. `width=auto` has become a number; `format` is null where the source decides;
/// `accept_ch` lists the hints to ask clients for.
///
/// Errors: SAFELIGHT_INVALID for text that is not such an object, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_negotiate(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let answer = delivery::negotiate_json(&value("json", json, json_len)?)?;
        out.give(Text::new(answer.to_string()))
    })
}

/// Reduces the Accept header of a request, in front of a cache and an origin that sends several
/// formats under one URL (Vary for Images).
///
/// `json` is `{"rules":{"jpg":["image/webp","image/avif"]},"path":"/cat.jpg","accept":
/// "image/webp,image/png","stored":[{"accept":"image/webp","content_type":"image/webp"}]}`. `rules`
/// are the media types that the origin may send, by extension. `path` may have a query; its
/// extension decides. `accept` is the client's header, null for none. `stored` are the variants
/// that the cache holds for the URL and may be left out.
///
/// `out` receives `{"extension":"jpg","accept":"image/webp","types":["image/webp"],"chosen":0}`, to
/// be freed with safelight_bytes_free(). `accept` is the header for the origin and the name of the
/// variant; `types` are what may come, best first; `chosen` is the index of the stored variant to
/// send, or null: then the origin is to be asked. Where no rule governs the path `extension` and
/// `accept` are null: the client's header goes on as it is. A purge of a URL drops all that is
/// stored for it.
///
/// Errors: SAFELIGHT_INVALID for text that is not such an object, a rule that may not be, a path
/// that does not start with a slash, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_vary_request(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let answer = delivery::vary_request_json(&value("json", json, json_len)?)?;
        out.give(Text::new(answer.to_string()))
    })
}

/// Judges what an origin answered to a request of safelight_vary_request().
///
/// `json` is `{"rules":{"jpg":["image/webp"]},"path":"/cat.jpg","accept":"image/webp",
/// "content_type":"image/webp","vary":"Accept"}`: rules and path as they were, the client's header
/// or the one that was sent, and two headers of the answer, null where it lacks them.
///
/// `out` receives `{"store":true,"accept":"image/webp","status":"MISS","reason":"variant"}`, to be
/// freed with safelight_bytes_free(). `store` says whether the cache may keep the answer, `accept`
/// under which name; null is the single copy for all clients. `status` is MISS or BYPASS. `reason`:
///
///     variant              stored: a type that was asked for
///     single               stored: the origin does not vary
///     wrong_type           not a type that was asked for
///     vary_missing         not the extension's type, but the origin does not say that it varies
///     vary_header_present  varies by something else than Accept and Accept-Encoding
///     no_rule              varies by Accept, but the path has no rule
///
/// Errors: SAFELIGHT_INVALID for text that is not such an object, a rule that may not be, a path
/// that does not start with a slash, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_vary_response(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let answer = delivery::vary_response_json(&value("json", json, json_len)?)?;
        out.give(Text::new(answer.to_string()))
    })
}

/// Says what a request stands for when answers of its origin vary by headers, and whether such an
/// answer is stored.
///
/// `json` is `{"behaviors":{"default":{"action":"bypass"},"headers":{"accept":{"action":"normalize",
/// "media_types":["image/webp"]},"accept-language":{"action":"normalize","languages":["de","en"]},
/// "x-device":{"action":"passthrough"}}},"headers":{"Accept":"image/webp"},"vary":"Accept"}`.
/// `headers` are the client's; `vary` is the answer's or the one that the cache remembers for the
/// URL, null for none. What is done for a header that an answer varies by:
///
///     normalize    it is reduced to the list, or its white space, for the origin and in the key
///     passthrough  it goes on as it came, and is a part of the key
///     bypass       the answer is not stored; also without a default
///
/// `out` receives `{"send":{"accept":"image/webp","accept-language":"*"},"store":true,
/// "key":{"accept":"image/webp"},"status":"MISS"}`, to be freed with safelight_bytes_free(). `send`
/// are the headers that go to the origin in place of the client's, null for one that it did not
/// send; `key` tells the variants of the URL apart; `status` is MISS or BYPASS. Accept-Encoding is
/// the cache's own matter unless it is listed.
///
/// Errors: SAFELIGHT_INVALID for text that is not such an object, a list that may not be, a name
/// that no header has, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_vary_headers(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let answer = delivery::vary_headers_json(&value("json", json, json_len)?)?;
        out.give(Text::new(answer.to_string()))
    })
}

/// Writes the HTML of a picture: `<img>` or `<picture>` with `srcset`, `sizes`, dimensions, lazy
/// loading and a placeholder. No pixel is needed.
///
/// `json` is an object. It must have `source` (what transform URLs name) or `delivery` (a hosted
/// image: `account`, `image`), and `width` and `height` of the source as seen. It may have `host`,
/// `layout` (`constrained`, `fixed`, `full`), `display_width`, `display_height`, `options`,
/// `formats`, `widths`, `sizes`, `alt`, `class`, `priority`, `placeholder`, `style` and `sign`
/// (`key`, `expires`).
///
/// `out` receives an object, to be freed with safelight_bytes_free(): `html`, its parts `src`,
/// `srcset`, `sizes`, `width`, `height` and `sources`, `preload` and `warnings`.
///
/// Errors: SAFELIGHT_INVALID for text that is not such an object, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_markup(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        out.give(Text::new(markup(handle::text("json", json, json_len)?)?.to_string()))
    })
}

/// JSON as a value; what it means is core's matter.
fn value(name: &str, data: *const c_char, len: usize) -> Result<Value> {
    serde_json::from_str(handle::text(name, data, len)?)
        .map_err(|error| Error::invalid(name, "JSON text", error))
}
