//! The body of a UserInfo response.

use openidconnect::UserInfoClaims;
use serde_json::{Map, Value};

use crate::oidc::claims::wire::typed;
use crate::oidc::{Cause, Error};

/// The released claims and `sub`, as JSON
/// ([OpenID Connect Core section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).
///
/// # Errors
/// When a claim of the account has a form that the standard does not allow.
pub fn response(sub: &str, released: Map<String, Value>) -> Result<Vec<u8>, Error> {
    let (standard, own) = typed(sub, released)?;
    serde_json::to_vec(&UserInfoClaims::new(standard, own))
        .map_err(Cause::from)
        .map_err(Error::because("a UserInfo response cannot be written"))
}

/// The same document as the payload of a signed response
/// ([OpenID Connect Core section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)):
/// with who says it, and to whom.
///
/// # Errors
/// When `body` is no JSON object.
pub fn payload(iss: &str, aud: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
    let unreadable = "a UserInfo response is no JSON object";
    let mut claims: Map<String, Value> =
        serde_json::from_slice(body).map_err(Cause::from).map_err(Error::because(unreadable))?;
    claims.insert("iss".to_owned(), iss.into());
    claims.insert("aud".to_owned(), aud.into());
    Ok(Value::Object(claims).to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use openidconnect::core::CoreUserInfoClaims;
    use openidconnect::{HttpClientError, SubjectIdentifier};
    use serde_json::json;

    use super::*;
    use crate::oidc::claims::SCOPES;
    use crate::oidc::claims::release::tests::{everything, subject};
    use crate::oidc::claims::request::ClaimsRequest;

    #[test]
    fn section_5_3_2_every_stored_claim_is_returned_unchanged() {
        let (claims, parties) = (everything(), ["202100083701".to_owned()]);
        let subject = subject(&claims, &parties);
        let all = SCOPES.join(" ").parse().unwrap();
        let released = subject.for_userinfo(&all, &ClaimsRequest::default());
        let body = response(subject.sub, released).unwrap();

        let mut expected = claims.clone();
        expected.insert("sub".to_owned(), json!("sub-1"));
        expected.insert("https://id.oidc.se/claim/orgNumber".to_owned(), json!("2021000837"));
        expected.insert("https://id.oidc.se/claim/orgName".to_owned(), json!("SCB"));
        expected.insert("parties".to_owned(), json!(["202100083701"]));
        expected.insert("email_step_time".to_owned(), json!(1_795_438_700));
        expected.insert("email_step_role".to_owned(), json!("company"));
        let sent: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(sent, Value::Object(expected));

        let expected = SubjectIdentifier::new("sub-1".to_owned());
        CoreUserInfoClaims::from_json::<HttpClientError<std::io::Error>>(&body, Some(&expected))
            .unwrap();
    }

    #[test]
    fn a_userinfo_response_without_released_claims_has_only_sub() {
        assert_eq!(response("sub-1", Map::new()).unwrap(), br#"{"sub":"sub-1"}"#);
    }
}
