//! Chance that can be repeated, and things made from it.

use safelight::{Error, Result};
use sha2::{Digest, Sha256};

/// Xorshift: the same seed gives the same numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    pub fn noise(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.roll(256) as u8).collect()
    }

    /// A picture that no compression makes small: 200 bytes to 200 kB.
    pub fn picture(&mut self) -> Result<Vec<u8>> {
        let most = if self.roll(8) == 0 { 250 } else { 60 };
        let (width, height) = (8 + self.roll(most), 8 + self.roll(most));
        let pixels = self.noise((width * height * 3) as usize);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::NoCompression);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&pixels)?;
            writer.finish()
        });
        written.map_err(|error| Error::invalid("picture", "a PNG", error))?;
        Ok(file)
    }
}

pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
