//! How strong a login was, stated truthfully. A class is a row of a policy table: which factors a login
//! needs for it. Pure functions turn stored proofs into a class; nothing stores the class itself.
//!
//! The classes claim nothing they are not: mail is no out-of-band authenticator in NIST SP
//! 800-63B, so never `mfa` and never `otp`.

use serde::{Serialize, Serializer};

use crate::account::factor::{Factor, Kind, Proofs};
use crate::clock::Timestamp;

/// The authentication context classes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Password only.
    Password,
    /// Password, in a browser where the e-mail step was completed at most 20 days ago.
    PasswordEmailRemembered,
    /// Password and a link opened in this login.
    PasswordEmail,
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a class is called, and what a login needs for it.
struct Policy {
    /// The last part of the `acr` value, and the name in a client's `required_acr`.
    name: &'static str,
    /// Each of these ways is enough.
    ways: &'static [Way],
}

/// A set of factors that is enough for a class.
struct Way {
    factors: &'static [Kind],
    /// [RFC 8176](https://www.rfc-editor.org/rfc/rfc8176); `email` is our own value, since the
    /// registry has none for mail.
    amr: &'static [&'static str],
}

impl Class {
    /// All classes, weakest first.
    pub const ALL: [Self; 3] = [Self::Password, Self::PasswordEmailRemembered, Self::PasswordEmail];

    /// The policy table.
    const fn policy(self) -> Policy {
        use Kind::{Email, Password, RememberedBrowser};
        match self {
            Self::Password => {
                Policy { name: "pwd", ways: &[Way { factors: &[Password], amr: &["pwd"] }] }
            }
            Self::PasswordEmailRemembered => Policy {
                name: "pwd-email-remembered",
                ways: &[
                    Way { factors: &[Password, RememberedBrowser], amr: &["pwd"] },
                    Way { factors: &[Password, Email], amr: &["pwd"] },
                ],
            },
            Self::PasswordEmail => Policy {
                name: "pwd-email",
                ways: &[Way { factors: &[Password, Email], amr: &["pwd", "email"] }],
            },
        }
    }

    /// The last part of the `acr` value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.policy().name
    }

    /// The class of a bare name, as in a client's `required_acr`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The least class of a client: the weakest where its `required_acr` names none, and the
    /// strongest where it names one that does not exist.
    #[must_use]
    pub fn required(required_acr: Option<&str>) -> Self {
        required_acr.map_or(Self::Password, |name| Self::named(name).unwrap_or(Self::PasswordEmail))
    }

    /// The names of all classes, for a message.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
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

    /// Whether every login of this class is one of the other, too.
    #[must_use]
    pub fn implies(self, other: Self) -> bool {
        self.policy().ways.iter().all(|own| {
            let includes = |way: &Way| way.factors.iter().all(|kind| own.factors.contains(kind));
            other.policy().ways.iter().any(includes)
        })
    }

    /// Whether it cannot be reached without an address, for a first mail or for the next one.
    #[must_use]
    pub fn needs_address(self) -> bool {
        let mailed = |way: &Way| way.factors.iter().any(|kind| kind.needs_address());
        self.policy().ways.iter().all(mailed)
    }
}

/// The proofs of a login, weighed at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Weighed<'a> {
    /// What was proven.
    pub proofs: &'a Proofs,
    /// At this moment.
    pub now: Timestamp,
    /// For so many days an e-mail step counts in the browser it was completed in.
    pub remember_days: i64,
}

