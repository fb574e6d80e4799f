//! OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 7517: what is published is true.

use std::collections::HashSet;

use anyhow::ensure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conformance::answer::{Answer, Callback};
use conformance::page::Landing;
use conformance::provider::Provider;
use conformance::request::AuthorizationRequest;
use serde_json::json;

use crate::Outcome;

#[tokio::test]
async fn the_document_holds_what_openid_connect_demands() -> Outcome {
    let provider = Provider::discover().await?;
    let metadata = &provider.metadata;
    ensure!(metadata["issuer"] == provider.settings.issuer, "issuer {}", metadata["issuer"]);
    for (name, must_hold) in [
        ("response_types_supported", "code"),
        ("grant_types_supported", "authorization_code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
        ("claims_supported", "acr"),
        ("claims_supported", "auth_time"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic"),
    ] {
        let values = provider.supported(name);
        ensure!(values.iter().any(|value| value == must_hold), "{name}: {values:?}");
    }
    ensure!(provider.supported("code_challenge_methods_supported") == ["S256"]);
    ensure!(metadata["authorization_response_iss_parameter_supported"] == json!(true));
    ensure!(metadata["claims_parameter_supported"] == json!(true));
    // Left out it would mean true (Discovery section 3).
    ensure!(metadata["request_uri_parameter_supported"].is_boolean());
    ensure!(metadata["request_parameter_supported"].is_boolean());
    Ok(())
}

#[tokio::test]
async fn none_is_offered_only_where_it_means_something_else() -> Outcome {
    let provider = Provider::discover().await?;
    for (name, value) in provider.metadata.as_object().into_iter().flatten() {
        let weak = value.as_array().into_iter().flatten().any(|entry| entry == "none");
        // There `none` is a method without a secret and a prompt without a page.
        let meant = [
            "token_endpoint_auth_methods_supported",
            "revocation_endpoint_auth_methods_supported",
            "prompt_values_supported",
        ];
        ensure!(!weak || meant.contains(&name.as_str()), "{name} has none");
    }
    Ok(())
}

#[tokio::test]
async fn oauth_metadata_says_the_same() -> Outcome {
    let provider = Provider::discover().await?;
    let base = provider.settings.issuer.trim_end_matches('/');
    let url = format!("{base}/.well-known/oauth-authorization-server");
    let answer = Answer::read(provider.http.get(url).send().await?).await?;
    ensure!(answer.json()?["issuer"] == provider.metadata["issuer"]);
    ensure!(answer.json()?["token_endpoint"] == provider.metadata["token_endpoint"]);
    Ok(())
}

#[tokio::test]
async fn every_endpoint_is_there() -> Outcome {
    let provider = Provider::discover().await?;
    let issuer = provider.settings.issuer.trim_end_matches('/');
    let names = provider.metadata.as_object().into_iter().flatten().map(|(name, _)| name);
    for name in names.filter(|name| name.ends_with("_endpoint") || *name == "jwks_uri") {
        let url = provider.endpoint(name)?;
        ensure!(url.as_str().starts_with(issuer), "{name} is at {url}");
        let status = provider.http.get(url).send().await?.status().as_u16();
        ensure!(status != 404 && status < 500, "{name} answers {status}");
    }
    Ok(())
}

#[tokio::test]
async fn the_classes_are_published_weakest_first_with_a_page_each() -> Outcome {
    let provider = Provider::discover().await?;
    let names = ["pwd", "pwd-email-remembered", "pwd-email"];
    let classes = names.map(|name| provider.acr(name));
    ensure!(provider.supported("acr_values_supported") == classes);
    for class in classes {
        let page = provider.user()?.browser.open(&class.parse()?).await?.page()?;
        ensure!(page.status == 200, "{class} answers {}", page.status);
        ensure!(page.text().contains(&class), "{class} is not named on its page");
    }
    Ok(())
}

#[tokio::test]
async fn each_published_response_mode_works_and_others_are_refused() -> Outcome {
    let provider = Provider::discover().await?;
    let modes = provider.supported("response_modes_supported");
    let (mut user, _) = crate::signed_in(&provider).await?;
    for mode in ["query", "fragment", "form_post", "web_message"] {
        let request = provider.request()?.with("response_mode", mode);
        let landing = user.browser.open(&request.url()).await?;
        if !modes.iter().any(|published| published == mode) {
            refused(&provider, &request, landing, mode)?;
        } else if mode == "form_post" {
            let form = landing.page()?.document.first_form();
            let fields = form.map(|form| form.fields).unwrap_or_default();
            ensure!(fields.iter().any(|(name, _)| name == "code"), "no code in the form");
        } else {
            let url = landing.elsewhere()?;
            ensure!(url.fragment().is_some() == (mode == "fragment"), "{mode}: {url}");
            Callback::read(&url, &request, &provider.settings.issuer)?.code()?;
        }
    }
    Ok(())
}

fn refused(
    provider: &Provider,
    request: &AuthorizationRequest,
    landing: Landing,
    mode: &str,
) -> Outcome {
    match landing {
        Landing::Page(page) => page.expect("error-page"),
        Landing::Elsewhere(url) => {
            let callback = Callback::read(&url, request, &provider.settings.issuer)?;
            ensure!(callback.error()? == "invalid_request", "{mode}: {url}");
            Ok(())
        }
    }
}

#[tokio::test]
async fn the_keys_are_public_and_told_apart() -> Outcome {
    let provider = Provider::discover().await?;
    let jwks = provider.jwks().await?;
    let keys = jwks["keys"].as_array().cloned().unwrap_or_default();
    let mut ids = HashSet::new();
    for key in &keys {
        let id = key["kid"].as_str().unwrap_or_default();
        ensure!(!id.is_empty() && ids.insert(id), "kid {id:?} is blank or comes twice");
        ensure!(key["use"] == "sig" && key["alg"].is_string(), "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            ensure!(key.get(private).is_none(), "the key {id} shows its {private}");
        }
        if key["kty"] == "RSA" {
            let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap_or_default())?;
            ensure!(modulus.len() >= 256, "the key {id} has {} bits", modulus.len() * 8);
        }
    }
    for algorithm in provider.supported("id_token_signing_alg_values_supported") {
        let found = keys.iter().any(|key| key["alg"] == algorithm.as_str());
        ensure!(found, "no key for {algorithm}");
    }
    Ok(())
}
