//! Writes JPEG.
