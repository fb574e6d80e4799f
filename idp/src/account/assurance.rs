//! How strong a login was, told truthfully. One pure function turns stored proofs into a class;
//! nothing stores the class itself.
//!
//! The classes claim nothing they are not: mail is no out-of-band authenticator in NIST SP
//! 800-63B, so never `mfa` and never `otp`.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::contact::Role;

/// A completed e-mail step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailStep {
    /// When the link was confirmed.
    pub at: Timestamp,
    /// Which of the organisation's contacts had the mail.
    pub role: Role,
}

/// What a login has proven, each with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proofs {
    /// When the interaction that asked for the password was completed: `auth_time`.
    pub password_at: Timestamp,
    /// A link opened in this login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailStep>,
    /// The earlier e-mail step of a remembered browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<EmailStep>,
}

impl Proofs {
    /// A right password and nothing else.
    #[must_use]
    pub const fn password(at: Timestamp) -> Self {
        Self { password_at: at, email: None, remembered: None }
    }

    /// These proofs and others of the same session together: of each kind the newest. A step of one
    /// kind never makes another older.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let newest = |one: Option<EmailStep>, other: Option<EmailStep>| match (one, other) {
            (Some(one), Some(other)) if one.at < other.at => Some(other),
            (one, other) => one.or(other),
        };
        Self {
            password_at: self.password_at.max(other.password_at),
            email: newest(self.email, other.email),
            remembered: newest(self.remembered, other.remembered),
        }
    }

    /// The class these proofs reach at `now`; `remember_days` is how long an e-mail step counts.
    #[must_use]
    pub fn class(&self, now: Timestamp, remember_days: i64) -> Class {
        let remembered = |step: EmailStep| now < step.at.plus(remember_days * 86_400);
        if self.email.is_some() {
            Class::PasswordEmail
        } else if self.remembered.is_some_and(remembered) {
            Class::PasswordEmailRemembered
        } else {
            Class::Password
        }
    }

    /// The e-mail step that counts, if any.
    #[must_use]
    pub fn email_step(&self) -> Option<EmailStep> {
        self.email.or(self.remembered)
    }
}

/// The authentication context classes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Password only.
    Password,
    /// Password, in a browser where the e-mail step was completed at most 20 days ago.
    PasswordEmailRemembered,
    /// Password and a link opened in this login.
    PasswordEmail,
}

impl Class {
    /// All classes, weakest first.
    pub const ALL: [Self; 3] = [Self::Password, Self::PasswordEmailRemembered, Self::PasswordEmail];

    /// The last part of the `acr` value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::PasswordEmailRemembered => "pwd-email-remembered",
            Self::PasswordEmail => "pwd-email",
        }
    }

    /// The class of a bare name, as in a client's `required_acr`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The `acr` value published under the issuer.
    #[must_use]
    pub fn acr(self, issuer: &str) -> String {
        format!("{issuer}/acr/{}", self.name())
    }

    /// The class of an `acr` value; `None` for a value that is not ours.
    #[must_use]
    pub fn of_acr(issuer: &str, acr: &str) -> Option<Self> {
        acr.strip_prefix(issuer)?.strip_prefix("/acr/").and_then(Self::named)
    }

    /// `amr` ([RFC 8176](https://www.rfc-editor.org/rfc/rfc8176)); `email` is our own value, since
    /// the registry has none for mail.
    #[must_use]
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password | Self::PasswordEmailRemembered => &["pwd"],
            Self::PasswordEmail => &["pwd", "email"],
        }
    }
}

/// What an authorization request and its client ask of the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    minimum: Class,
    preferred: Vec<Class>,
    essential: Option<Vec<Class>>,
}

/// Why a demand cannot be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// No class of ours that the client may get is among the essential values.
    Demand,
    /// The account has no address to which a link could be mailed.
    NoAddress,
}

