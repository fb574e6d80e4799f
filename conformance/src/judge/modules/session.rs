//! Session status through frames (OpenID Connect Session Management). The judge has no script, so
//! it works out by itself what the provider's frame works out: section 3.2 gives the formula, and
//! the cookie is one that script can read.

use anyhow::{Context as _, bail, ensure};
use cookie::{Cookie, SameSite};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::judge::client::Client;
use crate::judge::jwt::base64url;
use crate::judge::modules::{discovery, logout};
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::request::value;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-session-management-discovery-endpoint-verification" => document,
    "oidcc-session-management-rp-initiated-logout" => session,
};

/// Section 3.3.
async fn document(test: &mut Test) -> anyhow::Result<()> {
    discovery::check_document(test);
    for name in ["check_session_iframe", "end_session_endpoint"] {
        test.endpoint(name)?;
    }
    Ok(())
}

/// Sections 2, 3 and 5: `unchanged` while the session lasts, `changed` once it has ended.
async fn session(test: &mut Test) -> anyhow::Result<()> {
    check_frame(test).await?;
    let session = logout::begin(test, &[]).await?;
    let state = session.login.response.value("session_state");
    let state = state.context("the response has no session_state")?.to_owned();
    ensure!(!state.contains(' '), "session_state has a blank: {state}");
    let before = status(test, &session.client, &state)?;
    test.findings.require(before == "unchanged", || format!("{before} while the session lasts"));
    let ended = logout::end_session(test, &session.parameters).await?;
    let Some(outside) = &ended.outside else { bail!("no redirect after the logout") };
    logout::check_return(test, outside, &session, value(&session.parameters, "state"));
    let after = status(test, &session.client, &state)?;
    test.findings.require(after == "changed", || format!("{after} after the logout"));
    Ok(())
}

/// Section 3.3: a page that any client may frame, and that answers messages.
async fn check_frame(test: &mut Test) -> anyhow::Result<()> {
    let url = test.endpoint("check_session_iframe")?;
    let page = test.browser.clone().open(&url).await?.page()?;
    ensure!(page.status == 200, "the frame answers {}", page.status);
    let options = page.header("x-frame-options").map(ToOwned::to_owned);
    test.findings.require(options.is_none(), || format!("X-Frame-Options is {options:?}"));
    let policy = page.header("content-security-policy").unwrap_or_default().to_owned();
    let ancestors =
        policy.split(';').map(str::trim).find_map(|one| one.strip_prefix("frame-ancestors"));
    let open = ancestors.is_none_or(|all| all.split(' ').any(|one| one == "*" || one == "https:"));
    test.findings.require(open, || format!("the frame may not be framed: {policy}"));
    let mut script = page.body.clone();
    for source in page.document.all("script").filter_map(|script| script.attribute("src")) {
        let answer = test.http.get(page.url.join(source)?).send().await?;
        ensure!(answer.status() == 200, "{source} answers {}", answer.status());
        script.push_str(&answer.text().await?);
    }
    let listens = script.contains("message") && script.contains("postMessage");
    test.findings.require(listens, || "the frame answers no messages".to_owned());
    Ok(())
}

/// What the frame would answer to this client (section 3.2).
fn status(test: &Test, client: &Client, state: &str) -> anyhow::Result<&'static str> {
    let (hash, salt) = state.split_once('.').context("session_state has no salt")?;
    let origin = origin(&client.redirect_uri);
    let readable = test.browser.cookies().filter(|cookie| is_readable(cookie));
    for cookie in readable {
        for separator in [" ", ""] {
            let parts = [client.id.as_str(), &origin, cookie.value(), salt];
            let digest = Sha256::digest(parts.join(separator));
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            if hash == hex || hash == base64url(digest) {
                return Ok("unchanged");
            }
        }
    }
    Ok("changed")
}

/// In a frame of another site, script reads only such cookies.
fn is_readable(cookie: &Cookie<'_>) -> bool {
    let for_script = cookie.http_only() != Some(true) && cookie.secure() == Some(true);
    for_script && cookie.same_site() == Some(SameSite::None)
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
