//! Serve, then upgrade: where AVIF would take longer than the budget, the client gets the next
//! best format now, and AVIF is made for the next request.
//!
//! How long AVIF takes is learned from what it took before, by pixel. What was slow because the
//! machine was busy counts as slow: that is when the budget matters.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::work::{Made, Order, Unmade};
use super::Inner;
use crate::image::Format;
use crate::options::FormatWord;
use crate::{Info, Input, Job};

/// Nanoseconds that AVIF takes for a pixel, before any was made: about 5 million a second.
pub(super) const FIRST_RATE: u64 = 200;
/// Of ten parts of what is believed, how many stay with each new measure.
const INERTIA: u64 = 7;

impl Inner {
    /// Whether an order would become AVIF, and that take too long.
    pub(super) fn would_miss_the_budget(
        &self,
        order: &Order,
        input: &Input<'_>,
        job: &Job,
    ) -> bool {
        let budget = Duration::from_millis(self.config.avif_budget_ms);
        if budget.is_zero() || order.ahead || !order.may_become_avif() {
            return false;
        }
        // What cannot be planned is told when it is made.
        let Ok((_, plan)) = self.engine.plan(input, &order.resolved.options, job) else {
            return false;
        };
        let output = &plan.output;
        let pixels = u64::from(output.width) * u64::from(output.height);
        let rate = self.avif_rate.load(Ordering::Relaxed);
        let likely = Duration::from_nanos(pixels.saturating_mul(rate));
        output.encoding.format() == Format::Avif && likely > budget
    }

    /// The best result without AVIF.
    pub(super) fn make_interim(&self, order: &Order, job: &Job) -> Result<Made, Unmade> {
        let made = self.make(&order.without_avif(), job)?;
        Ok(Made { interim: true, ..made })
    }

    /// Remembers how long AVIF took.
    pub(super) fn learn(&self, info: &Info) {
        let pixels = u64::from(info.width) * u64::from(info.height) * u64::from(info.frames);
        if info.format != Format::Avif || pixels < 4096 {
            return;
        }
        let taken = u64::try_from(info.timings.encode.as_nanos()).unwrap_or(u64::MAX) / pixels;
        let old = self.avif_rate.load(Ordering::Relaxed);
        let rate = (old * INERTIA + taken.min(1_000_000) * (10 - INERTIA)) / 10;
        self.avif_rate.store(rate.max(1), Ordering::Relaxed);
    }
}

impl Order {
    fn may_become_avif(&self) -> bool {
        let options = &self.resolved.options;
        let word = matches!(options.format, Some(FormatWord::Auto | FormatWord::Avif));
        let accepted = options.format == Some(FormatWord::Avif)
            || self.hints.accepts().contains(&Format::Avif);
        word && accepted && options.compression.is_none()
    }

    /// The same for a client that does not take AVIF: what such a client gets as well.
    fn without_avif(&self) -> Order {
        let mut order = self.clone();
        let webp = self.hints.accepts().contains(&Format::Webp);
        order.hints.accept = Some(if webp { "image/webp" } else { "*/*" }.to_owned());
        order.resolved.options.format = Some(FormatWord::Auto);
        order
    }
}
