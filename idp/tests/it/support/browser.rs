//! A browser in this process: the kit's, with a provider's router in the place of HTTP.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use conformance::answer;
use conformance::browser;
use conformance::carrier::Carrier;
use conformance::cookies::Initiator;
use tower::ServiceExt as _;
use url::Url;

use super::{Answer, Application, Form, ISSUER, PASSWORD, TestProvider};

/// A browser of one person.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) provider: TestProvider,
    kit: browser::Browser<InProcess>,
}

/// Serves what is asked for by the provider's router.
#[derive(Clone)]
struct InProcess {
    provider: TestProvider,
    /// From where it is asked.
    address: IpAddr,
}

impl Carrier for InProcess {
    async fn carry(
        &self,
        mut request: Request<Vec<u8>>,
        _: Initiator,
    ) -> anyhow::Result<answer::Answer> {
        let url = Url::parse(&request.uri().to_string())?;
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map(Uri::from).unwrap_or_default();
        let peer = SocketAddr::from((self.address, 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = self.provider.router.clone().oneshot(request.map(Body::from)).await?;
        answer::Answer::collect(url, answer).await
    }

    fn now(&self) -> i64 {
        self.provider.clock.now().0
    }
}

impl Browser {
    pub(crate) fn new(provider: &TestProvider) -> Self {
        let address = IpAddr::from([192, 0, 2, 1]);
        let kit = browser::Browser::over(InProcess { provider: provider.clone(), address });
        Self { provider: provider.clone(), kit }
            .with("user-agent", "Mozilla/5.0 (Windows NT 10.0; rv:132.0) Firefox/132.0")
    }

    /// The same with a header on every request.
    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        let kit = self.kit.adding(name, HeaderValue::from_str(value).unwrap());
        Self { kit, ..self }
    }

    /// The same with a cookie, of any bytes, before its own.
    pub(crate) fn with_foreign_cookie(self, pair: &[u8]) -> Self {
        let kit = self.kit.adding("cookie", HeaderValue::from_bytes(pair).unwrap());
        Self { kit, ..self }
    }

    /// The same somewhere else.
    pub(crate) fn at(mut self, address: impl Into<IpAddr>) -> Self {
        self.kit.carrier.address = address.into();
        self
    }

    /// A program at the same address, without cookies and headers of its own.
    pub(crate) fn without_cookies(&self) -> Self {
        Self::new(&self.provider).at(self.kit.carrier.address)
    }

    /// The same at a provider that was started again.
    pub(crate) fn now_at(mut self, provider: &TestProvider) -> Self {
        self.kit.carrier.provider = provider.clone();
        Self { provider: provider.clone(), ..self }
    }

    /// The value of the first cookie of that kind.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies(name).into_iter().next()
    }

    /// The values of all cookies of a kind: of that name, or with a further part behind it.
    pub(crate) fn cookies(&self, name: &str) -> Vec<String> {
        let kind = self.provider.cookie_name(name);
        let cookies = self.kit.cookies().filter(|cookie| is_of_kind(cookie.name(), &kind));
        cookies.map(|cookie| cookie.value().to_owned()).collect()
    }

