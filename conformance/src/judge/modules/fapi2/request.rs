//! Requests that must be refused, and parameters that must be ignored (RFC 9126, FAPI 2.0 Security
//! Profile section 5.3.2.2).

use super::flow::BAD_REQUEST;
use crate::judge::authorization::End;
use crate::judge::checks::fapi;
use crate::judge::client::random;
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object" => other_nonce,
    "fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object" => other_state,
    "fapi2-security-profile-final-state-only-outside-request-object-not-used" => state_outside,
    "fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails" => no_redirect_uri,
    "fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request" => no_redirect_uri,
    "fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri" => unregistered,
    "fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails" => without_par,
    "fapi2-security-profile-final-ensure-response-type-code-idtoken-fails" => code_id_token,
    "fapi2-security-profile-final-ensure-response-type-token-fails" => token,
};

/// RFC 9101 section 6.3: only what was pushed counts.
async fn other_nonce(test: &mut Test) -> anyhow::Result<()> {
    beside(test, "nonce", false).await
}

/// The same for `state`.
async fn other_state(test: &mut Test) -> anyhow::Result<()> {
    beside(test, "state", false).await
}

/// The same, when nothing of that name was pushed.
async fn state_outside(test: &mut Test) -> anyhow::Result<()> {
    beside(test, "state", true).await
}

/// Puts a parameter beside the reference: it is ignored, or the request is `invalid_request`.
async fn beside(test: &mut Test, name: &str, only: bool) -> anyhow::Result<()> {
    let party = test.party().await?;
    let mut request = test.fapi_request(&party)?;
    if only {
        request = request.without(name);
    }
    let (uri, _) = test.pushed(&party, &request).await?;
    let visit = test.visit_pushed(&request, &uri, &[(name, &random(9))], Will::Agree).await?;
    let failed = match &visit.end {
        End::Page(_) => true,
        End::Response(response) => response.value("error").is_some(),
    };
    if failed {
        return test.expect_no_code(&request, visit, &["invalid_request"]);
    }
    let code = test.code_of(&request, visit)?;
    test.exchange(&party, &request, &code).await?;
    Ok(())
}

async fn refused(
    test: &mut Test,
    change: impl FnOnce(Request) -> Request,
    errors: &[&str],
) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = change(test.fapi_request(&party)?);
    let answer = test.push(&party, &request).await?;
    test.expect_refusal(&answer, errors);
    Ok(())
}

/// FAPI 2.0 Security Profile section 5.3.2.2: `redirect_uri` is in each request.
async fn no_redirect_uri(test: &mut Test) -> anyhow::Result<()> {
    refused(test, |request| request.without("redirect_uri"), BAD_REQUEST).await
}

/// RFC 9126 section 2.4: a provider may take any address from a client that has proven itself, or
/// refuse it.
async fn unregistered(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let other = test.area.url(&format!("callback/{}", random(9)))?;
    let request = test.fapi_request(&party)?.with("redirect_uri", other.as_str());
    let answer = test.push(&party, &request).await?;
    match answer.status {
        201 => drop(fapi::check_pushed(&answer, &mut test.findings)?),
        _ => test.expect_refusal(
            &answer,
            &["invalid_request", "invalid_request_object", "invalid_redirect_uri"],
        ),
    }
    Ok(())
}

/// FAPI 2.0 Security Profile section 5.3.2.2: requests are pushed, and nothing else.
async fn without_par(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let visit = test.visit(&request).await?;
    let plain = request.without("response_mode");
    let signed = matches!(&visit.end, End::Response(one) if one.value("response").is_some());
    match signed {
        true => {
            let request = plain.with("response_mode", "jwt");
            let visit = test.unsealed(&request, visit).await?;
            test.expect_no_code(&request, visit, &["invalid_request"])
        }
        false => test.expect_no_code(&plain, visit, &["invalid_request"]),
    }
}

/// FAPI 2.0 Security Profile section 5.3.2.2: the response type is `code`.
async fn code_id_token(test: &mut Test) -> anyhow::Result<()> {
    other_type(test, "code id_token").await
}

/// The same.
async fn token(test: &mut Test) -> anyhow::Result<()> {
    other_type(test, "token").await
}

async fn other_type(test: &mut Test, response_type: &str) -> anyhow::Result<()> {
    let errors = [
        "unsupported_response_type",
        "invalid_request",
        "invalid_request_object",
        "unauthorized_client",
    ];
    let party = test.party().await?;
    let request = test.fapi_request(&party)?.with("response_type", response_type);
    let answer = test.push(&party, &request).await?;
    test.findings.require(answer.status == 400, || format!("answered {}", answer.status));
    let error = answer.json()?["error"].as_str().unwrap_or_default().to_owned();
    test.findings.prefer(errors.contains(&error.as_str()), || format!("the error is {error}"));
    Ok(())
}
