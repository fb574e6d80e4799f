//! Scope: a space-delimited list, case-sensitive, in the order in which it was asked for.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::oauth::error::{Error, ErrorCode};

/// A list of scope tokens without repetition
/// ([RFC 6749 section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Whether `token` is on the list.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|own| own == token)
    }

    /// The tokens in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What of this list `other` does not have, in this list's order.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|token| !other.contains(token)).cloned().collect())
    }

    /// What of this list `allowed` has too, in this list's order.
    #[must_use]
    pub fn narrow(&self, allowed: &Self) -> Self {
        Self(self.0.iter().filter(|token| allowed.contains(token)).cloned().collect())
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    /// Takes tokens that were read before; a repeated one counts once.
    fn from_iter<I: IntoIterator<Item = &'a str>>(tokens: I) -> Self {
        let mut seen = HashSet::new();
        Self(tokens.into_iter().filter(|token| seen.insert(*token)).map(str::to_owned).collect())
    }
}

impl FromStr for Scope {
    type Err = Error;

    /// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`. A repeated token counts once.
    fn from_str(text: &str) -> Result<Self, Error> {
        let permitted = |c| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
        let mut seen = HashSet::new();
        let mut tokens = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if !token.chars().all(permitted) {
                return Err(Error::new(
                    ErrorCode::InvalidScope,
                    "scope is a list of names with one space between them; a name has no quotes, \
                     backslashes or characters outside ASCII",
                ));
            }
            if seen.insert(token) {
                tokens.push(token.to_owned());
            }
        }
        Ok(Self(tokens))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn section_3_3_order_is_kept_and_a_repeated_name_counts_once() {
        assert_eq!(scope("openid email openid  profile ").to_string(), "openid email profile");
        assert!(scope(" ").is_empty());
    }

    #[test]
    fn section_3_3_names_are_case_sensitive() {
        assert!(!scope("OpenID").contains("openid"));
        assert!(scope("openid").contains("openid"));
    }

    #[test]
    fn section_3_3_characters_outside_the_grammar_are_refused() {
        for text in ["open\"id", "a\\b", "a\tb", "é", "a\nb", "\0"] {
            assert_eq!(text.parse::<Scope>().unwrap_err().code, ErrorCode::InvalidScope, "{text}");
        }
    }

    #[test]
    fn a_narrowed_scope_keeps_the_requested_order_and_adds_no_value() {
        let narrowed = scope("phone openid cosmos").narrow(&scope("openid email phone"));
        assert_eq!(narrowed.to_string(), "phone openid");
    }

    #[test]
    fn a_scope_is_serialized_as_one_string() {
        let json = serde_json::to_string(&scope("openid email")).unwrap();
        assert_eq!(json, r#""openid email""#);
        assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope("openid email"));
    }
}
