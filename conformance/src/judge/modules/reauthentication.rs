//! When a person who was here before is asked again (OpenID Connect Core section 3.1.2.1).

use serde_json::Value;

use crate::judge::client::{Client, random};
use crate::judge::flow::Login;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-prompt-login" => prompt_login,
    "oidcc-prompt-none-not-logged-in" => none_not_logged_in,
    "oidcc-prompt-none-logged-in" => none_logged_in,
    "oidcc-max-age-1" => max_age_1,
    "oidcc-max-age-10000" => max_age_10000,
    "oidcc-id-token-hint" => id_token_hint,
};

/// What `prompt=none` may answer when a page would be needed (section 3.1.2.6).
pub(super) const INTERACTION: [&str; 4] =
    ["login_required", "interaction_required", "account_selection_required", "consent_required"];

/// `auth_time` is in seconds: only after one more can a new time be told from the old one.
const A_SECOND: u64 = 1;

async fn log_in_with(
    test: &mut Test,
    client: &Client,
    parameters: &[(&str, &str)],
) -> anyhow::Result<Login> {
    let mut request = test.request(client)?;
    for (name, value) in parameters {
        request = request.with(name, value);
    }
    test.sign_in(client, &request).await
}

/// The person is asked again although there is a session.
fn expect_again(test: &mut Test, first: &Login, second: &Login) {
    let logins = second.logins;
    test.findings.require(logins == 1, || format!("the login was asked for {logins} times"));
    let (before, after) = (first.claim("auth_time"), second.claim("auth_time"));
    if let (Some(before), Some(after)) = (before.as_f64(), after.as_f64()) {
        test.findings
            .require(after > before, || format!("auth_time is {after} after a login at {before}"));
    }
}

/// The person is not asked again, and nothing about the login has changed.
fn expect_same(test: &mut Test, first: &Login, second: &Login) {
    let logins = second.logins;
    test.findings.require(logins == 0, || "the login was asked for again".to_owned());
    for name in ["auth_time", "sub"] {
        let (before, after) = (first.claim(name), second.claim(name));
        let known = !before.is_null() && !after.is_null();
        test.findings
            .require(!known || before == after, || format!("{name} was {before} and is {after}"));
    }
}

/// `prompt=login`.
async fn prompt_login(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let first = test.log_in(&client).await?;
    test.pause(A_SECOND).await;
    let second = log_in_with(test, &client, &[("prompt", "login")]).await?;
    expect_again(test, &first, &second);
    Ok(())
}

/// `prompt=none` without a session.
async fn none_not_logged_in(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    // 128 characters.
    let request = test.request(&client)?.with("state", &random(96)).with("prompt", "none");
    let visit = test.visit(&request).await?;
    test.expect_error(&request, visit, &INTERACTION)
}

/// `prompt=none` with one.
async fn none_logged_in(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let first = test.log_in(&client).await?;
    test.pause(A_SECOND).await;
    let second = log_in_with(test, &client, &[("prompt", "none")]).await?;
    expect_same(test, &first, &second);
    Ok(())
}

/// `max_age`, run out.
async fn max_age_1(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let first = test.log_in(&client).await?;
    test.pause(2).await;
    let second = log_in_with(test, &client, &[("max_age", "1")]).await?;
    expect_again(test, &first, &second);
    expect_auth_time(test, &second);
    Ok(())
}

/// `max_age`, not run out.
async fn max_age_10000(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let first = log_in_with(test, &client, &[("max_age", "15000")]).await?;
    expect_auth_time(test, &first);
    test.pause(A_SECOND).await;
    let second = log_in_with(test, &client, &[("max_age", "10000")]).await?;
    expect_auth_time(test, &second);
    expect_same(test, &first, &second);
    Ok(())
}

fn expect_auth_time(test: &mut Test, login: &Login) {
    let there = login.claim("auth_time") != Value::Null;
    test.findings.require(there, || "max_age was sent, and there is no auth_time".to_owned());
}

/// `id_token_hint`.
async fn id_token_hint(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let first = test.log_in(&client).await?;
    let hint = first.id_token()?.text.clone();
    test.pause(A_SECOND).await;
    let parameters = [("prompt", "none"), ("id_token_hint", &hint)];
    let second = log_in_with(test, &client, &parameters).await?;
    expect_same(test, &first, &second);
    Ok(())
}
