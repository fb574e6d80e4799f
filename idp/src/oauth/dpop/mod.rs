//! Proofs of possession ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)): a client signs each
//! request, and its tokens are worth something only beside such a proof.

#[cfg(test)]
mod tests;

use url::Url;

use crate::clock::Timestamp;
use crate::jose::Algorithm;
use crate::jose::public_key::PublicKey;
use crate::jose::signed_token::{Rules, SignedToken, Types};
use crate::jose::times::TimeRules;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::error::{Error, ErrorCode};
use crate::secret::{AccessToken, Secret, fingerprint};

/// The algorithms of proofs. RS256 is not among them: nobody begins with it now, and FAPI 2.0
/// forbids it.
pub const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA];

/// How far `iat` may lie from our clock, either way, in seconds.
const WINDOW: i64 = 60;

/// The longest `jti` and `nonce`, in bytes.
const LONGEST: usize = 512;

/// The request that a proof must be made for
/// ([RFC 9449 section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3)).
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its method.
    pub method: &'a str,
    /// The addresses under which this endpoint can be reached.
    pub urls: &'a [String],
    /// The access token it carries, at a protected resource.
    pub access_token: Option<&'a Secret<AccessToken>>,
    /// The nonces that count now, where proofs must hold one.
    pub nonces: Option<&'a Nonces>,
    /// Our clock.
    pub now: Timestamp,
}

/// The nonces of this provider
/// ([RFC 9449 section 8](https://www.rfc-editor.org/rfc/rfc9449#section-8)). They are derived from
/// the time, and stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonces {
    /// The one to hand out.
    pub current: String,
    /// The one handed out before.
    pub previous: String,
}

impl Nonces {
    /// How long one is handed out, in seconds; it counts twice as long.
    pub const PERIOD: i64 = 300;
}

/// A proof that fits its request. Whether it comes for the first time is for the store to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    thumbprint: String,
    id: String,
    issued_at: Timestamp,
}

impl Proof {
    /// Checks the values of the header `DPoP`. `None` when there is no such header.
    ///
    /// # Errors
    /// `invalid_dpop_proof`, or `use_dpop_nonce` for a proof in which only the nonce is wrong.
    pub fn check(headers: &[&str], expected: &Expected<'_>) -> Result<Option<Self>, Error> {
        let text = match headers {
            [] => return Ok(None),
            [one] => *one,
            _ => return Err(invalid("there must be one DPoP header")),
        };
        let token = SignedToken::parse(text).map_err(|fault| refused(&fault))?;
        let jwk = token.jwk().ok_or_else(|| invalid("its header has no jwk"))?;
        let key = PublicKey::parse(jwk).map_err(|fault| refused(&fault))?;
        let rules = Rules { algorithms: &ALGORITHMS, types: Types::Required(&["dpop+jwt"]) };
        let claims = token.verify_by(&key, rules).map_err(|fault| refused(&fault))?;
        let text = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
        let id = text("jti").filter(|id| !id.is_empty() && id.len() <= LONGEST);
        let id = id.ok_or_else(|| invalid("jti is missing or too long"))?;
        if text("htm") != Some(expected.method) {
            return Err(invalid("htm is not the method of the request"));
        }
        if !text("htu").is_some_and(|htu| is_one_of(htu, expected.urls)) {
            return Err(invalid("htu is not the address of the request"));
        }
        let times = TIMES.check(claims, expected.now).map_err(|fault| refused(&fault))?;
        let issued_at = times.issued_at.ok_or_else(|| invalid("iat is missing"))?;
        if let Some(token) = expected.access_token
            && text("ath") != Some(token.sha256().as_str())
        {
            return Err(invalid("ath is not the hash of the access token"));
        }
        if let Some(nonces) = expected.nonces {
            nonce(text("nonce"), nonces)?;
        }
        let thumbprint = key.thumbprint().to_owned();
        Ok(Some(Self { thumbprint, id: id.to_owned(), issued_at }))
    }

    /// The thumbprint of its key ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)).
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// What a token is bound to that is issued for it.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        Confirmation::Jkt(self.thumbprint.clone())
    }

    /// The name under which its use is kept: no two keys share their `jti`
    /// ([RFC 9449 section 11.1](https://www.rfc-editor.org/rfc/rfc9449#section-11.1)).
    #[must_use]
    pub fn use_key(&self) -> String {
        fingerprint(&["dpop", &self.thumbprint, &self.id])
    }

    /// From when on it is refused for its age.
    #[must_use]
    pub const fn used_until(&self) -> Timestamp {
        self.issued_at.plus(WINDOW + 1)
    }
}

/// What to answer to a proof that was used before.
#[must_use]
pub fn replayed() -> Error {
    invalid("jti was used before")
}

/// What to answer where a proof must be and is not.
#[must_use]
pub fn missing() -> Error {
    invalid("the DPoP header is missing")
}

const TIMES: TimeRules = TimeRules {
    skew: WINDOW,
    expires_within: None,
    issued_within: Some(0),
    not_before_within: None,
};

/// [RFC 9449 section 8](https://www.rfc-editor.org/rfc/rfc9449#section-8)
fn nonce(sent: Option<&str>, nonces: &Nonces) -> Result<(), Error> {
    let known = [&nonces.current, &nonces.previous];
    if sent.is_some_and(|sent| known.into_iter().any(|nonce| nonce == sent)) {
        return Ok(());
    }
    let description = "the proof must hold the nonce of the DPoP-Nonce header";
    Err(Error::new(ErrorCode::UseDpopNonce, description))
}

/// Compares addresses as [RFC 9449 section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3)
/// says, without query and fragment, and normalised by RFC 3986 sections 6.2.2 and 6.2.3.
fn is_one_of(htu: &str, urls: &[String]) -> bool {
    let Some(htu) = normalised(htu) else { return false };
    urls.iter().any(|url| normalised(url).as_ref() == Some(&htu))
}

fn normalised(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

fn refused(fault: &impl ToString) -> Error {
    invalid(format!("the DPoP proof is refused: {}", fault.to_string()))
}

fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidDpopProof, description)
}
