//! The verbs without pixels.

use napi_derive::napi;
use safelight::{delivery, sign as signing, url, Error, Result};

use crate::outcome::{text, Outcome};

fn json(name: &str, text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| Error::invalid(name, "JSON", error))
}

/// A point in time that arrived as a number of JavaScript.
fn unix_seconds(name: &str, value: Option<f64>) -> Result<Option<u64>> {
    match value {
        None => Ok(None),
        // Above 2^53 a number of JavaScript is no longer one certain integer.
        Some(value) if value.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&value) => {
            Ok(Some(value as u64))
        }
        Some(value) => Err(Error::invalid(name, "unix seconds", value)),
    }
}

/// `path` with its expiry and signature appended.
#[napi]
pub fn sign(path: String, key: String, expires: Option<f64>) -> Outcome {
    text(|| signing::sign(&path, &key, unix_seconds("expires", expires)?))
}

/// An empty text when one of `keys` signed `path` and it has not expired.
#[napi]
pub fn verify(path: String, keys: Vec<String>, now: Option<f64>) -> Outcome {
    text(|| {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let now = unix_seconds("now", now)?.unwrap_or_else(signing::now);
        signing::verify(&path, &keys, now).map(|()| String::new())
    })
}

/// The parts of a URL, as JSON.
#[napi]
pub fn parse_url(value: String, lenient: bool) -> Outcome {
    text(|| Ok(url::parse_with(&value, lenient)?.to_json().to_string()))
}

/// The HTML of a picture, as JSON.
#[napi]
pub fn markup(request: String) -> Outcome {
    text(|| Ok(safelight::markup::markup(&request)?.to_string()))
}

/// The URL of the parts that JSON names.
#[napi]
pub fn build_url(parts: String) -> Outcome {
    text(|| url::build(&url::Url::from_json(&json("parts", &parts)?)?))
}

/// The format for a client, as JSON.
#[napi]
pub fn negotiate(request: String) -> Outcome {
    text(|| Ok(delivery::negotiate_json(&json("request", &request)?)?.to_string()))
}

/// What a request stands for under Vary for Images, as JSON.
#[napi]
pub fn vary_request(request: String) -> Outcome {
    text(|| Ok(delivery::vary_request_json(&json("request", &request)?)?.to_string()))
}

/// What becomes of an origin's answer under Vary for Images, as JSON.
#[napi]
pub fn vary_response(request: String) -> Outcome {
    text(|| Ok(delivery::vary_response_json(&json("request", &request)?)?.to_string()))
}

/// What a request stands for under behaviours of headers, as JSON.
#[napi]
pub fn vary_headers(request: String) -> Outcome {
    text(|| Ok(delivery::vary_headers_json(&json("request", &request)?)?.to_string()))
}

/// Version of the library.
#[napi]
pub fn version() -> String {
    safelight::VERSION.to_owned()
}

/// The codec back ends of this build, as JSON.
#[napi]
pub fn backends() -> Outcome {
    text(|| {
        serde_json::to_string(&safelight::backends::backends())
            .map_err(|error| Error::internal("backends: no JSON").with_context(error.to_string()))
    })
}

/// Panics inside the library.
#[napi]
pub fn panic_on_purpose() -> Outcome {
    text(|| safelight::guard::panic_on_purpose().map(|()| String::new()))
}
