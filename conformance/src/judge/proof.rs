//! Proofs of possession (RFC 9449).

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::clock::now;
use crate::judge::client::random;
use crate::judge::jwt;

/// An object with members replaced, or left out where the replacement is null.
pub fn changed(object: Value, changes: &Value) -> Value {
    let mut object = object;
    for (name, value) in changes.as_object().into_iter().flatten() {
        match (value, object.as_object_mut()) {
            (Value::Null, Some(members)) => drop(members.remove(name)),
            (_, Some(members)) => drop(members.insert(name.clone(), value.clone())),
            (_, None) => {}
        }
    }
    object
}

/// What a proof proves (RFC 9449 section 4.2), in parts, so that each can be made wrong.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The key that signs.
    pub key: Value,
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

impl Proof {
    /// A right one, for a request and an access token.
    pub fn new(key: &Value, method: &str, url: &str, token: Option<&str>) -> anyhow::Result<Self> {
        let mut public = jwt::public(key)?;
        if let Some(members) = public.as_object_mut() {
            for name in ["kid", "use", "alg"] {
                members.remove(name);
            }
        }
        let mut claims = json!({ "jti": random(16), "htm": method, "htu": url, "iat": now() });
        if let Some(token) = token {
            claims["ath"] = json!(jwt::base64url(Sha256::digest(token)));
        }
        let header = json!({ "typ": "dpop+jwt", "alg": key["alg"], "jwk": public });
        Ok(Self { key: key.clone(), header, claims })
    }

    /// The same with changed header members.
    pub fn header(mut self, changes: &Value) -> Self {
        self.header = changed(self.header, changes);
        self
    }

    /// The same with changed claims.
    pub fn claims(mut self, changes: &Value) -> Self {
        self.claims = changed(self.claims, changes);
        self
    }

    /// As it is sent.
    pub fn sign(&self) -> anyhow::Result<String> {
        jwt::sign(&self.key, &self.header, &self.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_signed_by_its_key_and_only_requested_claims_are_changed() {
        let key = jwt::generate("ES256", "k").expect("a key");
        let proof = Proof::new(&key, "POST", "https://op/token", Some("t")).expect("a proof");
        assert!(proof.header["jwk"]["d"].is_null());
        let text = proof.sign().expect("a proof");
        let set = json!({ "keys": [proof.header["jwk"]] });
        let (header, claims) = jwt::verify(&text, &set).expect("verified");
        assert_eq!(header["typ"], "dpop+jwt");
        assert_eq!(claims["htu"], "https://op/token");
        let changed = proof.claims(&json!({ "htu": null, "htm": "GET" }));
        assert!(changed.claims.get("htu").is_none());
        assert_eq!(changed.claims["htm"], "GET");
    }
}
