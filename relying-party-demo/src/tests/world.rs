//! A relying party on a database of its own, with a fake provider, a clock that stands still and
//! browsers that keep cookies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::fake_provider::{CLIENT, FakeProvider};
use crate::app::{App, Shared};
use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::{demo, entropy, http};

pub(super) const NOW: i64 = 1_795_438_800;
pub(super) const PARTY: &str = "202100083701";
pub(super) const FORM: &str = "/party-parameters/202100083701";

pub(super) struct World {
    pub(super) app: Shared,
    pub(super) provider: FakeProvider,
    _folder: TempDir,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

#[derive(Clone)]
pub(super) struct Browser {
    app: Shared,
    pub(super) cookies: BTreeMap<String, String>,
}

pub(super) fn config(issuer: &str, database: &str) -> Config {
    Config {
        issuer: issuer.to_owned(),
        client_id: CLIENT.0.to_owned(),
        client_secret: Some(CLIENT.1.to_owned()),
        client_secret_file: None,
        listen: "127.0.0.1:0".parse().unwrap(),
        base_url: "http://localhost:8401".to_owned(),
        database: Database { url: database.to_owned() },
    }
}

impl World {
    /// On SQLite.
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/made/rp.db", folder.path().display());
        Self::on(&url, folder).await
    }

    /// On a PostgreSQL schema of its own, if the environment names a server.
    pub(super) async fn postgres() -> Option<Self> {
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        let schema = format!("rp_{}", entropy::secret().replace('-', "_").to_lowercase());
        let mut connection =
            <diesel_async::AsyncPgConnection as diesel_async::AsyncConnection>::establish(&server)
                .await
                .unwrap();
        let make = format!("CREATE SCHEMA \"{schema}\"");
        diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, &make).await.unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sign}options=-c%20search_path%3D{schema}");
        Some(Self::on(&url, tempfile::tempdir().unwrap()).await)
    }

    async fn on(url: &str, folder: TempDir) -> Self {
        let provider = FakeProvider::start().await;
        let clock = Clock::Manual(Arc::new(AtomicI64::new(NOW)));
        let app = App::new(config(&provider.issuer, url), clock).unwrap();
        app.store.migrate().await.unwrap();
        demo::seed(&app.store, NOW - 1000).await.unwrap();
        Self { app, provider, _folder: folder }
    }

    pub(super) fn browser(&self) -> Browser {
        Browser { app: Shared::clone(&self.app), cookies: BTreeMap::new() }
    }

    /// Follows a redirect to the provider, which answers with `claims`.
    pub(super) async fn answer(
        &self,
        browser: &mut Browser,
        to_provider: &Answer,
        claims: Value,
    ) -> Answer {
        let query = self.provider.authorize(to_provider.location(), claims, &[PARTY]);
        browser.get(&format!("/callback?{query}")).await
    }

    /// A browser that is logged in with this class, now.
    pub(super) async fn logged_in(&self, class: &str) -> Browser {
        let mut browser = self.browser();
        let to_provider = browser.get("/login").await;
        let claims = self.provider.claims(class, self.app.clock.now());
        let back = self.answer(&mut browser, &to_provider, claims).await;
        assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, "/"));
        browser
    }
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        self.headers[LOCATION].to_str().unwrap()
    }

    /// The value of a form's input.
    pub(super) fn value(&self, name: &str) -> String {
        let (_, after) = self.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        after.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    /// Visits another relying party from now on.
    pub(super) fn use_app(&mut self, app: Shared) {
        self.app = app;
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// As a program with an access token asks.
    pub(super) async fn get_with(&mut self, authorization: &str, path: &str) -> Answer {
        let request = Request::get(path).header(AUTHORIZATION, authorization);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(form).finish();
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Sends the form of `page` with some fields changed.
    pub(super) async fn submit(&mut self, page: &Answer, changes: &[(&str, &str)]) -> Answer {
        let mut form: BTreeMap<&str, String> =
            ["csrf", "updated_at"].map(|name| (name, page.value(name))).into();
        for field in crate::party_parameters::FIELDS {
            form.insert(field.name, page.value(field.name));
        }
        form.extend(changes.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(FORM, &form).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, it)| format!("{name}={it}")).collect();
        let cookies = HeaderValue::from_bytes(cookies.join("; ").as_bytes()).unwrap();
        request.headers_mut().insert(COOKIE, cookies);
        let response = http::router(Shared::clone(&self.app)).oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
