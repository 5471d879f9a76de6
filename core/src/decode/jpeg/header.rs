//! The segments of a JPEG up to its first scan, and a count of its scans.

use super::parts;
use crate::image::{iptc, xmp, ColorModel, Embedded, Profile};
use crate::{Error, Limits, Result};

/// More segments than this before the first scan are no camera's work.
const MAX_SEGMENTS: usize = 4096;

/// One colour component of the frame header.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Component {
    id: u8,
    pub h: u8,
    pub v: u8,
}

/// What stands before the first scan.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    pub width: u32,
    pub height: u32,
    pub components: Vec<Component>,
    pub progressive: bool,
    /// Colour transform of an Adobe segment, when there is one.
    pub adobe: Option<u8>,
    jfif: bool,
    /// Whether the entropy-coded data is cut into intervals that can be lost one by one.
    pub restarts: bool,
    /// TIFF block of the first EXIF segment.
    pub exif: Option<&'a [u8]>,
    icc: Vec<(u8, u8, &'a [u8])>,
    xmp: Option<&'a [u8]>,
    /// Pieces of the Photoshop block.
    photoshop: Vec<&'a [u8]>,
    gain_map: bool,
    credentials: bool,
    /// Where the first scan header's marker begins.
    first_scan: usize,
}

/// One marker with what belongs to it.
pub(super) struct Segment<'a> {
    pub marker: u8,
    /// Where its `0xff` stands.
    pub at: usize,
    pub body: &'a [u8],
}

/// Walks markers; entropy-coded data between them is stepped over like any other garbage.
pub(super) struct Segments<'a> {
    pub source: &'a [u8],
    pub at: usize,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    /// The next marker; `None` where the file ends.
    fn next(&mut self) -> Option<Segment<'a>> {
        loop {
            let rest = self.source.get(self.at..)?;
            let at = self.at + rest.iter().position(|byte| *byte == 0xff)?;
            let marker = *self.source.get(at + 1)?;
            match marker {
                // A stuffed zero is data, a second 0xff is padding.
                0x00 => self.at = at + 2,
                0xff => self.at = at + 1,
                // Markers without a body.
                0x01 | 0xd0..=0xd9 => {
                    self.at = at + 2;
                    return Some(Segment { marker, at, body: &[] });
                }
                _ => {
                    let size = self.source.get(at + 2..at + 4)?;
                    let size = usize::from(u16::from_be_bytes([size[0], size[1]]));
                    let end = at.checked_add(2)?.checked_add(size.max(2))?;
                    let body = self.source.get(at + 4..end.min(self.source.len()))?;
                    self.at = end;
                    return Some(Segment { marker, at, body });
                }
            }
        }
    }
}

impl<'a> Header<'a> {
    /// Reads up to the first scan.
    pub fn read(source: &'a [u8]) -> Result<Self> {
        let mut header = Header::default();
        for segment in (Segments { source, at: 2 }).take(MAX_SEGMENTS) {
            if segment.marker == 0xda {
                header.first_scan = segment.at;
                return header.finish();
            }
            header.take(&segment)?;
            header.gain_map |= parts::has_gain_map(source, &segment);
        }
        Err(Error::malformed("jpeg: no scan"))
    }

    fn finish(self) -> Result<Self> {
        if self.components.is_empty() {
            return Err(Error::malformed("jpeg: a scan without a frame header"));
        }
        Ok(self)
    }

