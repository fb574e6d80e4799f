//! The buckets themselves: a pure function of what is stored, the limits and the time.

use crate::account::throttle::{Limit, Rule, Scope};
use crate::clock::Timestamp;

/// A bucket as stored. A new one is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// When it will be empty if nothing is added.
    pub drained_at: Timestamp,
    /// Nothing is admitted before this.
    pub blocked_until: Timestamp,
}

/// What admitting an attempt makes of its buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The buckets afterwards, in the order of the limits; `None` where nothing is counted.
    pub after: Vec<Option<Bucket>>,
    /// Whether little or nothing was counted before in any bucket of this caller.
    pub newcomer: bool,
}

impl Rule {
    /// Where the level stops rising: the delay is the longest there, and healing begins.
    fn highest(self) -> i64 {
        let steps = (0..20).find(|over| (2_i64 << over) >= self.longest).unwrap_or(20);
        self.free.saturating_add(steps)
    }

    /// 2, 4, 8 … seconds once the free attempts are used; it begins with the last of them.
    fn delay(self, level: i64) -> i64 {
        let over = level - self.free;
        if over < 0 { 0 } else { (2_i64 << over.min(20)).min(self.longest) }
    }

    /// How much of a shared bucket a caller may find used that has failed `failed` times itself:
    /// all but one with no failure, down to half with as many as are free of delay. So those who
    /// failed most are refused first.
    fn part(self, failed: i64, free: i64) -> i64 {
        let free = i128::from(free.max(1));
        let less = i128::from(self.free) * i128::from(failed).min(free) / (free * 2);
        (self.free - i64::try_from(less).unwrap_or(self.free)).max(1)
    }
}

impl Bucket {
    /// Attempts that have not drained away yet.
    #[must_use]
    pub fn level(self, rule: Rule, now: Timestamp) -> i64 {
        let drain = rule.drain.max(1);
        let left = self.drained_at.since(now).max(0);
        left / drain + i64::from(left % drain > 0)
    }

    /// With one more attempt; never above `most`.
    fn filled(self, rule: Rule, most: i64, now: Timestamp) -> Timestamp {
        let drain = rule.drain.max(1);
        let full = now.plus(most.saturating_mul(drain));
        self.drained_at.max(now).plus(drain).min(full)
    }
}

/// Admits an attempt and counts it, before it is looked at, so that parallel guesses count as well.
/// `before` holds the buckets in the order of the limits.
///
/// # Errors
/// The moment from which the next attempt may be admitted. Nothing is counted then.
pub fn admit(limits: &[Limit], before: &[Bucket], now: Timestamp) -> Result<Admitted, Timestamp> {
    let mut after = Vec::with_capacity(limits.len());
    let (mut failed, mut free) = (0, 1);
    let (mut newcomer, mut until) = (true, None);
    for (limit, bucket) in limits.iter().zip(before) {
        let rule = limit.rule;
        let level = bucket.level(rule, now);
        if limit.scope != Scope::SharedByFailed {
            newcomer &= level.saturating_mul(10) <= rule.free;
        }
        if limit.scope == Scope::Own {
            (failed, free) = (level, rule.free);
            if now < bucket.blocked_until {
                until = until.max(Some(bucket.blocked_until));
            }
            let drained_at = bucket.filled(rule, rule.highest(), now);
            let blocked_until = now.plus(rule.delay(level.saturating_add(1)));
            after.push(Some(Bucket { drained_at, blocked_until }));
        } else if limit.scope == Scope::SharedByFailed && failed == 0 {
            after.push(None);
        } else {
            let part = rule.part(failed, free);
            if level >= part {
                let room = (part - 1).saturating_mul(rule.drain.max(1));
                until = until.max(Some(bucket.drained_at.plus(-room)));
            }
            let drained_at = bucket.filled(rule, rule.free, now);
            after.push(Some(Bucket { drained_at, ..*bucket }));
        }
    }
    match until {
        Some(until) => Err(until),
        None => Ok(Admitted { after, newcomer }),
    }
}

