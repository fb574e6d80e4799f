//! Every page: headers that keep it to itself (ASVS 5.0 sections 3.2 to 3.5), language, landmarks,
//! methods and errors.

use anyhow::{Context as _, ensure};
use conformance::page::Page;
use conformance::provider::Provider;
use cookie::SameSite;
use reqwest::Method;

use crate::{Outcome, signed_in};

/// Every kind of page that a stranger and a user can reach, by an element of its own, with whether it
/// is personal.
async fn pages(provider: &Provider) -> anyhow::Result<Vec<(&'static str, bool, Page)>> {
    let request = provider.request()?.with("acr_values", &provider.acr("pwd-email"));
    let mut user = provider.user()?;
    let login = user.browser.open(&request.url()).await?.page()?;
    let email = user.reach_email(&request).await?;
    let (sent, message) = user.receive(&email).await?;
    let link = message.link(&provider.settings.issuer)?;
    let confirm = user.browser.open(&link).await?.page()?;
    let other = provider.user()?.browser.open(&link).await?.page()?;
    let dead = user.browser.open(&link.join("nothing")?).await?.page()?;
    let bad = provider.request()?.with("client_id", "nobody");
    let error = user.browser.open(&bad.url()).await?.page()?;
    let nowhere = user.browser.open(&login.url.join("/nowhere")?).await?.page()?;
    let class = user.browser.open(&provider.acr("pwd").parse()?).await?.page()?;
    let (mut signed_in, _) = signed_in(provider).await?;
    let end_session = provider.endpoint("end_session_endpoint")?;
    let logout = signed_in.browser.open(&end_session).await?.page()?;
    let pages = vec![
        ("login-submit", true, login),
        ("email-hints", true, email),
        ("sent-resend", true, sent),
        ("link-page", true, confirm),
        ("other-browser-page", true, other),
        ("link-dead-page", true, dead),
        ("error-code", true, error),
        ("error-page", false, nowhere),
        ("language-sv", false, class),
        ("logout-confirm", true, logout),
    ];
    pages.iter().try_for_each(|(element, _, page)| page.expect(element))?;
    Ok(pages)
}

#[tokio::test]
async fn every_page_has_strict_security_headers_and_no_inline_code() -> Outcome {
    let provider = Provider::discover().await?;
    for (name, personal, page) in pages(&provider).await? {
        let header = |header: &str| page.header(header).unwrap_or_default().to_lowercase();
        let policy = header("content-security-policy");
        ensure!(policy.contains("frame-ancestors 'none'"), "{name}: {policy}");
        let closed = ["default-src 'none'", "default-src 'self'"];
        ensure!(closed.iter().any(|rule| policy.contains(rule)), "{name}: {policy}");
        ensure!(policy.contains("base-uri 'none'") || policy.contains("base-uri 'self'"), "{name}");
        for weak in ["unsafe-inline", "unsafe-eval", "*", "data:", "http:"] {
            ensure!(!policy.contains(weak), "{name}: {weak} in {policy}");
        }
        ensure!(header("x-content-type-options") == "nosniff", "{name}");
        ensure!(header("referrer-policy") == "no-referrer", "{name}");
        ensure!(!personal || header("cache-control").contains("no-store"), "{name} may be kept");
        ensure!(header("content-type").starts_with("text/html"), "{name}");
        ensure!(page.header("access-control-allow-origin").is_none(), "{name} has CORS");
        for telling in ["server", "x-powered-by"] {
            let value = header(telling);
            ensure!(!value.bytes().any(|byte| byte.is_ascii_digit()), "{name}: {telling} {value}");
        }
        without_inline_code(name, &page)?;
    }
    Ok(())
}

fn without_inline_code(name: &str, page: &Page) -> Outcome {
    for element in page.document.elements() {
        for (key, value) in element.attributes() {
            ensure!(key != "style" && !key.starts_with("on"), "{name}: {key} on {}", element.name);
            let address = matches!(key.as_str(), "src" | "href" | "action" | "formaction");
            ensure!(!address || !value.starts_with("javascript:"), "{name}: {value}");
        }
        let inline = element.name == "script" && element.attribute("src").is_none();
        ensure!(!inline, "{name}: a script in the page");
        ensure!(element.name != "style", "{name}: a style sheet in the page");
    }
    Ok(())
}

#[tokio::test]
async fn every_page_has_language_title_heading_and_language_links() -> Outcome {
    let provider = Provider::discover().await?;
    for (name, _, page) in pages(&provider).await? {
        ensure!(page.language() == Some("sv"), "{name}: {:?}", page.language());
        ensure!(page.document.all("main").count() == 1, "{name}: main");
        ensure!(page.document.all("h1").count() == 1, "{name}: h1");
        let title = page.document.all("title").next().context("no title")?.text();
        ensure!(!title.is_empty(), "{name}: an empty title");
        page.expect("language-sv").context(name)?;
        page.expect("language-en").context(name)?;
    }
    Ok(())
}

#[tokio::test]
async fn cookies_are_http_only_same_site_and_secure_on_https() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?.skipping();
    crate::signed_in_by_mail(&provider, &mut user).await?;
    let https = provider.settings.issuer.starts_with("https:");
    ensure!(user.browser.cookies().next().is_some(), "no cookie at all");
    for cookie in user.browser.cookies() {
        let name = cookie.name();
        ensure!(cookie.http_only() == Some(true), "script may read {name}");
        ensure!(cookie.same_site() != Some(SameSite::None), "{name} goes everywhere");
        ensure!(cookie.secure() == Some(true) || !https, "{name} goes over http");
        ensure!(name.starts_with("__Host-") || !https, "{name}");
        ensure!(name.len() + cookie.value().len() < 4096, "{name} is too long");
    }
    Ok(())
}

#[tokio::test]
async fn unsupported_http_methods_are_405_with_allow() -> Outcome {
    let provider = Provider::discover().await?;
    for (method, endpoint) in [
        (Method::PUT, "authorization_endpoint"),
        (Method::DELETE, "authorization_endpoint"),
        (Method::GET, "token_endpoint"),
        (Method::PUT, "token_endpoint"),
        (Method::PUT, "userinfo_endpoint"),
        (Method::POST, "jwks_uri"),
        (Method::DELETE, "end_session_endpoint"),
        (Method::TRACE, "authorization_endpoint"),
    ] {
        let url = provider.endpoint(endpoint)?;
        let answer = provider.http.request(method.clone(), url).send().await?;
        let status = answer.status().as_u16();
        ensure!(status == 405, "{method} at {endpoint} answers {status}");
        ensure!(answer.headers().contains_key("allow"), "{method} at {endpoint}: no Allow");
    }
    Ok(())
}

#[tokio::test]
async fn login_fields_support_password_managers() -> Outcome {
    let provider = Provider::discover().await?;
    let page = provider.user()?.browser.open(&provider.request()?.url()).await?.page()?;
    for (id, kind, autocomplete) in
        [("login-username", "text", "username"), ("login-password", "password", "current-password")]
    {
        let field = page.document.element(id).context("no field")?;
        ensure!(field.attribute("type").unwrap_or("text") == kind, "{id}: {field:?}");
        ensure!(field.attribute("autocomplete") == Some(autocomplete), "{id}: {field:?}");
        ensure!(field.attribute("maxlength").is_none() || id == "login-username", "{field:?}");
    }
    Ok(())
}
