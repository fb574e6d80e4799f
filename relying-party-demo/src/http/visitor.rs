//! Who asks: language, browser, session and query of a request, and the answers that carry the
//! visitor's cookies.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde_json::{Map, Value};

use super::cookies;
pub(super) use super::cookies::{Name, is_token};
use super::failure::Failure;
use super::fields::Fields;
use crate::app::{App, Shared};
use crate::entropy::{self, Purpose};
use crate::identity::Identity;
use crate::language::Language;
use crate::pages::{Frame, Page};
use crate::store::SessionRow;

/// A session ends this long after the login.
const ABSOLUTE_SECONDS: i64 = 12 * 60 * 60;
/// A session ends after this long without a request.
const IDLE_SECONDS: i64 = 60 * 60;
/// `seen_at` is written at most this often.
const SEEN_SECONDS: i64 = 60;
/// How long the browser keeps its name: longer than a login may wait and a session may last.
const BROWSER_SECONDS: i64 = 24 * 60 * 60;
/// How long a chosen language is remembered.
const LANGUAGE_SECONDS: i64 = 365 * 24 * 60 * 60;

/// A live session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id_digest: String,
    pub(super) id_token: String,
    pub(super) id_token_claims: Map<String, Value>,
    pub(super) userinfo_claims: Map<String, Value>,
    pub(super) identity: Identity,
}

/// The visitor of one request.
pub(super) struct Visitor {
    pub(super) language: Language,
    pub(super) query: Fields,
    pub(super) session: Option<Session>,
    /// The secrets of this browser, at least one: several when its first requests came at once.
    browsers: Vec<String>,
    headers: HeaderMap,
    /// The cookies that the answer sets.
    jar: CookieJar,
    path: String,
    secure: bool,
}

impl Visitor {
    /// The digest that binds new pending logins and drafts to this browser.
    pub(super) fn browser_digest(&self) -> String {
        entropy::digest(Purpose::Browser, self.browser())
    }

    /// The digests that pending logins and drafts of this browser may be bound to.
    pub(super) fn browser_digests(&self) -> Vec<String> {
        self.browsers.iter().map(|it| entropy::digest(Purpose::Browser, it)).collect()
    }

    fn browser(&self) -> &str {
        self.browsers.first().map_or("", String::as_str)
    }

