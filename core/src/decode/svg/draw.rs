//! Draws a cleaned document.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb, ImageHrefResolver, ImageKind, Tree};

use super::super::watched::contained;
use super::document;
use super::header::{Size, FALLBACK};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Groups may lie deep in each other, and whoever calls may have little room for that. Pages that
/// are not touched cost nothing.
const STACK: usize = 64 << 20;
/// Pixels that all layers together may have: a few seconds of work that cannot be interrupted.
const WORK: u64 = 2_000_000_000;

/// Draws `document`, which wants to be of `size`, on a transparent picture of `width` by
/// `height`.
pub(super) fn draw(
    document: &[u8],
    size: &Size,
    (width, height): (u32, u32),
    job: &Job,
) -> Result<Image> {
    let text = std::str::from_utf8(document)
        .map_err(|_| Error::internal("svg: a cleaned document that is no text"))?;
    let work = || contained("svg", || drawn(text, size, (width, height), job));
    let done = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.map(|thread| thread.join())
    });
    match done {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Error::internal("svg: the drawing ended in a panic")),
        Err(error) => Err(Error::internal("svg: no thread").with_context(error.to_string())),
    }
}

fn drawn(text: &str, size: &Size, (width, height): (u32, u32), job: &Job) -> Result<Image> {
    let tree = tree(text)?;
    job.check()?;
    let pixels = u64::from(width) * u64::from(height);
    let layers = Layers::of(tree.root());
    let work = layers.all.saturating_mul(pixels);
    if work > WORK {
        return Err(Error::too_large("svg layer pixels", WORK, work));
    }
    let _layers = job.charge(4 * pixels * layers.deep)?;
    // Without a size the document's own coordinates are pixels.
    let (wide, high) = match size.assumed {
        true => (size.width, size.height),
        false => (f64::from(tree.size().width()), f64::from(tree.size().height())),
    };
    let scale = |to: u32, from: f64| (f64::from(to) / from) as f32;
    let stretch = Transform::from_scale(scale(width, wide), scale(height, high));
    let mut canvas = Pixmap::new(width, height)
        .ok_or_else(|| Error::too_large("memory", "what the system gives", 4 * pixels))?;
    resvg::render(&tree, stretch, &mut canvas.as_mut());
    job.check()?;
    straight(canvas, width, height)
}

fn tree(text: &str) -> Result<Tree> {
    let photographs = Arc::new(AtomicBool::new(false));
    let seen = photographs.clone();
    let options = usvg::Options {
        default_size: usvg::Size::from_wh(FALLBACK.0 as f32, FALLBACK.1 as f32)
            .ok_or_else(|| Error::internal("svg: no default size"))?,
        font_family: FAMILY.to_owned(),
        fontdb: fonts(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(move |_, _, _| photograph(&seen)),
            // What lies elsewhere stays there: no file is opened.
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let document = document::parse(text)?;
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| {
        Error::malformed("svg: it cannot be drawn").with_context(error.to_string())
    })?;
    if photographs.load(Ordering::Relaxed) {
        return Err(Error::unsupported(
            "svg: a photograph inside is not drawn; format=svg keeps it",
        ));
    }
    Ok(tree)
}

fn photograph(seen: &AtomicBool) -> Option<ImageKind> {
    seen.store(true, Ordering::Relaxed);
    None
}

/// Family of the bundled fonts.
const FAMILY: &str = "Noto Sans";

/// The bundled fonts: a text in any other is drawn with them, never with one of the system.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let made = || {
        let mut fonts = fontdb::Database::new();
        #[cfg(feature = "text")]
        for file in crate::text::bundled_fonts() {
            fonts.load_font_source(fontdb::Source::Binary(Arc::new(file)));
        }
        fonts.set_serif_family(FAMILY);
        fonts.set_sans_serif_family(FAMILY);
        fonts.set_monospace_family(FAMILY);
        fonts.set_cursive_family(FAMILY);
        fonts.set_fantasy_family(FAMILY);
        Arc::new(fonts)
    };
    FONTS.get_or_init(made).clone()
}

/// Canvases besides the first that a drawing takes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Layers {
    /// One after the other.
    all: u64,
    /// At once.
    deep: u64,
}

impl Layers {
    fn of(group: &usvg::Group) -> Layers {
        let mut inner = Layers::default();
        for node in group.children() {
            let mut add = |more: Layers| {
                inner.all = inner.all.saturating_add(more.all);
                inner.deep = inner.deep.max(more.deep);
            };
            if let usvg::Node::Group(group) = node {
                add(Layers::of(group));
            }
            // Patterns, masks and clips; those of a group are its own.
            node.subroots(|root| add(Layers::of(root)));
        }
        // A mask is drawn for itself, and every step of a filter keeps its result.
        let filters: usize = group.filters().iter().map(|one| 4 * one.primitives().len()).sum();
        let own = u64::from(group.should_isolate())
            + u64::from(group.mask().is_some())
            + u64::from(group.clip_path().is_some())
            + filters as u64;
        Layers { all: inner.all.saturating_add(own), deep: inner.deep.saturating_add(own) }
    }
}

/// Alpha as we keep it: not multiplied into the colours.
fn straight(canvas: Pixmap, width: u32, height: u32) -> Result<Image> {
    let mut data = canvas.take();
    for pixel in data.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha != 0 && alpha != 255 {
            for sample in &mut pixel[..3] {
                *sample = ((u32::from(*sample) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
    Image::from_data(width, height, Layout::Rgba, data)
}
