//! The native half of the Node package: one function a verb of core, JSON text in and out.
//!
//! The JavaScript half (`index.cjs`) gives these functions their types, promises and errors.
//! Nothing is decided here. No function throws: each answers an [`Outcome`], because an error
//! of core has more to say than a message.

mod engine;
mod hooks;
mod outcome;
mod service;
mod ticket;
mod verbs;
