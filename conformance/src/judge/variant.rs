//! The variant of a plan: what the tester picks and what the plan fixes, under the official
//! suite's names.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Context as _;

/// Names and values, as in `plan[response_type=code id_token][client_registration=static_client]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant(BTreeMap<String, String>);

impl Variant {
    /// Reads `plan-name[name=value][name=value]`.
    pub fn parse(text: &str) -> anyhow::Result<(String, Self)> {
        let mut parts = text.split('[');
        let name = parts.next().unwrap_or_default().trim().to_owned();
        let mut variant = Self::default();
        for part in parts {
            let (key, value) = part
                .trim()
                .strip_suffix(']')
                .and_then(|pair| pair.split_once('='))
                .with_context(|| format!("{text}: a variant is written [name=value]"))?;
            variant = variant.with(key, value);
        }
        Ok((name, variant))
    }

    /// The same with one value set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with a value set where there is none.
    #[must_use]
    pub fn or(self, name: &str, value: &str) -> Self {
        if self.0.contains_key(name) { self } else { self.with(name, value) }
    }

    /// A value; empty when it was not picked.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether a value was picked.
    #[must_use]
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    /// `response_type`, by default `code`.
    #[must_use]
    pub fn response_type(&self) -> &str {
        self.0.get("response_type").map_or("code", String::as_str)
    }

    fn issues(&self, what: &str) -> bool {
        self.response_type().split(' ').any(|word| word == what)
    }

    /// Whether the authorization endpoint gives a code.
    #[must_use]
    pub fn has_code(&self) -> bool {
        self.issues("code")
    }

    /// Whether the authorization endpoint gives an ID token.
    #[must_use]
    pub fn has_front_id_token(&self) -> bool {
        self.issues("id_token")
    }

    /// Whether the authorization endpoint gives an access token.
    #[must_use]
    pub fn has_front_token(&self) -> bool {
        self.issues("token")
    }

    /// Whether the client gets an access token anywhere.
    #[must_use]
    pub fn has_access_token(&self) -> bool {
        self.has_code() || self.has_front_token()
    }

    /// Whether clients are registered by the judge.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.is("client_registration", "dynamic_client")
    }

    /// Whether responses come as forms.
    #[must_use]
    pub fn is_form_post(&self) -> bool {
        self.is("response_mode", "form_post")
    }

    /// `client_auth_type`, by default `client_secret_basic`.
    #[must_use]
    pub fn client_auth_type(&self) -> &str {
        self.0.get("client_auth_type").map_or("client_secret_basic", String::as_str)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| write!(f, "[{name}={value}]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_with_variant_is_parsed_in_the_notation_of_the_official_suite() {
        let (name, variant) =
            Variant::parse("plan[response_type=code id_token][x=y]").expect("one");
        assert_eq!(name, "plan");
        assert_eq!(variant.response_type(), "code id_token");
        assert!(variant.has_code() && variant.has_front_id_token() && !variant.has_front_token());
        assert_eq!(variant.to_string(), "[response_type=code id_token][x=y]");
        assert!(Variant::parse("plan[x").is_err());
    }
}
