//! Inner loops.

pub(crate) mod libjpeg;