impl Weighed<'_> {
    /// Whether the proofs are enough for a class.
    #[must_use]
    pub fn satisfies(&self, class: Class) -> bool {
        self.way(class).is_some()
    }

    /// The strongest class they are enough for. No login is without a password.
    #[must_use]
    pub fn class(&self) -> Class {
        let strongest = Class::ALL.into_iter().rev().find(|class| self.satisfies(*class));
        strongest.unwrap_or(Class::Password)
    }

    /// The class to put into a token: what was reached, or the strongest essential one that the
    /// proofs fulfil, since the client must get one of the values it demanded.
    #[must_use]
    pub fn class_for(&self, essential: &[Class]) -> Class {
        let fulfilled = |class: &Class| essential.contains(class) && self.satisfies(*class);
        let strongest = Class::ALL.into_iter().rev().find(fulfilled);
        strongest.unwrap_or_else(|| self.class())
    }

    /// `amr` of a login that is stated to be of a class.
    #[must_use]
    pub fn amr(&self, class: Class) -> &'static [&'static str] {
        self.way(class).map_or(&[], |way| way.amr)
    }

    fn way(&self, class: Class) -> Option<&'static Way> {
        let counts = |kind: &Kind| self.proofs.of_kind(*kind).is_some_and(|f| self.counts(f));
        class.policy().ways.iter().find(|way| way.factors.iter().all(counts))
    }

    /// An e-mail step counts in its own session, and for some days in a remembered browser.
    fn counts(&self, factor: Factor) -> bool {
        match factor {
            Factor::RememberedBrowser(step) => self.now < step.at.plus(self.remember_days * 86_400),
            Factor::Password(_) | Factor::Email(_) => true,
        }
    }
}

