//! Writes GIF.
