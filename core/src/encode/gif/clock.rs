//! Milliseconds to hundredths of a second, without losing time on the way.

/// Shorter frames are shown for a tenth of a second by every browser.
const SHORTEST: u64 = 2;

/// Where the frames so far should end and where they do.
#[derive(Debug, Default)]
pub(super) struct Clock {
    wanted_ms: u64,
    given: u64,
}

impl Clock {
    /// The hundredths that a frame of `ms` milliseconds gets; `None` when those before have taken
    /// all of its time, so that it must take the place of the one before.
    ///
    /// What rounding takes from one frame the next one gets. A frame that was meant to be quick
    /// but not too quick to be shown so never gets less than two hundredths.
    pub fn frame(&mut self, ms: u32) -> Option<u16> {
        let due = self.due(ms);
        let hundredths = match ms {
            0 => due,
            1..=10 => due.max(1),
            _ if due == 0 => return None,
            _ => due.max(SHORTEST),
        };
        Some(self.give(hundredths))
    }

    /// The hundredths by which the last frame is shown longer for `ms` milliseconds more.
    pub fn longer(&mut self, ms: u32) -> u16 {
        let due = self.due(ms);
        self.give(due)
    }

    fn due(&mut self, ms: u32) -> u64 {
        self.wanted_ms += u64::from(ms);
        ((self.wanted_ms + 5) / 10).saturating_sub(self.given)
    }

    fn give(&mut self, hundredths: u64) -> u16 {
        self.given += hundredths;
        hundredths.min(u64::from(u16::MAX)) as u16
    }
}
