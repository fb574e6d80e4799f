//! When to try again. A pure rule, suited to greylisting
//! ([RFC 6647 section 5](https://www.rfc-editor.org/rfc/rfc6647#section-5)): most servers accept
//! the second try after one to five minutes, and a link lives for thirty.

use crate::clock::Timestamp;

/// Seconds to wait after the first, second, … attempt; the last holds for all that follow.
const WAITS: [i64; 12] = [45, 60, 120, 240, 300, 300, 300, 300, 600, 1200, 1800, 3600];

/// The moment of the next attempt, after `attempts` that were deferred, or `None` when it would
/// fall on or after `expires_at`: a mail whose link is dead is never sent.
///
/// `jitter` is any random number; it moves the wait by at most a tenth either way, so that mails
/// deferred together do not come back together.
#[must_use]
pub fn next_attempt(
    attempts: u32,
    now: Timestamp,
    expires_at: Timestamp,
    jitter: u64,
) -> Option<Timestamp> {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = WAITS[step.min(WAITS.len() - 1)];
    let spread = wait / 10;
    let moved = i64::try_from(jitter % (2 * spread.unsigned_abs() + 1)).unwrap_or(spread) - spread;
    let next = now.plus(wait + moved);
    (next < expires_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    #[test]
    fn the_waits_grow_from_45_seconds_to_an_hour() {
        let far = NOW.plus(1_000_000);
        let middle = |attempts| {
            let wait = WAITS[(attempts as usize - 1).min(11)];
            next_attempt(attempts, NOW, far, wait.unsigned_abs() / 10).unwrap().since(NOW)
        };
        let waits: Vec<_> = (1..=13).map(middle).collect();
        assert_eq!(waits, [45, 60, 120, 240, 300, 300, 300, 300, 600, 1200, 1800, 3600, 3600]);
    }

    #[test]
    fn a_link_of_thirty_minutes_is_tried_at_least_eight_times() {
        let end = NOW.plus(30 * 60);
        let tries = |jitter| {
            std::iter::successors(Some((1, NOW)), |(attempts, now)| {
                next_attempt(*attempts, *now, end, jitter).map(|next| (attempts + 1, next))
            })
            .count()
        };
        assert!(tries(u64::MAX) >= 8 && tries(0) >= 8);
    }

    #[test]
    fn no_attempt_is_made_at_or_after_the_expiry() {
        assert_eq!(next_attempt(1, NOW, NOW.plus(41), 0), None);
        assert_eq!(next_attempt(1, NOW, NOW.plus(42), 0), Some(NOW.plus(41)));
        assert_eq!(next_attempt(1, NOW, NOW.plus(-1), 0), None);
    }

    proptest! {
        #[test]
        fn retry_jitter_is_at_most_a_tenth_and_the_first_delay_is_below_a_minute(
            attempts in 0_u32..100,
            jitter: u64,
        ) {
            let wait = next_attempt(attempts, NOW, Timestamp(i64::MAX), jitter).unwrap().since(NOW);
            let meant = WAITS[(attempts.max(1) as usize - 1).min(11)];
            prop_assert!((wait - meant).abs() * 10 <= meant);
            prop_assert!(attempts > 1 || wait < 60);
        }
    }
}
