//! Ink without a profile: what is not absorbed is seen.

use super::{narrow, Rows, Sample};
use crate::Result;

/// Plain subtraction.
pub(super) struct Subtract;

impl<S: Sample> Rows<S> for Subtract {
    fn convert(&self, from: &[S], to: &mut [u8]) -> Result<()> {
        let pixels = to.as_chunks_mut::<3>().0.iter_mut().zip(from.as_chunks::<4>().0);
        for (out, ink) in pixels {
            let [c, m, y, k] = ink.map(|sample| u32::from(narrow(sample.word())));
            *out = [c, m, y].map(|ink| (((255 - ink) * (255 - k) + 127) / 255) as u8);
        }
        Ok(())
    }
}
