//! Inner loops.

pub(crate) mod gauss;
pub(crate) mod libjpeg;
