//! Listings in XML, as far as buckets write it: elements with text.

use xml::reader::XmlEvent;
use xml::ParserConfig;

use super::Trouble;
use crate::{Error, Kind};

/// Calls `take` with the path of each element below the root (`Contents/Key`), its text and its
/// attribute `Encoded` or `rel`; an element is told of when it ends.
pub(super) fn elements(text: &[u8], mut take: impl FnMut(&str, &str, bool)) -> Result<(), Trouble> {
    let config = ParserConfig::new()
        .max_entity_expansion_depth(3)
        .max_data_length(1 << 20)
        .max_name_length(1000)
        .max_attributes(200)
        .ignore_comments(true)
        .cdata_to_characters(true);
    let (mut path, mut held, mut encoded) = (Vec::<String>::new(), String::new(), false);
    for event in config.create_reader(text) {
        match event.map_err(|error| broken(&error.to_string()))? {
            XmlEvent::StartElement { name, attributes, .. } => {
                let prefix = name.prefix.map(|prefix| prefix + ":").unwrap_or_default();
                path.push(prefix + &name.local_name);
                held.clear();
                encoded = attributes
                    .iter()
                    .any(|it| it.name.local_name == "Encoded" && it.value == "true");
            }
            XmlEvent::Characters(part) | XmlEvent::Whitespace(part) => held.push_str(&part),
            XmlEvent::EndElement { .. } => {
                take(&path[1.min(path.len())..].join("/"), &held, encoded);
                path.pop();
                held.clear();
                encoded = false;
            }
            _ => {}
        }
    }
    Ok(())
}

fn broken(detail: &str) -> Trouble {
    let error = Error::new(Kind::Malformed, "the source's listing is no XML that can be read");
    Trouble::Lasting(error.with_context(detail))
}
