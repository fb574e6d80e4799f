//! Delays after wrong passwords, wrong addresses and the like. They slow guessing down, and they
//! heal: every count is a bucket that drains with time, and an attempt that is not looked at adds
//! nothing to any of them.
//!
//! Strangers cannot lock an owner out. What is counted for an account is counted per caller first;
//! the buckets that many callers share refuse those that have failed most, first; a caller without
//! a failure of its own is looked at, no matter what others did to the account; and a browser that the
//! account has used before has a bucket of its own and meets no other.

mod bucket;

pub use bucket::{Admitted, Bucket, admit};

use crate::account::networks::{Networks, Width};

/// What a bucket counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Passwords for one account.
    Password(String, Origin),
    /// Addresses for one account: who types them knows the password.
    Addresses(String, Origin),
    /// Passwords for all accounts, from one network.
    Network(String),
    /// Clients that one network registers, right or wrong.
    Registration(String),
    /// The codes of devices, typed in one network.
    UserCodes(String),
}

/// From where an account's attempts are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One address or network.
    Network(String),
    /// A browser that the account has used before.
    KnownBrowser(String),
    /// Everywhere.
    Anywhere,
}

impl Key {
    /// The text that is digested and stored; a typed name never reaches the store in clear.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Password(account, origin) => format!("password\n{account}\n{}", origin.text()),
            Self::Addresses(account, origin) => format!("addresses\n{account}\n{}", origin.text()),
            Self::Network(network) => format!("network\n{network}"),
            Self::Registration(network) => format!("registration\n{network}"),
            Self::UserCodes(network) => format!("user codes\n{network}"),
        }
    }

    /// The key under which all that is counted for the same account can be found.
    #[must_use]
    pub fn of_account(&self) -> Option<Self> {
        match self {
            Self::Password(account, _) | Self::Addresses(account, _) => {
                Some(Self::Password(account.clone(), Origin::Anywhere))
            }
            Self::Network(_) | Self::Registration(_) | Self::UserCodes(_) => None,
        }
    }
}

impl Origin {
    fn text(&self) -> String {
        match self {
            Self::Network(network) => format!("network\n{network}"),
            Self::KnownBrowser(browser) => format!("browser\n{browser}"),
            Self::Anywhere => "anywhere".to_owned(),
        }
    }
}

/// The size of a bucket.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Attempts without any delay.
    pub free: i64,
    /// The longest delay in seconds.
    pub longest: i64,
    /// Seconds in which one attempt drains away.
    pub drain: i64,
}

/// How a bucket of a list of limits works together with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One caller's own: the delay grows once the free attempts are used.
    Own,
    /// Shared with other callers: the more the caller before it in the list has failed, the
    /// smaller its part of the bucket.
    Shared,
    /// The same, but a caller without a failure of its own passes and is not counted.
    SharedByFailed,
}

/// One bucket that an attempt must find room in.
#[derive(Clone, Debug)]
pub struct Limit {
    /// What it counts.
    pub key: Key,
    /// Its size.
    pub rule: Rule,
    /// How it works together with the others.
    pub scope: Scope,
}

/// The rules for all keys.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// For one account from one caller.
    pub account_in_network: Rule,
    /// For one account from everywhere.
    pub account: Rule,
    /// For the addresses of one account from everywhere.
    pub addresses: Rule,
    /// For one caller: an office of hundreds shares one address.
    pub network: Rule,
    /// For registrations from one caller.
    pub registration: Rule,
}

impl Rules {
    /// What a password is counted for. `browser` is its id, where it is known for the account.
    #[must_use]
    pub fn password(&self, account: &str, networks: Networks, browser: Option<&str>) -> Vec<Limit> {
        let key = |origin| Key::Password(account.to_owned(), origin);
        if let Some(browser) = browser {
            return self.known(key(Origin::KnownBrowser(browser.to_owned())));
        }
        let mut limits = around(self.account_in_network, networks, |net| key(Origin::Network(net)));
        let scope = Scope::SharedByFailed;
        limits.push(Limit { key: key(Origin::Anywhere), rule: self.account, scope });
        limits.extend(around(self.network, networks, Key::Network));
        limits
    }

    /// What a typed address is counted for.
    #[must_use]
    pub fn addresses(
        &self,
        account: &str,
        networks: Networks,
        browser: Option<&str>,
    ) -> Vec<Limit> {
        let key = |origin| Key::Addresses(account.to_owned(), origin);
        if let Some(browser) = browser {
            return self.known(key(Origin::KnownBrowser(browser.to_owned())));
        }
        let mut limits = around(self.account_in_network, networks, |net| key(Origin::Network(net)));
        let (rule, scope) = (self.addresses, Scope::Shared);
        limits.push(Limit { key: key(Origin::Anywhere), rule, scope });
        limits
    }

    /// What a registration is counted for.
    #[must_use]
    pub fn registration(&self, networks: Networks) -> Vec<Limit> {
        around(self.registration, networks, Key::Registration)
    }

    /// What the code of a device is counted for.
    #[must_use]
    pub fn user_codes(&self, networks: Networks) -> Vec<Limit> {
        around(self.account_in_network, networks, Key::UserCodes)
    }

    fn known(&self, key: Key) -> Vec<Limit> {
        vec![Limit { key, rule: self.account_in_network, scope: Scope::Own }]
    }
}

/// How many times as large as that of one caller the bucket of a network around it is, and how many
/// times as fast it drains: many callers share it. The half of it holds what one caller can fill.
const fn times(width: Width) -> (i64, i64) {
    match width {
        Width::Near => (6, 20),
        Width::Far => (18, 60),
    }
}

/// The caller's own bucket and the larger ones of the networks around it.
fn around(rule: Rule, networks: Networks, key: impl Fn(String) -> Key) -> Vec<Limit> {
    let own = Limit { key: key(networks.single()), rule, scope: Scope::Own };
    let wider = networks.wider().into_iter().map(|(width, network)| {
        let (larger, faster) = times(width);
        let free = rule.free.saturating_mul(larger);
        let rule = Rule { free, drain: (rule.drain / faster).max(1), ..rule };
        Limit { key: key(network), rule, scope: Scope::Shared }
    });
    std::iter::once(own).chain(wider).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttle_keys_of_different_kinds_have_different_texts() {
        let origins = || {
            let text = || "a".to_owned();
            [Origin::Network(text()), Origin::KnownBrowser(text()), Origin::Anywhere]
        };
        let mut keys = vec![
            Key::Network("a".to_owned()),
            Key::Registration("a".to_owned()),
            Key::UserCodes("a".to_owned()),
        ];
        for origin in origins() {
            keys.push(Key::Password("a".to_owned(), origin.clone()));
            keys.push(Key::Addresses("a".to_owned(), origin));
        }
        let texts: std::collections::BTreeSet<_> = keys.iter().map(Key::text).collect();
        assert_eq!(texts.len(), 9);
    }

    #[test]
    fn a_known_browser_is_counted_only_in_its_own_bucket() {
        let networks = Networks::new([192, 0, 2, 1].into());
        let rules = bucket::RULES;
        for limits in
            [rules.password("a", networks, Some("d")), rules.addresses("a", networks, Some("d"))]
        {
            assert_eq!(limits.len(), 1);
            assert!(limits[0].key.text().ends_with("browser\nd"));
        }
        assert_eq!(rules.password("a", networks, None).len(), 5);
    }
}
