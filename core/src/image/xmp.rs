//! XMP packets: what `metadata` lets through. A packet is XML of hostile origin. It is never
//! repaired: properties are copied as they stand into a packet of our own, and text that is not
//! plain XML without a document type is dropped as a whole.

mod names;
mod text;

use std::fmt::Write;

use names::{is_tied_to_the_file, says_who_owns, Name, RDF};
use text::{Event, Tag, Text};

/// Deepest nesting that is followed.
const MAX_DEPTH: usize = 64;
/// Most namespaces in force at once, and most descriptions of a packet.
const MAX_NAMES: usize = 128;
/// Longest packet that is made: what a JPEG segment holds.
pub const SEGMENT: usize = 65_533 - 29;

/// A new packet with nothing but the rights, their terms and the credit line of `packet`.
pub fn rights_only(packet: &[u8]) -> Option<Vec<u8>> {
    rebuilt(packet, says_who_owns)
}

/// `packet` without what is tied to the file it came from: size, orientation, thumbnails, gain
/// maps, and links to parts that are not carried over.
pub fn untied(packet: &[u8]) -> Option<Vec<u8>> {
    rebuilt(packet, |name| !is_tied_to_the_file(name))
}

/// Whether `packet` speaks of a gain map.
pub fn has_gain_map(packet: &[u8]) -> bool {
    contains(packet, b"http://ns.adobe.com/hdr-gain-map/1.0/")
        || contains(packet, b"http://ns.apple.com/HDRGainMap/1.0/")
}

/// Whether `packet` says where the file's Content Credentials are.
pub fn has_provenance(packet: &[u8]) -> bool {
    contains(packet, b"http://purl.org/dc/terms/") && contains(packet, b":provenance")
}

fn contains(packet: &[u8], text: &[u8]) -> bool {
    packet.windows(text.len()).any(|part| part == text)
}

/// The properties of one `rdf:Description` that are kept.
#[derive(Default)]
struct Description<'a> {
    /// Prefix and name of every namespace in force.
    namespaces: Vec<(&'a str, &'a str)>,
    attributes: Vec<&'a str>,
    elements: Vec<&'a str>,
}

fn rebuilt(packet: &[u8], wanted: fn(Name<'_>) -> bool) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(packet).ok()?;
    // Writers pad packets with blanks and sometimes a zero.
    let text = text.trim_matches(['\0', '\u{feff}']).trim();
    let descriptions = Walk::new(text, wanted).descriptions()?;
    let mut out = String::from("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>");
    write!(out, "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{RDF}\">").ok()?;
    let empty = out.len();
    for description in &descriptions {
        description.print(&mut out)?;
    }
    if out.len() == empty {
        return None;
    }
    out.push_str("</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>");
    (out.len() <= SEGMENT).then(|| out.into_bytes())
}

impl Description<'_> {
    /// Adds the description with the namespaces that it uses; nothing when it is empty, `None`
    /// when it is too long.
    fn print(&self, out: &mut String) -> Option<()> {
        let (attributes, elements) = (self.attributes.join(" "), self.elements.concat());
        if attributes.len() + elements.len() > SEGMENT {
            return None;
        }
        if self.attributes.is_empty() && self.elements.is_empty() {
            return Some(());
        }
        out.push_str("<rdf:Description rdf:about=\"\"");
        for (prefix, name) in &self.namespaces {
            let used = |text: &str| text.contains(&format!("{prefix}:"));
            if prefix.is_empty() {
                write!(out, " xmlns=\"{name}\"").ok()?;
            } else if *prefix != "rdf" && (used(&attributes) || used(&elements)) {
                write!(out, " xmlns:{prefix}=\"{name}\"").ok()?;
            }
        }
        if !attributes.is_empty() {
            write!(out, " {attributes}").ok()?;
        }
        write!(out, ">{elements}</rdf:Description>").ok()
    }
}