    fn take(&mut self, segment: &Segment<'a>) -> Result<()> {
        let body = segment.body;
        match segment.marker {
            0xc0..=0xc2 => return self.take_frame(segment.marker, body),
            0xc3 | 0xc5..=0xc7 => {
                return Err(Error::unsupported("jpeg: lossless and hierarchical coding"))
            }
            0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Error::unsupported("jpeg: arithmetic coding is not supported"))
            }
            0xd9 => return Err(Error::malformed("jpeg: ends before the picture")),
            0xdd => self.restarts |= body.iter().take(2).any(|byte| *byte != 0),
            0xe0 => self.jfif |= body.starts_with(b"JFIF\0"),
            0xe1 => {
                self.exif = self.exif.or(body.strip_prefix(b"Exif\0\0"));
                self.xmp = self.xmp.or(body.strip_prefix(parts::XMP));
            }
            0xe2 => self.take_icc(body),
            0xeb => self.credentials |= parts::has_credentials(body),
            0xed => self.photoshop.extend(body.strip_prefix(iptc::PHOTOSHOP)),
            0xee if body.starts_with(b"Adobe") => self.adobe = body.get(11).copied(),
            _ => {}
        }
        Ok(())
    }

    fn take_frame(&mut self, marker: u8, body: &[u8]) -> Result<()> {
        if !self.components.is_empty() {
            return Err(Error::malformed("jpeg: two frame headers"));
        }
        let [bits, h1, h0, w1, w0, count, rest @ ..] = body else {
            return Err(Error::malformed("jpeg: frame header cut short"));
        };
        if *bits != 8 {
            return Err(Error::unsupported("jpeg: only 8 bits a sample are supported"));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(Error::unsupported(format!("jpeg: {count} colour components")));
        }
        let components: Vec<_> = rest.chunks_exact(3).take(usize::from(*count)).collect();
        if components.len() != usize::from(*count) {
            return Err(Error::malformed("jpeg: frame header cut short"));
        }
        self.components =
            components.iter().map(|c| Component { id: c[0], h: c[1] >> 4, v: c[1] & 15 }).collect();
        if self.components.iter().any(|c| !(1..=4).contains(&c.h) || !(1..=4).contains(&c.v)) {
            return Err(Error::malformed("jpeg: impossible sampling factors"));
        }
        self.progressive = marker == 0xc2;
        self.width = u32::from(u16::from_be_bytes([*w1, *w0]));
        self.height = u32::from(u16::from_be_bytes([*h1, *h0]));
        Ok(())
    }

    fn take_icc(&mut self, body: &'a [u8]) {
        if let Some([number, count, data @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
            self.icc.push((*number, *count, data));
        }
    }

    /// The colour profile, when its pieces are all there, once each, and within the limit.
    /// Anything else is treated as no profile, as browsers do.
    pub fn profile(&self, limits: &Limits) -> Profile {
        let total: usize = self.icc.iter().map(|(_, _, data)| data.len()).sum();
        if total == 0 || total > limits.profile_bytes as usize {
            return Profile::Srgb;
        }
        let mut pieces: Vec<_> = self.icc.iter().collect();
        pieces.sort_by_key(|(number, _, _)| *number);
        let whole = pieces.iter().zip(1..).all(|((number, count, _), expected)| {
            usize::from(*number) == expected && usize::from(*count) == pieces.len()
        });
        if !whole {
            return Profile::Srgb;
        }
        Profile::Icc(pieces.iter().flat_map(|(_, _, data)| data.iter().copied()).collect())
    }

    /// Metadata within `most` bytes each, and signs of what is not carried over.
    pub fn embedded(&self, most: usize) -> Embedded {
        let fits = |block: &&[u8]| block.len() <= most;
        let xmp = self.xmp.filter(fits);
        let whole = self.photoshop.iter().map(|piece| piece.len()).sum::<usize>() <= most;
        let photoshop = if whole { self.photoshop.concat() } else { Vec::new() };
        Embedded {
            exif: self.exif.filter(fits).map(<[u8]>::to_vec),
            xmp: xmp.map(<[u8]>::to_vec),
            iptc: iptc::from_photoshop(&photoshop).map(<[u8]>::to_vec),
            gain_map: self.gain_map,
            content_credentials: self.credentials || xmp.is_some_and(xmp::has_provenance),
        }
    }

    /// Colour model, by the number of components.
    pub fn model(&self) -> ColorModel {
        match self.components.len() {
            1 => ColorModel::Gray,
            4 => ColorModel::Cmyk,
            _ => ColorModel::Rgb,
        }
    }

    /// Chroma subsampling, for luma and chroma at one of the common ratios.
    pub fn subsampling(&self) -> Option<&'static str> {
        let [luma, blue, red, ..] = self.components[..] else { return None };
        if self.stored_as_rgb() || (blue.h, blue.v) != (red.h, red.v) {
            return None;
        }
        if luma.h % blue.h != 0 || luma.v % blue.v != 0 {
            return None;
        }
        match (luma.h / blue.h, luma.v / blue.v) {
            (1, 1) => Some("4:4:4"),
            (2, 1) => Some("4:2:2"),
            (2, 2) => Some("4:2:0"),
            (1, 2) => Some("4:4:0"),
            (4, 1) => Some("4:1:1"),
            (4, 2) => Some("4:1:0"),
            _ => None,
        }
    }

    /// The decoder's own rule: JFIF means luma and chroma, then an Adobe segment decides, then
    /// the names of the components.
    fn stored_as_rgb(&self) -> bool {
        match (self.components.len(), self.jfif, self.adobe) {
            (3, true, _) => false,
            (3, false, Some(transform)) => transform == 0,
            (3, false, None) => self.components.iter().map(|c| c.id).eq(*b"RGB"),
            (_, _, transform) => transform != Some(2),
        }
    }

    /// Bytes of the coefficients that a decoder of several scans must hold.
    pub fn coefficient_bytes(&self) -> u64 {
        let max = |side: fn(&Component) -> u8| self.components.iter().map(side).max().unwrap_or(1);
        let (max_h, max_v) = (u32::from(max(|c| c.h)), u32::from(max(|c| c.v)));
        let columns = u64::from(self.width.div_ceil(8 * max_h));
        let rows = u64::from(self.height.div_ceil(8 * max_v));
        let blocks: u64 = self.components.iter().map(|c| u64::from(c.h) * u64::from(c.v)).sum();
        columns * rows * blocks * 128
    }

    /// Number of scans, counted up to one more than `most`.
    pub fn scans(&self, source: &[u8], most: u32) -> u32 {
        let segments = Segments { source, at: self.first_scan };
        segments
            .take_while(|segment| segment.marker != 0xd9)
            .filter(|segment| segment.marker == 0xda)
            .take(most.saturating_add(1) as usize)
            .count() as u32
    }
}
