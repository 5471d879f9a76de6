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
