//! What a call of the binding asks for: pictures, and what is done to each, in order.

use axum::body::Bytes;
use safelight::{Engine, Error, Options, Result};
use serde_json::{json, Map, Value};

use crate::multipart::Part;

/// Bytes of one picture (reference §2.2).
pub(crate) const IMAGE_BYTES: usize = 20_000_000;
/// Steps of one call, over all pictures.
const MOST_STEPS: usize = 100;

/// A call, understood.
#[derive(Debug)]
pub(crate) struct Call {
    /// The picture and what is drawn on it, by index.
    pub canvases: Vec<Canvas>,
    /// In the order of the call.
    pub steps: Vec<Step>,
    /// What is sent back.
    pub output: Output,
}

/// What a chain of steps begins with.
#[derive(Debug, Clone)]
pub(crate) enum Canvas {
    /// A file.
    Picture(Bytes),
    /// A text, as the `text` of an overlay.
    Text(Value),
}

/// One step.
#[derive(Debug)]
pub(crate) enum Step {
    /// A change to one picture.
    Change { image: usize, options: Box<Options> },
    /// One picture drawn on another.
    Draw { image: usize, onto: usize, placed: Map<String, Value> },
}

/// How the result is written.
#[derive(Debug)]
pub(crate) enum Output {
    /// As a file.
    File(Options),
    /// As bare samples.
    Pixels { options: Options, alpha: bool },
}

impl Call {
    /// Reads the parts of a form.
    pub(crate) fn read(parts: &[Part]) -> Result<Call> {
        let mut call =
            Call { canvases: vec![first(parts)?], steps: Vec::new(), output: output(parts)? };
        for part in parts {
            match part.name.as_str() {
                "draw_image" => call.canvases.push(picture(part)?),
                "draw_text" => call.canvases.push(text(part)?),
                _ => {}
            }
        }
        if let Some(part) = find(parts, "transforms") {
            call.read_steps(part.text()?)?;
        }
        Ok(call)
    }

    fn read_steps(&mut self, list: &str) -> Result<()> {
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
                        Step::Change { image, options: Box::new(options(step)?) }
                    }
                    _ => return Err(unknown()),
                };
            self.steps.push(step);
        }
        Ok(())
    }
}

/// The result's own picture.
fn first(parts: &[Part]) -> Result<Canvas> {
    match (find(parts, "image"), find(parts, "text_input")) {
        (Some(part), None) => picture(part),
        (None, Some(part)) => text(part),
        _ => Err(Error::invalid("form", "one of image and text_input", "none or both")),
    }
}

pub(crate) fn find<'a>(parts: &'a [Part], name: &str) -> Option<&'a Part> {
    parts.iter().find(|part| part.name == name)
}

fn picture(part: &Part) -> Result<Canvas> {
    let bytes = part.data.len();
    if bytes > IMAGE_BYTES {
        return Err(Error::too_large("source bytes", IMAGE_BYTES, bytes));
    }
    Ok(Canvas::Picture(part.data.clone()))
}

/// `{"text", "font": {"url"}, "size", "color"}`.
fn text(part: &Part) -> Result<Canvas> {
    let wrong = || Error::invalid(&part.name, "a JSON object with a text", "something else");
    let mut object: Map<String, Value> = serde_json::from_str(part.text()?).map_err(|_| wrong())?;
    let content = object.remove("text").filter(Value::is_string).ok_or_else(wrong)?;
    object.insert("content".to_owned(), content);
    Ok(Canvas::Text(Value::Object(object)))
}

fn options(object: Map<String, Value>) -> Result<Options> {
    let options = Options::parse(&Value::Object(object).to_string())?.options;
    Engine::default().check(&options)?;
    Ok(options)
}

/// Options that draw `what` in its place.
pub(crate) fn drawing(what: Map<String, Value>, placed: &Map<String, Value>) -> Result<Options> {
    let mut overlay = placed.clone();
    overlay.extend(what);
    let mut object = Map::new();
    object.insert("draw".to_owned(), json!([overlay]));
    options(object)
}

fn output(parts: &[Part]) -> Result<Output> {
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
            return Ok(Output::Pixels { options: options(object)?, alpha: bare == "rgba" });
        }
        other => {
            let shown: String = other.chars().filter(char::is_ascii_graphic).take(40).collect();
            return Err(Error::unsupported(format!("output_format: {shown} is not written")));
        }
    };
    object.insert("format".to_owned(), word.into());
    options(object).map(Output::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(list: &[(&str, &'static str)]) -> Vec<Part> {
        let part = |(name, data): &(&str, &'static str)| Part {
            name: (*name).to_owned(),
            data: Bytes::from_static(data.as_bytes()),
        };
        list.iter().map(part).collect()
    }

    fn read(transforms: &'static str) -> Result<Call> {
        Call::read(&parts(&[
            ("image", "a"),
            ("draw_image", "b"),
            ("draw_text", "{\"text\":\"c\",\"size\":9}"),
            ("transforms", transforms),
            ("output_format", "image/webp"),
            ("output_quality", "70"),
        ]))
    }

    #[test]
    fn steps_keep_their_order_and_their_picture() {
        let call = read(
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
            assert!(read(transforms).is_err(), "{transforms}");
        }
        for list in [&[("output_format", "image/png")][..], &[("image", "a")]] {
            assert!(Call::read(&parts(list)).is_err(), "{list:?}");
        }
        let tiff = Call::read(&parts(&[("image", "a"), ("output_format", "image/tiff")]));
        assert_eq!(tiff.unwrap_err().kind(), safelight::Kind::Unsupported);
    }
}
