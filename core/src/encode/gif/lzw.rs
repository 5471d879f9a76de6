//! GIF's compression, for pixels some of which may take either of two numbers.

use crate::{Job, Result};

/// Pixels between two questions to the job.
const BREATH: usize = 1 << 16;
/// Codes have at most 12 bits.
const MAX_CODES: usize = 4096;
/// Slots of the table of strings: four times the codes.
const SLOTS: usize = 1 << 14;
/// Strings that are followed side by side.
const FOLLOWED: usize = 8;
const NO_CODE: u16 = u16::MAX;

/// What a pixel may be: its number, and perhaps another one that looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// The number that is taken where both serve as well.
    pub first: u8,
    /// The other one.
    pub second: Option<u8>,
}

/// Compresses `pixels`, numbers below `1 << bits`. Where a pixel leaves a choice, the number that
/// continues a string already seen is taken.
pub(super) fn compress(
    bits: u8,
    pixels: impl Iterator<Item = Choice>,
    job: &Job,
) -> Result<Vec<u8>> {
    let mut packer = Packer { out: vec![bits], held: 0, count: 0 };
    let mut strings = Strings::new(bits);
    let mut width = u32::from(bits) + 1;
    packer.push(strings.clear, width);
    let mut ends = Followed::default();
    for (at, choice) in pixels.enumerate() {
        if at % BREATH == 0 {
            job.check()?;
        }
        let longer = ends.followed_by(choice, &strings);
        if longer.count > 0 {
            ends = longer;
            continue;
        }
        if ends.count > 0 {
            let code = ends.codes[0];
            packer.push(code, width);
            if strings.next < MAX_CODES {
                // The reader knows a string one code later, so widths grow when it needs them.
                if strings.next == 1 << width && width < 12 {
                    width += 1;
                }
                strings.add(code, choice.first);
            } else {
                packer.push(strings.clear, width);
                strings.forget();
                width = u32::from(bits) + 1;
            }
        }
        ends = Followed::one(u16::from(choice.first));
    }
    if ends.count > 0 {
        packer.push(ends.codes[0], width);
        if strings.next == 1 << width && width < 12 {
            width += 1;
        }
    }
    packer.push(strings.clear + 1, width);
    Ok(packer.finish())
}

/// Codes of strings that all fit the pixels since the last code.
#[derive(Clone, Copy, Default)]
struct Followed {
    codes: [u16; FOLLOWED],
    count: usize,
}

impl Followed {
    fn one(code: u16) -> Self {
        let mut codes = [0; FOLLOWED];
        codes[0] = code;
        Followed { codes, count: 1 }
    }

    /// The strings that are longer by one of the numbers of `choice`.
    fn followed_by(&self, choice: Choice, strings: &Strings) -> Followed {
        let mut longer = Followed::default();
        for code in &self.codes[..self.count] {
            for number in [Some(choice.first), choice.second].into_iter().flatten() {
                let next = strings.find(*code, number);
                if next != NO_CODE && longer.count < FOLLOWED {
                    longer.codes[longer.count] = next;
                    longer.count += 1;
                }
            }
        }
        longer
    }
}

/// Strings that have a code: another string and one number more.
struct Strings {
    keys: Vec<u32>,
    codes: Vec<u16>,
    clear: u16,
    /// The code that the next string gets.
    next: usize,
}

impl Strings {
    fn new(bits: u8) -> Self {
        let clear = 1 << bits;
        let next = usize::from(clear) + 2;
        Strings { keys: vec![u32::MAX; SLOTS], codes: vec![NO_CODE; SLOTS], clear, next }
    }

    fn slot(&self, key: u32) -> usize {
        let mut slot = (key.wrapping_mul(0x9e37_79b1) >> 18) as usize % SLOTS;
        while self.keys[slot] != u32::MAX && self.keys[slot] != key {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }

    fn find(&self, code: u16, number: u8) -> u16 {
        self.codes[self.slot(u32::from(code) << 8 | u32::from(number))]
    }

    fn add(&mut self, code: u16, number: u8) {
        let key = u32::from(code) << 8 | u32::from(number);
        let slot = self.slot(key);
        self.keys[slot] = key;
        self.codes[slot] = self.next as u16;
        self.next += 1;
    }

    fn forget(&mut self) {
        self.keys.fill(u32::MAX);
        self.codes.fill(NO_CODE);
        self.next = usize::from(self.clear) + 2;
    }
}

/// Codes to bytes, lowest bit first.
struct Packer {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Packer {
    fn push(&mut self, code: u16, width: u32) {
        self.held |= u32::from(code) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.out.push(self.held as u8);
        }
        self.out
    }
}
