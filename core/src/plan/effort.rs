//! How hard encoders work when nobody says so.

/// libwebp's method.
///
/// 4 is libwebp's own default: 2 is less than half the work for 4 to 5 % more bytes.
pub(super) const WEBP_METHOD: u8 = 4;

/// The quickest libwebp method, for `compression=fast`.
pub(super) const WEBP_METHOD_FAST: u8 = 0;

/// AVIF encoder speed for `pixels` of output: the larger the picture, the quicker, so that the
/// time of one picture stays in bounds. 8 is left out: on flat pictures libaom writes three times
/// the bytes of 7 there.
pub(super) fn avif_speed(pixels: u64) -> u8 {
    match pixels {
        0..=250_000 => 6,
        250_001..=2_000_000 => 7,
        _ => 9,
    }
}
