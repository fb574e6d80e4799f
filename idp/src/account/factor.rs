//! What a login has proven, one factor at a time.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::contact::Role;

/// One proof of a login, with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A right password; when the interaction that asked for it was completed.
    Password(Timestamp),
    /// A link opened in this login.
    Email(EmailStep),
    /// The earlier e-mail step of a remembered browser.
    RememberedBrowser(EmailStep),
}

/// The kind of a factor, by which a policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// [`Factor::Password`]
    Password,
    /// [`Factor::Email`]
    Email,
    /// [`Factor::RememberedBrowser`]
    RememberedBrowser,
}

/// A completed e-mail step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailStep {
    /// When the link was confirmed.
    pub at: Timestamp,
    /// Which of the organisation's contacts had the mail.
    pub role: Role,
}

impl Factor {
    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Password(_) => Kind::Password,
            Self::Email(_) => Kind::Email,
            Self::RememberedBrowser(_) => Kind::RememberedBrowser,
        }
    }

    /// When it was proven.
    #[must_use]
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Password(at) => at,
            Self::Email(step) | Self::RememberedBrowser(step) => step.at,
        }
    }

    /// The e-mail step that it is.
    #[must_use]
    pub const fn email_step(self) -> Option<EmailStep> {
        match self {
            Self::Password(_) => None,
            Self::Email(step) | Self::RememberedBrowser(step) => Some(step),
        }
    }
}

impl Kind {
    /// Whether nobody without an address can prove it.
    #[must_use]
    pub const fn needs_address(self) -> bool {
        match self {
            Self::Password => false,
            Self::Email | Self::RememberedBrowser => true,
        }
    }
}

/// What a login has proven: of each kind at most one factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Members", into = "Members")]
pub struct Proofs(Vec<Factor>);

impl Proofs {
    /// A right password and nothing else.
    #[must_use]
    pub fn password(at: Timestamp) -> Self {
        Self(vec![Factor::Password(at)])
    }

    /// The factor of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> Option<Factor> {
        self.0.iter().copied().find(|factor| factor.kind() == kind)
    }

    /// The same with a factor in the place of the one of its kind.
    #[must_use]
    pub fn with(mut self, factor: Factor) -> Self {
        self.0.retain(|other| other.kind() != factor.kind());
        self.0.push(factor);
        self.0.sort_by_key(|factor| factor.kind());
        self
    }

    /// These proofs and others of the same session together: of each kind the newest. A step of one
    /// kind never makes another older.
    #[must_use]
    pub fn joined(self, other: &Self) -> Self {
        other.0.iter().fold(self, |joined, factor| match joined.of_kind(factor.kind()) {
            Some(own) if own.at() >= factor.at() => joined,
            _ => joined.with(*factor),
        })
    }

    /// When the person authenticated: `auth_time`. An e-mail step does not renew it.
    #[must_use]
    pub fn authenticated_at(&self) -> Timestamp {
        self.of_kind(Kind::Password).map(Factor::at).unwrap_or_default()
    }

    /// The e-mail step that counts, if any.
    #[must_use]
    pub fn email_step(&self) -> Option<EmailStep> {
        let step = |kind| self.of_kind(kind)?.email_step();
        step(Kind::Email).or_else(|| step(Kind::RememberedBrowser))
    }
}

/// The stored form: a member for each kind.
#[derive(Serialize, Deserialize)]
struct Members {
    password_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<EmailStep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remembered: Option<EmailStep>,
}

impl From<Members> for Proofs {
    fn from(members: Members) -> Self {
        let Members { password_at, email, remembered } = members;
        let others = [email.map(Factor::Email), remembered.map(Factor::RememberedBrowser)];
        Self(
            [Factor::Password(password_at)]
                .into_iter()
                .chain(others.into_iter().flatten())
                .collect(),
        )
    }
}

impl From<Proofs> for Members {
    fn from(proofs: Proofs) -> Self {
        let step = |kind| proofs.of_kind(kind).and_then(Factor::email_step);
        Self {
            password_at: proofs.authenticated_at(),
            email: step(Kind::Email),
            remembered: step(Kind::RememberedBrowser),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proofs(password: i64, email: Option<i64>, remembered: Option<i64>) -> Proofs {
        let step = |at| EmailStep { at: Timestamp(at), role: Role::Company };
        let factors = [
            email.map(step).map(Factor::Email),
            remembered.map(step).map(Factor::RememberedBrowser),
        ];
        factors.into_iter().flatten().fold(Proofs::password(Timestamp(password)), Proofs::with)
    }

    #[test]
    fn joined_proofs_have_the_newest_factor_of_each_kind() {
        let cases = [
            (proofs(1, None, None), proofs(2, None, None), proofs(2, None, None)),
            (proofs(1, Some(5), None), proofs(3, None, Some(0)), proofs(3, Some(5), Some(0))),
            (proofs(4, Some(5), Some(1)), proofs(3, Some(6), Some(0)), proofs(4, Some(6), Some(1))),
        ];
        for (one, other, together) in cases {
            assert_eq!(one.clone().joined(&other), together);
            assert_eq!(other.joined(&one), together);
        }
    }

    #[test]
    fn the_stored_json_of_proofs_is_unchanged() {
        for (proofs, stored) in [
            (proofs(7, None, None), r#"{"password_at":7}"#),
            (
                proofs(7, Some(9), Some(3)),
                r#"{"password_at":7,"email":{"at":9,"role":"company"},"remembered":{"at":3,"role":"company"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&proofs).unwrap(), stored);
            assert_eq!(serde_json::from_str::<Proofs>(stored).unwrap(), proofs);
        }
    }
}
