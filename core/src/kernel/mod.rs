//! Inner loops.

pub(crate) mod gauss;
pub(crate) mod libjpeg;
pub(crate) mod yuv;