/// Walks a packet once, from the first tag to the last.
struct Walk<'a> {
    text: Text<'a>,
    wanted: fn(Name<'_>) -> bool,
    /// Names of the open elements, and how many namespaces were in force around each.
    open: Vec<(&'a str, usize)>,
    namespaces: Vec<(&'a str, &'a str)>,
    found: Vec<Description<'a>>,
    /// How deep the `rdf:Description` stands that is being read.
    description: Option<usize>,
    /// Where the property began that is being read, if it is wanted.
    property: Option<usize>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, wanted: fn(Name<'_>) -> bool) -> Self {
        Walk {
            text: Text::new(text),
            wanted,
            open: Vec::new(),
            namespaces: Vec::new(),
            found: Vec::new(),
            description: None,
            property: None,
        }
    }

    fn descriptions(mut self) -> Option<Vec<Description<'a>>> {
        while let Some(event) = self.text.next()? {
            match event {
                Event::Open(tag) => self.open(&tag)?,
                Event::Close(name) => self.close(name)?,
            }
        }
        self.open.is_empty().then_some(self.found)
    }

    fn open(&mut self, tag: &Tag<'a>) -> Option<()> {
        let before = self.namespaces.len();
        for attribute in &tag.attributes {
            if let Some(prefix) = attribute.name.strip_prefix("xmlns") {
                self.declare(prefix.strip_prefix(':').unwrap_or(prefix), attribute.value)?;
            }
        }
        self.open.push((tag.name, before));
        let depth = self.open.len();
        if depth > MAX_DEPTH {
            return None;
        }
        let name = self.name(tag.name, true);
        let in_rdf = self.parent().is_some_and(|parent| parent.is(RDF, "RDF"));
        match self.description {
            None if in_rdf && name.is_some_and(|name| name.is(RDF, "Description")) => {
                self.describe(tag, depth)?;
            }
            Some(around) if depth == around + 1 && name.is_some_and(self.wanted) => {
                self.property = Some(tag.start);
            }
            _ => {}
        }
        if tag.empty {
            self.close(tag.name)?;
        }
        Some(())
    }

    fn declare(&mut self, prefix: &'a str, name: &'a str) -> Option<()> {
        self.namespaces.push((prefix, name));
        (self.namespaces.len() <= MAX_NAMES).then_some(())
    }

    fn describe(&mut self, tag: &Tag<'a>, depth: usize) -> Option<()> {
        let wanted = |name: &'a str| self.name(name, false).is_some_and(self.wanted);
        let attributes = tag.attributes.iter().filter(|attribute| wanted(attribute.name));
        let attributes = attributes.map(|attribute| attribute.source).collect();
        let namespaces = self.in_force();
        self.found.push(Description { namespaces, attributes, elements: Vec::new() });
        self.description = Some(depth);
        (self.found.len() <= MAX_NAMES).then_some(())
    }

    fn close(&mut self, name: &str) -> Option<()> {
        let depth = self.open.len();
        let (opened, namespaces) = self.open.pop()?;
        if opened != name {
            return None;
        }
        self.namespaces.truncate(namespaces);
        if self.description == Some(depth) {
            self.description = None;
        }
        if self.description.is_some_and(|around| depth == around + 1) {
            if let Some(start) = self.property.take() {
                let source = self.text.since(start)?;
                self.found.last_mut()?.elements.push(source);
            }
        }
        Some(())
    }

    /// The namespaces in force, the innermost of each prefix.
    fn in_force(&self) -> Vec<(&'a str, &'a str)> {
        let mut kept: Vec<(&str, &str)> = Vec::new();
        for pair in self.namespaces.iter().rev() {
            if kept.iter().all(|(prefix, _)| *prefix != pair.0) {
                kept.push(*pair);
            }
        }
        kept.sort_unstable();
        kept
    }

    fn parent(&self) -> Option<Name<'a>> {
        let (name, _) = self.open.len().checked_sub(2).and_then(|at| self.open.get(at))?;
        self.name(name, true)
    }

    /// What `name` means where it stands; only elements take the namespace without a prefix.
    fn name(&self, name: &'a str, element: bool) -> Option<Name<'a>> {
        let (prefix, local) = match name.split_once(':') {
            Some(parts) => parts,
            None if element => ("", name),
            None => return None,
        };
        let found = self.namespaces.iter().rev().find(|(known, _)| *known == prefix)?;
        Some(Name { space: found.1, local })
    }
}

#[cfg(test)]
mod tests;
