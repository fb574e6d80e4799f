//! Latencies as people compare them.

use std::time::Duration;

/// What was measured, one entry a request.
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

    /// `p50 0.8 ms, p95 1.2 ms, p99 2.0 ms, longest 3.1 ms`.
    pub(crate) fn percentiles(mut self) -> String {
        self.0.sort_unstable();
        let at = |percent: usize| {
            let index = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
            self.0.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
        };
        let (p50, p95, p99, longest) = (at(50), at(95), at(99), at(100));
        format!("p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, longest {longest:.1} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_taken_from_the_sorted_whole() {
        let mut latencies = Latencies::default();
        latencies.extend((1..=100).rev().map(Duration::from_millis));
        let told = "p50 51.0 ms, p95 96.0 ms, p99 100.0 ms, longest 100.0 ms";
        assert_eq!(latencies.percentiles(), told);
    }
}
