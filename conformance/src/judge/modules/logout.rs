//! The end of a session at the client's wish (OpenID Connect RP-Initiated Logout).

use anyhow::{bail, ensure};
use serde_json::{Value, json};
use url::Url;

use crate::judge::client::{Client, random};
use crate::judge::flow::Login;
use crate::judge::jwt;
use crate::judge::modules::{discovery, reauthentication};
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::page::{Landing, Page};
use crate::request::Parameters;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-rp-initiated-logout-discovery-endpoint-verification" => discovery_document,
    "oidcc-rp-initiated-logout" => logout,
    "oidcc-rp-initiated-logout-no-state" => no_state,
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri" => bad_uri,
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri" => query_added,
    "oidcc-rp-initiated-logout-modified-id-token-hint" => modified_hint,
    "oidcc-rp-initiated-logout-bad-id-token-hint" => bad_hint,
    "oidcc-rp-initiated-logout-no-id-token-hint" => no_hint,
    "oidcc-rp-initiated-logout-no-params" => no_params,
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri" => no_uri,
    "oidcc-rp-initiated-logout-only-state" => only_state,
};

/// A person who is logged in at a client that may be returned to.
pub(super) struct Session {
    /// The client.
    pub(super) client: Client,
    /// The login.
    pub(super) login: Login,
    /// Where the client wants the person back.
    pub(super) uri: Url,
    /// What it sends to the end-session endpoint.
    pub(super) parameters: Parameters,
}

impl Session {
    /// The same with a parameter changed, or left out.
    fn changed(&self, name: &str, value: Option<&str>) -> Parameters {
        let pairs = self.parameters.iter().filter(|(key, _)| key != name).cloned();
        pairs.chain(value.map(|value| (name.to_owned(), value.to_owned()))).collect()
    }
}

