//! The C border: core's verbs as C functions.
//!
//! In come borrowed bytes and text with their lengths and handles; out come a status and owned
//! handles. Nothing is decided here: no image logic, no parsing, no defaults. The header
//! `include/safelight.h` is generated from these files, and their comments are its manual.

mod answer;
mod audit;
mod bytes;
mod engine;
mod error;
mod handle;
mod hooks;
mod image;
mod job;
mod links;
mod response;
mod service;
mod table;
mod version;
