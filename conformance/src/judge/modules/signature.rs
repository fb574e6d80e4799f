//! How ID tokens are signed, and with which keys.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::judge::checks;
use crate::judge::jwt;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::judge::verdict::Skip;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-idtoken-signature" => signature,
    "oidcc-idtoken-unsigned" => unsigned,
    "oidcc-idtoken-rs256" => rs256,
    "oidcc-server-rotate-keys" => rotate_keys,
};

/// OpenID Connect Dynamic Client Registration section 2: without `id_token_signed_response_alg` it
/// is RS256.
async fn signature(test: &mut Test) -> anyhow::Result<()> {
    let metadata = test.registration()?;
    signed_with_rs256(test, metadata).await
}

/// OpenID Connect Core section 15.1: RS256 on demand.
async fn rs256(test: &mut Test) -> anyhow::Result<()> {
    let mut metadata = test.registration()?;
    metadata["id_token_signed_response_alg"] = json!("RS256");
    signed_with_rs256(test, metadata).await
}

async fn signed_with_rs256(test: &mut Test, metadata: Value) -> anyhow::Result<()> {
    let client = test.register(metadata).await?;
    let login = test.log_in(&client).await?;
    let header = login.id_token()?.header.clone();
    test.findings.require(header["alg"] == "RS256", || format!("the header is {header}"));
    test.findings.require(header["kid"].is_string(), || format!("no kid in {header}"));
    Ok(())
}

/// OpenID Connect Core section 2: `none` only for clients that asked, over the token endpoint.
async fn unsigned(test: &mut Test) -> anyhow::Result<()> {
    let offered = test.lists("id_token_signing_alg_values_supported", "none");
    test.skip_unless(offered, "ID tokens without signature are not offered")?;
    let mut metadata = test.registration()?;
    metadata["id_token_signed_response_alg"] = json!("none");
    let client = test.register(metadata).await?;
    let request = test.request(&client)?;
    let response = test.visit(&request).await?.response()?;
    test.check_success(&request, &response)?;
    let answer = test.redeem(&client, &request, response.code()?).await?;
    let tokens = checks::token::check(&answer, &mut test.findings)?;
    let id_token = tokens["id_token"].as_str().context("no id_token")?;
    let header = jwt::header(id_token)?;
    test.findings.require(header["alg"] == "none", || format!("the header is {header}"));
    Ok(())
}

/// OpenID Connect Core section 10.1.1: a new key appears, and the old one stays for a while. The
/// configuration names the command that rotates.
async fn rotate_keys(test: &mut Test) -> anyhow::Result<()> {
    let Some((program, arguments)) = test.judge.configuration.rotate_keys.split_first() else {
        return Err(Skip("the configuration has no command rotate_keys".to_owned()).into());
    };
    let before = signing_keys(&test.jwks);
    let done = Command::new(program).args(arguments).output().context("rotate_keys")?;
    ensure!(done.status.success(), "rotate_keys: {}", String::from_utf8_lossy(&done.stderr));
    let url = test.endpoint("jwks_uri")?;
    for _ in 0..60 {
        let body = test.http.get(url.clone()).send().await?.bytes().await?;
        let now: Value = serde_json::from_slice(&body).context("the JWK Set")?;
        if signing_keys(&now).iter().any(|kid| !before.contains(kid)) {
            checks::jwks::check(&now, &mut test.findings);
            for kid in before {
                let stays = signing_keys(&now).contains(&kid);
                test.findings.prefer(stays, || format!("the old key {kid} is gone at once"));
            }
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    test.findings.fail("no new key within 30 s of the rotation");
    Ok(())
}

fn signing_keys(set: &Value) -> Vec<String> {
    let keys = set["keys"].as_array().into_iter().flatten();
    let signing = keys.filter(|key| key["use"].is_null() || key["use"] == "sig");
    signing.filter_map(|key| key["kid"].as_str().map(ToOwned::to_owned)).collect()
}
