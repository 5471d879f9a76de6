//! From the colours that the source's profile means to sRGB.

use crate::color::{self, Rows};
use crate::image::{Image, Layout, Profile};
use crate::{Job, Result};

/// Converts to sRGB. Grey stays grey; CMYK becomes RGB.
pub(super) fn run(mut image: Image, profile: &Profile, job: &Job) -> Result<Image> {
    let Some(rows) = color::converter::<u8>(profile, image.layout()) else {
        return Ok(image);
    };
    if image.layout() == Layout::Cmyk {
        return ink(&image, &*rows, job);
    }
    let mut from = vec![0; image.stride()];
    let mut done = Ok(());
    image.for_rows(job, |row| {
        if done.is_ok() {
            from.copy_from_slice(row);
            done = rows.convert(&from, row);
        }
    })?;
    done.map(|()| image)
}

fn ink(image: &Image, rows: &dyn Rows<u8>, job: &Job) -> Result<Image> {
    let mut result = Image::new(image.width(), image.height(), Layout::Rgb)?;
    let mut y = 0;
    let mut done = Ok(());
    result.for_rows(job, |row| {
        if done.is_ok() {
            done = rows.convert(image.row(y), row);
        }
        y += 1;
    })?;
    done.map(|()| result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Cicp;

    fn xy(x: f64, y: f64) -> lcms2::CIExyY {
        lcms2::CIExyY { x, y, Y: 1.0 }
    }

    /// A wide RGB profile with a plain power curve.
    fn wide_profile() -> lcms2::Profile {
        let primaries = lcms2::CIExyYTRIPLE {
            Red: xy(0.64, 0.33),
            Green: xy(0.21, 0.71),
            Blue: xy(0.15, 0.06),
        };
        let curve = lcms2::ToneCurve::new(2.2);
        lcms2::Profile::new_rgb(&xy(0.3127, 0.3290), &primaries, &[&curve, &curve, &curve]).unwrap()
    }

    fn cube() -> Vec<u8> {
        let steps = [0u8, 17, 51, 85, 119, 153, 187, 221, 255];
        let mut data = Vec::new();
        for r in steps {
            for g in steps {
                for b in steps {
                    data.extend_from_slice(&[r, g, b]);
                }
            }
        }
        data
    }

    fn to_lab(pixels: &[u8]) -> Vec<[f64; 3]> {
        let pixels = pixels.as_chunks::<3>().0;
        let mut out = vec![[0.0; 3]; pixels.len()];
        lcms2::Transform::new(
            &lcms2::Profile::new_srgb(),
            lcms2::PixelFormat::RGB_8,
            &lcms2::Profile::new_lab4_context(lcms2::GlobalContext::new(), &xy(0.3457, 0.3585))
                .unwrap(),
            lcms2::PixelFormat::Lab_DBL,
            lcms2::Intent::RelativeColorimetric,
        )
        .unwrap()
        .transform_pixels(pixels, &mut out);
        out
    }

    #[test]
    fn rgb_agrees_with_a_second_colour_engine() {
        let profile = wide_profile();
        let source = cube();
        let image = Image::from_data(81, 9, Layout::Rgb, source.clone()).unwrap();
        let icc = Profile::Icc(profile.icc().unwrap());
        let ours = run(image, &icc, &Job::default()).unwrap().into_data();

        let mut theirs = vec![[0u8; 3]; source.len() / 3];
        lcms2::Transform::new(
            &profile,
            lcms2::PixelFormat::RGB_8,
            &lcms2::Profile::new_srgb(),
            lcms2::PixelFormat::RGB_8,
            lcms2::Intent::RelativeColorimetric,
        )
        .unwrap()
        .transform_pixels(source.as_chunks::<3>().0, &mut theirs);
        let (ours, theirs) = (to_lab(&ours), to_lab(theirs.as_flattened()));
        let differences: Vec<f64> = ours
            .iter()
            .zip(&theirs)
            .map(|(a, b)| a.iter().zip(b.iter()).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
            .collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        let worst = differences.iter().copied().fold(0.0, f64::max);
        assert!(mean < 0.5 && worst < 3.0, "mean {mean}, worst {worst}");
    }

    #[test]
    fn alpha_is_not_touched_by_a_profile() {
        let icc = Profile::Icc(wide_profile().icc().unwrap());
        let data = vec![200, 30, 30, 0, 200, 30, 30, 99];
        let image = Image::from_data(2, 1, Layout::Rgba, data).unwrap();
        let out = run(image, &icc, &Job::default()).unwrap().into_data();
        assert_eq!((out[3], out[7]), (0, 99));
        assert!(out[4] > 205, "{out:?}");
    }

    #[test]
    fn a_grey_profile_is_one_curve_and_stays_grey() {
        let curve = lcms2::ToneCurve::new(1.0);
        let profile = lcms2::Profile::new_gray(&xy(0.3127, 0.3290), &curve).unwrap();
        let icc = Profile::Icc(profile.icc().unwrap());
        let image = Image::from_data(3, 1, Layout::Gray, vec![0, 55, 255]).unwrap();
        let out = run(image, &icc, &Job::default()).unwrap();
        assert_eq!(out.layout(), Layout::Gray);
        // Linear 55/255 is sRGB 128.
        assert!(out.data()[0] == 0 && out.data()[1].abs_diff(128) <= 1 && out.data()[2] == 255);
    }

    #[test]
    fn display_p3_red_is_more_than_srgb_can_show() {
        let cicp = Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true };
        let image = Image::from_data(2, 1, Layout::Rgb, vec![128, 128, 128, 200, 60, 60]).unwrap();
        let out = run(image, &Profile::Cicp(cicp), &Job::default()).unwrap().into_data();
        assert!(out[..3].iter().all(|value| value.abs_diff(128) <= 1), "{out:?}");
        assert!(out[3] > 212 && out[4] < 50, "{out:?}");
    }

    #[test]
    fn ink_without_a_profile_is_subtracted() {
        let data = vec![0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 128, 255, 64];
        let image = Image::from_data(4, 1, Layout::Cmyk, data).unwrap();
        let out = run(image, &Profile::Srgb, &Job::default()).unwrap();
        assert_eq!(out.data(), [255, 255, 255, 0, 255, 255, 0, 0, 0, 191, 95, 0]);
    }

    #[test]
    fn a_broken_profile_leaves_the_numbers() {
        let image = Image::from_data(1, 1, Layout::Rgb, vec![1, 2, 3]).unwrap();
        let out = run(image, &Profile::Icc(vec![7; 300]), &Job::default()).unwrap();
        assert_eq!(out.data(), [1, 2, 3]);
    }
}
