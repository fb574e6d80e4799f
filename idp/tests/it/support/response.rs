//! An authorization response, whichever way it travels.

use std::collections::BTreeMap;

use url::{Url, form_urlencoded};

use super::{Answer, CALLBACK, TestProvider};

/// What came back to the application, and what carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    pub(crate) carrier: &'static str,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Brought {
    /// Reads a redirect or a form. Nothing may travel two ways.
    #[track_caller]
    pub(crate) fn by(answer: &Answer) -> Self {
        if answer.has("form-post-submit") {
            assert_eq!((answer.status, answer.location()), (200, ""));
            let form = answer.form("form-post-submit");
            assert_eq!(form.action, CALLBACK);
            return Self { carrier: "form_post", parameters: form.fields.into_iter().collect() };
        }
        let location = answer.location();
        assert!(location.starts_with(CALLBACK), "{} {location}\n{}", answer.status, answer.body);
        let url = Url::parse(location).unwrap();
        let carrier = if url.fragment().is_some() { "fragment" } else { "query" };
        assert!(url.fragment().is_none() || url.query().is_none(), "{location}");
        let text = url.fragment().or(url.query()).unwrap_or_default();
        let parameters = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        Self { carrier, parameters }
    }

    /// The same of a response whose mode is known: one that is signed is verified and opened.
    #[track_caller]
    pub(crate) fn in_mode(answer: &Answer, mode: &str, provider: &TestProvider) -> Self {
        let brought = Self::by(answer);
        let (carrier, signed) = match mode.strip_suffix(".jwt") {
            Some(carrier) => (carrier, true),
            None => (mode, false),
        };
        assert_eq!(brought.carrier, carrier, "{mode}");
        if !signed {
            return brought;
        }
        assert_eq!(brought.names(), ["response"], "{mode}: all stands inside");
        let keys = provider.app.provider.key_set();
        let claims = keys.verify(brought.get("response"), None, provider.issuer()).unwrap();
        let text = |value: &serde_json::Value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        };
        let parameters = claims.iter().map(|(name, value)| (name.clone(), text(value)));
        Self { carrier: brought.carrier, parameters: parameters.collect() }
    }

    /// A parameter; empty when there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The names of all parameters, in the order of the alphabet.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.parameters.keys().map(String::as_str).collect()
    }
}
