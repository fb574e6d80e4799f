//! Pushed requests and the references to them (RFC 9126).

use anyhow::ensure;
use reqwest::Method;

use super::flow::BAD_REQUEST;
use super::party::{Party, Post};
use crate::judge::authorization::{End, Visit};
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds" => opened_twice,
    "fapi2-security-profile-final-par-attempt-reuse-request_uri" => reuse,
    "fapi2-security-profile-final-par-attempt-to-use-expired-request_uri" => expired,
    "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client" => other_client,
    "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param" => reference,
    "fapi2-security-profile-final-par-attempt-invalid-http-method" => method,
    "fapi2-security-profile-final-par-without-duplicate-parameters" => alone,
};

/// FAPI 2.0 Security Profile section 5.3.2.2: a page may be loaded again before the login is done.
async fn opened_twice(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let (uri, _) = test.pushed(&party, &request).await?;
    let first = test.visit_pushed(&request, &uri, &[], Will::Look).await?.page()?;
    ensure!(first.status == 200, "the page {} has the status {}", first.url, first.status);
    let visit = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    if let End::Page(page) = &visit.end {
        test.findings.warn(format!("opened again: {} {}", page.status, page.text()));
        return Ok(());
    }
    let code = test.code_of(&request, visit)?;
    test.exchange(&party, &request, &code).await?;
    Ok(())
}

/// RFC 9126 section 4: after the login it is worth nothing.
async fn reuse(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let (uri, _) = test.pushed(&party, &request).await?;
    let visit = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    test.code_of(&request, visit)?;
    let again = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    if matches!(&again.end, End::Response(response) if response.value("code").is_some()) {
        test.findings.warn("request_uri works a second time");
        return Ok(());
    }
    ended(test, &request, again)
}

/// RFC 9126 section 2.2: nor after its time.
async fn expired(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let (uri, seconds) = test.pushed(&party, &request).await?;
    test.skip_unless(seconds <= 1800, "request_uri lasts more than half an hour")?;
    test.pause(seconds + 1).await;
    let visit = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    ended(test, &request, visit)
}

/// RFC 9126 section 2.2: it is for its client.
async fn other_client(test: &mut Test) -> anyhow::Result<()> {
    let (party, other) = (test.party().await?, test.second_party().await?);
    let request = test.fapi_request(&party)?;
    let (uri, _) = test.pushed(&party, &request).await?;
    let stolen = request.with("client_id", &other.client.id);
    let visit = test.visit_pushed(&stolen, &uri, &[], Will::Agree).await?;
    ended(test, &stolen, visit)
}

fn ended(test: &mut Test, request: &Request, visit: Visit) -> anyhow::Result<()> {
    test.expect_no_code(request, visit, &["invalid_request_uri", "invalid_request"])
}

/// RFC 9126 section 2.1: a reference has no place in a pushed request.
async fn reference(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let (uri, _) = test.pushed(&party, &request).await?;
    let post = Post::push(test.push_fields(&party, &request)?).with("request_uri", &uri);
    let answer = post.send(test, &party).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}

/// RFC 9126 section 2.3: POST alone.
async fn method(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let status = put(test, &party, &request).await?;
    test.findings.require((400..600).contains(&status), || format!("PUT is answered {status}"));
    Ok(())
}

async fn put(test: &Test, party: &Party, request: &Request) -> anyhow::Result<u16> {
    let url = test.endpoint_of(&party.client, "pushed_authorization_request_endpoint")?;
    let fields = test.push_fields(party, request)?;
    let put = test.http_of(&party.client)?.request(Method::PUT, url);
    let put = party.client.authenticated(put, &fields, &test.judge.issuer)?;
    Ok(put.send().await?.status().as_u16())
}

/// RFC 9126 section 4: `client_id` and `request_uri` are all that the browser brings.
async fn alone(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    test.grant(&party, &request).await?;
    Ok(())
}
