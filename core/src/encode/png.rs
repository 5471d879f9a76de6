//! Writes PNG.