impl Demand {
    /// Reads `acr_values` (preferences) and an essential `acr` claim (a demand), see
    /// [OpenID Connect Core section 5.5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics).
    /// Values that are not ours cannot be reached and are passed over.
    ///
    /// # Errors
    /// [`Unmet::Demand`] when no essential value can be reached by anyone.
    pub fn new<'a>(
        issuer: &str,
        minimum: Class,
        acr_values: impl Iterator<Item = &'a str>,
        essential: Option<&[String]>,
    ) -> Result<Self, Unmet> {
        let ours = |value: &str| Class::of_acr(issuer, value);
        let essential = essential.map(|values| {
            let known = values.iter().filter_map(|value| ours(value));
            known.filter(|class| *class >= minimum).collect::<Vec<_>>()
        });
        if essential.as_ref().is_some_and(Vec::is_empty) {
            return Err(Unmet::Demand);
        }
        Ok(Self { minimum, preferred: acr_values.filter_map(ours).collect(), essential })
    }

    /// The class to aim for, with a step-up if needed. Above the password every class needs an
    /// address, for a first mail or for the next one.
    ///
    /// # Errors
    /// [`Unmet::NoAddress`] when the account lacks the address that the demand needs.
    pub fn aim(&self, has_address: bool) -> Result<Class, Unmet> {
        let reachable = |class: &Class| *class == Class::Password || has_address;
        if let Some(essential) = &self.essential {
            return essential.iter().copied().find(reachable).ok_or(Unmet::NoAddress);
        }
        let preferred = self.preferred.iter().copied().find(reachable);
        let aim = preferred.unwrap_or(self.minimum).max(self.minimum);
        if reachable(&aim) { Ok(aim) } else { Err(Unmet::NoAddress) }
    }

    /// Whether a login may end with `reached` although a better class was preferred, as
    /// `prompt=none` must.
    #[must_use]
    pub fn is_met_by(&self, reached: Class) -> bool {
        reached >= self.minimum
            && self
                .essential
                .as_ref()
                .is_none_or(|essential| essential.iter().any(|c| *c <= reached))
    }
}

