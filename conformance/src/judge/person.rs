//! The person at the browser: signs in, agrees, or turns back, as the page and the module ask.

use anyhow::ensure;

use crate::judge::authorization::{End, Response, Visit};
use crate::judge::test::Test;
use crate::page::{Landing, Page};
use crate::request::Request;

/// What the person does on a page of the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Will {
    /// Signs in and agrees.
    #[default]
    Agree,
    /// Turns back at the first page that offers it.
    Refuse,
    /// Looks at the first page and leaves.
    Look,
}

impl Test {
    /// Follows an authorization request to its end, signing in where that is asked.
    pub async fn visit(&mut self, request: &Request) -> anyhow::Result<Visit> {
        self.visit_as(request, Will::Agree).await
    }

    /// The same, with another will.
    pub async fn visit_as(&mut self, request: &Request, will: Will) -> anyhow::Result<Visit> {
        let landing = self.browser.open(&request.url()).await?;
        self.proceed(landing, request, will).await
    }

    /// The same, from where the browser already is.
    pub async fn proceed(
        &mut self,
        landing: Landing,
        request: &Request,
        will: Will,
    ) -> anyhow::Result<Visit> {
        let (mut landing, mut pages, mut logins) = (landing, Vec::new(), 0);
        loop {
            let page = match landing {
                Landing::Elsewhere(url) => {
                    let end = End::Response(Response::from_url(url));
                    return Ok(Visit { pages, logins, end });
                }
                Landing::Page(page) => *page,
            };
            if let Some(response) = Response::from_page(&page, &request.redirect_uri) {
                return Ok(Visit { pages, logins, end: End::Response(response) });
            }
            let Some(next) = self.answer_page(&page, will).await? else {
                return Ok(Visit { pages, logins, end: End::Page(Box::new(page)) });
            };
            logins += usize::from(self.asks_login(&page));
            ensure!(logins < 3, "the login is asked for again and again: {}", page.text());
            pages.push(page);
            ensure!(pages.len() < 10, "no end of pages");
            landing = next;
        }
    }

    /// Whether a page asks for the password.
    #[must_use]
    pub fn asks_login(&self, page: &Page) -> bool {
        page.document.has(&self.judge.configuration.user.elements.login_password)
    }

    /// Whether a page asks to agree.
    #[must_use]
    pub fn asks_consent(&self, page: &Page) -> bool {
        page.document.has(&self.judge.configuration.user.elements.consent_allow)
    }

    async fn answer_page(&mut self, page: &Page, will: Will) -> anyhow::Result<Option<Landing>> {
        let user = self.judge.configuration.user.clone();
        let ids = &user.elements;
        let (login, consent) = (self.asks_login(page), self.asks_consent(page));
        if will == Will::Look || !(login || consent) {
            return Ok(None);
        }
        let mut typed = Vec::new();
        let button = match (will, login) {
            (Will::Refuse, true) => &ids.login_cancel,
            (Will::Refuse, false) => &ids.consent_deny,
            (_, false) => &ids.consent_allow,
            (_, true) => {
                if page.document.has(&ids.login_username) {
                    typed.push(Self::typed(page, &ids.login_username, &user.username)?);
                }
                typed.push(Self::typed(page, &ids.login_password, &user.password)?);
                &ids.login_submit
            }
        };
        let typed: Vec<_> =
            typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.browser.press(page, button, &typed).await.map(Some)
    }

    /// Notes a failure unless the page is an error page: by its element, and by its status. The
    /// official suite has a person look at a picture of it.
    pub fn expect_error_page(&mut self, page: &Page) {
        let id = &self.judge.configuration.user.elements.error_page;
        if !page.document.has(id) || !(400..500).contains(&page.status) {
            let text = page.text();
            let place = format!("{} ({})", page.url, page.status);
            self.findings.fail(format!("no error page, but {place}: {text}"));
        }
    }
}
