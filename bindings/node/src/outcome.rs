//! What every function answers: a result, or what went wrong.

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use safelight::guard::guard;
use safelight::{Error, Polished, Rendered, Result, KINDS};

/// A failure of core.
#[napi(object)]
pub struct Failure {
    /// Kind, as text.
    pub code: String,
    /// One line that a client may see.
    pub message: String,
    /// Detail that only the log may see.
    pub context: Option<String>,
}

/// Either `failure`, or `text` and `data` as the verb has them.
#[napi(object)]
#[derive(Default)]
pub struct Outcome {
    /// What went wrong.
    pub failure: Option<Failure>,
    /// A text, or the JSON of an answer.
    pub text: Option<String>,
    /// Encoded bytes.
    pub data: Option<Buffer>,
}

/// Runs a verb that answers text, inside core's guard.
pub(crate) fn text(work: impl FnOnce() -> Result<String>) -> Outcome {
    match guard(work) {
        Ok(text) => Outcome { text: Some(text), ..Outcome::default() },
        Err(error) => error.into(),
    }
}

impl From<Result<Rendered>> for Outcome {
    fn from(result: Result<Rendered>) -> Self {
        match result {
            Ok(rendered) => {
                let text = rendered.info.to_json(rendered.data.len()).to_string();
                Outcome { failure: None, text: Some(text), data: Some(rendered.data.into()) }
            }
            Err(error) => error.into(),
        }
    }
}

impl From<Result<Polished>> for Outcome {
    fn from(result: Result<Polished>) -> Self {
        match result {
            Ok(polished) => {
                let text = polished.to_json().to_string();
                Outcome { failure: None, text: Some(text), data: Some(polished.data.into()) }
            }
            Err(error) => error.into(),
        }
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        let failure = Failure {
            code: error.kind().names().node.to_owned(),
            message: error.message().to_owned(),
            context: error.context().map(str::to_owned),
        };
        Outcome { failure: Some(failure), ..Outcome::default() }
    }
}

/// One kind of error that core knows.
#[napi(object)]
pub struct KindRow {
    /// Kind, as text.
    pub code: String,
    /// Permanent number.
    pub number: i32,
    /// HTTP status when nothing more precise is known.
    pub http: u32,
}

/// Every kind of error that core knows.
#[napi]
pub fn kinds() -> Vec<KindRow> {
    let row = |names: &safelight::KindNames| KindRow {
        code: names.node.to_owned(),
        number: names.kind.number(),
        http: names.http.into(),
    };
    KINDS.iter().map(row).collect()
}
