//! The plain login, and requests that say more, less or the same in another way.

use std::time::Duration;

use anyhow::Context as _;

use crate::judge::authorization::End;
use crate::judge::client::{Client, random};
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-server" => server,
    "oidcc-response-type-missing" => response_type_missing,
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => without_nonce_succeeds,
    "oidcc-ensure-request-without-nonce-fails" => without_nonce_fails,
    "oidcc-alternate-happy-flow" => alternate,
    "oidcc-display-page" => display_page,
    "oidcc-display-popup" => display_popup,
    "oidcc-ensure-request-with-unknown-parameter-succeeds" => unknown_parameter,
    "oidcc-login-hint" => login_hint,
    "oidcc-ui-locales" => ui_locales,
    "oidcc-claims-locales" => claims_locales,
    "oidcc-ensure-request-with-acr-values-succeeds" => acr_values,
    "oidcc-ensure-registered-redirect-uri" => registered_redirect_uri,
    "oidcc-ensure-post-request-succeeds" => post_request,
    "oidcc-server-client-secret-post" => client_secret_post,
    "oidcc-ensure-request-with-valid-pkce-succeeds" => valid_pkce,
};

/// A login and nothing else (OpenID Connect Core sections 3.1, 3.2, 3.3).
async fn server(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    test.log_in(&client).await?;
    Ok(())
}

/// RFC 6749 section 3.1.1: a request without `response_type` is an error.
async fn response_type_missing(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?.without("response_type");
    let visit = test.visit_as(&request, Will::Look).await?;
    if let End::Page(page) = &visit.end {
        test.expect_error_page(page);
        return Ok(());
    }
    test.expect_error(&request, visit, &["invalid_request", "unsupported_response_type"])
}

/// OpenID Connect Core section 3.1.2.1: in the code flow a nonce is optional.
async fn without_nonce_succeeds(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?.without("nonce");
    test.sign_in(&client, &request).await?;
    Ok(())
}

/// OpenID Connect Core sections 3.2.2.1 and 3.3.2.11: with an ID token in the front channel it is
/// not.
async fn without_nonce_fails(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?.without("nonce");
    let visit = test.visit_as(&request, Will::Look).await?;
    if let End::Page(page) = &visit.end {
        test.expect_error_page(page);
        return Ok(());
    }
    test.expect_error(&request, visit, &["invalid_request"])
}

/// The order of scopes and parameters means nothing (RFC 6749 section 3.3).
async fn alternate(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let mut request = test.request(&client)?.with("scope", "email openid");
    request.parameters.reverse();
    let login = test.sign_in(&client, &request).await?;
    super::userinfo::check_released(test, &login, "email").await
}

async fn with(test: &mut Test, name: &str, value: &str) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?.with(name, value);
    test.sign_in(&client, &request).await?;
    Ok(())
}

/// OpenID Connect Core section 3.1.2.1, `display`.
async fn display_page(test: &mut Test) -> anyhow::Result<()> {
    with(test, "display", "page").await
}

/// OpenID Connect Core section 3.1.2.1, `display`.
async fn display_popup(test: &mut Test) -> anyhow::Result<()> {
    with(test, "display", "popup").await
}

/// RFC 6749 section 3.1: unrecognised parameters are ignored.
async fn unknown_parameter(test: &mut Test) -> anyhow::Result<()> {
    with(test, "extra", "foobar").await
}

/// OpenID Connect Core section 3.1.2.1, `login_hint`.
async fn login_hint(test: &mut Test) -> anyhow::Result<()> {
    let configuration = &test.judge.configuration;
    let hint = configuration.server.login_hint.as_ref();
    let hint = hint.unwrap_or(&configuration.user.username).clone();
    with(test, "login_hint", &hint).await
}

/// OpenID Connect Core section 3.1.2.1, `ui_locales`: an unknown language is no error.
async fn ui_locales(test: &mut Test) -> anyhow::Result<()> {
    with(test, "ui_locales", "se").await
}

/// OpenID Connect Core section 5.2, `claims_locales`.
async fn claims_locales(test: &mut Test) -> anyhow::Result<()> {
    with(test, "claims_locales", "se").await
}

/// OpenID Connect Core section 3.1.2.1, `acr_values`: every class that is published is asked for,
/// and one of them is due.
async fn acr_values(test: &mut Test) -> anyhow::Result<()> {
    let asked = test.list("acr_values_supported").unwrap_or(vec!["1".to_owned(), "2".to_owned()]);
    let client = test.client().await?;
    let request = test.request(&client)?.with("acr_values", &asked.join(" "));
    let login = test.sign_in(&client, &request).await?;
    let acr = login.claim("acr");
    let among = acr.as_str().is_some_and(|acr| asked.iter().any(|one| one == acr));
    test.findings.prefer(among, || format!("acr is {acr}, asked was {asked:?}"));
    Ok(())
}

/// OpenID Connect Core section 3.1.2.1: `redirect_uri` must be one that is registered.
async fn registered_redirect_uri(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let other = format!("{}/{}", client.redirect_uri, random(9));
    expect_no_redirect(test, &client, &other).await
}

/// Asks with a redirect URI that is not registered; no redirect may follow.
pub(super) async fn expect_no_redirect(
    test: &mut Test,
    client: &Client,
    redirect_uri: &str,
) -> anyhow::Result<()> {
    let request = test.request(client)?.with("redirect_uri", redirect_uri);
    expect_page(test, &request).await
}

/// Follows a request that must end on an error page.
pub(super) async fn expect_page(test: &mut Test, request: &Request) -> anyhow::Result<()> {
    let page = test.visit_as(request, Will::Look).await?.page()?;
    test.expect_error_page(&page);
    Ok(())
}

/// OpenID Connect Core section 3.1.2.1: the authorization endpoint takes POST as well.
async fn post_request(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?;
    let landing = test.browser.post_from_elsewhere(&request.endpoint, &request.parameters);
    let landing = tokio::time::timeout(Duration::from_secs(30), landing).await;
    let landing = landing.context("no answer within 30 s")??;
    let visit = test.proceed(landing, &request, Will::Agree).await?;
    test.finish_login(&client, &request, visit).await?;
    Ok(())
}

/// OpenID Connect Core section 9, `client_secret_post`.
async fn client_secret_post(test: &mut Test) -> anyhow::Result<()> {
    let client = match test.variant.is_dynamic() {
        true => {
            let mut metadata = test.registration()?;
            metadata["token_endpoint_auth_method"] = "client_secret_post".into();
            test.register(metadata).await?
        }
        false => {
            let told = &test.judge.configuration.client_secret_post;
            let redirect_uri = test.area.url("callback")?;
            Client::from_configuration(told, "client_secret_post", redirect_uri)
                .context("client_secret_post")?
        }
    };
    test.log_in(&client).await?;
    Ok(())
}

/// RFC 7636 with `S256`.
async fn valid_pkce(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let request = test.request(&client)?.with_pkce();
    test.sign_in(&client, &request).await?;
    Ok(())
}
