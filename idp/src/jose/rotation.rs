//! When signing keys are made, used, withdrawn and forgotten: a pure rule, applied by a job.
//!
//! A key is *published* first, so that every relying party's copy of the key set has it before
//! the first token bears its name; then *active*, the one that signs; then *retired*: it signs no
//! more but still verifies; then removed. OpenID Connect Core
//! [section 10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys).

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::jose::Algorithm;

stored! {
    /// Where a key stands in its life.
    #[derive(Hash, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum State {
        /// In the key set, not yet used.
        Published = "published",
        /// Signs.
        Active = "active",
        /// Verifies what it signed before.
        Retired = "retired",
    }
}

/// What is known of a key without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The `kid`.
    pub id: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Where it stands.
    pub state: State,
    /// Since when it stands there.
    pub since: Timestamp,
}

/// The times of a key's life, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long a key signs.
    pub rotate: i64,
    /// How long it is published before it signs: longer than any relying party keeps its copy of
    /// the key set. Zero after a compromise.
    pub lead: i64,
    /// How long it stays published after it has signed for the last time: longer than anything
    /// it signed lives or is shown again as a hint.
    pub keep: i64,
}

/// One thing to do. The store repeats the state it was decided on in its condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Generate a key and put it into the set in this state.
    Create {
        /// What it is to sign with.
        algorithm: Algorithm,
        /// `Active` where nothing signs with this algorithm yet, else `Published`.
        state: State,
    },
    /// A published key begins to sign; the active one of its algorithm retires in the same commit.
    Activate {
        /// The `kid`.
        id: String,
    },
    /// A key signs no more.
    Retire {
        /// The `kid`.
        id: String,
    },
    /// A key is forgotten; what it signed is no longer accepted.
    Remove {
        /// The `kid`.
        id: String,
    },
}

/// What is due now. Doing it and asking again leads to nothing further to do at this moment.
#[must_use]
pub fn due(
    algorithms: &[Algorithm],
    keys: &[Record],
    schedule: &Schedule,
    now: Timestamp,
) -> Vec<Step> {
    let wanted = algorithms.iter().flat_map(|algorithm| {
        let keys = keys.iter().filter(|key| key.algorithm == *algorithm);
        due_for(*algorithm, &keys.collect::<Vec<_>>(), schedule, now)
    });
    let unwanted = keys.iter().filter(|key| !algorithms.contains(&key.algorithm));
    let ended = keys
        .iter()
        .filter(|key| key.state == State::Retired && now.since(key.since) >= schedule.keep)
        .map(|key| Step::Remove { id: key.id.clone() });
    wanted.chain(unwanted.filter_map(withdraw)).chain(ended).collect()
}

/// A new key for an algorithm, published at once, for an operator who will not wait for its turn.
/// It signs after [`Schedule::lead`].
#[must_use]
pub fn forced(algorithms: &[Algorithm], keys: &[Record]) -> Vec<Step> {
    algorithms
        .iter()
        .filter(|algorithm| {
            !keys.iter().any(|key| key.algorithm == **algorithm && key.state == State::Published)
        })
        .map(|algorithm| {
            let signs = |key: &Record| key.algorithm == *algorithm && key.state == State::Active;
            let state = if keys.iter().any(signs) { State::Published } else { State::Active };
            Step::Create { algorithm: *algorithm, state }
        })
        .collect()
}

fn due_for(
    algorithm: Algorithm,
    keys: &[&Record],
    schedule: &Schedule,
    now: Timestamp,
) -> Vec<Step> {
    let in_state = |state| keys.iter().filter(move |key| key.state == state);
    let next = in_state(State::Published).min_by_key(|key| (key.since, &key.id));
    let Some(active) = in_state(State::Active).max_by_key(|key| (key.since, &key.id)) else {
        return vec![match next {
            Some(next) => Step::Activate { id: next.id.clone() },
            None => Step::Create { algorithm, state: State::Active },
        }];
    };
    // Two nodes that both made a first key: the later one signs, the other verifies.
    let doubled = in_state(State::Active).filter(|key| key.id != active.id);
    let mut steps: Vec<_> = doubled.map(|key| Step::Retire { id: key.id.clone() }).collect();
    match next {
        Some(next) if now.since(next.since) >= schedule.lead => {
            steps.push(Step::Activate { id: next.id.clone() });
        }
        None if now.since(active.since) >= schedule.rotate.saturating_sub(schedule.lead) => {
            steps.push(Step::Create { algorithm, state: State::Published });
        }
        _ => {}
    }
    steps
}

