//! The `prompt` parameter: which pages the client wants shown, or that none may be.

use serde::{Deserialize, Serialize};

use crate::oauth::error::Error;

/// [OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Left out: the pages that are needed are shown.
    #[default]
    AsNeeded,
    /// `none`: no page at all, and no mail.
    None,
    /// These pages, even where they would not be needed.
    Show {
        /// `login`: the password is asked again.
        login: bool,
        /// `consent`: the End-User is asked whether to release the claims.
        consent: bool,
        /// `select_account`: the End-User says again who they are.
        select_account: bool,
    },
}

impl Prompt {
    /// The values this provider knows, as published in discovery.
    pub const SUPPORTED: [&'static str; 4] = ["none", "login", "consent", "select_account"];

    /// Reads the parameter: a list with spaces between, case-sensitive.
    ///
    /// # Errors
    /// `invalid_request` for `none` beside another value, and for a value that is not known
    /// ([Initiating User Registration section
    /// 4](https://openid.net/specs/openid-connect-prompt-create-1_0.html)).
    pub fn parse(parameter: Option<&str>) -> Result<Self, Error> {
        let values: Vec<_> = parameter.unwrap_or_default().split(' ').collect();
        let values: Vec<_> = values.into_iter().filter(|value| !value.is_empty()).collect();
        if values.iter().any(|value| !Self::SUPPORTED.contains(value)) {
            return Err(Error::invalid_request(
                "prompt has a value other than none, login, consent and select_account",
            ));
        }
        let has = |name| values.contains(&name);
        match (has("none"), values.len()) {
            (_, 0) => Ok(Self::AsNeeded),
            (true, 1) => Ok(Self::None),
            (true, _) => {
                Err(Error::invalid_request("prompt must not have none beside another value"))
            }
            (false, _) => Ok(Self::Show {
                login: has("login"),
                consent: has("consent"),
                select_account: has("select_account"),
            }),
        }
    }

    /// Whether no page may be shown.
    #[must_use]
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether the password must be asked even within a session. To select an account is to sign
    /// in as it: a browser has one session at a time.
    #[must_use]
    pub const fn asks_password(self) -> bool {
        matches!(self, Self::Show { login: true, .. } | Self::Show { select_account: true, .. })
    }

    /// Whether consent must be asked even where it was given before.
    #[must_use]
    pub const fn asks_consent(self) -> bool {
        matches!(self, Self::Show { consent: true, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn show(login: bool, consent: bool, select_account: bool) -> Prompt {
        Prompt::Show { login, consent, select_account }
    }

    #[test]
    fn section_3_1_2_1_prompt_values_and_combinations_are_parsed_or_refused() {
        let cases = [
            (None, Some(Prompt::AsNeeded)),
            (Some(""), Some(Prompt::AsNeeded)),
            (Some("none"), Some(Prompt::None)),
            (Some("none none"), None),
            (Some("none login"), None),
            (Some("consent none"), None),
            (Some("login"), Some(show(true, false, false))),
            (Some("consent login"), Some(show(true, true, false))),
            (Some("login  select_account "), Some(show(true, false, true))),
            (Some("Login"), None),
            (Some("create"), None),
            (Some("login\tconsent"), None),
        ];
        for (parameter, expected) in cases {
            assert_eq!(Prompt::parse(parameter).ok(), expected, "{parameter:?}");
        }
    }

    #[test]
    fn every_published_value_is_understood() {
        for value in Prompt::SUPPORTED {
            assert!(Prompt::parse(Some(value)).is_ok(), "{value}");
        }
    }

    #[test]
    fn each_prompt_value_requires_password_consent_or_no_interaction() {
        let asked = |parameter| {
            let prompt = Prompt::parse(Some(parameter)).unwrap();
            (prompt.is_none(), prompt.asks_password(), prompt.asks_consent())
        };
        assert_eq!(asked("none"), (true, false, false));
        assert_eq!(asked("login"), (false, true, false));
        assert_eq!(asked("select_account"), (false, true, false));
        assert_eq!(asked("consent"), (false, false, true));
        assert_eq!(asked(""), (false, false, false));
    }
}
