//! Access tokens that resource servers can read by themselves
//! ([RFC 9068](https://www.rfc-editor.org/rfc/rfc9068)). The text is another one, nothing else: its
//! digest is stored like that of any access token, so that it can be revoked.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::jose::keyset::KeySet;
use crate::jose::{self, Algorithm};
use crate::oauth::confirmation::Confirmation;
use crate::oauth::introspection::Login;
use crate::oauth::scope::Scope;
use crate::secret::{AccessToken, Secret};

/// What such a token says
/// ([RFC 9068 section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)).
#[derive(Clone, Debug)]
pub struct JwtAccessToken<'a> {
    /// The issuer; also the audience where no resource was asked for (section 3).
    pub iss: &'a str,
    /// The resources it is for.
    pub aud: &'a [String],
    /// The End-User, or the client on its own behalf.
    pub sub: &'a str,
    /// The client it was issued to.
    pub client_id: &'a str,
    /// When it was issued.
    pub iat: Timestamp,
    /// When it ends.
    pub exp: Timestamp,
    /// Its name.
    pub jti: String,
    /// What it grants.
    pub scope: &'a Scope,
    /// How and when the End-User logged in.
    pub login: Option<Login>,
    /// The key it is bound to.
    pub confirmation: Option<&'a Confirmation>,
}

impl JwtAccessToken<'_> {
    /// Signs it with the active key of `algorithm`.
    ///
    /// # Errors
    /// When no such key is active.
    pub fn sign(
        &self,
        keys: &KeySet,
        algorithm: Algorithm,
    ) -> Result<Secret<AccessToken>, jose::Error> {
        let claims = Value::Object(self.claims()).to_string();
        keys.sign(algorithm, Some("at+jwt"), claims.as_bytes()).map(Secret::new)
    }

    fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        add("iss", self.iss.into());
        match self.aud {
            [] => drop(add("aud", self.iss.into())),
            [one] => drop(add("aud", json!(one))),
            several => drop(add("aud", json!(several))),
        }
        add("sub", self.sub.into());
        add("client_id", self.client_id.into());
        add("iat", json!(self.iat));
        add("exp", json!(self.exp));
        add("jti", json!(self.jti));
        if !self.scope.is_empty() {
            add("scope", json!(self.scope));
        }
        if let Some(confirmation) = self.confirmation {
            add("cnf", confirmation.cnf());
        }
        for (name, value) in self.login.iter().flat_map(Login::claims) {
            add(name, value);
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;

    #[test]
    fn section_2_a_jwt_access_token_has_typ_at_jwt_and_the_required_claims() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        let keys = KeySet::new(&[(key, State::Active)]).unwrap();
        let scope = "openid profile".parse().unwrap();
        let token = JwtAccessToken {
            iss: "https://a.se",
            aud: &[],
            sub: "sub-1",
            client_id: "idep",
            iat: Timestamp(10),
            exp: Timestamp(20),
            jti: "id-1".to_owned(),
            scope: &scope,
            login: None,
            confirmation: None,
        };
        let text = token.sign(&keys, Algorithm::ES256).unwrap();
        let claims = keys.verify(text.expose(), Some("at+jwt"), "https://a.se").unwrap();
        let expected = json!({
            "iss": "https://a.se", "aud": "https://a.se", "sub": "sub-1", "client_id": "idep",
            "iat": 10, "exp": 20, "jti": "id-1", "scope": "openid profile",
        });
        assert_eq!(Value::Object(claims), expected);
        assert!(keys.verify(text.expose(), None, "https://a.se").is_err(), "it is no ID token");
    }
}
