//! Which workers have stopped. A worker's heartbeat is a number that changes every second; whether
//! it still changes is judged by the clock of the one who looks, so that clocks need not agree.

use std::collections::HashMap;

use crate::clock::Timestamp;

/// Seconds without a heartbeat after which a worker has stopped.
const STOPPED_AFTER: i64 = 5;
/// Seconds between two looks after which nothing is known of the time between: the database could
/// not be reached, and the others could not reach it either.
const LONGEST_GAP: i64 = 4;

/// What one worker has seen of the others.
#[derive(Debug, Default)]
pub struct Watch {
    seen: HashMap<String, (i64, Timestamp)>,
    looked_at: Option<Timestamp>,
}

impl Watch {
    /// Takes in the present heartbeats; returns those whose holder has stopped.
    pub fn observe(&mut self, beats: Vec<(String, i64)>, now: Timestamp) -> Vec<(String, i64)> {
        let gap = self.looked_at.is_none_or(|at| now.since(at) > LONGEST_GAP || now < at);
        self.looked_at = Some(now);
        let before = std::mem::take(&mut self.seen);
        let mut stopped = Vec::new();
        for (holder, beat) in beats {
            let since = match before.get(&holder) {
                Some((same, since)) if *same == beat && !gap => *since,
                _ => now,
            };
            if now.since(since) >= STOPPED_AFTER {
                stopped.push((holder.clone(), beat));
            }
            self.seen.insert(holder, (beat, since));
        }
        stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(beat: i64) -> Vec<(String, i64)> {
        vec![("a".to_owned(), beat)]
    }

    /// The moments at which a holder counts as stopped, for its beats at each second.
    fn stopped(observed: &[(i64, i64)]) -> Vec<i64> {
        let mut watch = Watch::default();
        let is_stopped = |&&(second, beat): &&(i64, i64)| {
            !watch.observe(beats(beat), Timestamp(second)).is_empty()
        };
        observed.iter().filter(is_stopped).map(|(second, _)| *second).collect()
    }

    #[test]
    fn a_holder_whose_heartbeat_stands_still_for_five_seconds_has_stopped() {
        let silent: Vec<_> = (0..8).map(|second| (second, 7)).collect();
        assert_eq!(stopped(&silent), [5, 6, 7]);
    }

    #[test]
    fn a_holder_with_a_slow_heartbeat_has_not_stopped() {
        let alive: Vec<_> = (0..60).map(|second| (second, second / 3)).collect();
        assert_eq!(stopped(&alive), Vec::<i64>::new());
    }

    #[test]
    fn time_without_observations_does_not_count_as_missing_heartbeat() {
        assert_eq!(stopped(&[(0, 7), (60, 7), (62, 7), (64, 7)]), Vec::<i64>::new());
        assert_eq!(stopped(&[(0, 7), (60, 7), (62, 7), (64, 7), (65, 7)]), [65]);
        assert_eq!(stopped(&[(60, 7), (10, 7), (12, 7), (14, 7)]), Vec::<i64>::new());
    }
}
