//! A browser without script: it keeps cookies for as long as they live, follows redirects inside the
//! site, fills in forms, and stops when it is sent elsewhere. Told where to stop, it follows redirects
//! to all other sites. How its requests travel is a [`Carrier`]'s: over HTTP, or within the process.

use anyhow::{Context as _, bail};
use hyper::Request;
use hyper::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Client, Method};
use url::{Origin, Url, form_urlencoded};

use crate::answer::Answer;
use crate::carrier::Carrier;
use crate::cookies::{Cookies, Initiator};
use crate::html::Form;
use crate::page::{Landing, Page};

/// Firefox on Windows, the browser most tests pretend to be.
pub const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

const REDIRECTS: usize = 10;

/// One browser of one person. A clone shares nothing with its original from then on.
#[derive(Clone)]
pub struct Browser<C = Client> {
    /// How its requests travel.
    pub carrier: C,
    jar: Cookies,
    headers: HeaderMap,
    stops: Option<Origin>,
}

impl Browser {
    /// A browser that has never been anywhere.
    pub fn new() -> anyhow::Result<Self> {
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self::on(http))
    }

    /// A browser that has never been anywhere, over a client that follows no redirects.
    #[must_use]
    pub fn on(http: Client) -> Self {
        let language = HeaderValue::from_static("sv-SE,sv;q=0.9,en;q=0.5");
        Self::over(http)
            .adding("user-agent", HeaderValue::from_static(FIREFOX))
            .adding("accept-language", language)
    }
}

impl<C: Carrier> Browser<C> {
    /// A browser that has never been anywhere and says nothing of itself.
    pub fn over(carrier: C) -> Self {
        Self { carrier, jar: Cookies::default(), headers: HeaderMap::new(), stops: None }
    }

    /// The same browser, going anywhere but there.
    #[must_use]
    pub fn stopping_at(mut self, site: &Url) -> Self {
        self.stops = Some(site.origin());
        self
    }

    /// The same browser with a header on all requests. Cookies go before its own.
    #[must_use]
    pub fn adding(mut self, name: &'static str, value: HeaderValue) -> Self {
        if name == COOKIE.as_str() {
            self.headers.append(name, value);
        } else {
            self.headers.insert(name, value);
        }
        self
    }

