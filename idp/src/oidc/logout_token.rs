//! The token that tells a client that a session has ended.

use serde_json::json;

use crate::clock::Timestamp;
use crate::jose::keyset::KeySet;
use crate::jose::{Algorithm, Error};

/// How long it is valid, in seconds: at most two minutes
/// ([section 4](https://openid.net/specs/openid-connect-backchannel-1_0.html#Security)).
const LIFETIME: i64 = 120;

/// [Back-Channel Logout section 2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken)
#[derive(Clone, Copy, Debug)]
pub struct LogoutToken<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The End-User, as this client knows them.
    pub sub: &'a str,
    /// The client.
    pub aud: &'a str,
    /// When it is issued.
    pub iat: Timestamp,
    /// Names this attempt alone.
    pub jti: &'a str,
    /// The session, as this client knows it.
    pub sid: &'a str,
}

impl LogoutToken<'_> {
    /// Signs it, under a type of its own, so that it is never taken for an ID token.
    ///
    /// # Errors
    /// When no key of `algorithm` is active.
    pub fn sign(&self, keys: &KeySet, algorithm: Algorithm) -> Result<String, Error> {
        let claims = json!({
            "iss": self.iss,
            "sub": self.sub,
            "aud": self.aud,
            "iat": self.iat,
            "exp": self.iat.plus(LIFETIME),
            "jti": self.jti,
            "sid": self.sid,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        keys.sign(algorithm, Some("logout+jwt"), claims.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;

    #[test]
    fn section_2_4_a_logout_token_has_sub_sid_aud_and_events_and_no_nonce() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        let keys = KeySet::new(&[(key, State::Active)]).unwrap();
        let token = LogoutToken {
            iss: "https://login.example.se",
            sub: "alice",
            aud: "idep",
            iat: Timestamp(1_795_438_800),
            jti: "j-1",
            sid: "s-1",
        };
        let token = token.sign(&keys, Algorithm::ES256).unwrap();
        let iss = "https://login.example.se";
        assert!(keys.verify(&token, None, iss).is_err(), "it is no ID token");
        let claims = keys.verify(&token, Some("logout+jwt"), iss).unwrap();
        let expected = json!({
            "iss": iss, "sub": "alice", "aud": "idep", "iat": 1_795_438_800, "exp": 1_795_438_920,
            "jti": "j-1", "sid": "s-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        assert_eq!(serde_json::Value::Object(claims), expected);
    }
}
