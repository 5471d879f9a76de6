//! Inner loops.

pub(crate) mod libjpeg;
pub(crate) mod gauss;