    /// Its cookies that live.
    pub fn cookies(&self) -> impl Iterator<Item = &cookie::Cookie<'static>> {
        self.jar.all(self.carrier.now())
    }

    /// Where it keeps its cookies.
    pub const fn jar(&mut self) -> &mut Cookies {
        &mut self.jar
    }

    /// The `Cookie` header that a page of the site itself is asked with.
    #[must_use]
    pub fn cookie_header(&self, url: &Url) -> Option<String> {
        self.jar.header(url, Initiator::Here, self.carrier.now())
    }

    /// Follows a link from another site or a mail.
    pub async fn open(&mut self, url: &Url) -> anyhow::Result<Landing> {
        self.navigate(request(Method::GET, url, &[])?, Initiator::Elsewhere).await
    }

    /// Goes to an address from a page of the site itself.
    pub async fn go(&mut self, url: &Url) -> anyhow::Result<Landing> {
        self.navigate(request(Method::GET, url, &[])?, Initiator::Here).await
    }

    /// Sends a form from another site.
    pub async fn post_from_elsewhere(
        &mut self,
        url: &Url,
        fields: &[(String, String)],
    ) -> anyhow::Result<Landing> {
        self.navigate(request(Method::POST, url, fields)?, Initiator::ElsewhereByForm).await
    }

    /// Fills in the form of a button and presses it.
    pub async fn press(
        &mut self,
        page: &Page,
        button: &str,
        typed: &[(&str, &str)],
    ) -> anyhow::Result<Landing> {
        page.expect(button)?;
        let mut form = page
            .document
            .form_of(button)
            .with_context(|| format!("#{button} on {} belongs to no form", page.url))?;
        for (name, value) in typed {
            form.fill(name, value);
        }
        self.send(page, &form).await
    }

    /// Sends a form of a page.
    pub async fn send(&mut self, page: &Page, form: &Form) -> anyhow::Result<Landing> {
        self.navigate(submission(&page.url, form)?, Initiator::Here).await
    }

    async fn navigate(
        &mut self,
        request: Request<Vec<u8>>,
        initiator: Initiator,
    ) -> anyhow::Result<Landing> {
        let answer = self.exchange(request.clone(), initiator).await?;
        Landing::at(self.follow(answer, request, initiator).await?)
    }

    /// Follows redirects from the answer to a request, until one answer leads nowhere or leaves.
    pub async fn follow(
        &mut self,
        mut answer: Answer,
        mut sent: Request<Vec<u8>>,
        mut initiator: Initiator,
    ) -> anyhow::Result<Answer> {
        for _ in 0..REDIRECTS {
            let Some(target) = self.target_within(&answer)? else { return Ok(answer) };
            // Fetch section 4.4: 303 always, 301 and 302 after POST, turn into GET.
            if matches!(answer.status, 307 | 308) {
                *sent.uri_mut() = target.as_str().parse()?;
            } else {
                sent = request(Method::GET, &target, &[])?;
                // A top-level GET carries `Lax` cookies, wherever it was begun.
                if initiator == Initiator::ElsewhereByForm {
                    initiator = Initiator::Elsewhere;
                }
            }
            answer = self.exchange(sent.clone(), initiator).await?;
        }
        bail!("more than {REDIRECTS} redirects, the last from {}", answer.url)
    }

    fn target_within(&self, answer: &Answer) -> anyhow::Result<Option<Url>> {
        let stays = |target: &Url| match &self.stops {
            Some(stops) => target.origin() != *stops,
            None => target.origin() == answer.url.origin(),
        };
        Ok(answer.target()?.filter(stays))
    }

    /// One request; cookies go along and come back.
    pub async fn exchange(
        &mut self,
        request: Request<Vec<u8>>,
        initiator: Initiator,
    ) -> anyhow::Result<Answer> {
        let answer = self.ask(request, initiator).await?;
        self.take_cookies(&answer)?;
        Ok(answer)
    }

    /// One request with the cookies of this moment; the answer has not arrived yet.
    pub async fn ask(
        &self,
        mut request: Request<Vec<u8>>,
        initiator: Initiator,
    ) -> anyhow::Result<Answer> {
        let url = Url::parse(&request.uri().to_string())?;
        let mut headers = self.headers.clone();
        let foreign: Vec<_> = headers.get_all(COOKIE).iter().cloned().collect();
        headers.remove(COOKIE);
        let own = self.jar.header(&url, initiator, self.carrier.now());
        let pairs =
            foreign.iter().map(HeaderValue::as_bytes).chain(own.as_deref().map(str::as_bytes));
        let line = pairs.collect::<Vec<_>>().join(&b"; "[..]);
        if !line.is_empty() {
            headers.insert(COOKIE, HeaderValue::from_bytes(&line)?);
        }
        let of_request = std::mem::replace(request.headers_mut(), headers);
        for (name, value) in of_request.iter() {
            // A request may have several lines of cookies (RFC 9113 section 8.2.3).
            if name == COOKIE {
                request.headers_mut().append(name, value.clone());
            } else {
                request.headers_mut().insert(name, value.clone());
            }
        }
        self.carrier.carry(request, initiator).await
    }

    /// Keeps the cookies of an answer, as when it arrives.
    pub fn take_cookies(&mut self, answer: &Answer) -> anyhow::Result<()> {
        let now = self.carrier.now();
        for header in answer.headers.get_all(SET_COOKIE) {
            self.jar.take(header.to_str()?, &answer.url, now);
        }
        Ok(())
    }
}

/// The request that sends a form of the page at this address.
pub fn submission(page: &Url, form: &Form) -> anyhow::Result<Request<Vec<u8>>> {
    let mut url = page.join(&form.action)?;
    if form.method == "post" {
        return request(Method::POST, &url, &form.fields);
    }
    url.query_pairs_mut().clear().extend_pairs(&form.fields);
    request(Method::GET, &url, &[])
}

fn request(
    method: Method,
    url: &Url,
    fields: &[(String, String)],
) -> anyhow::Result<Request<Vec<u8>>> {
    let mut request = Request::builder().uri(url.as_str());
    if method == Method::POST {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Ok(request.method(method).body(body.into_bytes())?)
}
