//! The token endpoint's side of the code grant
//! ([RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)): may this code
//! be redeemed by this client, now? Once: a code that was used is [`Verdict::Replayed`].

use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::error::Error;
use crate::oauth::grant::issued_code::{IssuedCode, Request};
use crate::oauth::grant::redemption_machine;
use crate::oauth::pkce::is_code_verifier;

/// Whether a code may be redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may, on the condition that it is still unused when it is marked as used.
    Granted,
    /// It may not.
    Refused(Error),
    /// It was redeemed before. Revoke what was issued for it, and answer [`Verdict::error`]
    /// ([RFC 6749 section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    Replayed,
}

impl Verdict {
    /// What to answer, unless it was granted.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match self {
            Self::Granted => None,
            Self::Refused(error) => Some(error.clone()),
            Self::Replayed => Some(replayed()),
        }
    }
}

/// The answer to a code that was redeemed before; also when another request won the race for it.
#[must_use]
pub fn replayed() -> Error {
    Error::invalid_grant("the code was used before; what was issued for it is revoked")
}

/// How far the clocks of two nodes may stand apart, in seconds.
const CLOCK_SKEW: i64 = 30;

/// Decides on a request of an authenticated client, with what the store knows of its code. `shown`
/// is the key this request is bound to.
#[must_use]
pub fn decide(
    request: &Request,
    client: &Client,
    code: Option<&IssuedCode<'_>>,
    shown: Option<&Confirmation>,
    now: Timestamp,
) -> Verdict {
    let Some(code) = code.filter(|code| code.client_id == client.client_id()) else {
        return refuse("the code is not known, or was issued to another client");
    };
    if code.used {
        return Verdict::Replayed;
    }
    // A clock that was set back must not bring a code to life again.
    if now >= code.expires_at || now.since(code.issued_at) < -CLOCK_SKEW {
        return refuse("the code has expired");
    }
    if code.redirect_uri != request.redirect_uri {
        return refuse("redirect_uri is not that of the authorization request");
    }
    match (code.code_challenge, &request.code_verifier) {
        (Some(_), None) => return refuse("code_verifier is missing"),
        (None, Some(_)) => return refuse("code_verifier is sent, but code_challenge was not"),
        (_, Some(verifier)) if !is_code_verifier(verifier.expose()) => {
            return refuse("code_verifier must be 43 to 128 unreserved characters");
        }
        _ => {}
    }
    if let Some(jkt) = code.dpop_jkt
        && shown != Some(&Confirmation::Jkt(jkt.to_owned()))
    {
        return refuse("the code is bound to another key than this request");
    }
    match redemption_machine::fault(request, client, code) {
        Some(fault) => refuse(fault),
        None => Verdict::Granted,
    }
}

