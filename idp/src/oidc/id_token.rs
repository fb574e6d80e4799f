//! Building and signing ID tokens.

use std::time::{Duration, SystemTime};

use openidconnect::core::{
    CoreGenderClaim, CoreJsonCurveType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, Audience, AuthenticationContextClass, AuthenticationMethodReference,
    AuthorizationCode as WireCode, AuthorizationCodeHash, IdTokenClaims, IssuerUrl, JsonWebKeyId,
    JsonWebTokenError, Nonce, PrivateSigningKey, SigningError,
};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::jose::Algorithm;
use crate::jose::keyset::{KeySet, Signing};
use crate::oidc::claims::wire::{OwnClaims, typed};
use crate::oidc::{Cause, Error};
use crate::secret::{AccessToken as AccessTokenSecret, AuthorizationCode, Secret};

type Wire = openidconnect::IdToken<
    OwnClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// What an ID token says
/// ([OpenID Connect Core section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
/// `acr`, `amr` and `auth_time` are computed from stored proofs at this moment, by the caller.
#[derive(Clone, Debug)]
pub struct IdToken<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The End-User.
    pub sub: &'a str,
    /// The one client it is for. It is the authorized party too, so `azp` is left out.
    pub aud: &'a str,
    /// When it is issued.
    pub iat: Timestamp,
    /// When it ends.
    pub exp: Timestamp,
    /// When the End-User last gave their password.
    pub auth_time: Timestamp,
    /// The request's `nonce`, as sent.
    pub nonce: Option<&'a str>,
    /// The class that was reached.
    pub acr: &'a str,
    /// How it was reached ([RFC 8176](https://www.rfc-editor.org/rfc/rfc8176)).
    pub amr: &'a [&'a str],
    /// The session, for a client that wants to be notified of its end
    /// ([Back-Channel Logout section 2.1](https://openid.net/specs/openid-connect-backchannel-1_0.html#OPMetadata)).
    pub sid: Option<&'a str>,
    /// What comes with it.
    pub beside: Beside<'a>,
    /// The claims that `claims.id_token` asked for, as released.
    pub claims: Map<String, Value>,
}

/// What an ID token travels with. It holds a hash of each, so that none can be exchanged on the
/// way ([section 3.3.2.11](https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken)).
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// For `at_hash`.
    pub access_token: Option<&'a Secret<AccessTokenSecret>>,
    /// For `c_hash`.
    pub code: Option<&'a Secret<AuthorizationCode>>,
    /// For `s_hash` ([FAPI 1.0 Advanced section 5.2.2.1](https://openid.net/specs/openid-financial-api-part-2-1_0.html#id-token-as-detached-signature)).
    pub state: Option<&'a str>,
}

impl Beside<'_> {
    /// Whether nothing comes with it that claims can be asked for with.
    #[must_use]
    pub const fn is_alone(&self) -> bool {
        self.access_token.is_none() && self.code.is_none()
    }
}

impl IdToken<'_> {
    /// Signs it with the active key of `algorithm`.
    ///
    /// # Errors
    /// When no such key is active, the issuer is no URL, or a claim of the account has a form
    /// that the standard does not allow.
    pub fn sign(self, keys: &KeySet, algorithm: Algorithm) -> Result<String, Error> {
        let signing = keys
            .signing(algorithm)
            .map_err(Cause::from)
            .map_err(Error::because("an ID token cannot be signed"))?;
        let key = SigningKey::new(signing);
        let Beside { access_token, code, state } = self.beside;
        let access_token = access_token.map(|token| AccessToken::new(token.expose().to_owned()));
        let code = code.map(|code| WireCode::new(code.expose().to_owned()));
        let s_hash = state.map(|state| key.hash(state)).transpose()?;
        let mut claims = self.into_claims()?;
        claims.additional_claims_mut().add("s_hash", s_hash);
        Wire::new(claims, &key, wire_name(algorithm), access_token.as_ref(), code.as_ref())
            .map(|token| token.to_string())
            .map_err(Cause::from)
            .map_err(Error::because("an ID token cannot be signed"))
    }

    fn into_claims(self) -> Result<IdTokenClaims<OwnClaims, CoreGenderClaim>, Error> {
        let issuer = IssuerUrl::new(self.iss.to_owned())
            .map_err(Cause::from)
            .map_err(Error::because("the issuer is not a URL"))?;
        let audience = vec![Audience::new(self.aud.to_owned())];
        let (standard, mut own) = typed(self.sub, self.claims)?;
        own.add("sid", self.sid.map(str::to_owned));
        let (exp, iat) = (moment(self.exp), moment(self.iat));
        let amr = self.amr.iter().map(|&name| name.to_owned());
        Ok(IdTokenClaims::new(issuer, audience, exp.into(), iat.into(), standard, own)
            .set_auth_time(Some(moment(self.auth_time).into()))
            .set_nonce(self.nonce.map(|nonce| Nonce::new(nonce.to_owned())))
            .set_auth_context_ref(Some(AuthenticationContextClass::new(self.acr.to_owned())))
            .set_auth_method_refs(Some(amr.map(AuthenticationMethodReference::new).collect())))
    }
}

