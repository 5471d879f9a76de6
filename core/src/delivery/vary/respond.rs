//! What becomes of an origin's answer.

use super::rules::{canonical, VaryRules};
use super::{vary_request, VaryRequest};
use crate::Result;

/// Whether an answer may be stored, as what, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryResponse {
    /// Whether a cache may keep it. Other reasons against it, such as `Cache-Control`, are the
    /// cache's to know.
    pub store: bool,
    /// What it is stored as: the text of [`VaryRequest::accept`], or nothing for the single copy.
    pub accept: Option<String>,
    /// Why.
    pub reason: VaryReason,
}

/// Why an answer is stored or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaryReason {
    /// Stored: a variant that is due for the client's types.
    Variant,
    /// Stored: one copy for all clients.
    Single,
    /// The path has no rule, but the origin varies by `Accept`.
    NoRule,
    /// The type is not one that was asked for.
    WrongType,
    /// Another type than the extension's, but the origin does not say that it varies.
    VaryMissing,
    /// The answer varies by something else than `Accept` and `Accept-Encoding`.
    VaryHeaderPresent,
}

impl VaryReason {
    /// Its word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            VaryReason::Variant => "variant",
            VaryReason::Single => "single",
            VaryReason::NoRule => "no_rule",
            VaryReason::WrongType => "wrong_type",
            VaryReason::VaryMissing => "vary_missing",
            VaryReason::VaryHeaderPresent => "vary_header_present",
        }
    }
}

impl VaryResponse {
    /// The cache status of the answer: `MISS` when it was stored on the way, else `BYPASS`.
    pub fn status(&self) -> &'static str {
        if self.store {
            "MISS"
        } else {
            "BYPASS"
        }
    }
}

/// Judges an origin's answer to a request for `path`. `accept` is the client's header or the one
/// that was sent; `vary` is the answer's header, its lines joined by commas.
///
/// Errors: `Invalid` for a path that does not start with `/`.
pub fn vary_response(
    rules: &VaryRules,
    path: &str,
    accept: Option<&str>,
    content_type: Option<&str>,
    vary: Option<&str>,
) -> Result<VaryResponse> {
    let request = vary_request(rules, path, accept)?;
    let own = rules.governing(path)?.map(|rule| rule.own);
    let reason = reason(&request, own, &canonical(content_type.unwrap_or_default()), vary);
    let store = matches!(reason, VaryReason::Variant | VaryReason::Single);
    let accept = request.accept.filter(|_| reason == VaryReason::Variant);
    Ok(VaryResponse { store, accept, reason })
}

fn reason(
    request: &VaryRequest,
    own: Option<&str>,
    content_type: &str,
    vary: Option<&str>,
) -> VaryReason {
    let names = || vary.unwrap_or_default().split(',').map(str::trim);
    let fine = ["", "accept", "accept-encoding"];
    if names().any(|name| !fine.iter().any(|fine| name.eq_ignore_ascii_case(fine))) {
        return VaryReason::VaryHeaderPresent;
    }
    let varies = names().any(|name| name.eq_ignore_ascii_case("accept"));
    match (own, varies) {
        (None, false) => VaryReason::Single,
        (None, true) => VaryReason::NoRule,
        (Some(own), false) if content_type == own => VaryReason::Single,
        (Some(_), false) => VaryReason::VaryMissing,
        (Some(_), true) if request.types.iter().any(|due| due == content_type) => {
            VaryReason::Variant
        }
        (Some(_), true) => VaryReason::WrongType,
    }
}
