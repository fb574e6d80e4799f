//! Token introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::confirmation::Confirmation;
use crate::oauth::scope::Scope;
use crate::oauth::token::TokenType;

/// The response for a live token
/// ([RFC 7662 section 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
#[derive(Clone, Debug)]
pub struct Active<'a> {
    /// Who issued it.
    pub iss: &'a str,
    /// The client it was issued to.
    pub client_id: &'a str,
    /// The End-User, by the name that client knows them by; the client itself without one.
    pub sub: &'a str,
    /// What it grants.
    pub scope: &'a Scope,
    /// The resources it is for.
    pub aud: &'a [String],
    /// How it is used; none for a refresh token.
    pub token_type: Option<TokenType>,
    /// When it was issued.
    pub iat: Timestamp,
    /// When it ends.
    pub exp: Timestamp,
    /// The key it is bound to.
    pub confirmation: Option<&'a Confirmation>,
    /// How and when the End-User logged in
    /// ([RFC 9470 section 6.2](https://www.rfc-editor.org/rfc/rfc9470#section-6.2)).
    pub login: Option<Login>,
}

/// How and when an End-User logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The authentication context class.
    pub acr: String,
    /// The methods.
    pub amr: Vec<&'static str>,
    /// When the password was given.
    pub auth_time: Timestamp,
}

impl Login {
    /// Its claims.
    #[must_use]
    pub fn claims(&self) -> [(&'static str, Value); 3] {
        [("acr", json!(self.acr)), ("amr", json!(self.amr)), ("auth_time", json!(self.auth_time))]
    }
}

impl Active<'_> {
    /// The members of the answer.
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        add("active", true.into());
        add("iss", self.iss.into());
        add("client_id", self.client_id.into());
        add("sub", self.sub.into());
        if !self.scope.is_empty() {
            add("scope", json!(self.scope));
        }
        match self.aud {
            [] => {}
            [one] => drop(add("aud", json!(one))),
            several => drop(add("aud", json!(several))),
        }
        if let Some(token_type) = self.token_type {
            add("token_type", json!(token_type));
        }
        add("iat", json!(self.iat));
        add("exp", json!(self.exp));
        if let Some(confirmation) = self.confirmation {
            add("cnf", confirmation.cnf());
        }
        for (name, value) in self.login.iter().flat_map(Login::claims) {
            add(name, value);
        }
        members
    }
}

/// The whole response for a token that is not live, not known, or not the caller's to know of
/// ([RFC 7662 section 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
#[must_use]
pub fn inactive() -> Map<String, Value> {
    Map::from_iter([("active".to_owned(), Value::Bool(false))])
}

/// The claims of a signed answer, for the one who asked alone
/// ([RFC 9701 section 5](https://www.rfc-editor.org/rfc/rfc9701#section-5)).
#[must_use]
pub fn signed_claims(
    iss: &str,
    aud: &ClientId,
    response: &Map<String, Value>,
    iat: Timestamp,
) -> Value {
    json!({ "iss": iss, "aud": aud, "iat": iat, "token_introspection": response })
}

/// Whether a client may know of an access token: its own; one for a resource that it has
/// registered as its; one for no resource in particular, if it belongs to the house.
#[must_use]
pub fn may_see(asker: &Client, client_id: &str, audience: &[String]) -> bool {
    let metadata = asker.metadata();
    if asker.client_id().as_str() == client_id {
        return true;
    }
    if audience.is_empty() {
        return metadata.first_party;
    }
    audience.iter().any(|resource| metadata.resources.contains(resource))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    #[test]
    fn section_2_2_an_active_token_has_all_members_and_an_inactive_one_only_active() {
        let scope = "openid profile".parse().unwrap();
        let key = Confirmation::Jkt("0ZcO".to_owned());
        let login = Login {
            acr: "https://a.se/acr/pwd".to_owned(),
            amr: vec!["pwd"],
            auth_time: Timestamp(5),
        };
        let active = Active {
            iss: "https://a.se",
            client_id: "idep",
            sub: "sub-1",
            scope: &scope,
            aud: &["https://api.example/".to_owned()],
            token_type: Some(TokenType::Dpop),
            iat: Timestamp(10),
            exp: Timestamp(20),
            confirmation: Some(&key),
            login: Some(login),
        };
        let expected = json!({
            "active": true, "iss": "https://a.se", "client_id": "idep", "sub": "sub-1",
            "scope": "openid profile", "aud": "https://api.example/", "token_type": "DPoP",
            "iat": 10, "exp": 20, "cnf": {"jkt": "0ZcO"}, "acr": "https://a.se/acr/pwd",
            "amr": ["pwd"], "auth_time": 5,
        });
        assert_eq!(Value::Object(active.members()), expected);
        assert_eq!(Value::Object(inactive()), json!({"active": false}));
    }

    #[test]
    fn section_4_a_client_may_introspect_its_own_tokens_and_those_for_its_resources() {
        let (api, other) = (["https://api.example/".to_owned()], ["https://b.example/".to_owned()]);
        let resource =
            r#"{"client_id":"api","resources":["https://api.example/"],"first_party":false}"#;
        for (json, audience, seen) in [
            (r#"{"first_party":false}"#, &other[..], true),
            (resource, &api, true),
            (resource, &other, false),
            (resource, &[], false),
            (r#"{"client_id":"house"}"#, &[], true),
            (r#"{"client_id":"house"}"#, &api, false),
        ] {
            assert_eq!(may_see(&client(json), "idep", audience), seen, "{json} {audience:?}");
        }
    }
}
