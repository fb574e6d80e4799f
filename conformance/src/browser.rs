//! A browser without script: it keeps cookies, follows redirects inside the site, fills in forms,
//! and stops when it is sent elsewhere. Told where to stop, it follows redirects to all other sites.

use anyhow::{Context as _, bail, ensure};
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method};
use url::{Origin, Url};

use crate::cookies::{Cookies, Initiator};
use crate::html::{Document, Form};
use crate::page::{Landing, Page};

/// Firefox on Windows, the browser most tests pretend to be.
pub const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
/// Chrome on a telephone, for the other browser.
pub const CHROME_ON_ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) \
    AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36";

const REDIRECTS: usize = 10;

/// One browser of one person. A clone shares nothing with its original from then on.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    cookies: Cookies,
    user_agent: String,
    accept_language: String,
    headers: HeaderMap,
    stops: Option<Origin>,
}

impl Browser {
    /// A browser that has never been anywhere.
    pub fn new() -> anyhow::Result<Self> {
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self::over(http))
    }

    /// A browser that has never been anywhere, over a client that follows no redirects.
    #[must_use]
    pub fn over(http: Client) -> Self {
        Self {
            http,
            cookies: Cookies::default(),
            user_agent: FIREFOX.to_owned(),
            accept_language: "sv-SE,sv;q=0.9,en;q=0.5".to_owned(),
            headers: HeaderMap::new(),
            stops: None,
        }
    }

    /// The same browser, going anywhere but there.
    #[must_use]
    pub fn stopping_at(mut self, site: &Url) -> Self {
        self.stops = Some(site.origin());
        self
    }

    /// The same browser, of another make.
    #[must_use]
    pub fn made_as(mut self, user_agent: &str) -> Self {
        user_agent.clone_into(&mut self.user_agent);
        self
    }

    /// The same browser, set to another language.
    #[must_use]
    pub fn speaking(mut self, accept_language: &str) -> Self {
        accept_language.clone_into(&mut self.accept_language);
        self
    }

    /// The same browser, behind something that adds a header to all requests.
    #[must_use]
    pub fn adding(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Its cookies.
    #[must_use]
    pub const fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    /// Follows a link from another site or a mail.
    pub async fn open(&mut self, url: &Url) -> anyhow::Result<Landing> {
        self.navigate(Method::GET, url.clone(), Vec::new(), Initiator::Elsewhere).await
    }

    /// Goes to an address from a page of the site itself.
    pub async fn go(&mut self, url: &Url) -> anyhow::Result<Landing> {
        self.navigate(Method::GET, url.clone(), Vec::new(), Initiator::Here).await
    }

    /// Asks for the headers only, as some link checkers do.
    pub async fn head(&mut self, url: &Url) -> anyhow::Result<Landing> {
        self.navigate(Method::HEAD, url.clone(), Vec::new(), Initiator::Elsewhere).await
    }

    /// Sends a form from another site.
    pub async fn post_from_elsewhere(
        &mut self,
        url: &Url,
        fields: &[(String, String)],
    ) -> anyhow::Result<Landing> {
        let initiator = Initiator::ElsewhereByForm;
        self.navigate(Method::POST, url.clone(), fields.to_vec(), initiator).await
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
        self.send(page, form).await
    }

    /// Sends a form of a page.
    pub async fn send(&mut self, page: &Page, form: Form) -> anyhow::Result<Landing> {
        let mut url = page.url.join(&form.action)?;
        if form.method == "post" {
            return self.navigate(Method::POST, url, form.fields, Initiator::Here).await;
        }
        url.query_pairs_mut().clear().extend_pairs(&form.fields);
        self.go(&url).await
    }

    async fn navigate(
        &mut self,
        method: Method,
        url: Url,
        fields: Vec<(String, String)>,
        initiator: Initiator,
    ) -> anyhow::Result<Landing> {
        let origin = url.origin();
        let (mut method, mut url, mut fields, mut initiator) = (method, url, fields, initiator);
        for _ in 0..REDIRECTS {
            let page = self.request(method.clone(), url.clone(), &fields, initiator).await?;
            let Some(target) = redirect(&page)? else { return Ok(Landing::Page(Box::new(page))) };
            let leaves = match &self.stops {
                Some(stops) => target.origin() == *stops,
                None => target.origin() != origin,
            };
            if leaves {
                // RFC 9700 section 4.12: it would hand the form on.
                ensure!(!matches!(page.status, 307 | 308), "{} to {target}", page.status);
                return Ok(Landing::Elsewhere(target));
            }
            // Fetch section 4.4: 303 always, 301 and 302 after POST, turn into GET.
            if method != Method::HEAD && !matches!(page.status, 307 | 308) {
                method = Method::GET;
                fields = Vec::new();
                // A top-level GET carries `Lax` cookies, wherever it was begun.
                if initiator == Initiator::ElsewhereByForm {
                    initiator = Initiator::Elsewhere;
                }
            }
            url = target;
        }
        bail!("more than {REDIRECTS} redirects, the last to {url}")
    }

    async fn request(
        &mut self,
        method: Method,
        url: Url,
        fields: &[(String, String)],
        initiator: Initiator,
    ) -> anyhow::Result<Page> {
        let (site, origin) = match initiator {
            // `Referrer-Policy: no-referrer` makes browsers send `Origin: null` (Fetch section 3.1).
            Initiator::Here => ("same-origin", "null"),
            Initiator::Elsewhere => ("cross-site", "null"),
            Initiator::ElsewhereByForm => ("cross-site", "https://elsewhere.example"),
        };
        let mut request = self
            .http
            .request(method.clone(), url.clone())
            .headers(self.headers.clone())
            .header("user-agent", &self.user_agent)
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("accept-language", &self.accept_language)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        if let Some(cookies) = self.cookies.header(&url, initiator) {
            request = request.header("cookie", cookies);
        }
        if method == Method::POST {
            request = request.header(ORIGIN, origin).form(fields);
        }
        let answer = request.send().await.with_context(|| format!("{method} {url}"))?;
        for header in answer.headers().get_all(SET_COOKIE) {
            self.cookies.take(header.to_str()?, &url);
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.text().await?;
        let document = Document::parse(&body);
        Ok(Page { url, status, headers, body, document })
    }
}

/// Where a page sends the browser: by a redirect, or by `Refresh` without delay, which browsers
/// follow as soon as the page is there (HTML section 4.2.5.3).
fn redirect(page: &Page) -> anyhow::Result<Option<Url>> {
    let refresh = page.header("refresh").and_then(|value| value.strip_prefix("0; url="));
    if let (200, Some(target)) = (page.status, refresh) {
        return Ok(Some(page.url.join(target)?));
    }
    if !matches!(page.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = page.headers.get(LOCATION).context("a redirect without an address")?.to_str()?;
    Ok(Some(page.url.join(location)?))
}
