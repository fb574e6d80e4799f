//! Who is logged in, and how strongly: the facts we read from the claims of the provider.

use serde_json::{Map, Value};

/// The facts of one login. What decides about rights comes from the signed ID token alone, or from
/// the introspection answer for an access token, apart from what the provider may release at the
/// userinfo endpoint only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// `sub` (OpenID Connect Core 1.0 section 2).
    pub(crate) subject: String,
    /// `preferred_username`: the login name.
    pub(crate) login_name: String,
    /// The organisation's number.
    pub(crate) organisation: String,
    /// The organisation's name.
    pub(crate) organisation_name: String,
    /// The parties the account may report for.
    pub(crate) parties: Vec<String>,
    /// `acr`, as the token says.
    pub(crate) acr: Option<String>,
    /// `auth_time`, as the token says.
    pub(crate) auth_time: Option<i64>,
    /// When the e-mail step was completed.
    pub(crate) email_step_time: Option<i64>,
}

impl Identity {
    /// Reads the claims of a verified ID token or an introspection answer, and of the userinfo
    /// answer for the same `sub`.
    pub(crate) fn from_claims(token: &Map<String, Value>, userinfo: &Map<String, Value>) -> Self {
        let find = |name: &str| token.get(name).or_else(|| userinfo.get(name));
        let text =
            |name: &str| find(name).and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
        let parties = find("parties").and_then(Value::as_array).into_iter().flatten();
        Self {
            subject: text("sub"),
            login_name: text("preferred_username"),
            organisation: text("https://id.oidc.se/claim/orgNumber"),
            organisation_name: text("https://id.oidc.se/claim/orgName"),
            parties: parties.filter_map(Value::as_str).map(str::to_owned).collect(),
            acr: token.get("acr").and_then(Value::as_str).map(str::to_owned),
            auth_time: token.get("auth_time").and_then(Value::as_i64),
            email_step_time: find("email_step_time").and_then(Value::as_i64),
        }
    }

    /// Whether the account may report for this party.
    pub(crate) fn reports_for(&self, party: &str) -> bool {
        self.parties.iter().any(|it| it == party)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn acr_and_auth_time_are_read_only_from_the_id_token() {
        let userinfo = object(&serde_json::json!({
            "sub": "s", "acr": "forged", "auth_time": 1, "email_step_time": 5,
            "parties": ["202100083701", 7], "preferred_username": "202100083750",
        }));
        let identity =
            Identity::from_claims(&object(&serde_json::json!({ "sub": "s" })), &userinfo);
        assert_eq!((identity.acr, identity.auth_time), (None, None));
        assert_eq!(identity.email_step_time, Some(5));
        assert_eq!(identity.parties, ["202100083701"]);
        assert_eq!(identity.login_name, "202100083750");
    }
}
