//! The example server over real sockets: headers, errors, paths, load.
//!
//! Requests are written byte by byte, because clients tidy up exactly the paths that matter here.

mod client;
mod errors;
mod headers;
mod hints;
mod hosted;
mod load;
mod paths;
mod ranges;
mod worker;
