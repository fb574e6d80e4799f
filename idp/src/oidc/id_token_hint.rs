//! The `id_token_hint` parameter: an ID token this provider issued before, shown again.

use serde_json::{Map, Value};

use crate::jose::keyset::KeySet;
use crate::jose::verify::Rejected;

/// Whom a hint speaks of, and to whom it was given
/// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest),
/// [RP-Initiated Logout section 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The End-User.
    pub sub: String,
    /// The client it was issued to.
    pub client_id: String,
}

impl Hint {
    /// Verifies that `token` is an ID token of this provider. It may have expired: it hints at
    /// someone, and proves no login.
    ///
    /// ID tokens have no type of their own, nor have signed `UserInfo` and authorization responses.
    /// They differ in their claims: of the three an ID token alone tells both when it ends and when
    /// its End-User logged in, and ours always does
    /// ([RFC 8725 section 3.12](https://www.rfc-editor.org/rfc/rfc8725#section-3.12)).
    ///
    /// # Errors
    /// When it was not signed by this provider as an ID token for exactly one client.
    pub fn verify(token: &str, keys: &KeySet, issuer: &str) -> Result<Self, Rejected> {
        let claims = keys.verify(token, None, issuer)?;
        if !["exp", "auth_time"].iter().all(|name| claims.get(*name).is_some_and(Value::is_i64)) {
            return Err(Rejected::OtherType);
        }
        let sub = claims.get("sub").and_then(Value::as_str);
        let both = sub.zip(audience(&claims));
        both.map(|(sub, client)| Self { sub: sub.to_owned(), client_id: client.to_owned() })
            .ok_or(Rejected::OtherType)
    }
}

fn audience(claims: &Map<String, Value>) -> Option<&str> {
    match claims.get("aud")? {
        Value::String(one) => Some(one),
        Value::Array(list) if list.len() == 1 => list[0].as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Timestamp;
    use crate::jose::Algorithm;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;
    use crate::oauth::introspection::Login;
    use crate::oauth::jwt_access_token::JwtAccessToken;
    use crate::oauth::scope::Scope;
    use crate::oidc::id_token::{Beside, IdToken};
    use crate::oidc::logout_token::LogoutToken;
    use crate::oidc::userinfo;

    const ISSUER: &str = "https://login.example.se";

    #[test]
    fn an_id_token_hint_must_have_one_sub_and_one_audience() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        let keys = KeySet::new(&[(key, State::Active)]).unwrap();
        let hint = |claims: Value| {
            let token = keys.sign(Algorithm::ES256, None, claims.to_string().as_bytes()).unwrap();
            Hint::verify(&token, &keys, ISSUER)
        };
        let expected = Hint { sub: "sub-1".to_owned(), client_id: "idep".to_owned() };
        let token = |changes: Value| {
            let mut claims = json!({
                "iss": ISSUER, "sub": "sub-1", "aud": ["idep"], "exp": 1, "auth_time": 0,
            });
            for (name, value) in changes.as_object().unwrap() {
                claims[name] = value.clone();
            }
            claims
        };
        let cases = [
            (token(json!({})), Ok(expected.clone())),
            (token(json!({"aud": "idep"})), Ok(expected)),
            (token(json!({"aud": ["a", "b"]})), Err(Rejected::OtherType)),
            (token(json!({"aud": null})), Err(Rejected::OtherType)),
            (token(json!({"sub": null})), Err(Rejected::OtherType)),
            (token(json!({"exp": null})), Err(Rejected::OtherType)),
            (token(json!({"auth_time": null})), Err(Rejected::OtherType)),
            (token(json!({"iss": "idep"})), Err(Rejected::OtherIssuer)),
        ];
        for (claims, expected) in cases {
            assert_eq!(hint(claims.clone()), expected, "{claims}");
        }
        assert_eq!(Hint::verify("no token", &keys, ISSUER), Err(Rejected::Malformed));
    }

    #[test]
    fn rfc_8725_section_3_12_other_tokens_signed_by_this_issuer_are_refused_as_id_token_hint() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        let keys = KeySet::new(&[(key, State::Active)]).unwrap();
        let algorithm = Algorithm::ES256;
        let plain = |claims: &[u8]| keys.sign(algorithm, None, claims).unwrap();
        let (iat, exp) = (Timestamp(10), Timestamp(20));
        let id_token = IdToken {
            iss: ISSUER,
            sub: "sub-1",
            aud: "idep",
            iat,
            exp,
            auth_time: Timestamp(5),
            nonce: None,
            acr: "https://login.example.se/acr/pwd",
            amr: &["pwd"],
            sid: None,
            beside: Beside::default(),
            claims: Map::new(),
        };
        let userinfo = userinfo::payload(ISSUER, "idep", br#"{"sub":"sub-1"}"#).unwrap();
        let response = json!({"iss": ISSUER, "aud": "idep", "exp": 20, "code": "c", "state": "s"});
        let logout =
            LogoutToken { iss: ISSUER, sub: "sub-1", aud: "idep", iat, jti: "j", sid: "s-1" };
        let login = Login { acr: "pwd".to_owned(), amr: vec!["pwd"], auth_time: Timestamp(5) };
        let access = JwtAccessToken {
            iss: ISSUER,
            aud: &[],
            sub: "sub-1",
            client_id: "idep",
            iat,
            exp,
            jti: "j".to_owned(),
            scope: &Scope::default(),
            login: Some(login),
            confirmation: None,
        };
        let active =
            json!({"iss": ISSUER, "aud": "idep", "sub": "sub-1", "exp": 20, "auth_time": 5});
        let active = active.to_string();
        let introspection = Some("token-introspection+jwt");
        for (kind, token, hints) in [
            ("ID token", id_token.sign(&keys, algorithm).unwrap(), true),
            ("userinfo", plain(&userinfo), false),
            ("authorization response", plain(response.to_string().as_bytes()), false),
            ("logout token", logout.sign(&keys, algorithm).unwrap(), false),
            ("access token", access.sign(&keys, algorithm).unwrap().expose().to_owned(), false),
            (
                "introspection",
                keys.sign(algorithm, introspection, active.as_bytes()).unwrap(),
                false,
            ),
        ] {
            let refused = Hint::verify(&token, &keys, ISSUER).err();
            assert_eq!(refused, (!hints).then_some(Rejected::OtherType), "{kind}");
        }
    }
}
