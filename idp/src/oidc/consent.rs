//! Whether the End-User is asked before a client gets anything about them, and for what
//! ([OpenID Connect Core section 3.1.2.4](https://openid.net/specs/openid-connect-core-1_0.html#Consent)).

use crate::oauth::scope::Scope;
use crate::oidc::claims::known;
use crate::oidc::claims::request::ClaimsRequest;
use crate::oidc::prompt::Prompt;

/// What the client asks to be allowed, as the page lists it: its scope except `openid`, and
/// the scope of each claim that it asks for by itself.
#[must_use]
pub fn requested_scope(scope: &Scope, claims: &ClaimsRequest) -> Scope {
    let single = claims.userinfo.keys().chain(claims.id_token.keys());
    let of_claims = single.filter_map(|name| known(name)).map(|claim| claim.1);
    scope.iter().chain(of_claims).filter(|token| *token != "openid").collect()
}

/// Whether the End-User must be asked. `given` is what they have allowed this client before.
#[must_use]
pub fn is_needed(prompt: Prompt, first_party: bool, asked: &Scope, given: Option<&Scope>) -> bool {
    let covered = given.is_some_and(|given| asked.narrow(given) == *asked);
    prompt.asks_consent() || !(first_party || covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn section_3_1_2_4_individually_requested_claims_count_as_their_scope() {
        let claims = r#"{"userinfo":{"email":null,"unknown":null},"id_token":{"nickname":null}}"#;
        let claims = ClaimsRequest::parse(Some(claims)).unwrap();
        assert_eq!(
            requested_scope(&scope("openid address"), &claims),
            scope("address email profile")
        );
        assert_eq!(requested_scope(&scope("openid"), &ClaimsRequest::default()), Scope::default());
    }

    #[test]
    fn section_3_1_2_4_consent_already_given_is_not_requested_again_without_prompt_consent() {
        let consent = Prompt::parse(Some("consent")).unwrap();
        let as_needed = Prompt::default();
        let email = scope("email");
        for (prompt, first_party, asked, given, needed) in [
            (as_needed, true, &email, None, false),
            (consent, true, &email, None, true),
            (as_needed, false, &email, None, true),
            (as_needed, false, &email, Some("phone email"), false),
            (as_needed, false, &email, Some("phone"), true),
            (as_needed, false, &Scope::default(), None, true),
            (as_needed, false, &Scope::default(), Some(""), false),
            (consent, false, &email, Some("email"), true),
        ] {
            let given = given.map(scope);
            let decided = is_needed(prompt, first_party, asked, given.as_ref());
            assert_eq!(decided, needed, "{prompt:?} {first_party} {asked} {given:?}");
        }
    }
}
