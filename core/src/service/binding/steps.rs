//! What a call of the binding asks for: pictures, and what is done to each, in order.

use serde_json::{json, Map, Value};

use crate::api::multipart::Part;
use crate::{Engine, Error, Options, Result};

/// Bytes of one picture (reference §2.2).
pub(super) const IMAGE_BYTES: usize = 20_000_000;
/// Steps of one call, over all pictures.
const MOST_STEPS: usize = 100;

/// A call, understood.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// The picture and what is drawn on it, by index.
    pub canvases: Vec<Canvas<'a>>,
    /// In the order of the call.
    pub steps: Vec<Step>,
    /// What is sent back.
    pub output: Output,
}

/// What a chain of steps begins with.
#[derive(Debug, Clone)]
pub(super) enum Canvas<'a> {
    /// A file.
    Picture(&'a [u8]),
    /// A text, as the `text` of an overlay.
    Text(Value),
}

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    /// A change to one picture.
    Change { image: usize, options: Box<Options> },
    /// One picture drawn on another.
    Draw { image: usize, onto: usize, placed: Map<String, Value> },
}

/// How the result is written.
#[derive(Debug)]
pub(super) enum Output {
    /// As a file.
    File(Options),
    /// As bare samples.
    Pixels { options: Options, alpha: bool },
}

impl<'a> Call<'a> {
    /// Reads the parts of a form.
    pub(super) fn read(engine: &Engine, parts: &[Part<'a>]) -> Result<Call<'a>> {
        let mut call = Call {
            canvases: vec![first(parts)?],
            steps: Vec::new(),
            output: output(engine, parts)?,
        };
        for part in parts {
            match part.name.as_str() {
                "draw_image" => call.canvases.push(picture(part)?),
                "draw_text" => call.canvases.push(text(part)?),
                _ => {}
            }
        }
        if let Some(part) = find(parts, "transforms") {
            call.read_steps(engine, part.text()?)?;
        }
        Ok(call)
    }

    fn read_steps(&mut self, engine: &Engine, list: &str) -> Result<()> {
        let wrong = |got: &str| Error::invalid("transforms", "a JSON list of objects", got);
        let list: Vec<Map<String, Value>> =
            serde_json::from_str(list).map_err(|error| wrong(&error.to_string()))?;
        if list.len() > MOST_STEPS {
            return Err(Error::too_large("transforms", MOST_STEPS, list.len()));
        }
        let mut drawn = vec![false; self.canvases.len()];
        for mut step in list {
            let mut index = |name: &str| {
                let index = step.remove(name)?.as_u64().map_or(usize::MAX, |index| index as usize);
                Some(drawn.get(index).is_some_and(|drawn| !drawn).then_some(index))
            };
            let unknown = || Error::invalid("transforms", "the index of a picture", "another");
            let step =
                match (index("drawImageIndex"), index("targetImageIndex"), index("imageIndex")) {
                    (Some(Some(image)), Some(Some(onto)), None) if image != onto => {
                        drawn[image] = true;
                        Step::Draw { image, onto, placed: step }
                    }
                    (None, None, image) => {
                        let image = image.unwrap_or(Some(0)).ok_or_else(unknown)?;
                        Step::Change { image, options: Box::new(options(engine, step)?) }
                    }
                    _ => return Err(unknown()),
                };
            self.steps.push(step);
        }
        Ok(())
    }
}

/// The result's own picture.
fn first<'a>(parts: &[Part<'a>]) -> Result<Canvas<'a>> {
    match (find(parts, "image"), find(parts, "text_input")) {
        (Some(part), None) => picture(part),
        (None, Some(part)) => text(part),
        _ => Err(Error::invalid("form", "one of image and text_input", "none or both")),
    }
}

pub(super) fn find<'p, 'a>(parts: &'p [Part<'a>], name: &str) -> Option<&'p Part<'a>> {
    parts.iter().find(|part| part.name == name)
}

fn picture<'a>(part: &Part<'a>) -> Result<Canvas<'a>> {
    let bytes = part.data.len();
    if bytes > IMAGE_BYTES {
        return Err(Error::too_large("source bytes", IMAGE_BYTES, bytes));
    }
    Ok(Canvas::Picture(part.data))
}

/// `{"text", "font": {"url"}, "size", "color"}`.
fn text<'a>(part: &Part<'a>) -> Result<Canvas<'a>> {
    let wrong = || Error::invalid(&part.name, "a JSON object with a text", "something else");
    let mut object: Map<String, Value> = serde_json::from_str(part.text()?).map_err(|_| wrong())?;
    let content = object.remove("text").filter(Value::is_string).ok_or_else(wrong)?;
    object.insert("content".to_owned(), content);
    Ok(Canvas::Text(Value::Object(object)))
}