/// What an authorization request and its client ask of the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    minimum: Class,
    preferred: Vec<Class>,
    essential: Vec<Class>,
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
        let known = essential.into_iter().flatten().filter_map(|value| ours(value));
        let reachable: Vec<_> = known.filter(|class| class.implies(minimum)).collect();
        if essential.is_some() && reachable.is_empty() {
            return Err(Unmet::Demand);
        }
        let preferred = acr_values.filter_map(ours).collect();
        Ok(Self { minimum, preferred, essential: reachable })
    }

    /// The classes one of which the client must get; none where any will do.
    #[must_use]
    pub fn essential(&self) -> &[Class] {
        &self.essential
    }

    /// The class to aim for, with a step-up if needed.
    ///
    /// # Errors
    /// [`Unmet::NoAddress`] when the account lacks the address that the demand needs.
    pub fn aim(&self, has_address: bool) -> Result<Class, Unmet> {
        let reachable = |class: &Class| has_address || !class.needs_address();
        if !self.essential.is_empty() {
            return self.essential.iter().copied().find(reachable).ok_or(Unmet::NoAddress);
        }
        let preferred = self.preferred.iter().copied().find(reachable);
        let aim = preferred.filter(|class| class.implies(self.minimum)).unwrap_or(self.minimum);
        if reachable(&aim) { Ok(aim) } else { Err(Unmet::NoAddress) }
    }

    /// Whether a login may end although a better class was preferred, as `prompt=none` must.
    #[must_use]
    pub fn is_met_by(&self, login: Weighed<'_>) -> bool {
        let essential = &self.essential;
        login.satisfies(self.minimum)
            && (essential.is_empty() || essential.iter().any(|class| login.satisfies(*class)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::factor::EmailStep;
    use crate::contact::Role;

    const ISSUER: &str = "https://login.example.se";

    fn step(at: i64) -> EmailStep {
        EmailStep { at: Timestamp(at), role: Role::Company }
    }

    fn weighed(proofs: &Proofs, now: i64) -> Weighed<'_> {
        Weighed { proofs, now: Timestamp(now), remember_days: 20 }
    }

    /// Proofs that reach a class and no more.
    fn proofs_of(class: Class) -> Proofs {
        let password = Proofs::password(Timestamp(0));
        match class {
            Class::Password => password,
            Class::PasswordEmailRemembered => password.with(Factor::RememberedBrowser(step(0))),
            Class::PasswordEmail => password.with(Factor::Email(step(0))),
        }
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
    fn the_class_is_determined_by_the_proofs_and_their_age() {
        let day = 86_400;
        let password = Proofs::password(Timestamp(100 * day));
        let remembered = |at| password.clone().with(Factor::RememberedBrowser(step(at)));
        let cases = [
            ("password alone", password.clone(), Class::Password),
            (
                "link in this login",
                password.clone().with(Factor::Email(step(100 * day))),
                Class::PasswordEmail,
            ),
            ("19 days ago", remembered(81 * day), Class::PasswordEmailRemembered),
            ("a second under 20 days", remembered(80 * day + 1), Class::PasswordEmailRemembered),
            ("20 days ago to the second", remembered(80 * day), Class::Password),
        ];
        for (name, proofs, class) in cases {
            assert_eq!(weighed(&proofs, 100 * day).class(), class, "{name}");
        }
    }

    #[test]
    fn acr_values_are_preferences_and_never_lower_the_required_class() {
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
    fn a_class_implies_every_weaker_class() {
        for (index, class) in Class::ALL.into_iter().enumerate() {
            for (other_index, other) in Class::ALL.into_iter().enumerate() {
                assert_eq!(class.implies(other), index >= other_index, "{class:?} {other:?}");
                let proofs = proofs_of(class);
                assert_eq!(weighed(&proofs, 1).satisfies(other), class.implies(other));
            }
            assert_eq!(class.needs_address(), class != Class::Password);
        }
    }

    #[test]
    fn amr_lists_the_factors_of_this_login() {
        let email = proofs_of(Class::PasswordEmail);
        for (class, amr) in [
            (Class::Password, &["pwd"][..]),
            (Class::PasswordEmailRemembered, &["pwd"]),
            (Class::PasswordEmail, &["pwd", "email"]),
        ] {
            assert_eq!(weighed(&proofs_of(class), 1).amr(class), amr);
            assert_eq!(weighed(&email, 1).amr(class), amr);
        }
        assert!(weighed(&proofs_of(Class::Password), 1).amr(Class::PasswordEmail).is_empty());
    }

    #[test]
    fn an_essential_acr_must_be_satisfied() {
        use Class::{Password, PasswordEmail, PasswordEmailRemembered};
        assert_eq!(demand(Password, "", Some(&["urn:mfa"])), Err(Unmet::Demand));
        assert_eq!(demand(PasswordEmailRemembered, "", Some(&["pwd"])), Err(Unmet::Demand));
        let strong = demand(Password, "pwd", Some(&["pwd-email"])).unwrap();
        assert_eq!(strong.aim(true), Ok(PasswordEmail));
        assert_eq!(strong.aim(false), Err(Unmet::NoAddress));
        assert!(!strong.is_met_by(weighed(&proofs_of(PasswordEmailRemembered), 1)));
        assert!(strong.is_met_by(weighed(&proofs_of(PasswordEmail), 1)));
        let either = demand(Password, "", Some(&["pwd-email", "pwd"])).unwrap();
        assert_eq!(either.aim(false), Ok(Password));
    }

    #[test]
    fn the_acr_claim_is_the_class_reached_or_the_essential_value_it_satisfies() {
        use Class::{Password, PasswordEmail, PasswordEmailRemembered};
        let cases: [(_, &[Class], _); 5] = [
            (PasswordEmail, &[], PasswordEmail),
            (PasswordEmail, &[Password], Password),
            (PasswordEmail, &[Password, PasswordEmail], PasswordEmail),
            (PasswordEmail, &[Password, PasswordEmailRemembered], PasswordEmailRemembered),
            (Password, &[PasswordEmail], Password),
        ];
        for (reached, essential, class) in cases {
            let proofs = proofs_of(reached);
            assert_eq!(weighed(&proofs, 1).class_for(essential), class, "{essential:?}");
        }
    }

    #[test]
    fn an_acr_value_is_recognised_only_with_the_issuer_as_prefix() {
        assert_eq!(
            Class::of_acr(ISSUER, "https://login.example.se/acr/pwd"),
            Some(Class::Password)
        );
        for other in ["pwd", "https://login.example.se/acr/", "https://other.se/acr/pwd", "1", ""] {
            assert_eq!(Class::of_acr(ISSUER, other), None, "{other}");
        }
    }
}
