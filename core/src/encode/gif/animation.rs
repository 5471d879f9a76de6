//! Frames to blocks: what changed is drawn, nothing else.
//!
//! A frame is written when the next one is known, because how it is disposed of depends on what
//! must be seen then. Three canvases are held, however many frames there are.

use super::change::{compare, Change};
use super::clock::Clock;
use super::file::{Area, Block, Disposal, File};
use super::paint::{self, Canvas};
use super::table::Table;
use super::{cut, MAX_SIDE};
use crate::encode::palette::Pixel;
use crate::encode::Animation;
use crate::image::{Frame, Image};
use crate::{Error, Job, Result};

/// Where colours are only near anyway, a pixel is drawn again when a sample of it has moved by
/// more than this since it was drawn.
const STILL: u8 = 3;
/// Pixels that cost about a byte when nothing is drawn on them.
const FREE_PIXELS: usize = 16;

/// A file at work.
pub(super) struct Gif {
    size: (u32, u32),
    animated: bool,
    file: File,
    table: Table,
    clock: Clock,
    /// What the pending frame is drawn on.
    before: Vec<Pixel>,
    pending: Option<Pending>,
    /// Whether no frame is written yet.
    first: bool,
    /// Whether all frames so far are exact.
    faithful: bool,
}

struct Pending {
    pixels: Vec<Pixel>,
    /// The frame as it came, where `pixels` is not just that.
    raw: Option<Vec<Pixel>>,
    area: Area,
    /// Whether what changed may have few enough colours.
    few: bool,
    delay: u16,
}

impl Pending {
    fn came_as(&self, pixels: &[Pixel]) -> bool {
        self.raw.as_deref().unwrap_or(&self.pixels) == pixels
    }
}

impl Gif {
    /// `loops` is how often it plays, 0 for ever; `None` for a still picture.
    pub fn new(size: (u32, u32), loops: Option<u32>) -> Result<Self> {
        if size.0.max(size.1) > MAX_SIDE {
            return Err(Error::too_large("output side", MAX_SIDE, size.0.max(size.1)));
        }
        let count = size.0 as usize * size.1 as usize;
        let mut before = Vec::new();
        before
            .try_reserve_exact(count)
            .map_err(|_| Error::too_large("memory", "what the system gives", 4 * count))?;
        before.resize(count, [0; 4]);
        Ok(Gif {
            size,
            animated: loops.is_some(),
            file: File::new(size.0, size.1, loops),
            table: Table::growing(),
            clock: Clock::default(),
            before,
            pending: None,
            first: true,
            faithful: true,
        })
    }

    /// Shows `image` for `ms` milliseconds.
    pub fn show(&mut self, image: &Image, ms: u32, job: &Job) -> Result<()> {
        if (image.width(), image.height()) != self.size {
            return Err(Error::internal("a frame of another size than was planned"));
        }
        let pixels = cut(image, job)?;
        if let Some(pending) = self.pending.as_mut().filter(|pending| pending.came_as(&pixels)) {
            pending.delay = pending.delay.saturating_add(self.clock.longer(ms));
            return Ok(());
        }
        match (self.clock.frame(ms), self.pending.take()) {
            (delay, None) => self.pending = Some(self.admitted(pixels, delay.unwrap_or(0))),
            (None, Some(old)) => self.pending = Some(self.admitted(pixels, old.delay)),
            (Some(delay), Some(old)) => {
                self.write(old, Some(&pixels), job)?;
                self.pending = Some(self.admitted(pixels, delay));
            }
        }
        Ok(())
    }

    /// The finished file.
    pub fn end(mut self, job: &Job) -> Result<Vec<u8>> {
        let last = self.pending.take();
        let last = last.ok_or_else(|| Error::internal("an animation without a frame"))?;
        self.write(last, None, job)?;
        Ok(self.file.finish(self.table.colors()))
    }

    fn whole(&self) -> Area {
        Area { left: 0, top: 0, width: self.size.0 as usize, height: self.size.1 as usize }
    }

