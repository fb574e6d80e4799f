//! The keys in use, ready to sign and to verify, and their public half ready to be sent.

use std::collections::HashSet;
use std::fmt;

use josekit::jws::{JwsSigner, JwsVerifier};
use serde_json::{Value, json};

use crate::jose::key::Key;
use crate::jose::rotation::State;
use crate::jose::{Algorithm, Error};

/// All published keys of this provider. Built once per change of a key: building a signer costs
/// as much as dozens of signatures.
pub struct KeySet {
    kept: Vec<SetKey>,
    jwks: Vec<u8>,
}

struct SetKey {
    id: String,
    algorithm: Algorithm,
    state: State,
    signer: Box<dyn JwsSigner>,
    verifier: Box<dyn JwsVerifier>,
    public: Value,
}

/// A key that signs, as `oidc` needs it: its name, its public half, and a raw signature.
#[derive(Clone, Copy)]
pub struct Signing<'a>(&'a SetKey);

impl KeySet {
    /// Builds signers and verifiers and renders the key set. Where two keys of one algorithm are
    /// active, the first one signs.
    ///
    /// # Errors
    /// When a key is unusable, or two have one name.
    pub fn new(keys: &[(Key, State)]) -> Result<Self, Error> {
        let kept = keys.iter().map(SetKey::new).collect::<Result<Vec<_>, _>>()?;
        let mut names = HashSet::new();
        if let Some(doubled) = kept.iter().find(|key| !names.insert(key.id.as_str())) {
            return Err(Error::new(format!("two signing keys are named {}", doubled.id)));
        }
        let public: Vec<_> = kept.iter().map(|key| &key.public).collect();
        let jwks = json!({ "keys": public }).to_string().into_bytes();
        Ok(Self { kept, jwks })
    }

    /// The JWK Set document, the same bytes for everyone
    /// ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)): next, present
    /// and retired keys, public members alone.
    #[must_use]
    pub fn jwks(&self) -> &[u8] {
        &self.jwks
    }

    /// The algorithms that can sign now, in the order of publication.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        Algorithm::ALL.into_iter().filter(|algorithm| self.signing(*algorithm).is_ok()).collect()
    }

    /// The key that signs with `algorithm`.
    ///
    /// # Errors
    /// When none is active.
    pub fn signing(&self, algorithm: Algorithm) -> Result<Signing<'_>, Error> {
        self.kept
            .iter()
            .find(|key| key.algorithm == algorithm && key.state == State::Active)
            .map(Signing)
            .ok_or_else(|| Error::new(format!("no {algorithm} key is active")))
    }

    /// The verifier of the key named `id`, whatever its state.
    pub(in crate::jose) fn verifier(&self, id: &str) -> Option<&dyn JwsVerifier> {
        self.kept.iter().find(|key| key.id == id).map(|key| &*key.verifier)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.kept.iter().map(|key| (&key.id, key.state))).finish()
    }
}

impl SetKey {
    fn new((key, state): &(Key, State)) -> Result<Self, Error> {
        Ok(Self {
            id: key.id().to_owned(),
            algorithm: key.algorithm(),
            state: *state,
            signer: key.signer()?,
            verifier: key.verifier()?,
            public: Value::Object(key.public()?.into()),
        })
    }
}

impl<'a> Signing<'a> {
    /// The `kid`.
    #[must_use]
    pub fn id(self) -> &'a str {
        &self.0.id
    }

    /// What it signs with.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        self.0.algorithm
    }

    /// The public half as it stands in the key set.
    #[must_use]
    pub const fn public(self) -> &'a Value {
        &self.0.public
    }

    /// The signature over a JWS signing input
    /// ([RFC 7515 section 5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1), step 5).
    ///
    /// # Errors
    /// When OpenSSL cannot sign.
    pub fn signature(self, input: &[u8]) -> Result<Vec<u8>, Error> {
        self.signer()
            .sign(input)
            .map_err(Error::because(format!("the signing key {} did not sign", self.0.id)))
    }

    pub(in crate::jose) fn signer(self) -> &'a dyn JwsSigner {
        &*self.0.signer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_jwks_contains_keys_of_every_state_and_no_private_members() {
        let states = [State::Active, State::Published, State::Retired];
        let keys: Vec<_> = Key::generate_each(&Algorithm::ALL, 2_048)
            .unwrap()
            .into_iter()
            .chain(Key::generate_each(&[Algorithm::ES256, Algorithm::ES256], 2_048).unwrap())
            .zip(states.into_iter().cycle())
            .collect();
        let set = KeySet::new(&keys).unwrap();
        let jwks: Value = serde_json::from_slice(set.jwks()).unwrap();
        let published = jwks["keys"].as_array().unwrap();
        assert_eq!(published.len(), 6);
        for ((key, _), published) in keys.iter().zip(published) {
            assert_eq!(published["kid"], key.id());
            assert_eq!(published["use"], "sig");
            assert_eq!(published["alg"], key.algorithm().as_str());
            let members: HashSet<_> =
                published.as_object().unwrap().keys().map(String::as_str).collect();
            let own: &[&str] = match key.algorithm() {
                Algorithm::RS256 | Algorithm::PS256 => &["n", "e"],
                Algorithm::ES256 => &["crv", "x", "y"],
                Algorithm::EdDSA => &["crv", "x"],
            };
            let allowed: HashSet<_> =
                ["kty", "use", "alg", "kid"].iter().chain(own).copied().collect();
            assert_eq!(members, allowed);
            for name in own.iter().filter(|name| **name != "crv") {
                let value = published[name].as_str().unwrap();
                assert!(!value.is_empty() && !value.contains(['=', '+', '/']), "{name}: {value}");
            }
        }
    }

    #[test]
    fn only_an_active_key_signs_and_a_duplicate_kid_is_refused() {
        let key = |_| Key::generate(Algorithm::ES256, 2_048).unwrap();
        let [first, second, next] = [0, 1, 2].map(key);
        let set = KeySet::new(&[
            (next, State::Published),
            (first.clone(), State::Active),
            (second, State::Active),
        ])
        .unwrap();
        assert_eq!(set.signing(Algorithm::ES256).unwrap().id(), first.id());
        assert!(set.signing(Algorithm::RS256).is_err());
        assert_eq!(set.algorithms(), [Algorithm::ES256]);
        let doubled = [(first.clone(), State::Active), (first, State::Retired)];
        assert!(KeySet::new(&doubled).unwrap_err().to_string().contains("two signing keys"));
    }
}
