//! Scaling: a Lanczos filter of three lobes, and a bicubic one (Catmull-Rom) for what is enlarged.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4, U8};
use fast_image_resize::{
    CpuExtensions, FilterType, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
};

use crate::backends::Backend;
use crate::image::{Image, Layout};
use crate::plan::{Area, Filter};
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
    let filter = match area.filter_to(width, height) {
        Filter::Lanczos => FilterType::Lanczos3,
        Filter::Bicubic => FilterType::CatmullRom,
    };
    let mut resizer = Resizer::new();
    let mut top = 0;
    for band in result.data_mut().chunks_mut(rows as usize * stride) {
        job.check()?;
        let count = (band.len() / stride) as u32;
        let start = area.top + f64::from(top) * step;
        let end = (start + f64::from(count) * step).min(f64::from(image.height()));
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CancelToken, Kind, Limits};

    fn lanczos(x: f64) -> f64 {
        let sinc = |x: f64| {
            if x == 0.0 {
                1.0
            } else {
                (x * std::f64::consts::PI).sin() / x / std::f64::consts::PI
            }
        };
        if x.abs() < 3.0 {
            sinc(x) * sinc(x / 3.0)
        } else {
            0.0
        }
    }

    fn catmull_rom(x: f64) -> f64 {
        let x = x.abs();
        match x {
            _ if x < 1.0 => 1.5 * x.powi(3) - 2.5 * x * x + 1.0,
            _ if x < 2.0 => -0.5 * x.powi(3) + 2.5 * x * x - 4.0 * x + 2.0,
            _ => 0.0,
        }
    }

    /// Weights of every source sample for one target sample, by definition.
    fn weights(
        filter: fn(f64) -> f64,
        from: usize,
        (start, length): (f64, f64),
        to: usize,
        at: usize,
    ) -> Vec<f64> {
        let scale = length / to as f64;
        let stretch = scale.max(1.0);
        let centre = start + (at as f64 + 0.5) * scale;
        let raw: Vec<f64> =
            (0..from).map(|x| filter((x as f64 + 0.5 - centre) / stretch)).collect();
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(|weight| weight / sum).collect()
    }

    fn slow(image: &Image, area: Area, width: usize, height: usize) -> Vec<f64> {
        let n = image.layout().channels();
        let (w, h) = (image.width() as usize, image.height() as usize);
        let larger = width as f64 > area.width && height as f64 > area.height;
        let filter = if larger { catmull_rom } else { lanczos };
        let across: Vec<_> =
            (0..width).map(|x| weights(filter, w, (area.left, area.width), width, x)).collect();
        let mut out = Vec::new();
        for y in 0..height {
            let down = weights(filter, h, (area.top, area.height), height, y);
            let line: Vec<f64> = (0..w * n)
                .map(|i| (0..h).map(|y| down[y] * f64::from(image.row(y as u32)[i])).sum())
                .collect();
            for across in &across {
                for channel in 0..n {
                    let value: f64 = (0..w).map(|x| across[x] * line[x * n + channel]).sum();
                    out.push(value.clamp(0.0, 255.0));
                }
            }
        }
        out
    }

    fn noise(width: u32, height: u32, layout: Layout) -> Image {
        let mut state = 7u32;
        let length = width as usize * height as usize * layout.channels();
        // Away from black and white, so that overshoot between the two passes is not cut.
        let smooth = |i: usize| 70 + (i / layout.channels() % 80) as u32;
        let data = (0..length)
            .map(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (smooth(i) + (state >> 27)) as u8
            })
            .collect();
        Image::from_data(width, height, layout, data).unwrap()
    }

    #[test]
    fn scaling_agrees_with_the_definition_of_its_filter() {
        let area = Area { left: 3.25, top: 1.5, width: 52.5, height: 41.0 };
        for layout in [Layout::Gray, Layout::Rgb, Layout::Cmyk] {
            for (width, height) in [(20, 13), (90, 70), (52, 12)] {
                let image = noise(61, 47, layout);
                let expected = slow(&image, area, width as usize, height as usize);
                let got = run(image, area, width, height, &Job::default()).unwrap();
                for (got, expected) in got.data().iter().zip(&expected) {
                    let off = (f64::from(*got) - expected).abs();
                    assert!(off <= 2.0, "{layout:?} {width}x{height}: {got} for {expected}");
                }
            }
        }
    }

    #[test]
    fn clear_pixels_do_not_darken_an_edge() {
        let mut data = vec![0u8; 64 * 64 * 4];
        for (index, pixel) in data.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            if index % 64 >= 32 {
                *pixel = [240, 120, 60, 255];
            }
        }
        let image = Image::from_data(64, 64, Layout::Rgba, data).unwrap();
        let area = Area { left: 0.0, top: 0.0, width: 64.0, height: 64.0 };
        let small = run(image, area, 27, 27, &Job::default()).unwrap();
        for pixel in small.data().as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 30) {
            // The filter may overshoot to lighter, but the hue stays.
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            assert!(r >= 236 && (r - 2 * g).abs() <= 10 && (r - 4 * b).abs() <= 20, "{pixel:?}");
        }
    }

    #[test]
    fn a_picture_of_several_bands_has_no_seams() {
        let image = noise(6000, 4100, Layout::Gray);
        let area = Area { left: 0.0, top: 0.0, width: 6000.0, height: 4100.0 };
        let source = TypedImageRef::<U8>::from_buffer(6000, 4100, image.data()).unwrap();
        let mut whole = TypedImage::<U8>::new(300, 205);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize_typed(&source, &mut whole, &options).unwrap();
        let banded = run(image.clone(), area, 300, 205, &Job::default()).unwrap();
        let mut pairs = banded.data().iter().zip(whole.pixels());
        assert!(pairs.all(|(a, b)| a.abs_diff(b.0) <= 1));
    }

    #[test]
    fn a_cancelled_job_is_not_resized() {
        let cancel = CancelToken::new();
        cancel.cancel();
        let job = Job::new(&Limits::default(), cancel);
        let area = Area { left: 0.0, top: 0.0, width: 8.0, height: 8.0 };
        let error = run(noise(8, 8, Layout::Rgb), area, 4, 4, &job).unwrap_err();
        assert_eq!(error.kind(), Kind::Cancelled);
    }
}