    /// Sets a cookie in the place of all of that kind.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.forget_cookie(name);
        let (url, now) = (Url::parse(self.provider.issuer()).unwrap(), self.kit.carrier.now());
        let cookie = format!("{}={value}; Path=/", self.provider.cookie_name(name));
        self.kit.jar().take(&cookie, &url, now);
    }

    pub(crate) fn forget_cookie(&mut self, name: &str) {
        let kind = self.provider.cookie_name(name);
        self.kit.jar().forget(|other| is_of_kind(other, &kind));
    }

    pub(crate) async fn get(&mut self, address: &str) -> Answer {
        self.send("GET", address, &[], Body::empty()).await
    }

    pub(crate) async fn head(&mut self, address: &str) -> Answer {
        self.send("HEAD", address, &[], Body::empty()).await
    }

    pub(crate) async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(address, fields, &[]).await
    }

    /// The same with further headers.
    pub(crate) async fn post_with(
        &mut self,
        address: &str,
        fields: &[(&str, &str)],
        further: &[(&str, &str)],
    ) -> Answer {
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let headers = [&kind[..], further].concat();
        self.send("POST", address, &headers, Body::from(encoded(fields))).await
    }

    /// Sends a form as it stands.
    pub(crate) async fn submit(&mut self, form: &Form) -> Answer {
        let issuer = Url::parse(self.provider.issuer()).unwrap();
        let request = browser::submission(&issuer, form).unwrap();
        self.kit.exchange(request, Initiator::Here).await.unwrap().into()
    }

    /// One request; cookies go along and come back.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let answer = self.ask(method, address, headers, body).await;
        self.take_cookies(&answer);
        answer
    }

    /// Keeps the cookies of an answer, as when it arrives.
    pub(crate) fn take_cookies(&mut self, answer: &Answer) {
        self.kit.take_cookies(answer).unwrap();
    }

    /// One request with the cookies of this moment; the answer has not arrived yet.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let path = address.strip_prefix(self.provider.issuer()).unwrap_or(address);
        let uri = format!("{}{path}", self.provider.issuer());
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let mut request = Request::builder().method(method).uri(&uri).body(body).unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        self.kit.ask(request, Initiator::Here).await.unwrap().into()
    }

    /// Follows redirects until there is a page, or until they leave the provider.
    pub(crate) async fn follow(&mut self, answer: Answer) -> Answer {
        let sent = Request::new(Vec::new());
        self.kit.follow(answer.into_inner(), sent, Initiator::Here).await.unwrap().into()
    }

    /// Comes from an application and stops at the first page, or back at the application.
    pub(crate) async fn begin(&mut self, application: &Application) -> Answer {
        let answer = self.get(&application.request()).await;
        self.follow(answer).await
    }

    /// Types user name and password into the page, and goes where that leads.
    pub(crate) async fn sign_in(&mut self, page: &Answer, name: &str, password: &str) -> Answer {
        let form = page.form("login-submit").with("username", name).with("password", password);
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }

    /// Types an address into the page, and goes where that leads.
    pub(crate) async fn type_address(&mut self, page: &Answer, typed: &str, skip: bool) -> Answer {
        let mut form = page.form("email-submit").with("email", typed);
        if skip {
            form = form.with("skip_email", "true");
        }
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }

    /// Presses the button with this id.
    pub(crate) async fn press(&mut self, page: &Answer, id: &str) -> Answer {
        let answer = self.submit(&page.form(id)).await;
        self.follow(answer).await
    }

    /// Opens the link of the last mail and presses its button.
    pub(crate) async fn confirm_last_link(&mut self) -> Answer {
        self.provider.deliver().await;
        let page = self.get(&self.provider.last_link()).await;
        page.is(200, "link-page");
        self.press(&page, "link-confirm").await
    }

    /// A login that ends with the password.
    pub(crate) async fn log_in(&mut self, application: &Application, name: &str) -> Answer {
        let page = self.begin(application).await;
        page.is(200, "login-submit");
        self.sign_in(&page, name, PASSWORD).await
    }

    /// The same up to the waiting page, with a link mailed to `address`.
    pub(crate) async fn ask_for_link(
        &mut self,
        application: &Application,
        name: &str,
        address: &str,
    ) -> Answer {
        let page = self.log_in(application, name).await;
        page.is(200, "email-submit");
        let page = self.type_address(&page, address, false).await;
        page.is(200, "sent-page");
        page
    }

    /// A whole login with the mailed link; `skip` asks to be remembered.
    pub(crate) async fn log_in_by_mail(
        &mut self,
        application: &Application,
        (name, address): (&str, &str),
        skip: bool,
    ) -> Answer {
        let page = self.log_in(application, name).await;
        page.is(200, "email-submit");
        self.type_address(&page, address, skip).await.is(200, "sent-page");
        self.confirm_last_link().await
    }
}

/// Names and values as a query or a form has them.
pub(crate) fn encoded<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The path of a page of the provider, whether its address came with the issuer or without.
pub(crate) fn path(address: &str) -> String {
    address.strip_prefix(ISSUER).unwrap_or(address).to_owned()
}

fn is_of_kind(name: &str, kind: &str) -> bool {
    let rest = name.strip_prefix(kind);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
