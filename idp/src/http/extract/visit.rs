//! The browser that asks, as the provider needs to know it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::account::language::Language;
use crate::account::networks::Networks;
use crate::app::App;
use crate::clock::Timestamp;
use crate::http::extract::client_address::client_address;
use crate::http::extract::cookies::Cookies;
use crate::http::extract::form::query;
use crate::http::extract::request_id::RequestId;
use crate::http::extract::user_agent::agent;
use crate::provider::visitor::Visitor;

/// A visit of a browser: who it is, what it asked for, and how its answer is made.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) visitor: Visitor,
    pub(crate) cookies: Cookies,
    /// Path and query, for the language links of the page.
    pub(crate) path: String,
    /// The language that was chosen with this very request.
    pub(crate) chosen: Option<Language>,
    pub(crate) headers: HeaderMap,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let cookies = cookies(app);
        let headers = &parts.headers;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let networks = networks(parts, app);
        let query = query(&parts.uri).ok();
        let asked = query.as_ref().and_then(|query| query.get("ui_locales"));
        let mut choices = cookies.texts(headers, "language");
        let choice = choices.find(|choice| Language::parse(choice).is_some());
        let language = Language::negotiate(asked, choice, text(header::ACCEPT_LANGUAGE));
        let now = now(parts, app);
        let visitor = Visitor {
            now,
            request_id: RequestId::of(parts).into_text(),
            browsers: cookies.browsers(headers),
            sessions: cookies.secrets(headers, "session"),
            remembered: cookies.secrets(headers, "remembered"),
            known: app.provider.known_browser(cookies.texts(headers, "known"), now),
            has_cookies: cookies.has_any(headers),
            agent: agent(text(header::USER_AGENT).unwrap_or_default()),
            network: networks.network(),
            networks,
            language,
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let chosen = asked.and_then(Language::parse);
        Ok(Self { visitor, cookies, path, chosen, headers: headers.clone() })
    }
}

/// Where a request comes from.
pub(crate) fn networks(parts: &Parts, app: &App) -> Networks {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let proxies = (app.forwarded_header, app.trusted_proxies.as_slice());
    Networks::new(client_address(peer, &parts.headers, proxies))
}

/// When a request came: read once for each, where its id is made.
pub(crate) fn now(parts: &Parts, app: &App) -> Timestamp {
    let now = parts.extensions.get::<Timestamp>().copied();
    now.unwrap_or_else(|| app.provider.clock().now())
}

/// How this deployment names its cookies.
pub(crate) fn cookies(app: &App) -> Cookies {
    Cookies { https: app.https }
}

impl Visit {
    /// Whether a form was sent by a page of another site. Browsers say so; what says nothing is
    /// caught by the form's own token. (`Origin: null` says nothing: `Referrer-Policy:
    /// no-referrer` makes browsers send it with every form.)
    pub(crate) fn is_cross_site(&self, issuer: &str) -> bool {
        let text = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let foreign =
            text("origin").is_some_and(|origin| origin != "null" && !is_origin_of(origin, issuer));
        foreign || text("sec-fetch-site").is_some_and(|site| site == "cross-site")
    }
}

fn is_origin_of(origin: &str, issuer: &str) -> bool {
    issuer.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_matches_if_the_issuer_has_the_same_scheme_host_and_port() {
        for (origin, ours) in [
            ("https://a.se", true),
            ("https://a.s", false),
            ("http://a.se", false),
            ("https://a.se:8443", false),
        ] {
            assert_eq!(is_origin_of(origin, "https://a.se/idp"), ours, "{origin}");
        }
    }
}
