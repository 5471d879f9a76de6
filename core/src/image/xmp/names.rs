//! Namespaces and properties that matter to us.

pub(super) const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";
const DUBLIN_CORE_TERMS: &str = "http://purl.org/dc/terms/";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const BASIC: &str = "http://ns.adobe.com/xap/1.0/";
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";

/// Namespaces that speak of other parts of the same file: gain maps, further pictures, depth,
/// sound, video, the rest of a long packet, thumbnails.
const OF_PARTS: &[&str] = &[
    "http://ns.adobe.com/hdr-gain-map/1.0/",
    "http://ns.apple.com/HDRGainMap/1.0/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/1.0/container/item/",
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/1.0/image/",
    "http://ns.google.com/photos/1.0/audio/",
    "http://ns.google.com/photos/dd/1.0/container/",
    "http://ns.google.com/photos/dd/1.0/device/",
    "http://ns.adobe.com/xmp/note/",
    "http://ns.adobe.com/xap/1.0/g/img/",
];

/// A property by what it means, whatever its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub space: &'a str,
    pub local: &'a str,
}

impl Name<'_> {
    pub fn is(&self, space: &str, local: &str) -> bool {
        (self.space, self.local) == (space, local)
    }
}

/// Copyright notice, its terms, and the credit line.
pub(super) fn says_who_owns(name: Name<'_>) -> bool {
    match name.space {
        DUBLIN_CORE => name.local == "rights",
        RIGHTS => matches!(name.local, "Marked" | "WebStatement" | "UsageTerms" | "Owner"),
        PHOTOSHOP => name.local == "Credit",
        _ => false,
    }
}

/// What is not true, or not there, any more once the picture is another file.
pub(super) fn is_tied_to_the_file(name: Name<'_>) -> bool {
    match name.space {
        RDF | "" => true,
        BASIC => name.local == "Thumbnails",
        TIFF => matches!(name.local, "Orientation" | "ImageWidth" | "ImageLength"),
        EXIF => matches!(name.local, "PixelXDimension" | "PixelYDimension"),
        DUBLIN_CORE_TERMS => name.local == "provenance",
        space => OF_PARTS.contains(&space),
    }
}
