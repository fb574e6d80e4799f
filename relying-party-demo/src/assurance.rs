//! How strong a login must be, and what to say when it is not:
//! [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470). Pure.

use crate::identity::Identity;

/// How far the provider's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// An authentication class of the provider, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Password only.
    Password,
    /// Password, and an e-mail step that this browser completed earlier.
    PasswordEmailRemembered,
    /// Password, and a mailed link opened in this login.
    PasswordEmail,
}

impl Class {
    const ALL: [Self; 3] = [Self::Password, Self::PasswordEmailRemembered, Self::PasswordEmail];

    const fn name(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::PasswordEmailRemembered => "pwd-email-remembered",
            Self::PasswordEmail => "pwd-email",
        }
    }

    /// The value of `acr` under this issuer.
    pub(crate) fn acr(self, issuer: &str) -> String {
        format!("{}/acr/{}", issuer.trim_end_matches('/'), self.name())
    }

    /// The class that a value of `acr` names.
    pub(crate) fn parse(issuer: &str, acr: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.acr(issuer) == acr)
    }
}

/// What a page or resource demands of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// To use IDEP.WEB at all: the e-mail step, now or remembered.
    Login,
    /// To see and change addresses: a mailed link opened in a login at most 30 minutes ago.
    FreshEmail,
}

/// Why a login does not meet a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortfall {
    /// Nobody is logged in.
    NoLogin,
    /// The class is too weak.
    Class,
    /// The login or its e-mail step is too old.
    Age,
}

impl Demand {
    /// The weakest class that will do.
    pub(crate) const fn class(self) -> Class {
        match self {
            Self::Login => Class::PasswordEmailRemembered,
            Self::FreshEmail => Class::PasswordEmail,
        }
    }

    /// The greatest age of the login and its e-mail step, in seconds.
    pub(crate) const fn max_age(self) -> Option<i64> {
        match self {
            Self::Login => None,
            Self::FreshEmail => Some(30 * 60),
        }
    }

    /// The name under which a pending login keeps it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::FreshEmail => "fresh-email",
        }
    }

    /// The demand of this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Login, Self::FreshEmail].into_iter().find(|demand| demand.as_str() == name)
    }

    /// Judges a login: the relying party checks `acr` and `auth_time` itself (OpenID Connect Core
    /// 1.0 section 3.1.3.7, steps 12 and 13).
    pub(crate) fn judge(
        self,
        issuer: &str,
        identity: Option<&Identity>,
        now: i64,
    ) -> Result<(), Shortfall> {
        let identity = identity.ok_or(Shortfall::NoLogin)?;
        let class = identity.acr.as_deref().and_then(|acr| Class::parse(issuer, acr));
        if class.is_none_or(|class| class < self.class()) {
            return Err(Shortfall::Class);
        }
        let Some(max_age) = self.max_age() else { return Ok(()) };
        let fresh = |time: Option<i64>| {
            time.is_some_and(|time| (-CLOCK_SKEW_SECONDS..=max_age).contains(&(now - time)))
        };
        if fresh(identity.auth_time) && fresh(identity.email_step_time) {
            Ok(())
        } else {
            Err(Shortfall::Age)
        }
    }

    /// The challenge of [RFC 9470 section 3](https://www.rfc-editor.org/rfc/rfc9470#section-3).
    /// Someone who has proven no login at all is told of no error (RFC 6750 section 3.1), but of
    /// the same demand, so that one login is enough.
    pub(crate) fn challenge(self, issuer: &str, shortfall: Shortfall) -> String {
        let description = match shortfall {
            Shortfall::NoLogin => None,
            Shortfall::Class => Some("A stronger login is required: password and a mailed link"),
            Shortfall::Age => Some("A more recent login with an e-mail step is required"),
        };
        let error = description.map(|description| {
            format!(
                "error=\"insufficient_user_authentication\", error_description=\"{description}\", "
            )
        });
        let acr = self.class().acr(issuer);
        let max_age = self.max_age().map(|age| format!(", max_age=\"{age}\"")).unwrap_or_default();
        format!("Bearer {}acr_values=\"{acr}\"{max_age}", error.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "http://localhost:8400";
    const NOW: i64 = 1_795_438_800;

    fn identity(class: &str, auth_age: i64, email_age: Option<i64>) -> Identity {
        let claims = serde_json::json!({
            "sub": "s", "acr": format!("{ISSUER}/acr/{class}"), "auth_time": NOW - auth_age,
            "email_step_time": email_age.map(|age| NOW - age),
        });
        Identity::from_claims(claims.as_object().unwrap(), &serde_json::Map::new())
    }

    #[test]
    fn a_login_is_sufficient_by_class_and_age() {
        use Demand::{FreshEmail, Login};
        let cases = [
            (Login, identity("pwd", 0, None), Err(Shortfall::Class)),
            (Login, identity("pwd-email-remembered", 90_000, Some(90_000)), Ok(())),
            (Login, identity("pwd-email", 90_000, Some(90_000)), Ok(())),
            (Login, identity("mfa", 0, Some(0)), Err(Shortfall::Class)),
            (FreshEmail, identity("pwd-email-remembered", 0, Some(0)), Err(Shortfall::Class)),
            (FreshEmail, identity("pwd-email", 0, Some(0)), Ok(())),
            (FreshEmail, identity("pwd-email", 1800, Some(1800)), Ok(())),
            (FreshEmail, identity("pwd-email", 1801, Some(0)), Err(Shortfall::Age)),
            (FreshEmail, identity("pwd-email", 0, Some(1801)), Err(Shortfall::Age)),
            (FreshEmail, identity("pwd-email", 0, None), Err(Shortfall::Age)),
            (FreshEmail, identity("pwd-email", -60, Some(-60)), Ok(())),
            (FreshEmail, identity("pwd-email", -61, Some(0)), Err(Shortfall::Age)),
        ];
        for (demand, identity, expected) in cases {
            assert_eq!(demand.judge(ISSUER, Some(&identity), NOW), expected, "{identity:?}");
        }
        assert_eq!(Login.judge(ISSUER, None, NOW), Err(Shortfall::NoLogin));
    }

    #[test]
    fn an_acr_of_another_issuer_is_insufficient() {
        let stranger = identity("pwd-email", 0, Some(0));
        let judged = Demand::Login.judge("https://other.example", Some(&stranger), NOW);
        assert_eq!(judged, Err(Shortfall::Class));
    }

    #[test]
    fn the_step_up_challenge_follows_rfc_9470() {
        assert_eq!(
            Demand::FreshEmail.challenge(ISSUER, Shortfall::Age),
            "Bearer error=\"insufficient_user_authentication\", error_description=\"A more \
             recent login with an e-mail step is required\", \
             acr_values=\"http://localhost:8400/acr/pwd-email\", max_age=\"1800\""
        );
        assert_eq!(
            Demand::Login.challenge(ISSUER, Shortfall::NoLogin),
            "Bearer acr_values=\"http://localhost:8400/acr/pwd-email-remembered\""
        );
    }
}
