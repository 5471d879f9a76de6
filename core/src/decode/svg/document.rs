//! What a document costs, before anything is made of it: references repeat parts of it, so a
//! short text can ask for a picture of billions of parts.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId, ParsingOptions};

use crate::{Error, Result};

/// Elements after every reference was followed.
const PARTS: u64 = 200_000;
/// How deep elements may lie in each other, references included.
const DEPTH: u32 = 512;

/// Reads the cleaned document, and refuses one that would grow beyond measure.
pub(super) fn parse(text: &str) -> Result<Document<'_>> {
    let options = ParsingOptions { nodes_limit: 2_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        Error::malformed("svg: not a well-formed document").with_context(error.to_string())
    })?;
    let parts = Counter::new(&document).parts(document.root_element(), 0)?;
    let parts = parts.saturating_add(markers(&document)?);
    if parts > PARTS {
        return Err(Error::too_large("svg elements", PARTS, parts));
    }
    Ok(document)
}

struct Counter<'a, 'i> {
    targets: HashMap<&'a str, Node<'a, 'i>>,
    known: HashMap<NodeId, u64>,
}

impl<'a, 'i> Counter<'a, 'i> {
    fn new(document: &'a Document<'i>) -> Self {
        let named = document.descendants().filter_map(|node| Some((node.attribute("id")?, node)));
        Counter { targets: named.collect(), known: HashMap::new() }
    }

    /// Elements in `node`, itself included.
    fn parts(&mut self, node: Node<'a, 'i>, depth: u32) -> Result<u64> {
        if let Some(parts) = self.known.get(&node.id()) {
            return Ok(*parts);
        }
        if depth > DEPTH {
            return Err(Error::too_large("svg depth", DEPTH, depth));
        }
        // What leads back to itself is drawn once.
        self.known.insert(node.id(), 0);
        let mut parts = 1u64;
        for child in node.children().filter(Node::is_element) {
            parts = parts.saturating_add(self.parts(child, depth + 1)?);
        }
        let target = reference(node).and_then(|name| self.targets.get(name).copied());
        if let Some(target) = target.filter(|_| node.has_tag_name("use")) {
            parts = parts.saturating_add(self.parts(target, depth + 1)?);
        }
        self.known.insert(node.id(), parts);
        Ok(parts)
    }
}

fn reference<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    let link = node.attributes().find(|attribute| attribute.name() == "href")?;
    link.value().trim().strip_prefix('#')
}

/// Markers are drawn at every point of a path. Which paths have any is a matter of styles: all
/// count.
fn markers(document: &Document<'_>) -> Result<u64> {
    let sizes = document
        .descendants()
        .filter(|node| node.has_tag_name("marker"))
        .map(|marker| marker.descendants().count() as u64);
    let Some(largest) = sizes.max() else {
        return Ok(0);
    };
    let text = |node: Node<'_, '_>| {
        let drawn = node.attribute("d").or_else(|| node.attribute("points"));
        // A point takes at least two characters.
        drawn.map_or(0, |text| text.len() as u64 / 2)
    };
    let points: u64 = document.descendants().map(text).sum();
    Ok(points.saturating_mul(largest))
}
