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
    /// # Errors
    /// When it was not signed by this provider as an ID token for exactly one client.
    pub fn verify(token: &str, keys: &KeySet, issuer: &str) -> Result<Self, Rejected> {
        let claims = keys.verify(token, None, issuer)?;
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
    use crate::jose::Algorithm;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;

    const ISSUER: &str = "https://login.example.se";

    #[test]
    fn a_hint_names_one_end_user_and_one_client() {
        let key = Key::generate(Algorithm::ES256).unwrap();
        let keys = KeySet::new(&[(key, State::Active)]).unwrap();
        let hint = |claims: Value| {
            let token = keys.sign(Algorithm::ES256, None, claims.to_string().as_bytes()).unwrap();
            Hint::verify(&token, &keys, ISSUER)
        };
        let expected = Hint { sub: "sub-1".to_owned(), client_id: "idep".to_owned() };
        let cases = [
            (
                json!({"iss": ISSUER, "sub": "sub-1", "aud": ["idep"], "exp": 1}),
                Ok(expected.clone()),
            ),
            (json!({"iss": ISSUER, "sub": "sub-1", "aud": "idep"}), Ok(expected)),
            (json!({"iss": ISSUER, "sub": "sub-1", "aud": ["a", "b"]}), Err(Rejected::OtherType)),
            (json!({"iss": ISSUER, "sub": "sub-1"}), Err(Rejected::OtherType)),
            (json!({"iss": ISSUER, "aud": "idep"}), Err(Rejected::OtherType)),
            (json!({"iss": "idep", "sub": "sub-1", "aud": "idep"}), Err(Rejected::OtherIssuer)),
        ];
        for (claims, expected) in cases {
            assert_eq!(hint(claims.clone()), expected, "{claims}");
        }
        assert_eq!(Hint::verify("no token", &keys, ISSUER), Err(Rejected::Malformed));
    }
}
