//! What a client can take, and what it is told: negotiation, hints, headers, error codes.

mod hints;

pub use hints::Hints;