/// An algorithm that is no longer configured: its key signs no more, its next one never did.
fn withdraw(key: &Record) -> Option<Step> {
    let id = key.id.clone();
    match key.state {
        State::Published => Some(Step::Remove { id }),
        State::Active => Some(Step::Retire { id }),
        State::Retired => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    const SCHEDULE: Schedule = Schedule { rotate: 30 * DAY, lead: 2 * DAY, keep: DAY };
    const NOW: Timestamp = Timestamp(1_795_438_800);

    fn key(id: &str, state: State, age: i64) -> Record {
        Record { id: id.to_owned(), algorithm: Algorithm::ES256, state, since: NOW.plus(-age) }
    }

    fn id(id: &str) -> String {
        id.to_owned()
    }

    #[test]
    fn each_stage_of_the_key_lifecycle_has_its_rotation_step() {
        use State::{Active, Published, Retired};
        let algorithm = Algorithm::ES256;
        let create = |state| vec![Step::Create { algorithm, state }];
        let cases = [
            ("first start", vec![], create(Active)),
            ("a day after", vec![key("a", Active, DAY)], vec![]),
            ("before the lead", vec![key("a", Active, 28 * DAY - 1)], vec![]),
            ("at the lead", vec![key("a", Active, 28 * DAY)], create(Published)),
            (
                "published, not long enough",
                vec![key("a", Active, 29 * DAY), key("b", Published, 2 * DAY - 1)],
                vec![],
            ),
            (
                "published long enough",
                vec![key("a", Active, 30 * DAY), key("b", Published, 2 * DAY)],
                vec![Step::Activate { id: id("b") }],
            ),
            (
                "published by force, long before its turn",
                vec![key("a", Active, 3 * DAY), key("b", Published, 2 * DAY)],
                vec![Step::Activate { id: id("b") }],
            ),
            (
                "nothing signs: no reason to wait",
                vec![key("b", Published, 0)],
                vec![Step::Activate { id: id("b") }],
            ),
            ("retired", vec![key("b", Active, 0), key("a", Retired, DAY - 1)], vec![]),
            (
                "retired long enough",
                vec![key("b", Active, 0), key("a", Retired, DAY)],
                vec![Step::Remove { id: id("a") }],
            ),
            (
                "two nodes made the first key",
                vec![key("a", Active, 5), key("b", Active, 4)],
                vec![Step::Retire { id: id("a") }],
            ),
            ("the clock went back", vec![key("a", Active, -DAY)], vec![]),
        ];
        for (name, keys, expected) in cases {
            assert_eq!(due(&[algorithm], &keys, &SCHEDULE, NOW), expected, "{name}");
        }
    }

    #[test]
    fn keys_of_a_removed_algorithm_stop_signing_but_the_active_one_still_verifies() {
        let keys = [
            key("a", State::Active, DAY),
            key("b", State::Published, 0),
            key("c", State::Retired, 0),
        ];
        assert_eq!(
            due(&[], &keys, &SCHEDULE, NOW),
            [Step::Retire { id: id("a") }, Step::Remove { id: id("b") }]
        );
    }

    #[test]
    fn a_forced_rotation_publishes_one_key_and_asking_twice_does_not_make_two() {
        let algorithm = Algorithm::ES256;
        let active = key("a", State::Active, DAY);
        assert_eq!(
            forced(&[algorithm], std::slice::from_ref(&active)),
            [Step::Create { algorithm, state: State::Published }]
        );
        assert_eq!(forced(&[algorithm], &[active, key("b", State::Published, 0)]), []);
        assert_eq!(forced(&[algorithm], &[]), [Step::Create { algorithm, state: State::Active }]);
    }

    #[test]
    fn over_a_year_every_key_is_published_for_the_whole_lead_before_it_signs() {
        let (mut keys, mut made, mut now) = (Vec::<Record>::new(), 0, NOW);
        for _hour in 0..24 * 365 {
            now = now.plus(3_600);
            for step in due(&[Algorithm::ES256], &keys, &SCHEDULE, now) {
                apply(step, &mut keys, &mut made, now);
            }
            assert_eq!(keys.iter().filter(|key| key.state == State::Active).count(), 1);
            assert!(keys.len() <= 3, "{keys:?}");
        }
        assert_eq!(made, 13, "one at the start and one every 30 days");
    }

    fn apply(step: Step, keys: &mut Vec<Record>, made: &mut u32, now: Timestamp) {
        match step {
            Step::Create { algorithm, state } => {
                *made += 1;
                keys.push(Record { id: made.to_string(), algorithm, state, since: now });
            }
            Step::Activate { id } => {
                let next = keys.iter().find(|key| key.id == id).unwrap();
                assert!(now.since(next.since) >= SCHEDULE.lead);
                for key in keys.iter_mut().filter(|key| key.state == State::Active || key.id == id)
                {
                    key.state = if key.id == id { State::Active } else { State::Retired };
                    key.since = now;
                }
            }
            Step::Retire { .. } => panic!("one node alone never retires by itself"),
            Step::Remove { id } => keys.retain(|key| key.id != id),
        }
    }
}
