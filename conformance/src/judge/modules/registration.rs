//! Dynamic client registration (OpenID Connect Dynamic Client Registration, RFC 7591, RFC 7592).

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::judge::checks::registration;
use crate::judge::client::random;
use crate::judge::jwt;
use crate::judge::modules::basic;
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::page::Page;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-ensure-redirect-uri-in-authorization-request" => redirect_uri_missing,
    "oidcc-redirect-uri-query-OK" => query_ok,
    "oidcc-redirect-uri-query-mismatch" => query_mismatch,
    "oidcc-redirect-uri-query-added" => query_added,
    "oidcc-redirect-uri-regfrag" => fragment,
    "oidcc-registration-logo-uri" => logo_uri,
    "oidcc-registration-policy-uri" => policy_uri,
    "oidcc-registration-tos-uri" => tos_uri,
    "oidcc-registration-jwks-uri" => jwks_uri,
    "oidcc-registration-sector-uri" => sector_uri,
    "oidcc-registration-sector-bad" => sector_bad,
    "oidcc-3rd_party-init-login" => initiate_login,
    "oidcc-3rd_party-init-login-nohttps" => initiate_login_http,
};

/// A picture of one pixel, as its own text (SVG 2).
const LOGO: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;

/// OpenID Connect Core section 3.1.2.1: `redirect_uri` is required, the more so with two.
async fn redirect_uri_missing(test: &mut Test) -> anyhow::Result<()> {
    let mut metadata = test.registration()?;
    metadata["redirect_uris"] = json!([test.area.url("callback")?, test.area.url("callback2")?]);
    let client = test.register(metadata).await?;
    let request = test.request(&client)?.without("redirect_uri");
    basic::expect_page(test, &request).await
}

async fn with_query(test: &mut Test) -> anyhow::Result<crate::judge::client::Client> {
    let mut metadata = test.registration()?;
    metadata["redirect_uris"] = json!([test.area.url("callback?foo=bar")?]);
    test.register(metadata).await
}

/// RFC 6749 section 3.1.2: a query of the redirect URI is kept.
async fn query_ok(test: &mut Test) -> anyhow::Result<()> {
    let client = with_query(test).await?;
    test.log_in(&client).await?;
    Ok(())
}

/// OpenID Connect Core section 3.1.2.1: simple string comparison, the query included.
async fn query_mismatch(test: &mut Test) -> anyhow::Result<()> {
    let client = with_query(test).await?;
    let other = test.area.url("callback?bar=foo")?;
    basic::expect_no_redirect(test, &client, other.as_str()).await
}

/// The same, with a query where none is registered.
async fn query_added(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    let other = test.area.url("callback?foo=bar")?;
    basic::expect_no_redirect(test, &client, other.as_str()).await
}

/// RFC 6749 section 3.1.2: a redirect URI has no fragment.
async fn fragment(test: &mut Test) -> anyhow::Result<()> {
    let mut metadata = test.registration()?;
    metadata["redirect_uris"] = json!([format!("{}#foobar", test.area.url("callback")?)]);
    let errors = ["invalid_redirect_uri", "invalid_client_metadata"];
    refused(test, &metadata, &errors).await
}

async fn refused(test: &mut Test, metadata: &Value, errors: &[&str]) -> anyhow::Result<()> {
    let answer = test.ask_to_register(metadata).await?;
    registration::check_refused(&answer, errors, &mut test.findings);
    Ok(())
}

/// The first page a person sees of a client registered with one member more.
async fn first_page(test: &mut Test, name: &str, uri: &str) -> anyhow::Result<Page> {
    let mut metadata = test.registration()?;
    metadata[name] = json!(uri);
    let client = test.register(metadata).await?;
    let request = test.request(&client)?;
    let page = test.visit_as(&request, Will::Look).await?.page()?;
    ensure!(page.status == 200, "the login page answers {}", page.status);
    Ok(page)
}

/// Section 2, `logo_uri`: displayed to the person.
async fn logo_uri(test: &mut Test) -> anyhow::Result<()> {
    let uri = test.area.publish("logo.svg", "image/svg+xml", LOGO)?;
    let page = first_page(test, "logo_uri", uri.as_str()).await?;
    for image in page.document.all("img") {
        let source = page.url.join(image.attribute("src").unwrap_or_default())?;
        if source == uri {
            return Ok(());
        }
        // Providers may show a copy of their own.
        let copy = test.http.get(source).send().await?;
        if copy.status() == 200 && copy.bytes().await? == LOGO.as_bytes() {
            return Ok(());
        }
    }
    test.findings.fail(format!("no image {uri} on {}", page.url));
    Ok(())
}

