//! The authorization code flow (OpenID Connect Core section 3.1, RFC 6749 section 4.1, RFC 7636,
//! RFC 9207, RFC 9700).

use anyhow::ensure;
use conformance::answer::Callback;
use conformance::page::Landing;
use conformance::provider::{Provider, now, part};

use crate::{Outcome, at_once, code_flow, signed_in};

#[tokio::test]
async fn a_login_ends_with_a_code_and_a_true_id_token() -> Outcome {
    let provider = Provider::discover().await?;
    let begun = now();
    let mut user = provider.user()?;
    let request = provider.request()?;
    let login = user.sign_in(&request).await?;
    ensure!(login.callback.code()?.len() >= 22, "a code of less than 128 bits");
    let tokens = provider.tokens(&request, &login.callback).await?;
    ensure!(tokens.access_token.len() >= 22, "an access token of less than 128 bits");
    let auth_time = tokens.claims["auth_time"].as_u64().unwrap_or_default();
    ensure!((begun..=now()).contains(&auth_time), "auth_time {auth_time}");
    // A single audience may stand alone or in an array (OpenID Connect Core section 2).
    let audience = &tokens.claims["aud"];
    let alone =
        audience.as_array().filter(|list| list.len() == 1).map_or(audience, |list| &list[0]);
    ensure!(alone == provider.settings.client.id.as_str());
    let sub = tokens.claims["sub"].as_str().unwrap_or_default();
    ensure!(
        !sub.is_empty() && !sub.contains(&provider.settings.username),
        "sub {sub} is no secret"
    );
    Ok(())
}

#[tokio::test]
async fn each_signature_algorithm_verifies() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    for (algorithm, client) in &provider.settings.signing {
        let request = provider.request_of(client)?;
        let tokens = code_flow(&provider, &mut user, &request, &[]).await?;
        let header = part(&tokens.id_token, 0)?;
        ensure!(header["alg"] == algorithm.as_str(), "{algorithm} was asked: {header}");
    }
    let published = provider.supported("id_token_signing_alg_values_supported");
    let header = part(&signed_in(&provider).await?.1.id_token, 0)?;
    ensure!(published.iter().any(|algorithm| header["alg"] == algorithm.as_str()), "{header}");
    Ok(())
}

