//! Userinfo and claims (OpenID Connect Core sections 5.1, 5.3, 5.4 and 5.5, RFC 6750).

use anyhow::{Context as _, ensure};
use conformance::answer::Answer;
use conformance::provider::{Provider, Tokens, now};
use conformance::user::Step;
use serde_json::Value;

use crate::{Outcome, code_flow, signed_in};

const PROFILE: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "zoneinfo",
    "locale",
    "birthdate",
    "updated_at",
];
const EMAIL: &[&str] = &["email", "email_verified"];
const PHONE: &[&str] = &["phone_number", "phone_number_verified"];

async fn with_scope(provider: &Provider, scope: &str) -> anyhow::Result<(Tokens, Value)> {
    let request = provider.request()?.with("scope", scope);
    let mut user = provider.user()?;
    let tokens = code_flow(provider, &mut user, &request, &[Step::Password]).await?;
    let answer = provider.userinfo(&tokens.access_token).await?;
    ensure!(answer.status == 200, "userinfo answers {}", answer.status);
    answer.uncached()?;
    let claims = answer.json()?;
    ensure!(claims["sub"] == tokens.claims["sub"], "another sub: {claims}");
    Ok((tokens, claims))
}

#[tokio::test]
async fn nobody_gets_claims_without_a_good_token() -> Outcome {
    let provider = Provider::discover().await?;
    let (_, tokens) = signed_in(&provider).await?;
    let url = provider.endpoint("userinfo_endpoint")?;
    let mut in_query = url.clone();
    in_query.query_pairs_mut().append_pair("access_token", &tokens.access_token);
    for (request, names_error) in [
        (provider.http.get(url.clone()), false),
        (provider.http.get(in_query), false),
        (provider.http.get(url.clone()).bearer_auth("nonsense"), true),
        (provider.http.get(url).bearer_auth(&tokens.id_token), true),
    ] {
        let answer = Answer::read(request.send().await?).await?;
        ensure!(matches!(answer.status, 400 | 401), "{}: {}", answer.status, answer.body);
        let challenge = answer.header("www-authenticate").context("no WWW-Authenticate")?;
        ensure!(challenge.starts_with("Bearer"), "{challenge}");
        ensure!(challenge.contains("error=\"invalid_token\"") == names_error, "{challenge}");
    }
    Ok(())
}

#[tokio::test]
async fn each_scope_releases_its_own_claims_and_no_others() -> Outcome {
    let provider = Provider::discover().await?;
    let published = provider.supported("claims_supported");
    for (scope, names) in [("profile", PROFILE), ("email", EMAIL), ("phone", PHONE)] {
        if !provider.supported("scopes_supported").iter().any(|known| known == scope) {
            continue;
        }
        let (_, claims) = with_scope(&provider, &format!("openid {scope}")).await?;
        let found = claims.as_object().context("no object")?;
        ensure!(found.len() > 1, "{scope} releases nothing");
        for (name, value) in found.iter().filter(|(name, _)| *name != "sub") {
            ensure!(names.contains(&name.as_str()), "{scope} releases {name}");
            ensure!(published.contains(name), "{name} is not in claims_supported");
            of_the_right_type(name, value)?;
        }
    }
    Ok(())
}

/// OpenID Connect Core section 5.1.
fn of_the_right_type(name: &str, value: &Value) -> Outcome {
    let right = match name {
        "updated_at" => value.as_u64().is_some_and(|time| time > 631_152_000 && time <= now()),
        "email_verified" | "phone_number_verified" => value.is_boolean(),
        _ => value.as_str().is_some_and(|text| !text.trim().is_empty()),
    };
    ensure!(right, "{name} is {value}");
    Ok(())
}

#[tokio::test]
async fn an_address_is_an_object_of_texts() -> Outcome {
    let provider = Provider::discover().await?;
    if !provider.supported("scopes_supported").iter().any(|scope| scope == "address") {
        return Ok(());
    }
    let (_, claims) = with_scope(&provider, "openid address").await?;
    let parts = claims["address"].as_object().context("no address")?;
    ensure!(!parts.is_empty(), "an empty address");
    for (name, value) in parts {
        of_the_right_type(name, value)?;
    }
    ensure!(claims.as_object().is_some_and(|claims| claims.len() == 2), "{claims}");
    Ok(())
}

#[tokio::test]
async fn openid_alone_releases_the_subject_alone() -> Outcome {
    let provider = Provider::discover().await?;
    let (_, claims) = with_scope(&provider, "openid").await?;
    ensure!(claims.as_object().is_some_and(|claims| claims.len() == 1), "{claims}");
    Ok(())
}

#[tokio::test]
async fn the_organisation_and_its_parties_are_told_on_request() -> Outcome {
    let provider = Provider::discover().await?;
    let (_, claims) = with_scope(&provider, "openid organisation").await?;
    let number = claims["https://id.oidc.se/claim/orgNumber"].as_str().context("no orgNumber")?;
    ensure!(number.len() == 10 && number.bytes().all(|digit| digit.is_ascii_digit()), "{number}");
    of_the_right_type("orgName", &claims["https://id.oidc.se/claim/orgName"])?;
    let parties = claims["parties"].as_array().context("no parties")?;
    ensure!(parties.iter().all(Value::is_string) && !parties.is_empty(), "{parties:?}");
    Ok(())
}
