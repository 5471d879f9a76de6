//! Draws what trim and gravity choose on pictures, to be looked at.
//!
//! `crops FOLDER SHAPE FILE…`: SHAPE is the shape of the crop, `1x1` or `3x4`. Writes one PNG a
//! file into FOLDER, with the windows of `auto` (red), `entropy` (blue) and `face` (green), the
//! faces (thin green) and what `trim=border` leaves (yellow); prints one line a window.

use std::error::Error;
use std::path::Path;
use std::{env, fs, io};

use safelight::{Engine, Input, Job};
use serde_json::Value;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Longest side of what is written.
const SIDE: f64 = 640.0;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, shape, files @ ..] = &arguments[..] else {
        return Err("usage: crops FOLDER SHAPE FILE...".into());
    };
    fs::create_dir_all(folder)?;
    for file in files {
        if let Err(error) = draw(Path::new(file), Path::new(folder), shape) {
            println!("{file}\t{error}");
        }
    }
    Ok(())
}

fn draw(file: &Path, folder: &Path, shape: &str) -> Fallible<()> {
    let source = fs::read(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut picture = Picture::new(&source)?;
    let (width, height) = shape.split_once('x').ok_or("SHAPE: expected WxH")?;
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let crop = format!("width={},height={},fit=cover", width * 60, height * 60);
    for (gravity, color) in
        [("auto", [255, 0, 0]), ("entropy", [40, 90, 255]), ("face", [0, 220, 0])]
    {
        let plan = explain(&source, &format!("{crop},gravity={gravity}"))?;
        let crop = &plan["crop"];
        println!("{name}\t{gravity}\t{}\t{}", crop["area"], crop["candidates"]);
        picture.frame(&crop["area"], color, 3);
        for face in crop["faces"].as_array().into_iter().flatten() {
            println!("{name}\tface\t{}\t{}", face["area"], face["score"]);
            picture.frame(&face["area"], [0, 220, 0], 1);
        }
    }
    let trim = &explain(&source, "trim=border")?["trim"];
    println!("{name}\ttrim\t{trim}");
    picture.frame(trim, [255, 230, 0], 2);
    picture.write(&folder.join(format!("{name}.png")))
}

fn explain(source: &[u8], options: &str) -> Fallible<Value> {
    let input = Input::new(source);
    let mut answer = Engine::default().explain_text(&input, options, &Job::default())?;
    Ok(answer["plan"].take())
}

/// A picture to draw on, smaller than the source by `scale`.
struct Picture {
    width: usize,
    height: usize,
    scale: f64,
    data: Vec<u8>,
}

impl Picture {
    fn new(source: &[u8]) -> Fallible<Picture> {
        let options =
            format!("width={SIDE},height={SIDE},format=png-force,background=gray,anim=false");
        let small =
            Engine::default().render_text(&Input::new(source), &options, &Job::default())?;
        let mut decoder = png::Decoder::new(io::Cursor::new(&small.data));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info()?;
        let mut data = vec![0; reader.output_buffer_size().ok_or("too large")?];
        let info = reader.next_frame(&mut data)?;
        let samples = info.color_type.samples();
        let data = data
            .chunks_exact(samples)
            .flat_map(
                |pixel| if samples < 3 { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] },
            )
            .collect();
        let scale = f64::from(small.info.width) / f64::from(small.info.source_width);
        Ok(Picture { width: info.width as usize, height: info.height as usize, scale, data })
    }

    /// Draws the outline of `area`, given in pixels of the source, inwards.
    fn frame(&mut self, area: &Value, color: [u8; 3], thickness: usize) {
        let edge = |index: usize| area[index].as_f64().unwrap_or(0.0) * self.scale;
        let left = edge(0).max(0.0) as usize;
        let top = edge(1).max(0.0) as usize;
        let right = ((edge(0) + edge(2)) as usize).min(self.width);
        let bottom = ((edge(1) + edge(3)) as usize).min(self.height);
        for y in top..bottom {
            for x in left..right {
                let near = (x - left).min(right - 1 - x).min(y - top).min(bottom - 1 - y);
                if near < thickness {
                    self.data[(y * self.width + x) * 3..][..3].copy_from_slice(&color);
                }
            }
        }
    }

    fn write(&self, path: &Path) -> Fallible<()> {
        let file = io::BufWriter::new(fs::File::create(path)?);
        let mut encoder = png::Encoder::new(file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header()?.write_image_data(&self.data)?;
        Ok(())
    }
}
