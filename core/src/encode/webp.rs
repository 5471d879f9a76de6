//! Writes WEBP.