#[tokio::test]
async fn state_and_nonce_may_be_long_or_absent() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let long = "aZ09-._~".repeat(125);
    for request in [
        provider.request()?.with("state", &long).with("nonce", &long[..384]),
        provider.request()?.without("state"),
        provider.request()?.without("nonce"),
    ] {
        code_flow(&provider, &mut user, &request, &[]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn parameters_nobody_knows_are_ignored() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    for (name, value) in [("login_hint", "nobody@example.com"), ("scope", "openid something-else")]
    {
        let request = provider.request()?.with(name, value);
        code_flow(&provider, &mut user, &request, &[]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_request_may_come_by_post() -> Outcome {
    let provider = Provider::discover().await?;
    let request = provider.request()?;
    let mut user = provider.user()?;
    let landing =
        user.browser.post_from_elsewhere(request.endpoint(), request.parameters()).await?;
    let login = user.finish(landing, &request).await?;
    provider.tokens(&request, &login.callback).await?;
    // The session's cookie is not sent with a foreign form, but the login is there all the same.
    let again = provider.request()?;
    let landing = user.browser.post_from_elsewhere(again.endpoint(), again.parameters()).await?;
    let login = user.finish(landing, &again).await?;
    ensure!(login.steps.is_empty(), "asked again for {:?}", login.steps);
    Ok(())
}

#[tokio::test]
async fn only_the_registered_redirect_uri_is_ever_used() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let registered = provider.settings.redirect_uri.as_str();
    for other in [
        format!("{registered}/more"),
        format!("{registered}?more=1"),
        format!("{registered}#more"),
        registered.replacen("://", "://sub.", 1),
        registered.to_uppercase(),
        "https://elsewhere.example/".to_owned(),
        "javascript:alert(1)".to_owned(),
        String::new(),
    ] {
        let request = provider.request()?.with("redirect_uri", &other);
        error_page(user.browser.open(&request.url()).await?, &other)?;
    }
    let request = provider.request()?.without("redirect_uri");
    error_page(user.browser.open(&request.url()).await?, "no redirect_uri")?;
    let request = provider.request()?.with("client_id", "nobody");
    error_page(user.browser.open(&request.url()).await?, "unknown client")?;
    let request = provider.request()?.without("client_id");
    error_page(user.browser.open(&request.url()).await?, "no client")
}

fn error_page(landing: Landing, case: &str) -> Outcome {
    let page = landing.page()?;
    ensure!((400..500).contains(&page.status), "{case}: {}", page.status);
    page.expect("error-page")?;
    page.expect("error-code")
}

#[tokio::test]
async fn requests_that_are_not_understood_go_back_with_the_right_error() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let fresh = || provider.request();
    let no_pkce = fresh()?.without("code_challenge").without("code_challenge_method");
    for (request, errors) in [
        (fresh()?.without("response_type"), &["invalid_request", "unsupported_response_type"][..]),
        (fresh()?.with("response_type", "nonsense"), &["unsupported_response_type"]),
        (fresh()?.with("response_type", "token"), &["unsupported_response_type"]),
        (fresh()?.with("response_type", "code token"), &["unsupported_response_type"]),
        (no_pkce, &["invalid_request"]),
        (fresh()?.with("code_challenge_method", "plain"), &["invalid_request"]),
        (fresh()?.with("code_challenge", "short"), &["invalid_request"]),
        (fresh()?.with("prompt", "none login"), &["invalid_request"]),
        (fresh()?.with("max_age", "soon"), &["invalid_request"]),
        (fresh()?.with("claims", "{"), &["invalid_request"]),
        (fresh()?.without("scope"), &["invalid_scope", "invalid_request"]),
    ] {
        let callback = at_once(&provider, &mut user, &request).await?;
        let found = callback.error()?;
        ensure!(errors.contains(&found), "{found}, not {errors:?}, for {}", request.url());
    }
    Ok(())
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() -> Outcome {
    let provider = Provider::discover().await?;
    for name in ["scope", "state", "client_id", "redirect_uri"] {
        let request = provider.request()?;
        let mut url = request.url();
        url.query_pairs_mut().append_pair(name, "again");
        match provider.user()?.browser.open(&url).await? {
            Landing::Page(page) => page.expect("error-page")?,
            Landing::Elsewhere(url) => {
                ensure!(!url.query_pairs().any(|(name, _)| name == "code"), "{url}");
                ensure!(
                    url.query().is_some_and(|query| query.contains("invalid_request")),
                    "{url}"
                );
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn request_objects_are_as_published() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9.";
    let nowhere = "https://elsewhere.example/request";
    for (name, value, refusal, bad) in [
        ("request", unsigned, "request_not_supported", "invalid_request_object"),
        ("request_uri", nowhere, "request_uri_not_supported", "invalid_request_uri"),
    ] {
        let supported = provider.metadata[format!("{name}_parameter_supported")] == true;
        let request = provider.request()?.with(name, value);
        match user.browser.open(&request.url()).await? {
            Landing::Page(page) => page.expect("error-page")?,
            Landing::Elsewhere(url) => {
                let callback = Callback::read(&url, &request, &provider.settings.issuer)?;
                let due = if supported { bad } else { refusal };
                ensure!(callback.error()? == due, "{name}: {url}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn cancelling_says_access_denied() -> Outcome {
    let provider = Provider::discover().await?;
    let request = provider.request()?.with("acr_values", &provider.acr("pwd-email"));
    let mut early = provider.user()?;
    let password = early.browser.open(&request.url()).await?.page()?;
    let mut late = provider.user()?;
    let email = late.reach_email(&request).await?;
    for (user, page) in [(&mut early, password), (&mut late, email)] {
        let url = user.browser.press(&page, "login-cancel", &[]).await?.elsewhere()?;
        let callback = Callback::read(&url, &request, &provider.settings.issuer)?;
        ensure!(callback.error()? == "access_denied", "{url}");
    }
    Ok(())
}
