//! What a client can take, and what it is told: negotiation, hints, headers, error codes.

mod accept;
mod conditional;
mod errors;
mod etag;
mod headers;
mod hints;
mod negotiate;
mod origin;
mod range;
mod resolve;
mod situations;
mod vary;

pub use conditional::{last_modified, Conditions, Selected, Validators, Verdict};
pub use errors::{
    answer, answer_code, answer_loop, answer_redirect, answer_situation, code_for, error_redirect,
    is_loop, Answer, Code, Stage, CODES,
};
pub use etag::{entity_tag, if_none_match};
pub use headers::{cache_control, headers, Facts, Work, CSP, CSP_SANDBOX};
pub use hints::Hints;
pub use negotiate::{negotiate, negotiate_json, normalize_accept, Negotiated};
pub use origin::origin_headers;
pub use range::{ranges, Parts};
pub use resolve::{accept_ch, resolve, Resolved};
pub use situations::Situation;
pub use vary::{
    check_vary_rule, vary_headers, vary_headers_json, vary_request, vary_request_json,
    vary_response, vary_response_json, VaryAction, VaryBehavior, VaryBehaviors, VaryHeaders,
    VaryReason, VaryRequest, VaryResponse, VaryRules, VaryStored, VARY_EXTENSIONS,
};
