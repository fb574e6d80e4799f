//! Codes that are used twice, and refresh tokens (RFC 6749 sections 4.1.2 and 6, OpenID Connect
//! Core section 12).

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::judge::checks;
use crate::judge::client::{Client, random};
use crate::judge::flow::Login;
use crate::judge::jwt;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::judge::verdict::Skip;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-codereuse" => reuse,
    "oidcc-codereuse-30seconds" => reuse_later,
    "oidcc-refresh-token" => refresh_token,
    "oidcc-refresh-token-rp-key-rotation" => key_rotation,
    "oidcc-ensure-client-assertion-with-iss-aud-succeeds" => issuer_as_audience,
};

/// A code works once.
async fn reuse(test: &mut Test) -> anyhow::Result<()> {
    reuse_after(test, 0).await?;
    Ok(())
}

/// The same after half a minute; then what was issued for it should have ended as well.
async fn reuse_later(test: &mut Test) -> anyhow::Result<()> {
    let login = reuse_after(test, 30).await?;
    let answer = test.ask_userinfo(login.access_token()?).await?;
    test.findings.prefer((400..500).contains(&answer.status), || {
        format!("the access token still works: userinfo answers {}", answer.status)
    });
    Ok(())
}

async fn reuse_after(test: &mut Test, seconds: u64) -> anyhow::Result<Login> {
    let client = test.client().await?;
    let request = test.request(&client)?;
    let login = test.sign_in(&client, &request).await?;
    test.pause(seconds).await;
    let again = test.redeem(&client, &request, login.response.code()?).await?;
    checks::token::check_error(&again, &["invalid_grant"], &mut test.findings);
    Ok(login)
}

/// OpenID Connect Core section 12, for two clients.
async fn refresh_token(test: &mut Test) -> anyhow::Result<()> {
    let first = match test.variant.is_dynamic() {
        true => register_for_refresh(test).await?,
        false => test.client().await?,
    };
    refresh_once(test, &first, true).await?;
    let second = match test.variant.is_dynamic() {
        true => register_for_refresh(test).await?,
        false => test.second_client().await?,
    };
    // Another person's browser would do as well; the official suite keeps this one.
    let token = refresh_once(test, &second, false).await?;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let stolen = test.post_token(&first, &fields).await?;
    checks::token::check_error(&stolen, &["invalid_grant"], &mut test.findings);
    Ok(())
}

async fn register_for_refresh(test: &mut Test) -> anyhow::Result<Client> {
    let metadata = refresh_metadata(test)?;
    test.register(metadata).await
}

fn refresh_metadata(test: &Test) -> anyhow::Result<Value> {
    let mut metadata = test.registration()?;
    let types = metadata["grant_types"].as_array_mut().context("no grant_types")?;
    types.push(json!("refresh_token"));
    Ok(metadata)
}

/// OpenID Connect Core section 11: `offline_access` with `prompt=consent`.
fn offline(test: &Test, request: Request) -> Request {
    if test.lists("scopes_supported", "offline_access") {
        request.with("scope", "openid offline_access").with("prompt", "consent")
    } else {
        request
    }
}

/// Logs in, refreshes, and gives the refresh token that works afterwards.
async fn refresh_once(
    test: &mut Test,
    client: &Client,
    with_scope: bool,
) -> anyhow::Result<String> {
    let request = test.request(client)?;
    let request = offline(test, request);
    let login = test.sign_in(client, &request).await?;
    let offered = test.lists("grant_types_supported", "refresh_token");
    let Some(token) = login.refresh_token() else {
        test.findings
            .prefer(!offered, || "no refresh token, and the grant is published".to_owned());
        return Err(Skip("no refresh token was issued".to_owned()).into());
    };
    test.findings.prefer(offered, || "a refresh token, and the grant is not published".to_owned());
    refresh(test, client, &login, token, with_scope.then_some(&request)).await
}

async fn refresh(
    test: &mut Test,
    client: &Client,
    login: &Login,
    token: &str,
    request: Option<&Request>,
) -> anyhow::Result<String> {
    let scope = request.and_then(|request| request.value("scope"));
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    fields.extend(scope.map(|scope| ("scope", scope)));
    let answer = test.post_token(client, &fields).await?;
    let tokens = checks::token::check(&answer, &mut test.findings).context("the refresh")?;
    let access_token = tokens["access_token"].as_str().context("no access_token")?;
    checks::response::check_secret("the access token", access_token, &mut test.findings);
    let new = login.access_token()? != access_token;
    test.findings.require(new, || "the access token is the same as before".to_owned());
    if let Some(text) = tokens["id_token"].as_str() {
        let (_, claims) = test.verify(text).await?;
        check_refreshed(test, &login.id_token()?.claims, &claims);
    }
    let userinfo = test.ask_userinfo(access_token).await?;
    test.check_userinfo(login, &userinfo)?;
    Ok(tokens["refresh_token"].as_str().unwrap_or(token).to_owned())
}

/// OpenID Connect Core section 12.2.
fn check_refreshed(test: &mut Test, before: &Value, after: &Value) {
    for name in ["iss", "sub", "aud", "azp", "auth_time"] {
        test.findings.require(before[name] == after[name], || {
            format!("{name} was {} and is {} after the refresh", before[name], after[name])
        });
    }
    let nonce = after["nonce"].is_null() || after["nonce"] == before["nonce"];
    test.findings.require(nonce, || format!("another nonce after the refresh: {after}"));
    let newer = after["iat"].as_f64() >= before["iat"].as_f64();
    test.findings.require(newer, || format!("iat is {} after the refresh", after["iat"]));
}

/// OpenID Connect Core section 10.1.1: a key the provider has not seen makes it read the client's
/// `jwks_uri` again.
async fn key_rotation(test: &mut Test) -> anyhow::Result<()> {
    let old = jwt::generate("RS256", &random(6))?;
    let kind = "application/json";
    let body = jwt::public_set(std::slice::from_ref(&old))?.to_string();
    let jwks_uri = test.area.publish("client1_jwks", kind, &body)?;
    let mut metadata = refresh_metadata(test)?;
    metadata["jwks_uri"] = json!(jwks_uri);
    let mut client = test.register(metadata).await?;
    client.keys = vec![old];
    let request = test.request(&client)?;
    let request = offline(test, request);
    let login = test.sign_in(&client, &request).await?;
    let token = login.refresh_token().context("no refresh token was issued")?;
    client.keys = vec![jwt::generate("RS256", &random(6))?];
    test.area.publish("client1_jwks", kind, &jwt::public_set(&client.keys)?.to_string())?;
    test.pause(test.judge.configuration.server.jwks_refresh_delay.unwrap_or(60)).await;
    refresh(test, &client, &login, token, None).await?;
    Ok(())
}

/// RFC 7523 section 3: the issuer as audience of an assertion.
async fn issuer_as_audience(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?;
    let response = test.visit(&request).await?.response()?;
    test.check_success(&request, &response)?;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", response.code()?),
        ("redirect_uri", request.redirect_uri.as_str()),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let post = test.http.post(test.endpoint("token_endpoint")?);
    let post = client.authenticated(post, &fields, &test.judge.issuer)?;
    let answer = crate::answer::Answer::read(post.send().await?).await?;
    ensure!(answer.status < 500, "the token endpoint answers {}", answer.status);
    test.findings.prefer(answer.status == 200, || {
        format!("an assertion for the issuer is refused: {}", answer.body)
    });
    Ok(())
}
