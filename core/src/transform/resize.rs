//! Scaling with a Lanczos filter of three lobes.

use fast_image_resize::images::{Image as FirImage, ImageRef};
use fast_image_resize::{
    CpuExtensions, FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer,
};

use crate::backends::Backend;
use crate::image::{Image, Layout};
use crate::plan::Area;
use crate::{Error, Job, Result};

/// Source pixels between two looks at the job: about 20 ms of work.
const BAND_PIXELS: f64 = 12e6;

/// Scales `area` of `image` to `width` by `height`. Transparent pixels do not bleed their colour
/// into their neighbours: alpha is multiplied in before and divided out after.
pub(super) fn run(
    mut image: Image,
    area: Area,
    width: u32,
    height: u32,
    job: &Job,
) -> Result<Image> {
    let area = inside(area, &image)?;
    let kind = pixel_type(image.layout());
    let alpha = image.layout() == Layout::Rgba;
    if alpha {
        let (w, h) = (image.width(), image.height());
        let mut view = FirImage::from_slice_u8(w, h, image.data_mut(), kind).map_err(bug)?;
        MulDiv::new().multiply_alpha_inplace(&mut view).map_err(bug)?;
        job.check()?;
    }
    let mut result = Image::new(width, height, image.layout())?;
    let source = ImageRef::new(image.width(), image.height(), image.data(), kind).map_err(bug)?;
    scale(&source, area, &mut result, kind, job)?;
    if alpha {
        let mut view =
            FirImage::from_slice_u8(width, height, result.data_mut(), kind).map_err(bug)?;
        MulDiv::new().divide_alpha_inplace(&mut view).map_err(bug)?;
    }
    Ok(result)
}

/// Scales in bands of rows, so that a cancelled job does not run on through a huge picture and
/// the buffer between the two passes stays small.
fn scale(
    source: &ImageRef<'_>,
    area: Area,
    result: &mut Image,
    kind: PixelType,
    job: &Job,
) -> Result<()> {
    let (width, height) = (result.width(), result.height());
    let step = area.height / f64::from(height);
    let rows = (BAND_PIXELS / (step * area.width)).clamp(1.0, f64::from(height)) as u32;
    let stride = result.stride();
    let mut resizer = Resizer::new();
    let mut top = 0;
    for band in result.data_mut().chunks_mut(rows as usize * stride) {
        job.check()?;
        let count = (band.len() / stride) as u32;
        let start = area.top + f64::from(top) * step;
        let end = (start + f64::from(count) * step).min(f64::from(source.height()));
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(false)
            .crop(area.left, start, area.width, end - start);
        let mut target = FirImage::from_slice_u8(width, count, band, kind).map_err(bug)?;
        resizer.resize(source, &mut target, &options).map_err(bug)?;
        top += count;
    }
    Ok(())
}

/// `area` without what rounding may have put outside of the picture.
fn inside(area: Area, image: &Image) -> Result<Area> {
    let (full_width, full_height) = (f64::from(image.width()), f64::from(image.height()));
    let left = area.left.clamp(0.0, full_width);
    let top = area.top.clamp(0.0, full_height);
    let width = area.width.min(full_width - left);
    let height = area.height.min(full_height - top);
    if width > 0.0 && height > 0.0 {
        Ok(Area { left, top, width, height })
    } else {
        Err(Error::internal("resize: nothing of the picture is used"))
    }
}

fn pixel_type(layout: Layout) -> PixelType {
    match layout {
        Layout::Gray => PixelType::U8,
        Layout::Rgb => PixelType::U8x3,
        Layout::Rgba | Layout::Cmyk => PixelType::U8x4,
    }
}

fn bug(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("resize: {error}"))
}

/// The resampler and the instruction set it found on this machine.
pub(super) fn backend() -> Backend {
    let extensions = Resizer::new().cpu_extensions();
    Backend {
        role: "resize",
        name: format!("fast_image_resize 6.1.0 ({extensions:?})"),
        accelerated: !matches!(extensions, CpuExtensions::None),
    }
}
