//! Files, rendered to pictures of a few sizes.

use std::fs;
use std::path::{Path, PathBuf};

use safelight::image::{Image, Layout};
use safelight::{CancelToken, Engine, Input, Job, Limits};

use super::Answer;

/// An engine that takes its time and has room for any picture.
pub fn engine() -> Engine {
    Engine::new(Limits { memory: 4 << 30, time_ms: 0, ..Limits::default() })
}

/// A job of it.
pub fn job(engine: &Engine) -> Job {
    Job::new(engine.limits(), CancelToken::new())
}

/// Every file of the folders, by name.
pub fn files(folders: &[String]) -> Answer<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    files.sort_by_key(|file| name(file));
    Ok(files)
}

/// The name of `file` without its folder.
pub fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether the picture of this name is kept from the fit.
pub fn held_out(name: &str) -> bool {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    (hash >> 32) % 3 == 0
}

/// `source` as PNG of at most `width`; `None` when it is no picture or clearly smaller.
pub fn rendered(source: &[u8], width: u32) -> Option<Vec<u8>> {
    let engine = engine();
    let options = format!("width={width},fit=scale-down,anim=false,format=png-force");
    let png = engine.render_text(&Input::new(source), &options, &job(&engine)).ok()?;
    (png.info.width * 4 >= width * 3 && png.info.height >= 100).then_some(png.data)
}

/// Pixels of a PNG.
pub fn pixels(png: &[u8]) -> Answer<Image> {
    let picture = image::load_from_memory(png)?;
    let (width, height) = (picture.width(), picture.height());
    let (layout, data) = match picture.color().channel_count() {
        1 => (Layout::Gray, picture.to_luma8().into_raw()),
        3 => (Layout::Rgb, picture.to_rgb8().into_raw()),
        _ => (Layout::Rgba, picture.to_rgba8().into_raw()),
    };
    Ok(Image::from_data(width, height, layout, data)?)
}