fn refuse(description: &'static str) -> Verdict {
    Verdict::Refused(Error::invalid_grant(description))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::oauth::client::ClientId;
    use crate::oauth::client::tests::client;
    use crate::oauth::error::ErrorCode;
    use crate::oauth::parameters::Parameters;
    use crate::oauth::pkce::CodeChallenge;
    use crate::oauth::scope::Scope;
    use crate::secret::Secret;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const ISSUED: Timestamp = Timestamp(1_795_438_800);

    fn request(redirect_uri: &str, code_verifier: Option<&str>) -> Request {
        Request {
            code: Secret::new("SplxlOBeZQQYbYS6WxSbIA".to_owned()),
            redirect_uri: redirect_uri.to_owned(),
            code_verifier: code_verifier.map(|text| Secret::new(text.to_owned())),
        }
    }

    fn good() -> Request {
        request("https://rp.example/cb", Some(VERIFIER))
    }

    static CLIENT: LazyLock<ClientId> = LazyLock::new(|| ClientId::parse("idep").unwrap());
    static SCOPE: LazyLock<Scope> = LazyLock::new(|| "openid profile".parse().unwrap());
    static S256: LazyLock<CodeChallenge> =
        LazyLock::new(|| CodeChallenge::parse(CHALLENGE).unwrap());

    fn issued() -> IssuedCode<'static> {
        IssuedCode {
            client_id: &CLIENT,
            redirect_uri: "https://rp.example/cb",
            scope: &SCOPE,
            code_challenge: Some(&S256),
            dpop_jkt: None,
            issued_at: ISSUED,
            expires_at: ISSUED.plus(60),
            used: false,
        }
    }

    fn is_refused(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Refused(error) if error.code == ErrorCode::InvalidGrant)
    }

    #[test]
    fn section_4_1_3_a_fresh_code_is_redeemed_by_its_client() {
        assert_eq!(decide(&good(), &client("{}"), Some(&issued()), None, ISSUED), Verdict::Granted);
    }

    #[test]
    fn section_5_2_an_unknown_code_and_a_code_of_another_client_have_the_same_error() {
        let unknown = decide(&good(), &client("{}"), None, None, ISSUED);
        assert!(is_refused(&unknown));
        let other = client(r#"{"client_id":"another"}"#);
        assert_eq!(decide(&good(), &other, Some(&issued()), None, ISSUED), unknown);
        let used = IssuedCode { used: true, ..issued() };
        assert_eq!(decide(&good(), &other, Some(&used), None, ISSUED), unknown);
    }

    #[test]
    fn section_4_1_2_a_used_code_is_a_replay_even_if_expired_or_with_another_redirect_uri() {
        let used = IssuedCode { used: true, ..issued() };
        for (request, now) in [
            (good(), ISSUED),
            (good(), ISSUED.plus(3600)),
            (request("https://rp.example/other", None), ISSUED),
        ] {
            let verdict = decide(&request, &client("{}"), Some(&used), None, now);
            assert_eq!(verdict, Verdict::Replayed);
            assert_eq!(verdict.error().unwrap().code, ErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn section_4_1_2_a_code_expires_after_60_seconds_and_is_refused_if_issued_in_the_future() {
        for (seconds, granted) in
            [(0, true), (59, true), (60, false), (86_400, false), (-30, true), (-31, false)]
        {
            let verdict =
                decide(&good(), &client("{}"), Some(&issued()), None, ISSUED.plus(seconds));
            assert_eq!(verdict == Verdict::Granted, granted, "{seconds}");
            assert!(granted || is_refused(&verdict), "{seconds}");
        }
    }

    #[test]
    fn section_4_1_3_the_redirect_uri_must_be_identical_in_every_byte() {
        for uri in
            ["https://rp.example/cb/", "https://rp.example:443/cb", "https://RP.example/cb", "x"]
        {
            let request = request(uri, Some(VERIFIER));
            assert!(
                is_refused(&decide(&request, &client("{}"), Some(&issued()), None, ISSUED)),
                "{uri}"
            );
        }
    }

    #[test]
    fn rfc_7636_section_4_6_the_verifier_must_fit_the_challenge() {
        let other = "a".repeat(43);
        for verifier in [None, Some(other.as_str()), Some("short"), Some(CHALLENGE)] {
            let request = request("https://rp.example/cb", verifier);
            let verdict = decide(&request, &client("{}"), Some(&issued()), None, ISSUED);
            assert!(is_refused(&verdict), "{verifier:?}");
        }
    }

    #[test]
    fn rfc_9700_section_4_8_2_a_verifier_without_a_challenge_is_refused() {
        let excused = client(r#"{"require_pkce":false}"#);
        let plain = IssuedCode { code_challenge: None, ..issued() };
        let without = request("https://rp.example/cb", None);
        assert!(is_refused(&decide(&good(), &excused, Some(&plain), None, ISSUED)));
        assert_eq!(decide(&without, &excused, Some(&plain), None, ISSUED), Verdict::Granted);
        assert!(is_refused(&decide(&without, &client("{}"), Some(&plain), None, ISSUED)));
    }

    #[test]
    fn rfc_9449_section_10_a_code_bound_to_dpop_jkt_requires_a_proof_of_that_key() {
        let bound = IssuedCode { dpop_jkt: Some("a"), ..issued() };
        let key = |name: &str| Confirmation::Jkt(name.to_owned());
        for (shown, granted) in [(Some(key("a")), true), (Some(key("b")), false), (None, false)] {
            let verdict = decide(&good(), &client("{}"), Some(&bound), shown.as_ref(), ISSUED);
            assert_eq!(verdict == Verdict::Granted, granted, "{shown:?}");
            assert!(granted || is_refused(&verdict), "{shown:?}");
        }
    }

    #[test]
    fn section_4_1_3_code_and_redirect_uri_are_required() {
        for form in ["redirect_uri=https://rp.example/cb", "code=x", "code=&redirect_uri=y"] {
            let form = Parameters::parse_query(form).unwrap();
            assert_eq!(Request::parse(&form).unwrap_err().code, ErrorCode::InvalidRequest);
        }
    }
}