/// Section 2, `policy_uri`: a link for the person.
async fn policy_uri(test: &mut Test) -> anyhow::Result<()> {
    linked(test, "policy_uri").await
}

/// Section 2, `tos_uri`: a link for the person.
async fn tos_uri(test: &mut Test) -> anyhow::Result<()> {
    linked(test, "tos_uri").await
}

async fn linked(test: &mut Test, name: &str) -> anyhow::Result<()> {
    let uri = test.area.publish(name, "text/html", "<title>A text</title>")?;
    let page = first_page(test, name, uri.as_str()).await?;
    let found = page.document.all("a").any(|link| link.attribute("href") == Some(uri.as_str()));
    test.findings.require(found, || format!("no link to {uri} on {}", page.url));
    Ok(())
}

/// Section 2, `jwks_uri`: fetched to verify an assertion.
async fn jwks_uri(test: &mut Test) -> anyhow::Result<()> {
    let keys = vec![jwt::generate("RS256", &random(6))?];
    let body = jwt::public_set(&keys)?.to_string();
    let uri = test.area.publish("client1_jwks", "application/json", &body)?;
    let mut metadata = test.registration()?;
    metadata["jwks_uri"] = json!(uri);
    let mut client = test.register(metadata).await?;
    client.keys = keys;
    test.log_in(&client).await?;
    Ok(())
}

/// Section 5: redirect URIs of several hosts, and the list that holds them together.
async fn sector(test: &mut Test, listed: &[&str]) -> anyhow::Result<Value> {
    let pairwise = test.lists("subject_types_supported", "pairwise");
    test.skip_unless(pairwise, "pairwise subjects are not offered")?;
    let body = json!(listed).to_string();
    let uri = test.area.publish("redirect_uris.json", "application/json", &body)?;
    let mut metadata = test.registration()?;
    metadata["subject_type"] = json!("pairwise");
    metadata["sector_identifier_uri"] = json!(uri);
    Ok(metadata)
}

/// Section 5: the list has them all.
async fn sector_uri(test: &mut Test) -> anyhow::Result<()> {
    let mine = test.area.url("callback")?;
    let metadata = sector(test, &[mine.as_str(), "https://other.example/callback"]).await?;
    test.register(metadata).await?;
    check_sector_read(test);
    Ok(())
}

/// Section 5: it does not.
async fn sector_bad(test: &mut Test) -> anyhow::Result<()> {
    let metadata = sector(test, &["https://other.example/callback"]).await?;
    refused(test, &metadata, &["invalid_client_metadata"]).await?;
    check_sector_read(test);
    Ok(())
}

/// Section 5: the list is read at the registration.
fn check_sector_read(test: &mut Test) {
    let read = !test.area.received("redirect_uris.json").is_empty();
    test.findings.require(read, || "sector_identifier_uri was not read".to_owned());
}

/// OpenID Connect Core section 4 and Dynamic Client Registration section 4.2: the member is stored
/// and read back.
async fn initiate_login(test: &mut Test) -> anyhow::Result<()> {
    let uri = test.area.url("initiate_login")?;
    let mut metadata = test.registration()?;
    metadata["initiate_login_uri"] = json!(uri);
    let answer = test.register(metadata).await?.registration;
    let stored = &answer["initiate_login_uri"];
    test.findings.require(stored == uri.as_str(), || format!("initiate_login_uri is {stored}"));
    let place = answer["registration_client_uri"].as_str().context("no registration_client_uri")?;
    let token = answer["registration_access_token"].as_str();
    let token = token.context("no registration_access_token")?;
    let read = Answer::read(test.http.get(place).bearer_auth(token).send().await?).await?;
    test.findings.require(read.status == 200, || format!("reading answers {}", read.status));
    let stored = &read.json()?["initiate_login_uri"];
    test.findings.require(stored == uri.as_str(), || format!("read was {stored}"));
    Ok(())
}

/// OpenID Connect Core section 4: `https` only.
async fn initiate_login_http(test: &mut Test) -> anyhow::Result<()> {
    let mut uri = test.area.url("initiate_login")?;
    ensure!(uri.set_scheme("http").is_ok(), "the site has no address for http");
    let mut metadata = test.registration()?;
    metadata["initiate_login_uri"] = json!(uri);
    let answer = test.ask_to_register(&metadata).await?;
    registration::check_refused(&answer, &["invalid_client_metadata"], &mut test.findings);
    Ok(())
}