fn options(engine: &Engine, object: Map<String, Value>) -> Result<Options> {
    let options = Options::parse(&Value::Object(object).to_string())?.options;
    engine.check(&options)?;
    Ok(options)
}

/// Options that draw `what` in its place.
pub(super) fn drawing(
    engine: &Engine,
    what: Map<String, Value>,
    placed: &Map<String, Value>,
) -> Result<Options> {
    let mut overlay = placed.clone();
    overlay.extend(what);
    let mut object = Map::new();
    object.insert("draw".to_owned(), json!([overlay]));
    options(engine, object)
}

fn output(engine: &Engine, parts: &[Part<'_>]) -> Result<Output> {
    let mut object = Map::new();
    for (part, name) in
        [("output_quality", "quality"), ("background", "background"), ("anim", "anim")]
    {
        if let Some(part) = find(parts, part) {
            object.insert(name.to_owned(), Value::String(part.text()?.to_owned()));
        }
    }
    let format = find(parts, "output_format")
        .ok_or_else(|| Error::invalid("output_format", "a media type, rgb or rgba", "nothing"))?;
    let word = match format.text()? {
        "image/avif" => "avif",
        "image/webp" => "webp",
        "image/jpeg" => "jpeg",
        "image/png" => "png",
        "image/gif" => "gif",
        bare @ ("rgb" | "rgba") => {
            object.remove("quality");
            return Ok(Output::Pixels { options: options(engine, object)?, alpha: bare == "rgba" });
        }
        other => {
            let shown: String = other.chars().filter(char::is_ascii_graphic).take(40).collect();
            return Err(Error::unsupported(format!("output_format: {shown} is not written")));
        }
    };
    object.insert("format".to_owned(), word.into());
    options(engine, object).map(Output::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(list: &[(&str, &'static str)]) -> Vec<Part<'static>> {
        let part = |(name, data): &(&str, &'static str)| Part {
            name: (*name).to_owned(),
            filename: None,
            data: data.as_bytes(),
        };
        list.iter().map(part).collect()
    }

    fn read(engine: &Engine, transforms: &'static str) -> Result<Call<'static>> {
        let parts = parts(&[
            ("image", "a"),
            ("draw_image", "b"),
            ("draw_text", "{\"text\":\"c\",\"size\":9}"),
            ("transforms", transforms),
            ("output_format", "image/webp"),
            ("output_quality", "70"),
        ]);
        Call::read(engine, &parts)
    }

    #[test]
    fn steps_keep_their_order_and_their_picture() {
        let engine = Engine::default();
        let call = read(
            &engine,
            r#"[{"imageIndex":0,"width":128},{"imageIndex":1,"width":10},
                {"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5},{"rotate":90}]"#,
        );
        let call = call.unwrap();
        let shown: Vec<String> = call
            .steps
            .iter()
            .map(|step| match step {
                Step::Change { image, options } => format!("{image}: {options}"),
                Step::Draw { image, onto, placed } => {
                    format!("{image} on {onto}: {}", placed["opacity"])
                }
            })
            .collect();
        assert_eq!(shown, ["0: width=128", "1: width=10", "1 on 0: 0.5", "0: rotate=90"]);
        assert_eq!(call.canvases.len(), 3);
        let Output::File(options) = call.output else { panic!() };
        assert_eq!(options.to_string(), "format=webp,quality=70");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let engine = Engine::default();
        for transforms in [
            "",
            "{}",
            "[1]",
            r#"[{"imageIndex":3}]"#,
            r#"[{"imageIndex":-1}]"#,
            r#"[{"imageIndex":"0"}]"#,
            r#"[{"drawImageIndex":1}]"#,
            r#"[{"drawImageIndex":0,"targetImageIndex":0}]"#,
            r#"[{"drawImageIndex":9,"targetImageIndex":0}]"#,
            r#"[{"drawImageIndex":1,"targetImageIndex":0},{"imageIndex":1}]"#,
            r#"[{"imageIndex":0,"width":0}]"#,
        ] {
            assert!(read(&engine, transforms).is_err(), "{transforms}");
        }
        for list in [&[("output_format", "image/png")][..], &[("image", "a")]] {
            assert!(Call::read(&engine, &parts(list)).is_err(), "{list:?}");
        }
        let tiff = Call::read(&engine, &parts(&[("image", "a"), ("output_format", "image/tiff")]));
        assert_eq!(tiff.unwrap_err().kind(), crate::Kind::Unsupported);
    }
}
