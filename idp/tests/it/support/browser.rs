//! A browser: it keeps cookies for as long as they live, follows redirects within the provider,
//! fills in forms, and says where it comes from.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use tower::ServiceExt as _;

use super::html::Form;
use super::{Answer, Application, ISSUER, PASSWORD, TestProvider};

/// A cookie and the moment it goes.
#[derive(Clone, Debug)]
struct Kept {
    value: String,
    until: i64,
}

/// A browser of one person.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) provider: TestProvider,
    jar: BTreeMap<String, Kept>,
    address: IpAddr,
    headers: HeaderMap,
    /// Cookies of other applications on the same host.
    foreign: Vec<Vec<u8>>,
}

impl Browser {
    pub(crate) fn new(provider: &TestProvider) -> Self {
        let address = IpAddr::from([192, 0, 2, 1]);
        let browser = Self {
            provider: provider.clone(),
            jar: BTreeMap::new(),
            address,
            headers: HeaderMap::new(),
            foreign: Vec::new(),
        };
        browser.with("user-agent", "Mozilla/5.0 (Windows NT 10.0; rv:132.0) Firefox/132.0")
    }

    /// The same with a header on every request.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap();
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// The same with a cookie, of any bytes, before its own.
    pub(crate) fn with_foreign_cookie(mut self, pair: &[u8]) -> Self {
        self.foreign.push(pair.to_vec());
        self
    }

    /// The same somewhere else.
    pub(crate) fn at(self, address: [u8; 4]) -> Self {
        Self { address: IpAddr::from(address), ..self }
    }

    /// The same at an address of IPv6.
    pub(crate) fn at_v6(self, address: std::net::Ipv6Addr) -> Self {
        Self { address: IpAddr::from(address), ..self }
    }

    /// A program at the same address, without cookies and headers of its own.
    pub(crate) fn without_cookies(&self) -> Self {
        Self { address: self.address, ..Self::new(&self.provider) }
    }

    /// The same at a provider that was started again.
    pub(crate) fn now_at(self, provider: &TestProvider) -> Self {
        Self { provider: provider.clone(), ..self }
    }

    /// The value of the first cookie of that kind.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies(name).into_iter().next()
    }

    /// The values of all cookies of a kind: of that name, or with a further part behind it.
    pub(crate) fn cookies(&self, name: &str) -> Vec<String> {
        let now = self.provider.clock.now().0;
        let kept = self.jar.iter().filter(|(other, _)| self.is_of_kind(other, name));
        kept.filter(|(_, cookie)| now < cookie.until).map(|(_, c)| c.value.clone()).collect()
    }

    fn is_of_kind(&self, other: &str, name: &str) -> bool {
        let rest = other.strip_prefix(&self.provider.cookie_name(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// Sets a cookie in the place of all of that kind.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.forget_cookie(name);
        let kept = Kept { value: value.to_owned(), until: i64::MAX };
        self.jar.insert(self.provider.cookie_name(name), kept);
    }

    pub(crate) fn forget_cookie(&mut self, name: &str) {
        let kind: Vec<_> =
            self.jar.keys().filter(|other| self.is_of_kind(other, name)).cloned().collect();
        kind.iter().for_each(|name| drop(self.jar.remove(name)));
    }

    pub(crate) async fn get(&mut self, address: &str) -> Answer {
        self.send("GET", address, &[], Body::empty()).await
    }

    pub(crate) async fn head(&mut self, address: &str) -> Answer {
        self.send("HEAD", address, &[], Body::empty()).await
    }

    pub(crate) async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", address, &form, Body::from(body)).await
    }

    /// Sends a form as it stands.
    pub(crate) async fn submit(&mut self, form: &Form) -> Answer {
        let fields: Vec<_> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&form.action, &fields).await
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
        let now = self.provider.clock.now().0;
        for cookie in answer.cookies() {
            self.keep(cookie, now);
        }
    }

    /// One request with the cookies of this moment; the answer has not arrived yet.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let path = address.strip_prefix(self.provider.issuer()).unwrap_or(address).to_owned();
        let mut request = Request::builder().method(method).uri(&path).body(body).unwrap();
        *request.headers_mut() = self.headers.clone();
        let now = self.provider.clock.now().0;
        self.jar.retain(|_, cookie| now < cookie.until);
        let own = self.jar.iter().map(|(n, cookie)| format!("{n}={}", cookie.value).into_bytes());
        let jar: Vec<_> = self.foreign.iter().cloned().chain(own).collect();
        if !jar.is_empty() {
            let line = HeaderValue::from_bytes(&jar.join(&b"; "[..])).unwrap();
            request.headers_mut().insert("cookie", line);
        }
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = HeaderValue::from_str(value).unwrap();
            // A request may have several lines of cookies (RFC 9113 section 8.2.3).
            match name == "cookie" {
                true => drop(request.headers_mut().append(name, value)),
                false => drop(request.headers_mut().insert(name, value)),
            }
        }
        let peer = SocketAddr::from((self.address, 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.provider.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { path, status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn keep(&mut self, cookie: &str, now: i64) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        let age = attributes.split(';').find_map(|a| a.trim().strip_prefix("Max-Age="));
        let until = age.map_or(i64::MAX, |age| now + age.parse::<i64>().unwrap());
        self.jar.insert(name.to_owned(), Kept { value: value.to_owned(), until });
    }

    /// Follows redirects until there is a page, or until they leave the provider.
    pub(crate) async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..5 {
            let location = answer.location().to_owned();
            let inside = location.starts_with('/') || location.starts_with(self.provider.issuer());
            if answer.status != 303 || !inside {
                return answer;
            }
            answer = self.get(&location).await;
        }
        panic!("redirects without end: {}", answer.location());
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

/// The path of a page of the provider, whether its address came with the issuer or without.
pub(crate) fn path(address: &str) -> String {
    address.strip_prefix(ISSUER).unwrap_or(address).to_owned()
}
