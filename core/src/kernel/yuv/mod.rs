//! Luma and chroma planes to interleaved pixels and back.
//!
//! All arithmetic is on integers, so every machine and every vector width gives the same bytes.

mod deep;
#[cfg(feature = "aom")]
mod from_rgb;
mod to_rgb;
mod upsample;

pub(crate) use deep::deep_rows;
#[cfg(feature = "aom")]
pub(crate) use from_rgb::{from_gray, from_pixels, Planar, Written};
pub(crate) use to_rgb::{fill_alpha, to_pixels, unpremultiply};

use crate::{Error, Result};

/// A stored sample: 8 bits in a byte, more in a word.
pub(crate) trait Sample: Copy + Default {
    /// Its value.
    fn value(self) -> i32;
}

impl Sample for u8 {
    #[inline(always)]
    fn value(self) -> i32 {
        i32::from(self)
    }
}

impl Sample for u16 {
    #[inline(always)]
    fn value(self) -> i32 {
        i32::from(self)
    }
}

/// One plane; `stride` counts samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane<'a, S> {
    pub samples: &'a [S],
    pub stride: usize,
    pub width: usize,
    pub height: usize,
}

impl<'a, S> Plane<'a, S> {
    /// Row `y`; below the last row it is the last row again.
    fn row(&self, y: usize) -> &'a [S] {
        &self.samples[y.min(self.height - 1) * self.stride..][..self.width]
    }
}

/// Which sides of the chroma planes are halved, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halved {
    pub width: bool,
    pub height: bool,
}

impl Halved {
    /// Size of a chroma plane of a picture of `width` by `height`.
    pub fn size(self, width: usize, height: usize) -> (usize, usize) {
        let half = |side: usize, halved| if halved { side.div_ceil(2) } else { side };
        (half(width, self.width), half(height, self.height))
    }
}

/// Planes of one picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planes<'a, S> {
    pub bits: u8,
    pub luma: Plane<'a, S>,
    pub chroma: Option<([Plane<'a, S>; 2], Halved)>,
}

/// Planes of one picture, of any depth.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Frame<'a> {
    /// 8 bits.
    Low(Planes<'a, u8>),
    /// 10 or 12 bits.
    High(Planes<'a, u16>),
}

impl Frame<'_> {
    /// Width and height of the luma plane.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Frame::Low(planes) => (planes.luma.width, planes.luma.height),
            Frame::High(planes) => (planes.luma.width, planes.luma.height),
        }
    }
}

/// What the samples mean: H.273 matrix coefficients and range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub matrix: u16,
    pub full_range: bool,
}

impl Meaning {
    /// Weights of red and blue in luma; `None` when the planes are green, blue and red.
    fn weights(self) -> Result<Option<(f64, f64)>> {
        Ok(Some(match self.matrix {
            0 => return Ok(None),
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            // Unspecified is read as BT.601, as libavif and browsers do.
            2 | 5 | 6 => (0.299, 0.114),
            7 => (0.212, 0.087),
            9 => (0.2627, 0.0593),
            other => return Err(Error::unsupported(format!("avif: matrix coefficients {other}"))),
        }))
    }
}

/// Runs a kernel as AVX2 code where the machine has it. Same integers, same bytes.
macro_rules! vectorized {
    ($(#[$doc:meta])* fn $name:ident $([$($generic:tt)*])? ($($arg:ident: $type:ty),* $(,)?)
        as $inner:ident[$($pass:tt)*]) => {
        $(#[$doc])*
        fn $name$(<$($generic)*>)?($($arg: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide$(<$($generic)*>)?($($arg: $type),*) {
                    $inner::<$($pass)*>($($arg),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the machine was just asked for AVX2.
                    return unsafe { wide::<$($pass)*>($($arg),*) };
                }
            }
            $inner::<$($pass)*>($($arg),*)
        }
    };
}
use vectorized;

#[cfg(all(test, feature = "aom"))]
mod tests;
