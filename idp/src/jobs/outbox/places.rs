//! Who may use the connections to the relay. A mail in hand holds one place. Links go first, notices
//! leave a place free for them, and a domain that does not answer holds half of the places at most.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::account::message::{Kind, QueuedMessage};
use crate::store::jobs::claims::Claim;

/// A hand-over that takes longer is slow.
const SLOW: Duration = Duration::from_secs(3);
/// How long fewer places are used after the relay turned a connection away, before one more is tried.
const CROWDED_FOR: Duration = Duration::from_secs(60);
/// Domains that are remembered as quick.
const QUICK: usize = 10_000;

/// The places of one worker.
#[derive(Debug)]
pub(super) struct Places {
    connections: usize,
    /// As many as the relay lets in; one more after each [`CROWDED_FOR`].
    allowed: usize,
    allowed_since: Option<Instant>,
    in_hand: HashMap<String, Held>,
    quick: HashSet<String>,
}

#[derive(Debug)]
struct Held {
    kind: Kind,
    domain: String,
    since: Instant,
}

impl Places {
    pub(super) fn new(connections: usize) -> Self {
        let connections = connections.max(1);
        Self {
            connections,
            allowed: connections,
            allowed_since: None,
            in_hand: HashMap::new(),
            quick: HashSet::new(),
        }
    }

    pub(super) fn in_hand(&self) -> Vec<String> {
        self.in_hand.keys().cloned().collect()
    }

    /// What may be claimed now, if there is a free place.
    pub(super) fn claim(&mut self, holder: &str, beat: i64, now: Instant) -> Option<Claim> {
        self.widen(now);
        let places = self.allowed.checked_sub(self.in_hand.len()).filter(|free| *free > 0)?;
        let notices = self.in_hand.values().filter(|held| held.kind == Kind::Notice).count();
        let reserved = usize::from(self.allowed > 1);
        let mut of_domain: HashMap<&str, (usize, bool)> = HashMap::new();
        for held in self.in_hand.values() {
            let (count, slow) = of_domain.entry(&held.domain).or_default();
            *count += 1;
            *slow |= now.duration_since(held.since) >= SLOW;
        }
        let is_full = |(domain, (count, slow)): (&str, (usize, bool))| {
            let quick = !slow && self.quick.contains(domain);
            (count >= self.most_of_domain(quick)).then(|| domain.to_owned())
        };
        Some(Claim {
            holder: holder.to_owned(),
            beat,
            places,
            notices: (self.allowed - reserved).saturating_sub(notices),
            per_domain: 1,
            except: of_domain.into_iter().filter_map(is_full).collect(),
        })
    }

    /// How many places one domain may hold.
    fn most_of_domain(&self, quick: bool) -> usize {
        let most = if quick { self.allowed.saturating_sub(1) } else { self.allowed / 2 };
        most.max(1)
    }

    /// Gives a mail its place.
    pub(super) fn take(&mut self, message: &QueuedMessage, now: Instant) {
        let held = Held { kind: message.kind, domain: message.domain(), since: now };
        self.in_hand.insert(message.id.clone(), held);
    }

    /// Frees the place of a mail.
    pub(super) fn free(&mut self, id: &str, now: Instant) {
        let Some(Held { domain, since, .. }) = self.in_hand.remove(id) else { return };
        if now.duration_since(since) >= SLOW {
            self.quick.remove(&domain);
        } else {
            if self.quick.len() >= QUICK {
                self.quick.clear();
            }
            self.quick.insert(domain);
        }
    }

    /// The relay has turned a further connection away: no more places than are in use otherwise.
    pub(super) fn narrow(&mut self, now: Instant) {
        self.allowed = self.in_hand.len().clamp(1, self.allowed);
        self.allowed_since = Some(now);
    }

