//! What reading and writing WebP have in common.

use std::ffi::c_int;

/// Longest side of a WebP.
pub(crate) const MAX_SIDE: u32 = 16_383;

/// Number of SSE2 and of NEON in libwebp's list of processor features.
const FEATURES: [c_int; 2] = [0, 6];

extern "C" {
    /// libwebp's question to the processor; absent in a build without kernels.
    static VP8GetCPUInfo: Option<unsafe extern "C" fn(feature: c_int) -> c_int>;
}

/// Whether the library runs its SIMD kernels on this machine.
pub(crate) fn accelerated() -> bool {
    // SAFETY: a variable that the library sets once, at load time; the function looks at the
    // processor and keeps nothing.
    unsafe { VP8GetCPUInfo.is_some_and(|ask| FEATURES.iter().any(|feature| ask(*feature) != 0)) }
}

/// Library and version from the number it gives: one byte each for major, minor and revision.
pub(crate) fn name(version: c_int) -> String {
    format!("libwebp {}.{}.{}", version >> 16 & 255, version >> 8 & 255, version & 255)
}
