//! A relying party on a database of its own, with a fake provider, a clock that stands still and
//! browsers that keep cookies.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{Request, StatusCode};
use conformance::answer;
use conformance::browser;
use conformance::carrier::Carrier;
use conformance::cookies::{Cookies, Initiator};
use conformance::html::{Document, Form};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use url::Url;

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
    told: answer::Answer,
}

impl Deref for Answer {
    type Target = answer::Answer;

    fn deref(&self) -> &answer::Answer {
        &self.told
    }
}

#[derive(Clone)]
pub(super) struct Browser(browser::Browser<InProcess>);

/// Serves what a browser asks for in this process.
#[derive(Clone)]
struct InProcess(Shared);

impl Carrier for InProcess {
    async fn carry(
        &self,
        request: Request<Vec<u8>>,
        _: Initiator,
    ) -> anyhow::Result<answer::Answer> {
        let url = Url::parse(&request.uri().to_string())?;
        let router = http::router(Shared::clone(&self.0));
        answer::Answer::collect(url, router.oneshot(request.map(Body::from)).await?).await
    }

    fn now(&self) -> i64 {
        self.0.clock.now()
    }
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
        Browser(browser::Browser::over(InProcess(Shared::clone(&self.app))))
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
        let document = Document::parse(&self.body);
        let mut inputs = document.all("input");
        let input = inputs.find(|input| input.attribute("name") == Some(name)).unwrap();
        input.attribute("value").unwrap().to_owned()
    }
}

impl Browser {
    /// Visits another relying party from now on.
    pub(super) fn use_app(&mut self, app: Shared) {
        self.0.carrier = InProcess(app);
    }

    pub(super) const fn jar(&mut self) -> &mut Cookies {
        self.0.jar()
    }

    /// Keeps a cookie of another application on the same host.
    pub(super) fn set_cookie(&mut self, pair: &str) {
        self.jar().take(pair, &address(""), NOW);
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(address(path).as_str()).body(Vec::new()).unwrap()).await
    }

    /// As a program with an access token asks.
    pub(super) async fn get_with(&mut self, authorization: &str, path: &str) -> Answer {
        let request = Request::get(address(path).as_str()).header(AUTHORIZATION, authorization);
        self.send(request.body(Vec::new()).unwrap()).await
    }

    pub(super) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let fields = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (method, action) = ("post".to_owned(), path.to_owned());
        let form = Form { method, action, fields: fields.collect() };
        self.send(browser::submission(&address(""), &form).unwrap()).await
    }

    /// Sends the form of `page` with some fields changed.
    pub(super) async fn submit(&mut self, page: &Answer, changes: &[(&str, &str)]) -> Answer {
        let names = ["csrf", "updated_at"].into_iter();
        let names = names.chain(crate::party_parameters::FIELDS.iter().map(|field| field.name));
        let fields = names.map(|name| (name.to_owned(), page.value(name))).collect();
        let (method, action) = ("post".to_owned(), FORM.to_owned());
        let mut form = Form { method, action, fields };
        changes.iter().for_each(|(name, value)| form.fill(name, value));
        self.send(browser::submission(&address(""), &form).unwrap()).await
    }

    async fn send(&mut self, request: Request<Vec<u8>>) -> Answer {
        let told = self.0.exchange(request, Initiator::Here).await.unwrap();
        Answer { status: told.status.try_into().unwrap(), told }
    }
}

fn address(path: &str) -> Url {
    Url::parse("http://localhost:8401/").unwrap().join(path).unwrap()
}
