//! How other clients learn of a logout (OpenID Connect Back-Channel Logout, Front-Channel Logout).

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::json;
use url::Url;

use crate::clock::now;
use crate::judge::checks::logout_token;
use crate::judge::modules::discovery;
use crate::judge::modules::logout::{self, Ended, Session};
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::request::{Parameters, value};

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-backchannel-logout-discovery-endpoint-verification" => back_channel_document,
    "oidcc-backchannel-rp-initiated-logout" => back_channel,
    "oidcc-frontchannel-logout-discovery-endpoint-verification" => front_channel_document,
    "oidcc-frontchannel-rp-initiated-logout" => front_channel,
};

fn check_flags(test: &mut Test, names: &[&str]) {
    discovery::check_document(test);
    for name in names {
        let value = test.metadata[*name].clone();
        test.findings.require(value == true, || format!("{name} is {value}"));
    }
}

/// Back-Channel Logout section 2.1.
async fn back_channel_document(test: &mut Test) -> anyhow::Result<()> {
    check_flags(test, &["backchannel_logout_supported", "backchannel_logout_session_supported"]);
    Ok(())
}

/// Front-Channel Logout section 3.
async fn front_channel_document(test: &mut Test) -> anyhow::Result<()> {
    check_flags(test, &["frontchannel_logout_supported", "frontchannel_logout_session_supported"]);
    Ok(())
}

/// Back-Channel Logout sections 2.4 to 2.8.
async fn back_channel(test: &mut Test) -> anyhow::Result<()> {
    let uri = test.area.publish("backchannel_logout", "text/plain", "")?;
    let more = [
        ("backchannel_logout_uri", json!(uri)),
        ("backchannel_logout_session_required", json!(true)),
    ];
    let session = logout::begin(test, &more).await?;
    let sid = session.login.claim("sid");
    test.findings.require(sid.is_string(), || format!("sid of the ID token is {sid}"));
    let ended = logout::end_session(test, &session.parameters).await?;
    let Some(outside) = &ended.outside else { bail!("no redirect after the logout") };
    check_notice(test, &session).await?;
    logout::check_return(test, outside, &session, value(&session.parameters, "state"));
    logout::check_ended(test, &session).await
}

async fn check_notice(test: &mut Test, session: &Session) -> anyhow::Result<()> {
    let received = test.area.wait_for("backchannel_logout", Duration::from_secs(30)).await?;
    let (method, tls) = (&received.method, &received.tls);
    test.findings.require(method == "POST", || format!("the notice came by {method}"));
    test.findings.prefer(tls == "TLSv1_3", || format!("the notice came over {tls}"));
    let form = received.form();
    for (name, value) in form.iter().filter(|(name, _)| name != "logout_token") {
        test.findings.warn(format!("unexpected {name}={value} beside the logout token"));
    }
    let token = value(&form, "logout_token").context("no logout_token")?;
    let (_, claims) = test.verify(token).await.context("the logout token")?;
    let context = logout_token::Context {
        issuer: &test.judge.issuer,
        client_id: &session.client.id,
        id_token: &session.login.id_token()?.claims,
        now: now(),
    };
    logout_token::check(&claims, &context, &mut test.findings);
    Ok(())
}

/// Front-Channel Logout sections 2 and 3.
async fn front_channel(test: &mut Test) -> anyhow::Result<()> {
    let uri = test.area.publish("frontchannel_logout", "text/html", "<title>Out</title>")?;
    let more = [
        ("frontchannel_logout_uri", json!(uri)),
        ("frontchannel_logout_session_required", json!(true)),
    ];
    let session = logout::begin(test, &more).await?;
    let ended = logout::end_session(test, &session.parameters).await?;
    check_frames(test, &ended, &uri, &session).await?;
    let outside = match ended.outside {
        Some(outside) => outside,
        None => onward(&ended)?,
    };
    logout::check_return(test, &outside, &session, value(&session.parameters, "state"));
    logout::check_ended(test, &session).await
}

/// The client's address is in a frame of a page on the way, and may be framed there.
async fn check_frames(
    test: &mut Test,
    ended: &Ended,
    uri: &Url,
    session: &Session,
) -> anyhow::Result<()> {
    let framed = ended.pages.iter().find_map(|page| {
        let sources = page.document.all("iframe").filter_map(|frame| frame.attribute("src"));
        let mut urls = sources.filter_map(|source| page.url.join(source).ok());
        urls.find(|url| url.path() == uri.path() && url.origin() == uri.origin())
            .map(|url| (page, url))
    });
    let (page, url) = framed.with_context(|| format!("no page has a frame of {uri}"))?;
    let policy = page.header("content-security-policy").unwrap_or_default();
    let origin = uri.origin().ascii_serialization();
    let frames = policy.split(';').map(str::trim).find_map(|one| one.strip_prefix("frame-src"));
    let allowed = match frames {
        Some(sources) => {
            sources.split(' ').any(|one| one == origin || one == "https:" || one == "*")
        }
        None => !policy.contains("default-src"),
    };
    test.findings.require(allowed, || format!("the page forbids the frame: {policy}"));
    let pairs: Parameters = url.query_pairs().into_owned().collect();
    let (iss, sid) = (value(&pairs, "iss"), value(&pairs, "sid"));
    let mine = iss == Some(&test.judge.issuer);
    test.findings.require(mine, || format!("iss of the frame is {iss:?}"));
    let due = session.login.claim("sid");
    test.findings.require(due.as_str() == sid && sid.is_some(), || {
        format!("sid of the frame is {sid:?}, and {due} in the ID token")
    });
    for (name, _) in pairs.iter().filter(|(name, _)| name != "iss" && name != "sid") {
        test.findings.warn(format!("unexpected {name} in the frame's address"));
    }
    let answer = test.http.get(url).send().await?;
    test.findings.require(answer.status() == 200, || "the frame did not load".to_owned());
    Ok(())
}

/// Where the last page goes by itself: without script, only `refresh` can say it (HTML section
/// 4.2.5.3).
fn onward(ended: &Ended) -> anyhow::Result<Url> {
    let page = ended.pages.last().context("no page")?;
    let refresh = page.document.all("meta").find(|meta| {
        meta.attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
    });
    let content = refresh.and_then(|meta| meta.attribute("content")).map(ToOwned::to_owned);
    let content = content.or_else(|| page.header("refresh").map(ToOwned::to_owned));
    let content = content.with_context(|| format!("{} goes nowhere by itself", page.url))?;
    let (_, target) = content.split_once(['=']).context("a refresh without an address")?;
    Ok(page.url.join(target.trim().trim_matches(['\'', '"']))?)
}
