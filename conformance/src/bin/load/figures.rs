//! Latencies and costs as people compare them.

use std::time::Duration;

/// What was measured, one entry a call.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Takes in the measurements of one worker.
    pub(crate) fn extend(&mut self, measured: impl IntoIterator<Item = Duration>) {
        self.0.extend(measured);
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency, in milliseconds, that so many of a thousand calls keep below.
    pub(crate) fn at(&mut self, per_mille: usize) -> f64 {
        self.0.sort_unstable();
        let index = (self.0.len() * per_mille / 1000).min(self.0.len().saturating_sub(1));
        self.0.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }

    /// `p50 0.8 ms, p95 1.2 ms, p99 2.0 ms, p99.9 2.4 ms, longest 3.1 ms`.
    pub(crate) fn percentiles(mut self) -> String {
        let (p50, p95, p99) = (self.at(500), self.at(950), self.at(990));
        let (p99_9, longest) = (self.at(999), self.at(1000));
        format!(
            "p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, p99.9 {p99_9:.1} ms, \
             longest {longest:.1} ms"
        )
    }
}

/// The middle one; of an even number, the higher of both. 0 of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_computed_from_sorted_latencies() {
        let mut latencies = Latencies::default();
        latencies.extend((1..=1000).rev().map(Duration::from_millis));
        let told = "p50 501.0 ms, p95 951.0 ms, p99 991.0 ms, p99.9 1000.0 ms, longest 1000.0 ms";
        assert_eq!(latencies.percentiles(), told);
    }

    #[test]
    fn an_outlier_does_not_change_the_median() {
        assert!((median([1.0, 9.0, 1.1]) - 1.1).abs() < 1e-9);
        assert!(median([]).abs() < 1e-9);
    }
}
