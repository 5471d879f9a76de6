//! Sample pictures, drawn by formulas: the same bytes on every run, and nobody else's work.
//!
//! Pixels are handed to the library as PNG; it makes the JPEG, WebP and AVIF files itself.

mod draw;
mod files;
mod landscape;
mod noise;

use std::path::Path;
use std::sync::Mutex;

use draw::Canvas;
use files::{Error, Maker};

/// One file to make.
type Make = fn(&Maker) -> Result<(), Error>;

/// Long jobs first, so that the cores finish together.
const SAMPLES: [Make; 11] = [
    |to| to.render("mountain-lake.jpg", &landscape::lake(3000, 2000), "format=jpeg,quality=88"),
    |to| to.render("desert-dusk.avif", &landscape::desert(1600, 1000), "format=avif,quality=70"),
    |to| to.turned("tower-upright.jpg", &landscape::tower(1200, 1800)),
    |to| to.render("night-sky.webp", &landscape::night(1920, 1280), "format=webp,quality=82"),
    |to| to.render("poppies.jpg", &landscape::poppies(2000, 1500), "format=jpeg,quality=85"),
    |to| to.render("chart.png", &draw::chart(1440, 900), "format=png-force"),
    |to| to.render("logo.png", &draw::logo(800), "format=png-force"),
    |to| to.render("badge.webp", &draw::logo(512), "format=webp,quality=100"),
    |to| to.render("avatar.jpg", &draw::avatar(640), "format=jpeg,quality=86"),
    |to| to.deep("gradient-16bit.png", 1200, 800),
    |to| to.animation("orbit.gif", &draw::orbit(320, 24)),
];

/// Fills `folder` with the samples, on all cores.
pub fn make(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let maker = Maker::new(folder);
    let next = Mutex::new(SAMPLES.iter());
    let failed = Mutex::new(None);
    let workers = std::thread::available_parallelism().map_or(1, Into::into).min(SAMPLES.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(make) = take(&next) {
                    if let Err(error) = make(&maker) {
                        *failed.lock().unwrap_or_else(|lock| lock.into_inner()) = Some(error);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(|lock| lock.into_inner());
    failed.map_or(Ok(()), |error| Err(error as Box<dyn std::error::Error>))
}

fn take<'a>(next: &Mutex<std::slice::Iter<'a, Make>>) -> Option<&'a Make> {
    next.lock().unwrap_or_else(|lock| lock.into_inner()).next()
}