/// Logs in at a client; `more` are members of its registration beyond the return address.
pub(super) async fn begin(test: &mut Test, more: &[(&str, Value)]) -> anyhow::Result<Session> {
    let uri = test.area.url("post_logout_redirect")?;
    let client = match test.variant.is_dynamic() {
        true => {
            let mut metadata = test.registration()?;
            metadata["post_logout_redirect_uris"] = json!([uri]);
            for (name, value) in more {
                metadata[*name] = value.clone();
            }
            test.register(metadata).await?
        }
        false => test.client().await?,
    };
    let request = test.request(&client)?.with("state", &random(96));
    let login = test.sign_in(&client, &request).await?;
    let parameters = [
        ("id_token_hint", login.id_token()?.text.clone()),
        ("post_logout_redirect_uri", uri.to_string()),
        // 128 characters.
        ("state", random(96)),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Ok(Session { client, login, uri, parameters })
}

/// Where the end-session endpoint led.
pub(super) struct Ended {
    /// The pages on the way, and the one at the end if it ended on a page.
    pub(super) pages: Vec<Page>,
    /// The address outside.
    pub(super) outside: Option<Url>,
}

/// Sends the person to the end-session endpoint; they agree if asked.
pub(super) async fn end_session(test: &mut Test, parameters: &Parameters) -> anyhow::Result<Ended> {
    let mut url = test.endpoint("end_session_endpoint")?;
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    let confirm = test.judge.configuration.user.elements.logout_confirm.clone();
    let mut landing = test.browser.open(&url).await?;
    let mut pages = Vec::new();
    while pages.len() < 4 {
        let page = match landing {
            Landing::Elsewhere(url) => return Ok(Ended { pages, outside: Some(url) }),
            Landing::Page(page) => *page,
        };
        let asks = page.document.has(&confirm);
        pages.push(page.clone());
        if !asks {
            return Ok(Ended { pages, outside: None });
        }
        landing = test.browser.press(&page, &confirm, &[]).await?;
    }
    bail!("logging out is asked for again and again")
}

/// Notes a failure unless the person is back at the client, with the state and nothing else.
pub(super) fn check_return(test: &mut Test, outside: &Url, session: &Session, state: Option<&str>) {
    let mut bare = outside.clone();
    bare.set_query(None);
    let uri = &session.uri;
    test.findings.require(bare == *uri, || format!("sent to {outside}, not {uri}"));
    let pairs: Parameters = outside.query_pairs().into_owned().collect();
    let back = pairs.iter().find(|(name, _)| name == "state").map(|(_, value)| value.as_str());
    test.findings.require(back == state, || format!("state {state:?} came back as {back:?}"));
    for (name, value) in pairs.iter().filter(|(name, _)| name != "state") {
        test.findings.warn(format!("unexpected {name}={value} after the logout"));
    }
}

/// Notes a failure unless the session has ended.
pub(super) async fn check_ended(test: &mut Test, session: &Session) -> anyhow::Result<()> {
    let request = test.request(&session.client)?.with("prompt", "none");
    let visit = test.visit(&request).await?;
    test.expect_error(&request, visit, &reauthentication::INTERACTION)
}

/// Section 2.1 and OpenID Connect Discovery.
async fn discovery_document(test: &mut Test) -> anyhow::Result<()> {
    discovery::check_document(test);
    test.endpoint("end_session_endpoint")?;
    Ok(())
}

/// Sections 2 and 3.
async fn logout(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    let parameters = session.parameters.clone();
    returns(test, &session, &parameters).await
}

/// Section 2: without `state` none comes back.
async fn no_state(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    let parameters = session.changed("state", None);
    returns(test, &session, &parameters).await
}

async fn returns(test: &mut Test, session: &Session, sent: &Parameters) -> anyhow::Result<()> {
    let ended = end_session(test, sent).await?;
    let Some(outside) = ended.outside else {
        let text = ended.pages.last().map(Page::text).unwrap_or_default();
        bail!("no redirect after the logout, but the page: {text}");
    };
    let state = sent.iter().find(|(name, _)| name == "state").map(|(_, value)| value.as_str());
    check_return(test, &outside, session, state);
    check_ended(test, session).await
}

/// No redirect, whatever the person agrees to.
async fn stays(test: &mut Test, sent: &Parameters) -> anyhow::Result<Page> {
    let ended = end_session(test, sent).await?;
    if let Some(outside) = ended.outside {
        bail!("sent to {outside} where a page was due");
    }
    let Some(page) = ended.pages.into_iter().next_back() else { bail!("no page") };
    ensure!(page.status < 500, "the page answers {}", page.status);
    let kind = page.header("content-type").unwrap_or_default().to_owned();
    test.findings.require(kind.starts_with("text/html"), || format!("the page is {kind:?}"));
    Ok(page)
}

/// The page says that the person is logged out, and it is so.
async fn says_so(test: &mut Test, session: &Session, sent: &Parameters) -> anyhow::Result<()> {
    let page = stays(test, sent).await?;
    page.expect(&test.judge.configuration.user.elements.logout_done)?;
    check_ended(test, session).await
}

/// Section 3: only registered addresses.
async fn bad_uri(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    let other = format!("{}/{}", session.uri, random(9));
    stays(test, &session.changed("post_logout_redirect_uri", Some(&other))).await?;
    Ok(())
}

/// Section 3: compared exactly, the query included.
async fn query_added(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    let other = format!("{}?foo=bar", session.uri);
    stays(test, &session.changed("post_logout_redirect_uri", Some(&other))).await?;
    Ok(())
}

/// Section 4: a hint that was not signed is none.
async fn modified_hint(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    let hint = jwt::unsecured(&session.login.id_token()?.claims);
    stays(test, &session.changed("id_token_hint", Some(&hint))).await?;
    Ok(())
}

/// Section 4: nor is one that the client made itself.
async fn bad_hint(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    let mut claims = session.login.id_token()?.claims.clone();
    claims["iss"] = json!(session.client.id);
    let hint = jwt::sign_hs256(session.client.secret()?, &claims)?;
    stays(test, &session.changed("id_token_hint", Some(&hint))).await?;
    Ok(())
}

/// Section 3: nobody is sent anywhere for someone who does not say who they are.
async fn no_hint(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    stays(test, &session.changed("id_token_hint", None)).await?;
    Ok(())
}

/// Section 2: all parameters are optional.
async fn no_params(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    says_so(test, &session, &Vec::new()).await
}

/// Section 2: a hint alone.
async fn no_uri(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    says_so(test, &session, &session.changed("post_logout_redirect_uri", None)).await
}

/// Section 2: a state alone.
async fn only_state(test: &mut Test) -> anyhow::Result<()> {
    let session = begin(test, &[]).await?;
    says_so(test, &session, &vec![("state".to_owned(), random(96))]).await
}