/// The crate takes times in a type of its own, which can be made of this one.
fn moment(time: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(time.0).unwrap_or_default())
}

pub(in crate::oidc) const fn wire_name(algorithm: Algorithm) -> CoreJwsSigningAlgorithm {
    match algorithm {
        Algorithm::RS256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::ES256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Algorithm::PS256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        Algorithm::EdDSA => CoreJwsSigningAlgorithm::EdDsa,
    }
}

/// A key of ours as the crate wants one.
struct SigningKey<'a> {
    signing: Signing<'a>,
    public: CoreJsonWebKey,
}

impl<'a> SigningKey<'a> {
    /// Of the public half the crate asks for the type and the name alone: what hash goes with it, and
    /// the header.
    fn new(signing: Signing<'a>) -> Self {
        let id = Some(JsonWebKeyId::new(signing.id().to_owned()));
        let public = match signing.algorithm() {
            Algorithm::RS256 | Algorithm::PS256 => CoreJsonWebKey::new_rsa(vec![], vec![], id),
            Algorithm::ES256 => CoreJsonWebKey::new_ec(vec![], vec![], CoreJsonCurveType::P256, id),
            Algorithm::EdDSA => CoreJsonWebKey::new_okp(vec![], CoreJsonCurveType::Ed25519, id),
        };
        Self { signing, public }
    }

    /// The left half of the hash that goes with the signature: what `c_hash` is of a code, whatever
    /// the text is.
    fn hash(&self, text: &str) -> Result<String, Error> {
        let text = WireCode::new(text.to_owned());
        let name = wire_name(self.signing.algorithm());
        AuthorizationCodeHash::from_code(&text, &name, &self.public)
            .map(|hash| hash.as_str().to_owned())
            .map_err(JsonWebTokenError::SigningError)
            .map_err(Cause::from)
            .map_err(Error::because("an ID token cannot be signed"))
    }
}

