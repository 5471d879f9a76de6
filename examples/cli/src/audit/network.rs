//! Lines that are slower than this machine's.

use clap::ValueEnum;
use serde_json::{json, Value};

/// The line that a page is loaded over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Network {
    /// 1.44 Mbit/s down, 0.675 Mbit/s up, 563 ms before each answer
    #[value(name = "slow-4g")]
    Slow4g,
    /// 8.1 Mbit/s down, 1.35 Mbit/s up, 165 ms before each answer
    #[value(name = "fast-4g")]
    Fast4g,
    /// As fast as it comes
    None,
}

impl Network {
    /// Milliseconds before an answer, and kilobits a second down and up. The first two are what
    /// Chromium's own tools call by these names.
    fn numbers(self) -> (f64, f64, f64) {
        match self {
            Network::Slow4g => (562.5, 1440.0, 675.0),
            Network::Fast4g => (165.0, 8100.0, 1350.0),
            Network::None => (0.0, -1.0, -1.0),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Network::Slow4g => "slow-4g",
            Network::Fast4g => "fast-4g",
            Network::None => "none",
        }
    }

    /// What it is, for a report.
    pub(super) fn to_json(self) -> Value {
        let (latency, down, up) = self.numbers();
        json!({
            "name": self.name(),
            "latency_ms": latency,
            "down_kbit_s": (down > 0.0).then_some(down),
            "up_kbit_s": (up > 0.0).then_some(up),
        })
    }

    /// What the protocol takes: bytes a second.
    pub(super) fn to_devtools(self) -> Value {
        let (latency, down, up) = self.numbers();
        let bytes = |kilobits: f64| if kilobits > 0.0 { kilobits * 125.0 } else { -1.0 };
        json!({
            "offline": false,
            "latency": latency,
            "downloadThroughput": bytes(down),
            "uploadThroughput": bytes(up),
        })
    }
}