    /// Who is logged in.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.session.as_ref().map(|session| &session.identity)
    }

    /// The token that our forms carry: only we and this browser can know it.
    fn csrf(&self) -> String {
        entropy::digest(Purpose::Form, self.browser())
    }

    /// Refuses a form that another site made the browser send.
    pub(super) fn vouch_for(&self, form: &Fields) -> Result<(), Failure> {
        let token = form.get("csrf").unwrap_or_default();
        let own = self.browsers.iter().map(|it| entropy::digest(Purpose::Form, it));
        let is_own = own.filter(|own| entropy::equal(token, own)).count() > 0;
        if is_own { Ok(()) } else { Err(Failure::Forged) }
    }

    /// The value of a cookie.
    pub(super) fn cookie(&self, name: Name) -> Option<&str> {
        cookies::values(&self.headers, name, self.secure).find(|value| !value.is_empty())
    }

    /// Sets a cookie; without `max_age` it goes when the browser is closed.
    pub(super) fn set_cookie(&mut self, name: Name, value: String, max_age: Option<i64>) {
        self.set_named(name.in_full(self.secure), value, max_age);
    }

    fn set_named(&mut self, name: String, value: String, max_age: Option<i64>) {
        let mut cookie = Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax);
        if let Some(seconds) = max_age {
            cookie = cookie.max_age(time::Duration::seconds(seconds));
        }
        self.jar = std::mem::take(&mut self.jar).add(cookie);
    }

    /// Takes a cookie away.
    pub(super) fn drop_cookie(&mut self, name: Name) {
        self.set_cookie(name, String::new(), Some(0));
    }

    /// Makes sure the browser keeps its name while a login waits.
    pub(super) fn keep_browser(&mut self) {
        let secret = self.browser().to_owned();
        let name = cookies::browser_name(&secret, self.secure);
        self.set_named(name, secret, Some(BROWSER_SECONDS));
    }

    /// Answers with a page.
    pub(super) fn page<P: Page>(
        self,
        app: &App,
        status: StatusCode,
        page: &P,
    ) -> Result<Response, Failure> {
        let frame = Frame {
            language: self.language,
            language_link: self.language_link(),
            csrf: self.csrf(),
            user: self.identity().map(|identity| identity.login_name.clone()),
        };
        let html = app.pages.render(&frame, page)?;
        Ok((status, self.jar, Html(html)).into_response())
    }

    /// Sends the browser on with GET.
    pub(super) fn redirect(self, to: &str) -> Response {
        (StatusCode::SEE_OTHER, self.jar, [(LOCATION, to.to_owned())]).into_response()
    }

    fn language_link(&self) -> String {
        let draft = self.query.get("draft").filter(|draft| is_token(draft));
        let draft = draft.map(|draft| format!("draft={draft}&")).unwrap_or_default();
        format!("{}?{draft}ui_locales=", self.path)
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Failure> {
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
        let secure = app.config.is_https();
        let mut browsers = cookies::browsers(&parts.headers, secure);
        let is_new = browsers.is_empty();
        if is_new {
            browsers.push(entropy::secret());
        }
        let mut session = None;
        for id in cookies::values(&parts.headers, Name::Session, secure) {
            if session.is_none() && is_token(id) {
                session = live_session(app, &entropy::digest(Purpose::Session, id)).await?;
            }
        }
        let mut visitor = Self {
            language: language(&parts.headers, Some(&query), secure),
            session,
            browsers,
            headers: parts.headers.clone(),
            jar: CookieJar::new(),
            path: parts.uri.path().to_owned(),
            secure,
            query,
        };
        if is_new {
            visitor.keep_browser();
        }
        if visitor.query.get("ui_locales").is_some() {
            let choice = visitor.language.as_str().to_owned();
            visitor.set_cookie(Name::Language, choice, Some(LANGUAGE_SECONDS));
        }
        Ok(visitor)
    }
}

/// The language of a request: what it asks for, what was chosen, what the browser prefers.
pub(super) fn language(headers: &HeaderMap, query: Option<&Fields>, secure: bool) -> Language {
    let mut chosen = cookies::values(headers, Name::Language, secure);
    Language::negotiate(
        query.and_then(|query| query.get("ui_locales")),
        chosen.find(|it| Language::parse(it).is_some()),
        headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
    )
}

async fn live_session(app: &App, id_digest: &str) -> Result<Option<Session>, Failure> {
    let now = app.clock.now();
    let row = app.store.live_session(id_digest, now - ABSOLUTE_SECONDS, now - IDLE_SECONDS);
    let Some(row) = row.await? else { return Ok(None) };
    if now - row.seen_at >= SEEN_SECONDS {
        app.store.see_session(id_digest, now).await?;
    }
    Session::try_from(row).map(Some).map_err(|error| {
        tracing::error!(%error, "a stored session cannot be read");
        Failure::Fault
    })
}

impl TryFrom<SessionRow> for Session {
    type Error = serde_json::Error;

    fn try_from(row: SessionRow) -> Result<Self, serde_json::Error> {
        let id_token_claims = serde_json::from_str(&row.id_token_claims)?;
        let userinfo_claims = serde_json::from_str(&row.userinfo_claims)?;
        Ok(Self {
            identity: Identity::from_claims(&id_token_claims, &userinfo_claims),
            id_digest: row.id_digest,
            id_token: row.id_token,
            id_token_claims,
            userinfo_claims,
        })
    }
}

/// The oldest login whose session may still live.
pub(super) const fn oldest_session(now: i64) -> i64 {
    now - ABSOLUTE_SECONDS
}