impl PrivateSigningKey for SigningKey<'_> {
    type VerificationKey = CoreJsonWebKey;

    fn sign(
        &self,
        algorithm: &CoreJwsSigningAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, SigningError> {
        if *algorithm != wire_name(self.signing.algorithm()) {
            return Err(SigningError::UnsupportedAlg(format!("{algorithm:?}")));
        }
        self.signing.signature(message).map_err(|fault| SigningError::Other(fault.to_string()))
    }

    fn as_verification_key(&self) -> CoreJsonWebKey {
        self.public.clone()
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
    use openidconnect::{AccessTokenHash, ClientId};
    use serde_json::json;

    use super::*;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;
    use crate::oauth::scope::Scope;
    use crate::oidc::claims::release::tests::{everything, subject};
    use crate::oidc::claims::request::ClaimsRequest;

    const ISSUER: &str = "https://login.example.se";
    const NOW: Timestamp = Timestamp(1_795_438_800);

    fn keys(algorithms: &[Algorithm]) -> KeySet {
        let keys = Key::generate_each(algorithms, 2_048).unwrap();
        KeySet::new(&keys.into_iter().map(|key| (key, State::Active)).collect::<Vec<_>>()).unwrap()
    }

    fn token<'a>(access_token: Option<&'a Secret<AccessTokenSecret>>) -> IdToken<'a> {
        IdToken {
            iss: ISSUER,
            sub: "sub-1",
            aud: "idep",
            iat: NOW,
            exp: NOW.plus(300),
            auth_time: NOW.plus(-10),
            nonce: Some("n-0S6_WzA2Mj"),
            acr: "https://login.example.se/acr/pwd-email",
            amr: &["pwd", "email"],
            sid: None,
            beside: Beside { access_token, ..Beside::default() },
            claims: Map::new(),
        }
    }

    fn payload(token: &str, keys: &KeySet) -> Map<String, Value> {
        keys.verify(token, None, ISSUER).unwrap()
    }

    #[test]
    fn the_openidconnect_crate_verifies_id_tokens_of_every_algorithm() {
        let keys = keys(&Algorithm::ALL);
        let jwks: CoreJsonWebKeySet = serde_json::from_slice(keys.jwks()).unwrap();
        let access_token = Secret::new("an access token".to_owned());
        for algorithm in Algorithm::ALL {
            let token = token(Some(&access_token)).sign(&keys, algorithm).unwrap();
            let verifier = CoreIdTokenVerifier::new_public_client(
                ClientId::new("idep".to_owned()),
                IssuerUrl::new(ISSUER.to_owned()).unwrap(),
                jwks.clone(),
            )
            .set_allowed_algs([wire_name(algorithm)])
            .set_time_fn(|| moment(NOW.plus(1)).into());
            let token: CoreIdToken = token.parse().unwrap();
            let nonce = Nonce::new("n-0S6_WzA2Mj".to_owned());
            let claims = token.claims(&verifier, &nonce).unwrap();
            assert_eq!(claims.subject().as_str(), "sub-1", "{algorithm}");

            let hash = AccessTokenHash::from_token(
                &AccessToken::new("an access token".to_owned()),
                token.signing_alg().unwrap(),
                token.signing_key(&verifier).unwrap(),
            );
            assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()), "{algorithm}");
            let other = Nonce::new("another".to_owned());
            assert!(token.claims(&verifier, &other).is_err(), "{algorithm}");
        }
    }

    #[test]
    fn section_2_an_id_token_has_exactly_the_claims_of_the_login() {
        let keys = keys(&[Algorithm::ES256]);
        let signed = token(None).sign(&keys, Algorithm::ES256).unwrap();
        let expected = json!({
            "iss": ISSUER, "sub": "sub-1", "aud": ["idep"], "iat": 1_795_438_800,
            "exp": 1_795_439_100, "auth_time": 1_795_438_790, "nonce": "n-0S6_WzA2Mj",
            "acr": "https://login.example.se/acr/pwd-email", "amr": ["pwd", "email"],
        });
        assert_eq!(Value::Object(payload(&signed, &keys)), expected);
        let without = IdToken { nonce: None, ..token(None) };
        let without = without.sign(&keys, Algorithm::ES256).unwrap();
        assert!(!payload(&without, &keys).contains_key("nonce"));
    }

    #[test]
    fn section_3_1_3_6_at_hash_uses_the_hash_of_the_signing_algorithm() {
        let keys = keys(&[Algorithm::ES256, Algorithm::EdDSA]);
        let access_token = Secret::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".to_owned());
        let at_hash = |algorithm| {
            let signed = token(Some(&access_token)).sign(&keys, algorithm).unwrap();
            payload(&signed, &keys)["at_hash"].as_str().unwrap().to_owned()
        };
        assert_eq!(at_hash(Algorithm::ES256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(Algorithm::EdDSA).len(), 43, "SHA-512 for Ed25519");
    }

    #[test]
    fn section_3_3_2_11_c_hash_and_s_hash_use_the_hash_of_the_signing_algorithm() {
        let keys = keys(&[Algorithm::ES256, Algorithm::EdDSA]);
        let code =
            Secret::new("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk".to_owned());
        let beside = Beside { code: Some(&code), state: Some("af0ifjsldkj"), access_token: None };
        let signed = |algorithm| {
            let token = IdToken { beside, ..token(None) };
            payload(&token.sign(&keys, algorithm).unwrap(), &keys)
        };
        let claims = signed(Algorithm::ES256);
        // The example of OpenID Connect Core appendix A.4.
        assert_eq!(claims["c_hash"], "LDktKdoQak3Pk0cnXxCltA");
        assert_eq!(claims["s_hash"], "bOhtX8F73IMjSPeVAqxyTQ");
        assert!(!claims.contains_key("at_hash"));
        let longer = signed(Algorithm::EdDSA);
        for name in ["c_hash", "s_hash"] {
            assert_eq!(longer[name].as_str().unwrap().len(), 43, "{name}: SHA-512 for Ed25519");
        }
        let without = payload(&token(None).sign(&keys, Algorithm::ES256).unwrap(), &keys);
        assert!(["c_hash", "s_hash", "at_hash"].iter().all(|name| !without.contains_key(*name)));
    }

    #[test]
    fn back_channel_logout_section_2_1_the_id_token_contains_sid_if_given() {
        let keys = keys(&[Algorithm::ES256]);
        let named = IdToken { sid: Some("s-1"), ..token(None) };
        assert_eq!(payload(&named.sign(&keys, Algorithm::ES256).unwrap(), &keys)["sid"], "s-1");
    }

    #[test]
    fn requested_claims_are_added_and_cannot_replace_protocol_claims() {
        let (claims, parties) = (everything(), ["202100083701".to_owned()]);
        let request = ClaimsRequest::parse(Some(
            r#"{"id_token": {"email": null, "updated_at": null, "parties": null, "acr": null,
                "sub": {"value": "sub-1"}, "email_step_role": null}}"#,
        ))
        .unwrap();
        let mut released = subject(&claims, &parties).for_id_token(&Scope::default(), &request);
        for name in ["sub", "acr", "exp", "nonce", "sid", "s_hash"] {
            released.insert(name.to_owned(), json!("another"));
        }
        let keys = keys(&[Algorithm::ES256]);
        let signed = IdToken { claims: released, ..token(None) };
        let claims = payload(&signed.sign(&keys, Algorithm::ES256).unwrap(), &keys);
        assert_eq!(claims["email"], "Magnus.Lange@Scb.se");
        assert_eq!(claims["updated_at"], 1_795_438_800);
        assert_eq!(claims["parties"], json!(["202100083701"]));
        assert_eq!(claims["email_step_role"], "company");
        assert_eq!(claims["acr"], "https://login.example.se/acr/pwd-email");
        assert_eq!((&claims["sub"], &claims["exp"]), (&json!("sub-1"), &json!(NOW.plus(300))));
        assert!(!claims.contains_key("sid") && !claims.contains_key("s_hash"));
    }

    #[test]
    fn an_algorithm_without_an_active_key_is_a_fault() {
        let fault = token(None).sign(&keys(&[Algorithm::ES256]), Algorithm::RS256).unwrap_err();
        assert_eq!(fault.to_string(), "an ID token cannot be signed");
    }
}
