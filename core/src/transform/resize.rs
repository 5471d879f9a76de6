//! Scaling with a Lanczos filter of three lobes.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4, U8};
use fast_image_resize::{
    CpuExtensions, FilterType, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
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
    if image.layout() == Layout::Rgba {
        MulDiv::new().multiply_alpha_inplace_typed(&mut rgba(&mut image)?).map_err(bug)?;
        job.check()?;
    }
    let mut result = Image::new(width, height, image.layout())?;
    // Typed calls: the resampler is compiled for these three kinds of pixel and no other.
    match image.layout() {
        Layout::Gray => scale::<U8>(&image, area, &mut result, job)?,
        Layout::Rgb => scale::<U8x3>(&image, area, &mut result, job)?,
        Layout::Rgba | Layout::Cmyk => scale::<U8x4>(&image, area, &mut result, job)?,
    }
    if result.layout() == Layout::Rgba {
        MulDiv::new().divide_alpha_inplace_typed(&mut rgba(&mut result)?).map_err(bug)?;
    }
    Ok(result)
}

fn rgba(image: &mut Image) -> Result<TypedImage<'_, U8x4>> {
    let (width, height) = (image.width(), image.height());
    TypedImage::from_buffer(width, height, image.data_mut()).map_err(bug)
}

/// Scales in bands of rows, so that a cancelled job does not run on through a huge picture and
/// the buffer between the two passes stays small.
fn scale<P: PixelTrait>(image: &Image, area: Area, result: &mut Image, job: &Job) -> Result<()> {
    let source = TypedImageRef::<P>::from_buffer(image.width(), image.height(), image.data());
    let source = source.map_err(bug)?;
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
        let end = (start + f64::from(count) * step).min(f64::from(image.height()));
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(false)
            .crop(area.left, start, area.width, end - start);
        let mut target = TypedImage::<P>::from_buffer(width, count, band).map_err(bug)?;
        resizer.resize_typed(&source, &mut target, &options).map_err(bug)?;
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
