//! The growing delay after wrong passwords. It slows guessing per account and per network, and
//! nobody can lock a stranger out: what one network spoils for an account counts in that network.

use crate::clock::Timestamp;

/// What a delay is counted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// One account as seen from one network: where a guesser sits, and the owner does not.
    AccountInNetwork(String, String),
    /// One account from everywhere: many networks guessing together.
    Account(String),
    /// One network against all accounts.
    Network(String),
    /// One account's addresses, typed from one network: whoever guesses them knows the password, so
    /// a right password forgives nothing here.
    Addresses(String, String),
    /// Clients that one network registers, right or wrong.
    Registration(String),
    /// The codes of devices, typed from one network.
    UserCodes(String),
}

/// When the delay begins and how long it may grow.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Failures without any delay; the delay begins with the last of them.
    pub free: i64,
    /// The longest delay in seconds.
    pub longest: i64,
}

/// The rule for each kind of key.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// For one account from one network.
    pub account_in_network: Rule,
    /// For one account from everywhere: short, since strangers can bring it about.
    pub account: Rule,
    /// For one network: an office of hundreds shares one address.
    pub network: Rule,
    /// For registrations from one network.
    pub registration: Rule,
}

impl Key {
    /// The text that is digested and stored; a typed name never reaches the store in clear.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::AccountInNetwork(account, network) => format!("both\n{account}\n{network}"),
            Self::Account(account) => format!("account\n{account}"),
            Self::Network(network) => format!("network\n{network}"),
            Self::Addresses(account, network) => format!("addresses\n{account}\n{network}"),
            Self::Registration(network) => format!("registration\n{network}"),
            Self::UserCodes(network) => format!("user codes\n{network}"),
        }
    }
}

impl Rules {
    const fn of(&self, key: &Key) -> Rule {
        match key {
            Key::AccountInNetwork(..) | Key::Addresses(..) | Key::UserCodes(_) => {
                self.account_in_network
            }
            Key::Account(_) => self.account,
            Key::Network(_) => self.network,
            Key::Registration(_) => self.registration,
        }
    }
}

/// The count behind a key, as stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts since the last right password.
    pub failures: i64,
    /// No attempt is looked at before this.
    pub blocked_until: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Seconds after which an untouched count is forgotten.
pub const FORGOTTEN_AFTER: i64 = 86_400;

/// Counts an attempt before it is looked at, so that parallel guesses count as well.
///
/// # Errors
/// The moment from which the next attempt is looked at; nothing is counted then.
pub fn attempt(
    rules: &Rules,
    key: &Key,
    before: Attempts,
    now: Timestamp,
) -> Result<Attempts, Timestamp> {
    let before =
        if now.since(before.updated_at) >= FORGOTTEN_AFTER { Attempts::default() } else { before };
    if now < before.blocked_until {
        return Err(before.blocked_until);
    }
    let failures = before.failures.saturating_add(1);
    Ok(Attempts {
        failures,
        blocked_until: now.plus(delay(rules.of(key), failures)),
        updated_at: now,
    })
}

/// 2, 4, 8 … seconds once the free attempts are used.
fn delay(rule: Rule, failures: i64) -> i64 {
    let over = failures - rule.free;
    if over < 0 { 0 } else { (2_i64 << over.min(20)).min(rule.longest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        account_in_network: Rule { free: 5, longest: 900 },
        account: Rule { free: 50, longest: 10 },
        network: Rule { free: 200, longest: 60 },
        registration: Rule { free: 20, longest: 3_600 },
    };

    /// Tries as soon as it may, `times` times, and returns when the next try is looked at.
    fn tried(key: &Key, times: usize) -> (Attempts, Timestamp) {
        let mut now = Timestamp(1_000);
        let mut attempts = Attempts::default();
        for _ in 0..times {
            now = now.max(attempts.blocked_until);
            attempts = attempt(&RULES, key, attempts, now).unwrap();
        }
        (attempts, now)
    }

    fn both() -> Key {
        Key::AccountInNetwork("a".to_owned(), "192.0.2.0/24".to_owned())
    }

    #[test]
    fn the_delay_grows_after_the_free_attempts_and_stops_growing() {
        let delays: Vec<_> = (1..=16)
            .map(|times| {
                let (attempts, now) = tried(&both(), times);
                attempts.blocked_until.since(now)
            })
            .collect();
        assert_eq!(delays, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }

    #[test]
    fn an_attempt_within_the_delay_is_not_looked_at_and_not_counted() {
        let (attempts, now) = tried(&both(), 6);
        assert_eq!(attempt(&RULES, &both(), attempts, now.plus(3)), Err(now.plus(4)));
        assert!(attempt(&RULES, &both(), attempts, now.plus(4)).is_ok());
    }

    #[test]
    fn strangers_everywhere_cost_the_owner_seconds_at_most() {
        let (attempts, now) = tried(&Key::Account("a".to_owned()), 500);
        assert_eq!(attempts.blocked_until.since(now), 10);
    }

    #[test]
    fn a_day_later_all_is_forgotten() {
        let (attempts, now) = tried(&both(), 20);
        let later = attempt(&RULES, &both(), attempts, now.plus(FORGOTTEN_AFTER)).unwrap();
        assert_eq!(later.failures, 1);
    }

    #[test]
    fn keys_of_different_kinds_never_share_a_text() {
        let texts = [
            Key::Account("a".to_owned()).text(),
            Key::Network("a".to_owned()).text(),
            Key::AccountInNetwork("a".to_owned(), "b".to_owned()).text(),
            Key::Addresses("a".to_owned(), "b".to_owned()).text(),
            Key::Registration("a".to_owned()).text(),
        ];
        assert_eq!(texts.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
    }
}
