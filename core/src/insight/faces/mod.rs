//! Where the faces are, by a small neural network that comes with the library.
//!
//! The network is BlazeFace for back cameras (`model/NOTICE` tells where its numbers come from);
//! everything around it is ours. It sees the picture with its longest side at [`SIDE`]; where it
//! finds nobody, it looks once more at [`CLOSER`], where smaller faces are large enough.
//! Results are the same on every machine and for any number of threads.

mod boxes;
mod map;
mod network;
mod sample;
mod weights;

use self::network::Network;
use self::sample::Pixels;
use crate::image::Image;
use crate::plan::Face;
use crate::{Job, Result};

/// Longest side at the first look: faces from about a twentieth of it are found.
const SIDE: u32 = 256;

/// Longest side at the second look.
const CLOSER: u32 = 512;

/// What a face must score at the first look, on the network's own scale; 0.65 as a probability.
const SURE: f32 = 0.62;

/// The same at the second look, where more and smaller things could be a face; 0.75.
const SURE_CLOSER: f32 = 1.1;

/// Faces of an upright picture in sRGB, best first; empty when there is none. More than
/// [`CLOSER`] pixels on the longest side tell nothing new.
pub(crate) fn find(image: &Image, job: &Job) -> Result<Vec<Face>> {
    let _memory = job.charge(memory(image))?;
    let network = Network::load()?;
    let faces = look(&network, image, SIDE, SURE, job)?;
    if !faces.is_empty() || image.width().max(image.height()) <= SIDE {
        return Ok(faces);
    }
    look(&network, image, CLOSER, SURE_CLOSER, job)
}

fn look(network: &Network, image: &Image, side: u32, sure: f32, job: &Job) -> Result<Vec<Face>> {
    let Some(pixels) = Pixels::of(image, side, job)? else { return Ok(Vec::new()) };
    let anchors = network.run(&pixels, job)?;
    Ok(boxes::faces(boxes::candidates(&anchors, sure), pixels.picture))
}

/// Bytes in use at the second look: the picture made narrow, the input and two maps.
fn memory(image: &Image) -> u64 {
    let side = u64::from(CLOSER) + 4;
    let narrow = u64::from(image.height()) * side * 3;
    let maps = 2 * (side / 2) * (side / 2) * 24;
    (narrow + side * side * 3 + maps) * 4
}
