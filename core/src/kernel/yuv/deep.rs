//! Planes of more than 8 bits to rows of 16, for colours that are converted before they are
//! narrowed. Rare enough to be plain floating point.

use super::upsample::Upsampler;
use super::{Meaning, Planes};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Scales stored samples to 0..1 and -0.5..0.5, and mixes them to red, green and blue.
struct Mix {
    luma: (f32, f32),
    chroma: (f32, f32),
    red: f32,
    blue: f32,
}

impl Mix {
    fn new(bits: u8, full_range: bool, (red, blue): (f64, f64)) -> Self {
        let steps = f32::from(1u16 << (bits - 8));
        let top = f32::from((1u16 << bits) - 1);
        let middle = f32::from(1u16 << (bits - 1));
        let (zero, luma, chroma) =
            if full_range { (0.0, top, top) } else { (16.0 * steps, 219.0 * steps, 224.0 * steps) };
        let (red, blue) = (red as f32, blue as f32);
        Mix { luma: (zero, luma), chroma: (middle, chroma), red, blue }
    }

    fn luma(&self, sample: u16) -> f32 {
        (f32::from(sample) - self.luma.0) / self.luma.1
    }

    fn chroma(&self, sample: u16) -> f32 {
        (f32::from(sample) - self.chroma.0) / self.chroma.1
    }

    fn pixel(&self, y: u16, u: u16, v: u16) -> [f32; 3] {
        let (y, u, v) = (self.luma(y), self.chroma(u), self.chroma(v));
        let red = y + 2.0 * (1.0 - self.red) * v;
        let blue = y + 2.0 * (1.0 - self.blue) * u;
        let green = (y - self.red * red - self.blue * blue) / (1.0 - self.red - self.blue);
        [red, green, blue]
    }
}

fn word(value: f32) -> u16 {
    (value.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16
}

/// Gives every row of `planes` in 16 bits and the layout of `image` to `each`, with the row of
/// `image` that it becomes. Alpha, where there is one, is opaque.
pub(crate) fn deep_rows(
    planes: &Planes<'_, u16>,
    meaning: Meaning,
    image: &mut Image,
    job: &Job,
    mut each: impl FnMut(&[u16], &mut [u8]) -> Result<()>,
) -> Result<()> {
    let weights = meaning.weights()?;
    let mix = Mix::new(planes.bits, meaning.full_range, weights.unwrap_or((0.299, 0.114)));
    let layout = image.layout();
    let mut rows = Chroma::new(planes, weights.is_none())?;
    let mut wide = vec![u16::MAX; image.stride()];
    let (mut y, mut done) = (0, Ok(()));
    image.for_rows(job, |row| {
        let luma = planes.luma.row(y);
        match (&mut rows, layout) {
            (_, Layout::Gray) => {
                wide.iter_mut().zip(luma).for_each(|(out, y)| *out = word(mix.luma(*y)));
            }
            (Chroma::None, _) => fill(&mut wide, layout, luma, |x| [mix.luma(luma[x]); 3]),
            (Chroma::Identity([u, v]), _) => {
                let (u, v) = (u.row(y), v.row(y));
                let color = |x: usize| [v[x], luma[x], u[x]].map(|sample| mix.luma(sample));
                fill(&mut wide, layout, luma, color);
            }
            (Chroma::Halved(pair), _) => {
                let [u, v] = &mut **pair;
                let (u, v) = (u.row(y), v.row(y));
                fill(&mut wide, layout, luma, |x| mix.pixel(luma[x], u[x], v[x]));
            }
            (Chroma::Full([u, v]), _) => {
                let (u, v) = (u.row(y), v.row(y));
                fill(&mut wide, layout, luma, |x| mix.pixel(luma[x], u[x], v[x]));
            }
        }
        if done.is_ok() {
            done = each(&wide, row);
        }
        y += 1;
    })?;
    done
}

fn fill(wide: &mut [u16], layout: Layout, luma: &[u16], color: impl Fn(usize) -> [f32; 3]) {
    for (x, pixel) in wide.chunks_exact_mut(layout.channels()).enumerate().take(luma.len()) {
        pixel[..3].copy_from_slice(&color(x).map(word));
    }
}

type Plane<'a> = super::Plane<'a, u16>;

/// Where the rows of chroma come from.
enum Chroma<'a> {
    None,
    Identity([Plane<'a>; 2]),
    Full([Plane<'a>; 2]),
    Halved(Box<[Upsampler<'a, u16>; 2]>),
}

impl<'a> Chroma<'a> {
    fn new(planes: &Planes<'a, u16>, identity: bool) -> Result<Self> {
        let Some((pair, halved)) = planes.chroma else { return Ok(Chroma::None) };
        match (identity, halved.width, halved.height) {
            (true, false, false) => Ok(Chroma::Identity(pair)),
            (true, ..) => Err(Error::malformed("avif: identity matrix with subsampling")),
            (false, false, false) => Ok(Chroma::Full(pair)),
            (false, false, true) => Err(Error::unsupported("avif: 4:4:0 chroma")),
            _ => Ok(Chroma::Halved(Box::new(pair.map(|plane| Upsampler::new(plane, halved))))),
        }
    }
}