/// The class to put into a token: what was reached, or the essential value that what was reached
/// fulfils, since the client must get one of the values it demanded.
#[must_use]
pub fn told(reached: Class, issuer: &str, essential: &[String]) -> Class {
    let demanded = essential.iter().filter_map(|value| Class::of_acr(issuer, value));
    let fulfilled: Vec<_> = demanded.filter(|class| *class <= reached).collect();
    if fulfilled.is_empty() || fulfilled.contains(&reached) {
        return reached;
    }
    fulfilled.into_iter().max().unwrap_or(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://login.example.se";

    fn step(at: i64) -> Option<EmailStep> {
        Some(EmailStep { at: Timestamp(at), role: Role::Company })
    }

    fn demand(
        minimum: Class,
        acr_values: &str,
        essential: Option<&[&str]>,
    ) -> Result<Demand, Unmet> {
        let full = |name: &str| format!("{ISSUER}/acr/{name}");
        let values: Vec<_> = acr_values.split_whitespace().map(full).collect();
        let essential: Option<Vec<_>> =
            essential.map(|names| names.iter().map(|n| full(n)).collect());
        Demand::new(ISSUER, minimum, values.iter().map(String::as_str), essential.as_deref())
    }

    #[test]
    fn the_class_follows_from_the_proofs_and_the_clock_alone() {
        let day = 86_400;
        let password = Proofs::password(Timestamp(100 * day));
        let remembered = |at| Proofs { remembered: step(at), ..password };
        let cases = [
            ("password alone", password, Class::Password),
            (
                "link in this login",
                Proofs { email: step(100 * day), ..password },
                Class::PasswordEmail,
            ),
            ("19 days ago", remembered(81 * day), Class::PasswordEmailRemembered),
            ("a second under 20 days", remembered(80 * day + 1), Class::PasswordEmailRemembered),
            ("20 days ago to the second", remembered(80 * day), Class::Password),
        ];
        for (name, proofs, class) in cases {
            assert_eq!(proofs.class(Timestamp(100 * day), 20), class, "{name}");
        }
    }

    #[test]
    fn acr_values_are_preferences_and_never_go_below_the_minimum() {
        use Class::{Password, PasswordEmail, PasswordEmailRemembered};
        let cases = [
            (Password, "", true, Ok(Password)),
            (Password, "pwd-email pwd", true, Ok(PasswordEmail)),
            (Password, "pwd pwd-email", true, Ok(Password)),
            (Password, "pwd-email pwd", false, Ok(Password)),
            (Password, "urn:other pwd-email", true, Ok(PasswordEmail)),
            (Password, "pwd-email", false, Ok(Password)),
            (PasswordEmailRemembered, "pwd", true, Ok(PasswordEmailRemembered)),
            (PasswordEmailRemembered, "", false, Err(Unmet::NoAddress)),
            (PasswordEmailRemembered, "pwd-email", true, Ok(PasswordEmail)),
        ];
        for (minimum, values, has_address, aim) in cases {
            assert_eq!(demand(minimum, values, None).unwrap().aim(has_address), aim, "{values}");
        }
    }

    #[test]
    fn proofs_together_are_the_newest_of_each_kind() {
        let step = |at: i64| Some(EmailStep { at: Timestamp(at), role: Role::Company });
        let proofs = |password: i64, email: Option<i64>, remembered: Option<i64>| Proofs {
            password_at: Timestamp(password),
            email: email.and_then(step),
            remembered: remembered.and_then(step),
        };
        let cases = [
            (proofs(1, None, None), proofs(2, None, None), proofs(2, None, None)),
            (proofs(1, Some(5), None), proofs(3, None, Some(0)), proofs(3, Some(5), Some(0))),
            (proofs(4, Some(5), Some(1)), proofs(3, Some(6), Some(0)), proofs(4, Some(6), Some(1))),
        ];
        for (one, other, together) in cases {
            assert_eq!(one.joined(other), together);
            assert_eq!(other.joined(one), together);
        }
    }

    #[test]
    fn an_essential_acr_is_a_demand() {
        use Class::{Password, PasswordEmail, PasswordEmailRemembered};
        assert_eq!(demand(Password, "", Some(&["urn:mfa"])), Err(Unmet::Demand));
        assert_eq!(demand(PasswordEmailRemembered, "", Some(&["pwd"])), Err(Unmet::Demand));
        let strong = demand(Password, "pwd", Some(&["pwd-email"])).unwrap();
        assert_eq!(strong.aim(true), Ok(PasswordEmail));
        assert_eq!(strong.aim(false), Err(Unmet::NoAddress));
        assert!(!strong.is_met_by(PasswordEmailRemembered));
        assert!(strong.is_met_by(PasswordEmail));
        let either = demand(Password, "", Some(&["pwd-email", "pwd"])).unwrap();
        assert_eq!(either.aim(false), Ok(Password));
    }

    #[test]
    fn a_token_tells_what_was_reached_or_the_demanded_value_it_fulfils() {
        let acr = |class: Class| class.acr(ISSUER);
        let cases = [
            (Class::PasswordEmail, vec![], Class::PasswordEmail),
            (Class::PasswordEmail, vec![acr(Class::Password)], Class::Password),
            (
                Class::PasswordEmail,
                vec![acr(Class::Password), acr(Class::PasswordEmail)],
                Class::PasswordEmail,
            ),
            (
                Class::PasswordEmail,
                vec![acr(Class::Password), acr(Class::PasswordEmailRemembered)],
                Class::PasswordEmailRemembered,
            ),
        ];
        for (reached, essential, class) in cases {
            assert_eq!(told(reached, ISSUER, &essential), class, "{essential:?}");
        }
    }

    #[test]
    fn an_acr_value_is_ours_only_under_our_issuer() {
        assert_eq!(
            Class::of_acr(ISSUER, "https://login.example.se/acr/pwd"),
            Some(Class::Password)
        );
        for other in ["pwd", "https://login.example.se/acr/", "https://other.se/acr/pwd", "1", ""] {
            assert_eq!(Class::of_acr(ISSUER, other), None, "{other}");
        }
    }
}
