//! RGB profiles of three curves and a matrix.

use std::sync::Arc;

use moxcms::{
    ColorProfile, Layout as CmsLayout, RenderingIntent, Transform16BitExecutor,
    Transform8BitExecutor, TransformOptions,
};

use super::{bug, narrow, Rows};
use crate::image::Layout;
use crate::Result;

pub(super) const OPTIONS: fn() -> TransformOptions = || TransformOptions {
    rendering_intent: RenderingIntent::RelativeColorimetric,
    ..TransformOptions::default()
};

pub(super) fn cms_layout(layout: Layout) -> CmsLayout {
    match layout {
        Layout::Gray => CmsLayout::Gray,
        Layout::Rgb => CmsLayout::Rgb,
        // Ink takes four samples too.
        Layout::Rgba | Layout::Cmyk => CmsLayout::Rgba,
    }
}

struct Low(Arc<Transform8BitExecutor>);

impl Rows<u8> for Low {
    fn convert(&self, from: &[u8], to: &mut [u8]) -> Result<()> {
        self.0.transform(from, to).map_err(bug)
    }
}

struct High(Arc<Transform16BitExecutor>);

impl Rows<u16> for High {
    fn convert(&self, from: &[u16], to: &mut [u8]) -> Result<()> {
        let mut wide = vec![0; to.len()];
        self.0.transform(from, &mut wide).map_err(bug)?;
        to.iter_mut().zip(wide).for_each(|(to, wide)| *to = narrow(wide));
        Ok(())
    }
}

/// For samples of 8 bits.
pub(super) fn low(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<u8>>> {
    let (target, layout) = (ColorProfile::new_srgb(), cms_layout(layout));
    let transform = source.create_transform_8bit(layout, &target, layout, OPTIONS()).ok()?;
    Some(Box::new(Low(transform)))
}

/// For samples of 16 bits.
pub(super) fn high(source: &ColorProfile, layout: Layout) -> Option<Box<dyn Rows<u16>>> {
    let (target, layout) = (ColorProfile::new_srgb(), cms_layout(layout));
    let transform = source.create_transform_16bit(layout, &target, layout, OPTIONS()).ok()?;
    Some(Box::new(High(transform)))
}
