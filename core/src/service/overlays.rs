//! Pictures and fonts that options name: where they are, and which version of each there is now.

use super::respond::Failure;
use super::sources::{Found, Place, Reader};
use super::Inner;
use crate::delivery::Stage;
use crate::url::SourceRef;
use crate::{Error, Kind, Options};

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Overlay {
    /// As the options call it.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// What there is now.
    pub found: Found,
}

impl Inner {
    /// What `options` name, each once. `any_host` takes the path of any URL, as for a Worker.
    pub(super) fn overlays(
        &self,
        options: &Options,
        any_host: bool,
        reader: Reader<'_>,
    ) -> Result<Vec<Overlay>, Failure> {
        if options.draw.is_none() {
            return Ok(Vec::new());
        }
        let find = |name: String| {
            let source = SourceRef::read(&name);
            let source = source.map_err(|error| Failure::new(&error, Stage::Options))?;
            let place = self.sources.place(&source, any_host, Vec::new())?;
            let found = self.sources.find(&place, reader);
            let found = found.map_err(|failure| failure.missing_as(&missing(&name)))?;
            Ok(Overlay { name, place, found })
        };
        names(options).into_iter().map(find).collect()
    }
}

fn names(options: &Options) -> Vec<String> {
    let json = options.to_json();
    let mut names: Vec<String> = Vec::new();
    for overlay in json["draw"].as_array().into_iter().flatten() {
        for name in [&overlay["url"], &overlay["text"]["font"]["url"]] {
            if let Some(name) = name.as_str().filter(|name| !names.iter().any(|it| it == name)) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// An overlay that is not there is a matter of the options' author.
fn missing(name: &str) -> Error {
    let name: String = name.chars().filter(char::is_ascii_graphic).take(80).collect();
    Error::new(Kind::NotFound, format!("draw: there is no such picture: {name}"))
}
