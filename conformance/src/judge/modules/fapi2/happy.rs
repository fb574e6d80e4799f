//! What must go well (FAPI 2.0 Security Profile section 5.3.2).

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value, json};

use super::credentials;
use super::resource::interaction_id;
use crate::judge::checks::{self, fapi};
use crate::judge::client::random;
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-discovery-end-point-verification" => discovery,
    "fapi2-security-profile-final-happy-flow" => happy_flow,
    "fapi2-security-profile-final-user-rejects-authentication" => user_rejects,
    "fapi2-security-profile-final-ensure-authorization-request-without-state-success" => without_state,
    "fapi2-security-profile-final-ensure-authorization-request-without-nonce-success" => without_nonce,
    "fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success" => nonce_of_64,
    "fapi2-security-profile-final-ensure-authorization-request-with-long-nonce" => long_nonce,
    "fapi2-security-profile-final-ensure-authorization-request-with-long-state" => long_state,
    "fapi2-security-profile-final-ensure-other-scope-order-succeeds" => other_scope_order,
    "fapi2-security-profile-final-test-claims-parameter-identity-claims" => identity_claims,
    "fapi2-security-profile-final-access-token-type-header-case-sensitivity" => scheme_in_any_case,
};

/// FAPI 2.0 Security Profile sections 5.3.2 and 5.4.
async fn discovery(test: &mut Test) -> anyhow::Result<()> {
    let allowed = test.judge.configuration.server.allow_unexpected_metadata_fields.clone();
    let issuer = test.judge.issuer.clone();
    let metadata = test.metadata.clone();
    checks::discovery::check(&metadata, &issuer, &allowed, &mut test.findings);
    fapi::check_metadata(&metadata, &test.variant.clone(), &mut test.findings);
    fapi::check_keys(&test.jwks.clone(), &mut test.findings);
    Ok(())
}

/// The whole way, for both clients, to a resource that is asked twice.
async fn happy_flow(test: &mut Test) -> anyhow::Result<()> {
    for party in [test.party().await?, test.second_party().await?] {
        let token = if test.variant.is("fapi_profile", "fapi_client_credentials_grant") {
            credentials::token(test, &party).await?
        } else {
            let request = test.fapi_request(&party)?;
            test.grant(&party, &request).await?.access_token
        };
        test.expect_use(&party, &token).await?;
        test.expect_use(&party, &token).await?;
        // FAPI 2.0 Security Profile section 5.3.3: never in the query.
        let mut url = test.resource_url(&party)?;
        url.query_pairs_mut().append_pair("access_token", &token);
        let answer = test.http_of(&party.client)?.get(url).send().await?;
        let status = answer.status().as_u16();
        let refused = [400, 401, 414].contains(&status);
        test.findings.require(refused, || format!("a token in the query is answered {status}"));
    }
    Ok(())
}

/// A person who turns back is told to the client.
async fn user_rejects(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let (uri, _) = test.pushed(&party, &request).await?;
    let visit = test.visit_pushed(&request, &uri, &[], Will::Refuse).await?;
    test.expect_error(&request, visit, &["access_denied"])
}

/// `state` may be left out, and is then not in the response.
async fn without_state(test: &mut Test) -> anyhow::Result<()> {
    succeed(test, &[("state", None)]).await
}

/// `nonce` may be left out, since the code is bound by PKCE.
async fn without_nonce(test: &mut Test) -> anyhow::Result<()> {
    succeed(test, &[("nonce", None)]).await
}

/// FAPI 2.0 Security Profile section 5.3.2.2: at least 64 characters are understood.
async fn nonce_of_64(test: &mut Test) -> anyhow::Result<()> {
    let nonce = random(48);
    ensure!(nonce.len() == 64, "the judge's nonce");
    succeed(test, &[("nonce", Some(&nonce))]).await
}

/// 384 characters.
async fn long_nonce(test: &mut Test) -> anyhow::Result<()> {
    succeed(test, &[("nonce", Some(&random(288)))]).await
}

