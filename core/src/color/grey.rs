//! Grey: one curve for every sample but alpha, as grey has no hue that could change.

use moxcms::{ColorProfile, DataColorSpace, Layout as CmsLayout};

use super::matrix::OPTIONS;
use super::{narrow, Rows, Sample};
use crate::image::Layout;
use crate::Result;

/// A curve, sampled at every number of 16 bits.
pub(super) struct Grey {
    table: Vec<u8>,
    alpha: bool,
}

impl Grey {
    /// For a grey profile, or an RGB profile whose grey axis is meant.
    pub fn rows<S: Sample>(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<S>>> {
        let alpha = layout == Layout::Rgba;
        Some(Box::new(Grey { table: table(source)?, alpha }))
    }
}

fn table(source: &ColorProfile) -> Option<Vec<u8>> {
    let target = ColorProfile::new_srgb();
    let mut out = vec![0; 65_536 * 3];
    let greys = 0..=u16::MAX;
    if source.color_space == DataColorSpace::Gray {
        let samples: Vec<u16> = greys.collect();
        let transform =
            source.create_transform_16bit(CmsLayout::Gray, &target, CmsLayout::Rgb, OPTIONS());
        transform.ok()?.transform(&samples, &mut out).ok()?;
    } else {
        let samples: Vec<u16> = greys.flat_map(|value| [value; 3]).collect();
        let transform =
            source.create_transform_16bit(CmsLayout::Rgb, &target, CmsLayout::Rgb, OPTIONS());
        transform.ok()?.transform(&samples, &mut out).ok()?;
    }
    Some(out.chunks_exact(3).map(|pixel| narrow(pixel[1])).collect())
}

impl<S: Sample> Rows<S> for Grey {
    fn convert(&self, from: &[S], to: &mut [u8]) -> Result<()> {
        for (index, (from, to)) in from.iter().zip(to).enumerate() {
            let word = from.word();
            let straight = self.alpha && index % 4 == 3;
            *to = if straight { narrow(word) } else { self.table[usize::from(word)] };
        }
        Ok(())
    }
}
