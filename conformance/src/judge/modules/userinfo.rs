//! Userinfo, and which claims it releases (OpenID Connect Core section 5).

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::answer::Answer;
use crate::judge::checks;
use crate::judge::flow::Login;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-userinfo-get" => get,
    "oidcc-userinfo-post-header" => post_header,
    "oidcc-userinfo-post-body" => post_body,
    "oidcc-userinfo-rs256" => rs256,
    "oidcc-scope-profile" => profile,
    "oidcc-scope-email" => email,
    "oidcc-scope-address" => address,
    "oidcc-scope-phone" => phone,
    "oidcc-scope-all" => all,
    "oidcc-claims-essential" => claims_essential,
};

/// OpenID Connect Core section 5.3.1, RFC 6750 section 2.1.
async fn get(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let login = test.log_in(&client).await?;
    test.userinfo(&login).await?;
    Ok(())
}

/// OpenID Connect Core section 5.3: POST as well as GET.
async fn post_header(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let login = test.log_in(&client).await?;
    let request = test.http.post(test.endpoint("userinfo_endpoint")?);
    let answer = Answer::read(request.bearer_auth(login.access_token()?).send().await?).await?;
    test.check_userinfo(&login, &answer)?;
    Ok(())
}

/// RFC 6750 section 2.2: a form field.
async fn post_body(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let login = test.log_in(&client).await?;
    let request = test.http.post(test.endpoint("userinfo_endpoint")?);
    let form = [("access_token", login.access_token()?)];
    let answer = Answer::read(request.form(&form).send().await?).await?;
    if answer.status == 200 {
        test.check_userinfo(&login, &answer)?;
    } else {
        test.findings.warn(format!("the form field is answered with {}", answer.status));
    }
    Ok(())
}

/// OpenID Connect Core section 5.3.2: signed claims for a client that asked.
async fn rs256(test: &mut Test) -> anyhow::Result<()> {
    let offered = test.lists("userinfo_signing_alg_values_supported", "RS256");
    let list = "userinfo_signing_alg_values_supported";
    test.findings.require(offered, || format!("{list} lacks RS256"));
    let mut metadata = test.registration()?;
    metadata["userinfo_signed_response_alg"] = json!("RS256");
    let client = test.register(metadata).await?;
    let login = test.log_in(&client).await?;
    let answer = test.ask_userinfo(login.access_token()?).await?;
    ensure!(answer.status == 200, "userinfo answers {}: {}", answer.status, answer.body);
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    test.findings.require(kind == "application/jwt", || format!("the type is {kind:?}"));
    let (header, claims) = test.verify(&answer.body).await.context("userinfo")?;
    test.findings.require(header["alg"] == "RS256", || format!("the header is {header}"));
    checks::userinfo::check(&claims, &login.claim("sub"), &mut test.findings);
    let issuer = test.judge.issuer.clone();
    test.findings.prefer(claims["iss"] == issuer, || format!("iss is {}", claims["iss"]));
    let aud = &claims["aud"];
    let mine = aud == &client.id || aud[0] == client.id.as_str();
    test.findings.prefer(mine, || format!("aud is {aud}"));
    test.findings.require(claims["nonce"].is_null(), || "userinfo has a nonce".to_owned());
    Ok(())
}

async fn scope(test: &mut Test, scopes: &str) -> anyhow::Result<()> {
    for one in scopes.split(' ') {
        let known = test.list("scopes_supported").is_none() || test.lists("scopes_supported", one);
        test.skip_unless(known, &format!("scopes_supported lacks {one}"))?;
    }
    let client = test.client().await?;
    let request = test.request(&client)?.with("scope", &format!("openid {scopes}"));
    let login = test.sign_in(&client, &request).await?;
    check_released(test, &login, scopes).await
}

/// Section 5.4: every claim of the scopes at userinfo; in the ID token when no access token is
/// issued. What was not asked for is released nowhere.
pub(super) async fn check_released(
    test: &mut Test,
    login: &Login,
    scopes: &str,
) -> anyhow::Result<()> {
    if !test.variant.has_access_token() {
        let claims = &login.id_token()?.claims;
        checks::userinfo::check_complete(claims, scopes, "the ID token", &mut test.findings);
        return Ok(());
    }
    let claims = test.userinfo(login).await?;
    checks::userinfo::check_complete(&claims, scopes, "userinfo", &mut test.findings);
    for other in ["profile", "email", "address", "phone"] {
        if scopes.split(' ').any(|scope| scope == other) {
            continue;
        }
        for name in checks::userinfo::claims_of(other) {
            test.findings.prefer(claims[*name].is_null(), || {
                format!("userinfo has {name}, asked was only {scopes}")
            });
        }
    }
    Ok(())
}

/// Section 5.4, `profile`.
async fn profile(test: &mut Test) -> anyhow::Result<()> {
    scope(test, "profile").await
}

/// Section 5.4, `email`.
async fn email(test: &mut Test) -> anyhow::Result<()> {
    scope(test, "email").await
}

/// Section 5.4, `address`.
async fn address(test: &mut Test) -> anyhow::Result<()> {
    scope(test, "address").await
}

/// Section 5.4, `phone`.
async fn phone(test: &mut Test) -> anyhow::Result<()> {
    scope(test, "phone").await
}

/// Section 5.4, all of them.
async fn all(test: &mut Test) -> anyhow::Result<()> {
    scope(test, "profile email address phone").await
}

/// Section 5.5: a single claim, at the place it was asked for.
async fn claims_essential(test: &mut Test) -> anyhow::Result<()> {
    let place = if test.variant.has_access_token() { "userinfo" } else { "id_token" };
    let claims = json!({ place: { "name": { "essential": true } } });
    let client = test.client().await?;
    let request = test.request(&client)?.with("claims", &claims.to_string());
    let login = test.sign_in(&client, &request).await?;
    let in_id_token = !login.claim("name").is_null();
    if place == "id_token" {
        test.findings.prefer(in_id_token, || "the ID token has no name".to_owned());
        return Ok(());
    }
    test.findings.prefer(!in_id_token, || "the ID token has name".to_owned());
    let claims = test.userinfo(&login).await?;
    test.findings.prefer(!claims["name"].is_null(), || "userinfo has no name".to_owned());
    Ok(())
}