/// 1000 characters, with those that need no encoding; a provider may find that too much.
async fn long_state(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?.with("state", &format!("-._~{}", random(747)));
    let answer = test.push(&party, &request).await?;
    if answer.status == 400 {
        test.findings.warn(format!("a state of 1000 characters is refused: {}", answer.body));
        return Ok(());
    }
    let (uri, _) = fapi::check_pushed(&answer, &mut test.findings)?;
    let visit = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    let code = test.code_of(&request, visit)?;
    test.exchange(&party, &request, &code).await?;
    Ok(())
}

async fn succeed(test: &mut Test, changes: &[(&str, Option<&str>)]) -> anyhow::Result<()> {
    let party = test.party().await?;
    let mut request = test.fapi_request(&party)?;
    for (name, value) in changes {
        request = match value {
            Some(value) => request.with(name, value),
            None => request.without(name),
        };
    }
    let granted = test.grant(&party, &request).await?;
    test.expect_use(&party, &granted.access_token).await
}

/// RFC 6749 section 3.3: the order of scopes means nothing.
async fn other_scope_order(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let scope = request.value("scope").unwrap_or_default();
    let turned: Vec<_> = scope.split(' ').rev().map(ToOwned::to_owned).collect();
    succeed(test, &[("scope", Some(&turned.join(" ")))]).await
}

/// Claims that are not about a person, or whose value the provider chooses.
const NOT_OF_A_PERSON: [&str; 9] =
    ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"];

/// OpenID Connect Core section 5.5, for every standard claim, in all the ways to ask.
async fn identity_claims(test: &mut Test) -> anyhow::Result<()> {
    test.skip_unless(
        test.metadata["claims_parameter_supported"] == true,
        "claims_parameter_supported is not true",
    )?;
    let offered = test.list("claims_supported").context("claims_supported")?;
    let standard = ["profile", "email", "address", "phone"].map(checks::userinfo::claims_of);
    let names = standard.into_iter().flatten().copied();
    let names: Vec<&str> = names.filter(|name| offered.iter().any(|one| one == name)).collect();
    let ways = [
        json!(null),
        json!({}),
        json!({ "essential": true }),
        json!({ "essential": false }),
        json!({ "odd": [1, "2"] }),
    ];
    let asked: Map<String, Value> = names
        .iter()
        .zip(ways.iter().cycle())
        .map(|(name, way)| ((*name).to_owned(), way.clone()))
        .collect();
    let claims = json!({ "id_token": asked, "userinfo": asked }).to_string();
    let party = test.party().await?;
    let request = test.fapi_request(&party)?.with("scope", "openid").with("claims", &claims);
    let granted = test.grant(&party, &request).await?;
    let id_token = granted.id_token.context("no ID token")?.claims;
    let answer =
        test.use_token(&party, &granted.access_token, party.scheme(), &interaction_id()).await?;
    ensure!(answer.status == 200, "userinfo answers {}: {}", answer.status, answer.body);
    let userinfo = answer.json()?;
    checks::userinfo::check(&userinfo, &id_token["sub"], &mut test.findings);
    test.findings.prefer(id_token.get("sid").is_none(), || "the ID token has sid".to_owned());
    for name in names.iter().filter(|name| !NOT_OF_A_PERSON.contains(*name)) {
        let (one, other) = (&id_token[*name], &userinfo[*name]);
        let there = !one.is_null() || !other.is_null();
        test.findings.prefer(there, || format!("{name} is neither in the ID token nor outside"));
        let same = one.is_null() || other.is_null() || one == other;
        test.findings.require(same, || format!("{name} is {one} in the ID token and {other}"));
    }
    Ok(())
}

/// RFC 9110 section 11.1: the name of a scheme is in any case.
async fn scheme_in_any_case(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let token = if test.variant.is("fapi_profile", "fapi_client_credentials_grant") {
        credentials::token(test, &party).await?
    } else {
        let request = test.fapi_request(&party)?;
        test.grant(&party, &request).await?.access_token
    };
    let schemes = match party.key {
        Some(_) => ["dPoP", "dpop", "DPOP"],
        None => ["bEARER", "bearer", "BEARER"],
    };
    for scheme in schemes {
        let id = interaction_id();
        let answer = test.use_token(&party, &token, scheme, &id).await?;
        fapi::check_resource(&answer, &id, &mut test.findings);
    }
    Ok(())
}
