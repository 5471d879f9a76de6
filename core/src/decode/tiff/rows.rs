//! From stored samples to a layout of ours.

use super::{Alpha, Page};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Zeroed bytes; an allocation that fails is `TooLarge`.
pub(super) fn buffer(bytes: u64) -> Result<Vec<u8>> {
    let failed = || Error::too_large("memory", "what the system gives", bytes);
    let size = usize::try_from(bytes).map_err(|_| failed())?;
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(size).map_err(|_| failed())?;
    buffer.resize(size, 0);
    Ok(buffer)
}

/// Rounds to the nearest.
fn narrow(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

/// The samples of a page, row by row.
pub(super) struct Rows<'a> {
    page: &'a Page,
    stored: &'a [u8],
    /// Bytes of a row, in one plane.
    stride: usize,
}

impl<'a> Rows<'a> {
    /// The rows of `page` in `stored`, whose size must fit.
    pub fn new(page: &'a Page, stored: &'a [u8]) -> Result<Self> {
        let in_plane = if page.planar { 1 } else { page.samples };
        let stride = (page.width as usize * in_plane * usize::from(page.bits)).div_ceil(8);
        let planes = page.samples / in_plane;
        if stored.len() != stride * page.height as usize * planes {
            return Err(Error::malformed("tiff: samples do not fit the page"));
        }
        Ok(Rows { page, stored, stride })
    }

    /// Writes all pixels to `image`.
    pub fn write(&self, image: &mut Image, job: &Job) -> Result<()> {
        let layout = image.layout();
        let mut row = vec![0; image.width() as usize * self.page.samples];
        let mut y = 0;
        image.for_rows(job, |target| {
            self.read(y, &mut row);
            self.convert(&row, target, layout);
            y += 1;
        })
    }

    /// Unpacks row `y`, all samples of a pixel side by side.
    fn read(&self, y: usize, row: &mut [u8]) {
        let plane = self.stride * self.page.height as usize;
        let line = |number: usize| &self.stored[number * plane + y * self.stride..][..self.stride];
        let scaled = self.page.palette.is_none();
        if self.page.planar {
            for sample in 0..self.page.samples {
                let target = row.iter_mut().skip(sample).step_by(self.page.samples);
                unpack(line(sample), self.page.bits, scaled, target);
            }
        } else {
            unpack(line(0), self.page.bits, scaled, row.iter_mut());
        }
    }

    fn convert(&self, row: &[u8], target: &mut [u8], layout: Layout) {
        let page = self.page;
        let pixels = row.chunks_exact(page.samples);
        for (pixel, target) in pixels.zip(target.chunks_exact_mut(layout.channels())) {
            let color = match &page.palette {
                Some(palette) => palette.get(usize::from(pixel[0])).copied().unwrap_or_default(),
                None if page.colors == 1 => [pixel[0]; 3],
                None => [pixel[0], pixel[1], pixel[2]],
            };
            match layout {
                Layout::Gray => target[0] = pixel[0],
                Layout::Cmyk => target.copy_from_slice(&pixel[..4]),
                Layout::Rgb => target.copy_from_slice(&color),
                Layout::Rgba => {
                    let has_alpha = page.alpha != Alpha::None;
                    let alpha = if has_alpha { pixel[page.colors] } else { 255 };
                    target[..3].copy_from_slice(&color);
                    target[3] = alpha;
                }
            }
        }
    }
}

/// Samples of `bits` as bytes: numbers over the whole range when `scaled`, else as they are.
fn unpack<'t>(line: &[u8], bits: u8, scaled: bool, target: impl Iterator<Item = &'t mut u8>) {
    match bits {
        16 => {
            let words = line.as_chunks::<2>().0.iter().map(|pair| u16::from_ne_bytes(*pair));
            target.zip(words).for_each(|(target, word)| *target = narrow(word));
        }
        8 => target.zip(line).for_each(|(target, byte)| *target = *byte),
        _ => {
            let in_byte = 8 / usize::from(bits);
            let top = (1_u16 << bits) - 1;
            for (index, target) in target.enumerate() {
                let shift = 8 - usize::from(bits) * (index % in_byte + 1);
                let value = (u16::from(line[index / in_byte]) >> shift) & top;
                *target = if scaled { value * 255 / top } else { value } as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(line: &[u8], bits: u8, scaled: bool, count: usize) -> Vec<u8> {
        let mut target = vec![9; count];
        unpack(line, bits, scaled, target.iter_mut());
        target
    }

    #[test]
    fn samples_of_few_bits_fill_the_whole_range() {
        assert_eq!(unpacked(&[0b1010_0000], 1, true, 4), [255, 0, 255, 0]);
        assert_eq!(unpacked(&[0b0001_1011], 2, true, 4), [0, 85, 170, 255]);
        assert_eq!(unpacked(&[0x3f], 4, true, 2), [51, 255]);
    }

    #[test]
    fn indices_stay_what_they_are() {
        assert_eq!(unpacked(&[0x3f], 4, false, 2), [3, 15]);
    }

    #[test]
    fn deep_samples_are_rounded() {
        let line: Vec<u8> =
            [0_u16, 128, 129, 65_535].iter().flat_map(|w| w.to_ne_bytes()).collect();
        assert_eq!(unpacked(&line, 16, true, 4), [0, 0, 1, 255]);
    }
}
