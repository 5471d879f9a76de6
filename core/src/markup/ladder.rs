//! Which widths a page may choose from.

use super::request::{Layout, Request};
use crate::Result;

/// Widths that screens have.
const SCREENS: [u32; 11] = [320, 480, 640, 768, 960, 1200, 1440, 1920, 2560, 3200, 3840];

/// Densities of a picture that never changes its size.
const DENSITIES: [u32; 3] = [1, 2, 3];

/// Width of `src` where the page decides: clients without `srcset` are old and small.
const USUAL: u32 = 1200;

/// The widths, smallest first.
pub(super) struct Ladder {
    pub(super) steps: Vec<Step>,
    /// Width of the plain `src`.
    pub(super) usual: u32,
    /// Whether the steps are told by their width, and not by their density.
    pub(super) by_width: bool,
}

/// A width and how it is told.
pub(super) struct Step {
    width: u32,
    descriptor: String,
}

impl Ladder {
    /// The ladder of `request`, which hears of widths that are left out.
    pub(super) fn of(request: &mut Request) -> Self {
        match (&request.widths, request.layout) {
            (None, Layout::Fixed) => by_density(request.display_width, request.most()),
            (Some(widths), _) => {
                let widths = widths.clone();
                if widths.iter().any(|width| *width > request.most()) {
                    let most = request.most();
                    request.warnings.push(format!("widths: the source has only {most} pixels"));
                }
                by_width(request, widths)
            }
            (None, layout) => {
                let most = match layout {
                    Layout::Full => u32::MAX,
                    _ => request.display_width.saturating_mul(2),
                };
                let mut widths: Vec<u32> =
                    SCREENS.into_iter().filter(|width| *width < most).collect();
                if layout != Layout::Full {
                    widths.extend([request.display_width, most]);
                }
                by_width(request, widths)
            }
        }
    }

    /// The `srcset` attribute of the URLs that `url` makes of widths.
    pub(super) fn srcset(&self, url: impl Fn(u32) -> Result<String>) -> Result<String> {
        let mut candidates = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            candidates.push(format!("{} {}", url(step.width)?, step.descriptor));
        }
        Ok(candidates.join(", "))
    }
}

fn by_width(request: &Request, widths: Vec<u32>) -> Ladder {
    let mut widths: Vec<u32> = widths.into_iter().map(|width| width.min(request.most())).collect();
    widths.sort_unstable();
    widths.dedup();
    let wanted = match request.layout {
        Layout::Full => USUAL,
        _ => request.display_width,
    };
    let largest = widths.last().copied().unwrap_or(request.most());
    let usual = widths.iter().copied().find(|width| *width >= wanted).unwrap_or(largest);
    let step = |width: u32| Step { width, descriptor: format!("{width}w") };
    Ladder { steps: widths.into_iter().map(step).collect(), usual, by_width: true }
}

/// `width` at each density that the source has pixels for; between two of them, all it has.
fn by_density(width: u32, most: u32) -> Ladder {
    let usual = width.min(most);
    let mut steps = vec![Step { width: usual, descriptor: "1x".to_owned() }];
    for density in DENSITIES.into_iter().skip(1) {
        let dense = width.saturating_mul(density).min(most);
        if steps.iter().all(|step| step.width < dense) {
            let density = (f64::from(dense) / f64::from(width) * 100.0).round() / 100.0;
            steps.push(Step { width: dense, descriptor: format!("{density}x") });
        }
    }
    Ladder { steps, usual, by_width: false }
}
