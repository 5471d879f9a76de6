//! Inner loops.

pub(crate) mod convolution;
pub(crate) mod gauss;
pub(crate) mod libjpeg;
pub(crate) mod libwebp;
pub(crate) mod yuv;

/// The crate behind PNG and GIF. It is Rust alone: no kernels that could be missing.
pub(crate) const IMAGE_CRATE: &str = "image 0.25.10";
