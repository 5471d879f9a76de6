//! Painting a colour under transparent pixels.

use super::convert::expand;
use crate::image::{Image, Layout};
use crate::options::Color;
use crate::{Job, Result};

/// Paints `background` under `image`. An opaque colour takes the alpha channel away.
pub(super) fn run(mut image: Image, background: Color, job: &Job) -> Result<Image> {
    if image.layout() != Layout::Rgba {
        return Ok(image);
    }
    if background.alpha == 255 {
        let under = [background.red, background.green, background.blue].map(u32::from);
        return expand::<4, 3>(&image, Layout::Rgb, job, |[r, g, b, a]| {
            let mix = |over: u8, under: u32| {
                let alpha = u32::from(a);
                ((u32::from(over) * alpha + under * (255 - alpha) + 127) / 255) as u8
            };
            [mix(r, under[0]), mix(g, under[1]), mix(b, under[2])]
        });
    }
    image.for_rows(job, |row| {
        for pixel in row.as_chunks_mut::<4>().0 {
            *pixel = over(*pixel, background);
        }
    })?;
    Ok(image)
}

/// One pixel over a colour that is itself see-through. Shares are in units of 1/255².
fn over([r, g, b, a]: [u8; 4], background: Color) -> [u8; 4] {
    let front = u32::from(a) * 255;
    let back = u32::from(background.alpha) * (255 - u32::from(a));
    let sum = front + back;
    if sum == 0 {
        return [0; 4];
    }
    let mix = |over: u8, under: u8| {
        ((u32::from(over) * front + u32::from(under) * back + sum / 2) / sum) as u8
    };
    let alpha = ((sum + 127) / 255) as u8;
    [mix(r, background.red), mix(g, background.green), mix(b, background.blue), alpha]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_BLUE: Color = Color { red: 0, green: 0, blue: 255, alpha: 128 };

    #[test]
    fn opaque_pixels_hide_the_background_and_clear_ones_show_it() {
        let data = vec![9, 8, 7, 255, 9, 8, 7, 0];
        let image = Image::from_data(2, 1, Layout::Rgba, data).unwrap();
        let opaque = Color { alpha: 255, ..HALF_BLUE };
        let flat = run(image, opaque, &Job::default()).unwrap();
        assert_eq!((flat.layout(), flat.data()), (Layout::Rgb, &[9, 8, 7, 0, 0, 255][..]));
    }

    #[test]
    fn a_see_through_background_keeps_the_alpha_channel() {
        let data = vec![9, 8, 7, 255, 9, 8, 7, 0, 255, 0, 0, 128];
        let image = Image::from_data(3, 1, Layout::Rgba, data).unwrap();
        let flat = run(image, HALF_BLUE, &Job::default()).unwrap();
        assert_eq!(flat.data()[..8], [9, 8, 7, 255, 0, 0, 255, 128]);
        assert_eq!(flat.data()[8..], [170, 0, 85, 192]);
    }
}