    /// Decides what of a frame is drawn.
    fn admitted(&self, mut pixels: Vec<Pixel>, delay: u16) -> Pending {
        let width = self.size.0 as usize;
        let area = self.whole();
        let before = &self.before;
        let canvas = Canvas { before, pixels: &pixels, width, area, clears: false };
        let few = canvas.few_colors().is_some();
        let raw = (!few).then(|| pixels.clone());
        if !few {
            keep_still(&self.before, &mut pixels);
        }
        let area = match compare(width, &self.before, &pixels).area {
            _ if self.first => area,
            Some(area) => area,
            None => Area { width: 1, height: 1, ..area },
        };
        Pending { pixels, raw, area, few, delay }
    }

    fn write(&mut self, frame: Pending, next: Option<&[Pixel]>, job: &Job) -> Result<()> {
        job.check()?;
        let (disposal, area) = match next {
            Some(next) => self.disposal(&frame, next),
            None => (Disposal::Keep, frame.area),
        };
        let width = self.size.0 as usize;
        let clears = disposal == Disposal::Clear;
        let (before, pixels) = (&self.before, &frame.pixels);
        let canvas = Canvas { before, pixels, width, area, clears };
        let exact = match frame.few {
            true => paint::exact(&canvas, &mut self.table, (self.first, self.faithful), job)?,
            false => None,
        };
        self.faithful &= exact.is_some();
        let painted = match exact {
            Some(painted) => painted,
            None => paint::nearest(&canvas, &mut self.table, (self.first, self.animated), job)?,
        };
        self.file.add(&Block {
            area,
            disposal,
            delay: frame.delay,
            transparent: painted.transparent,
            colors: painted.colors.as_deref(),
            pixels: &painted.pixels,
        })?;
        self.first = false;
        match disposal {
            Disposal::Keep => self.before = frame.pixels,
            Disposal::Clear => self.before = cleared(frame.pixels, width, area),
            Disposal::Restore => {}
        }
        Ok(())
    }

    /// The disposal after which `next` takes the least drawing, and the area that `frame` must
    /// then have.
    fn disposal(&self, frame: &Pending, next: &[Pixel]) -> (Disposal, Area) {
        let width = self.size.0 as usize;
        let keep = compare(width, &frame.pixels, next);
        if keep.vanished.is_none() && 8 * keep.count <= frame.area.pixels() {
            return (Disposal::Keep, frame.area);
        }
        let wide = frame.area.with(keep.vanished);
        let clear = compare(width, &cleared(frame.pixels.clone(), width, wide), next);
        let extra = (wide.pixels() - frame.area.pixels()) / FREE_PIXELS;
        let mut best = (cost(&clear).saturating_add(extra), Disposal::Clear, wide);
        if !self.first {
            let restore = cost(&compare(width, &self.before, next));
            if restore < best.0 {
                best = (restore, Disposal::Restore, frame.area);
            }
        }
        if cost(&keep) <= best.0 {
            best = (0, Disposal::Keep, frame.area);
        }
        (best.1, best.2)
    }
}

/// About how many bytes a change takes; the most when it cannot be drawn.
fn cost(change: &Change) -> usize {
    match (change.vanished, change.area) {
        (Some(_), _) => usize::MAX,
        (None, Some(area)) => change.count + area.pixels() / FREE_PIXELS,
        (None, None) => 0,
    }
}

fn cleared(mut pixels: Vec<Pixel>, width: usize, area: Area) -> Vec<Pixel> {
    for row in area.rows(width) {
        pixels[row].fill([0; 4]);
    }
    pixels
}

/// Takes back changes nobody sees.
fn keep_still(before: &[Pixel], pixels: &mut [Pixel]) {
    for (pixel, old) in pixels.iter_mut().zip(before) {
        let near = pixel.iter().zip(old).all(|(a, b)| a.abs_diff(*b) <= STILL);
        if near {
            *pixel = *old;
        }
    }
}

impl Animation for Gif {
    fn add(&mut self, frame: &Frame, job: &Job) -> Result<()> {
        job.check()?;
        self.show(&frame.image, frame.delay_ms, job)
    }

    fn finish(self: Box<Self>, job: &Job) -> Result<Vec<u8>> {
        job.check()?;
        self.end(job)
    }
}
