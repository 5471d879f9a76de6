//! What a file carries besides its picture.

/// Metadata within the limits, and signs of what is never carried over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embedded {
    /// EXIF block: a TIFF file.
    pub exif: Option<Vec<u8>>,
    /// XMP packet: XML text.
    pub xmp: Option<Vec<u8>>,
    /// IPTC datasets (IIM), without the Photoshop block around them.
    pub iptc: Option<Vec<u8>>,
    /// Whether a gain map makes the picture high dynamic range for those who read it.
    pub gain_map: bool,
    /// Whether there are Content Credentials (C2PA), which any change to the file breaks.
    pub content_credentials: bool,
}