    fn widen(&mut self, now: Instant) {
        if let Some(since) = self.allowed_since
            && now.duration_since(since) >= CROWDED_FOR
        {
            self.allowed = (self.allowed + 1).min(self.connections);
            self.allowed_since = (self.allowed < self.connections).then_some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::message::Delivery;
    use crate::clock::Timestamp;

    fn mail(id: &str, kind: Kind, address: &str) -> QueuedMessage {
        QueuedMessage {
            id: id.to_owned(),
            kind,
            link_id: None,
            account_id: None,
            address: address.to_owned(),
            language: "sv".to_owned(),
            payload: String::new(),
            delivery: Delivery::Queued,
            reply: None,
            attempts: 1,
            queued_at: Timestamp(0),
            changed_at: Timestamp(0),
            next_attempt_at: Timestamp(0),
            expires_at: Timestamp(9),
        }
    }

    /// Places, places for notices, and the domains that are full.
    fn claim(places: &mut Places, now: Instant) -> Option<(usize, usize, Vec<String>)> {
        let claim = places.claim("w", 1, now)?;
        Some((claim.places, claim.notices, claim.except))
    }

    fn after(now: Instant, seconds: u64) -> Instant {
        now + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn notices_leave_a_place_for_links() {
        let (mut places, now) = (Places::new(3), Instant::now());
        assert_eq!(claim(&mut places, now), Some((3, 2, vec![])));
        places.take(&mail("a", Kind::Notice, "a@a.se"), now);
        places.take(&mail("b", Kind::Notice, "b@b.se"), now);
        let (free, notices, _) = claim(&mut places, now).unwrap();
        assert_eq!((free, notices), (1, 0));
        places.take(&mail("c", Kind::Link, "c@c.se"), now);
        assert_eq!(claim(&mut places, now), None);
        assert_eq!(claim(&mut Places::new(1), now), Some((1, 1, vec![])));
    }

    #[tokio::test]
    async fn a_domain_that_does_not_answer_occupies_at_most_half_of_the_places() {
        let (mut places, now) = (Places::new(4), Instant::now());
        for id in ["a", "b"] {
            assert_eq!(claim(&mut places, now).unwrap().2, Vec::<String>::new());
            places.take(&mail(id, Kind::Link, "info@Hung.se"), now);
        }
        assert_eq!(claim(&mut places, now).unwrap().2, ["hung.se"]);
        places.free("a", after(now, 20));
        assert_eq!(claim(&mut places, after(now, 20)).unwrap().2, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_domain_that_answers_quickly_may_occupy_all_places_but_one() {
        let (mut places, now) = (Places::new(4), Instant::now());
        places.take(&mail("a", Kind::Link, "info@quick.se"), now);
        places.free("a", now);
        for id in ["b", "c", "d"] {
            assert_eq!(claim(&mut places, now).unwrap().2, Vec::<String>::new());
            places.take(&mail(id, Kind::Link, "info@quick.se"), now);
        }
        assert_eq!(claim(&mut places, now).unwrap().2, ["quick.se"]);
        places.free("d", now);
        assert_eq!(
            claim(&mut places, after(now, 5)).unwrap().2,
            ["quick.se"],
            "it has become slow"
        );
    }

    #[tokio::test]
    async fn places_shrink_when_the_relay_refuses_connections_and_grow_by_one_a_minute() {
        let (mut places, now) = (Places::new(4), Instant::now());
        for id in ["a", "b", "c", "d"] {
            places.take(&mail(id, Kind::Link, &format!("{id}@{id}.se")), now);
        }
        places.free("d", now);
        places.narrow(now);
        assert_eq!(claim(&mut places, now), None);
        places.free("c", now);
        assert_eq!(claim(&mut places, now).unwrap().0, 1);
        assert_eq!(claim(&mut places, after(now, 61)).unwrap().0, 2);
        places.free("a", now);
        places.free("b", now);
        places.narrow(now);
        assert_eq!(claim(&mut places, now).unwrap().0, 1, "never none");
    }
}
