//! The chunks of a PNG.

/// One chunk. At the end of a cut file `data` may be shorter than the chunk says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub kind: [u8; 4],
    pub data: &'a [u8],
    /// The chunk with its length, kind and checksum.
    pub whole: &'a [u8],
}

/// Iterates over chunks behind the signature.
#[derive(Debug, Clone)]
pub(crate) struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Chunks<'a> {
    pub fn new(source: &'a [u8]) -> Self {
        Chunks { rest: source.get(super::SIGNATURE.len()..).unwrap_or_default() }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let (kind, data) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let end = length.saturating_add(12).min(self.rest.len());
        let (whole, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Chunk { kind: *kind, data: &data[..length.min(data.len())], whole })
    }
}