/// Rules of the size of the defaults.
#[cfg(test)]
pub(crate) const RULES: crate::account::throttle::Rules = crate::account::throttle::Rules {
    account_in_network: Rule { free: 5, longest: 900, drain: 3_600 },
    account: Rule { free: 50, longest: 10, drain: 10 },
    addresses: Rule { free: 20, longest: 900, drain: 900 },
    network: Rule { free: 200, longest: 60, drain: 60 },
    registration: Rule { free: 20, longest: 3_600, drain: 3_600 },
};

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::net::{IpAddr, Ipv6Addr};

    use super::*;
    use crate::account::networks::Networks;

    /// All buckets, and how many attempts were looked at.
    #[derive(Default)]
    struct World {
        buckets: HashMap<String, Bucket>,
        looked_at: i64,
    }

    impl World {
        fn guess(&mut self, limits: &[Limit], now: i64) -> Result<bool, Timestamp> {
            let stored = |limit: &Limit| self.buckets.get(&limit.key.text()).copied();
            let before: Vec<_> = limits.iter().map(|l| stored(l).unwrap_or_default()).collect();
            let admitted = admit(limits, &before, Timestamp(now))?;
            for (limit, after) in limits.iter().zip(admitted.after) {
                if let Some(after) = after {
                    self.buckets.insert(limit.key.text(), after);
                }
            }
            self.looked_at += 1;
            Ok(admitted.newcomer)
        }

        fn password(&mut self, address: impl Into<IpAddr>, now: i64) -> bool {
            let limits = RULES.password("owner", Networks::new(address.into()), None);
            self.guess(&limits, now).is_ok()
        }
    }

    fn v6(subnet: u16, host: u64) -> IpAddr {
        let site = 0x2001_0db8_0007_u128 << 80;
        Ipv6Addr::from_bits(site | u128::from(subnet) << 64 | u128::from(host)).into()
    }

    #[test]
    fn the_delay_grows_after_the_free_attempts_and_stops_growing() {
        let limits = [RULES.password("a", Networks::new([192, 0, 2, 1].into()), None)[0].clone()];
        let (mut bucket, mut now) = (Bucket::default(), Timestamp(1_000));
        let mut delays = Vec::new();
        for _ in 0..16 {
            bucket = admit(&limits, &[bucket], now).unwrap().after[0].unwrap();
            delays.push(bucket.blocked_until.since(now));
            assert!(
                admit(&limits, &[bucket], bucket.blocked_until.plus(-1)).is_err()
                    || delays.len() < 5
            );
            now = now.max(bucket.blocked_until);
        }
        assert_eq!(delays, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }

    #[test]
    fn a_bucket_drains_and_refused_attempts_do_not_keep_it_full() {
        let mut world = World::default();
        // Nine hours of five attempts a second from one address.
        for tick in 0..9 * 3_600 * 5 {
            world.password([192, 0, 2, 9], tick / 5);
        }
        assert!(world.looked_at < 60, "{} guesses were looked at", world.looked_at);
        let rule = RULES.account_in_network;
        let key = &RULES.password("owner", Networks::new([192, 0, 2, 9].into()), None)[0].key;
        let bucket = world.buckets[&key.text()];
        let end = Timestamp(9 * 3_600);
        assert!(bucket.blocked_until.since(end) <= 900);
        assert_eq!(bucket.level(rule, end.plus(rule.highest() * rule.drain)), 0);
    }

    #[test]
    fn ninety_guessing_networks_do_not_block_an_owner_in_another_network() {
        let mut world = World::default();
        for second in 0..3_600 {
            for network in 0..90 {
                world.password([198, 18, network, 7], second);
            }
            if second % 100 == 99 {
                let owner = [203, 0, 113, u8::try_from(second / 100).unwrap()];
                assert!(world.password(owner, second), "at second {second}");
            }
        }
        // One by each clean caller, 50 and one in ten seconds by all others, and the owner's 36.
        assert!(world.looked_at <= 90 + 50 + 360 + 36, "{}", world.looked_at);
    }

    #[test]
    fn an_owner_with_one_mistake_is_admitted_while_ninety_networks_guess() {
        let mut world = World::default();
        for second in 0..1_800 {
            for network in 0..90 {
                world.password([198, 18, network, 7], second);
            }
        }
        for _ in 0..2 {
            assert!(world.password([203, 0, 113, 1], 1_800));
        }
    }

    #[test]
    fn guesses_of_one_ipv6_site_are_limited_and_block_no_other_network() {
        let mut world = World::default();
        for tick in 0..3_600_u32 * 5 {
            // Another /64 of one /56 each time, and another host in it.
            world.password(
                v6(u16::try_from(tick % 256).unwrap(), u64::from(tick)),
                i64::from(tick) / 5,
            );
            if tick % 500 == 499 {
                let owner = [203, 0, 113, u8::try_from(tick / 500).unwrap()];
                assert!(world.password(owner, i64::from(tick) / 5), "at {tick}");
            }
        }
        assert!(world.looked_at <= 30 + 20 + 36, "{}", world.looked_at);
        let mut world = World::default();
        for tick in 0..3_600_u32 * 5 {
            world.password(
                v6(u16::try_from(tick.wrapping_mul(40_503) % 65_536).unwrap(), 1),
                i64::from(tick) / 5,
            );
        }
        assert!(world.looked_at <= 90 + 60 + 1, "a whole /48: {}", world.looked_at);
    }

    #[test]
    fn guesses_of_one_address_do_not_block_other_addresses_of_its_network() {
        let mut world = World::default();
        for tick in 0..3_600_i64 * 5 {
            world.password([203, 0, 113, 66], tick / 5);
            // It guesses for other accounts as well.
            let other = format!("other{tick}");
            let limits = RULES.password(&other, Networks::new([203, 0, 113, 66].into()), None);
            let _ = world.guess(&limits, tick / 5);
        }
        let before = world.looked_at;
        assert!(world.password([203, 0, 113, 1], 3_600), "the owner in the same /24");
        assert!(before < 5 + 15 + 200 + 60 + 10, "{before}");
    }

    #[test]
    fn addresses_of_one_account_are_counted_over_all_networks() {
        let mut world = World::default();
        let typed = |world: &mut World, network: u8| {
            let networks = Networks::new([198, 18, network, 7].into());
            world.guess(&RULES.addresses("owner", networks, None), 0).is_ok()
        };
        let looked_at = (0..90).filter(|network| typed(&mut world, *network)).count();
        assert_eq!(looked_at, 20);
        let networks = Networks::new([198, 18, 1, 7].into());
        assert!(world.guess(&RULES.addresses("owner", networks, Some("browser")), 0).is_ok());
        assert!(world.guess(&RULES.addresses("another", networks, None), 0).is_ok());
    }

    #[test]
    fn a_source_is_a_newcomer_until_it_has_failed_a_little() {
        let mut world = World::default();
        let networks = |last: u8| Networks::new([192, 0, 2, last].into());
        let guess = |world: &mut World, name: &str, last: u8| {
            world.guess(&RULES.password(name, networks(last), None), 0).unwrap()
        };
        assert!(guess(&mut world, "a", 1));
        assert!(!guess(&mut world, "a", 1), "the second guess at one account");
        let firsts = (0..60).filter(|n| guess(&mut world, &format!("name{n}"), 1)).count();
        assert_eq!(firsts, 19, "the first at each of many accounts");
        assert!(guess(&mut world, "b", 2), "another source in its network");
    }
}
