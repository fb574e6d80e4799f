//! The mark that an account completed the e-mail step in a browser. It is worth nothing without
//! the password, and use does not lengthen it.
//!
//! Its secret is renewed at each use. An answer may be lost, and tabs may use one secret at the
//! same time, so the former secret counts for a short while. One that comes back later was copied:
//! one of two who hold the mark is a thief, and nobody knows which, so the mark ends.

use crate::account::factor::EmailStep;
use crate::account::interaction::Agent;
use crate::clock::Timestamp;
use crate::secret::{self, Digest};

/// Seconds for which a secret counts after it was renewed.
pub const FORMER_COUNTS: i64 = 60;

/// One account's mark in one browser, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct RememberedBrowser {
    /// Internal id.
    pub id: String,
    /// Digest of its secret.
    pub digest: Digest<secret::RememberedBrowser>,
    /// Digest of the secret that this one took the place of, and when it did.
    pub former: Option<(Digest<secret::RememberedBrowser>, Timestamp)>,
    /// Whose mark.
    pub account_id: String,
    /// The address that earned it, in canonical form: the mark dies with the address.
    pub canonical: String,
    /// The completed e-mail step that earned it.
    pub email_step: EmailStep,
    /// The browser and system in which it was completed; `None` in marks from before that was noted.
    pub agent: Option<Agent>,
    /// The network from which it was completed; `None` likewise.
    pub network: Option<String>,
    /// 20 × 24 hours after that step.
    pub expires_at: Timestamp,
}

/// What the secrets that a browser shows are for a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The one with this digest counts.
    Counts(Digest<secret::RememberedBrowser>),
    /// The one with this digest was renewed too long ago.
    TooLate(Digest<secret::RememberedBrowser>),
    /// They are others.
    Nothing,
}

impl RememberedBrowser {
    /// What these secrets are for the mark at `now`. The present secret counts, whichever others the
    /// browser still holds.
    #[must_use]
    pub fn match_secrets(
        &self,
        secrets: &[Digest<secret::RememberedBrowser>],
        now: Timestamp,
    ) -> Shown {
        if secrets.contains(&self.digest) {
            return Shown::Counts(self.digest.clone());
        }
        match &self.former {
            Some((former, renewed_at)) if secrets.contains(former) => {
                let counts = now < renewed_at.plus(FORMER_COUNTS);
                let former = former.clone();
                if counts { Shown::Counts(former) } else { Shown::TooLate(former) }
            }
            _ => Shown::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::Role;
    use crate::secret::Secret;

    fn digest(name: &str) -> Digest<secret::RememberedBrowser> {
        Secret::new(name.to_owned()).digest()
    }

    #[test]
    fn the_former_secret_of_a_mark_is_valid_for_a_minute_and_then_a_copy() {
        let mark = RememberedBrowser {
            id: "m".to_owned(),
            digest: digest("present"),
            former: Some((digest("former"), Timestamp(1_000))),
            account_id: "a".to_owned(),
            canonical: "a@b.se".to_owned(),
            email_step: EmailStep { at: Timestamp(0), role: Role::Company },
            agent: None,
            network: None,
            expires_at: Timestamp(1_728_000),
        };
        let unused = RememberedBrowser { former: None, ..mark.clone() };
        let cases = [
            (&mark, &["present"][..], 9_000, Shown::Counts(digest("present"))),
            (&mark, &["former"], 1_059, Shown::Counts(digest("former"))),
            (&mark, &["former"], 1_060, Shown::TooLate(digest("former"))),
            (&mark, &["former", "present"], 9_000, Shown::Counts(digest("present"))),
            (&mark, &["other"], 1_000, Shown::Nothing),
            (&unused, &["former"], 1_000, Shown::Nothing),
            (&unused, &[], 1_000, Shown::Nothing),
        ];
        for (mark, secrets, now, shown) in cases {
            let digests: Vec<_> = secrets.iter().map(|name| digest(name)).collect();
            assert_eq!(mark.match_secrets(&digests, Timestamp(now)), shown, "{secrets:?} at {now}");
        }
    }
}
