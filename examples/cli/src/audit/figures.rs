//! Several runs, and what they come to.

use serde_json::{json, Value};

use super::visit::Visit;

/// The figures of one page over its runs.
#[derive(Debug, Default)]
pub(super) struct Figures(Vec<Visit>);

impl Figures {
    pub(super) fn add(&mut self, visit: Visit) {
        self.0.push(visit);
    }

    pub(super) fn lcp(&self) -> f64 {
        self.median(|visit| visit.lcp)
    }

    pub(super) fn cls(&self) -> f64 {
        self.median(|visit| visit.cls)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.median(|visit| visit.bytes as f64) as u64
    }

    pub(super) fn first_bytes(&self) -> u64 {
        self.median(|visit| visit.first_bytes as f64) as u64
    }

    /// Medians, and the runs behind them.
    pub(super) fn to_json(&self) -> Value {
        let run = |visit: &Visit| {
            json!({
                "lcp_ms": round(visit.lcp, 1),
                "cls": round(visit.cls, 4),
                "image_bytes": visit.bytes,
                "image_bytes_at_load": visit.first_bytes,
            })
        };
        json!({
            "lcp_ms": round(self.lcp(), 1),
            "cls": round(self.cls(), 4),
            "image_bytes": self.bytes(),
            "image_bytes_at_load": self.first_bytes(),
            "image_requests": self.median(|visit| visit.images as f64) as u64,
            "runs": self.0.iter().map(run).collect::<Vec<_>>(),
        })
    }

    fn median(&self, pick: impl Fn(&Visit) -> f64) -> f64 {
        let mut values: Vec<f64> = self.0.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        match values.len() {
            0 => 0.0,
            length if length % 2 == 1 => values[middle],
            _ => (values[middle - 1] + values[middle]) / 2.0,
        }
    }
}

/// To so many decimals.
pub(super) fn round(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (value * factor).round() / factor
}
