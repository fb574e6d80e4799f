//! A person at a browser: signs in as the pages ask, reads mail, opens the link.

use anyhow::{Context as _, bail, ensure};
use url::Url;

use crate::browser::Browser;
use crate::judge::authorization::Response;
use crate::mailbox::Message;
use crate::page::{Landing, Page};
use crate::provider::Provider;
use crate::request::Request;
use crate::settings::Settings;

/// What the person was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// User name and password.
    Password,
    /// One of the addresses, and a mail was sent there.
    Email,
    /// The link of that mail.
    Link,
}

/// A login that ended at the relying party.
#[derive(Clone, Debug)]
pub struct Login {
    /// The authorization response.
    pub response: Response,
    /// What was asked on the way.
    pub steps: Vec<Step>,
}

/// A person with a browser of their own.
#[derive(Clone)]
pub struct User<'a> {
    /// The browser.
    pub browser: Browser,
    /// Whether to tick the box that skips the e-mail step in this browser.
    pub skips: bool,
    provider: &'a Provider,
}

impl Provider {
    /// A person who was never here, with a new browser.
    pub fn user(&self) -> anyhow::Result<User<'_>> {
        Ok(User { browser: Browser::new()?, skips: false, provider: self })
    }
}

impl<'a> User<'a> {
    /// The same person, who has the browser remembered.
    #[must_use]
    pub const fn skipping(mut self) -> Self {
        self.skips = true;
        self
    }

    /// Signs in from the relying party's redirect to its callback.
    pub async fn sign_in(&mut self, request: &Request) -> anyhow::Result<Login> {
        let landing = self.browser.open(&request.url()).await?;
        self.finish(landing, request).await
    }

    /// Does what each page asks until the browser is back at the relying party.
    pub async fn finish(&mut self, landing: Landing, request: &Request) -> anyhow::Result<Login> {
        let (mut landing, mut steps) = (landing, Vec::new());
        while steps.len() < 6 {
            let page = match landing {
                Landing::Elsewhere(url) => {
                    let response = self.provider.response(request, url)?;
                    return Ok(Login { response, steps });
                }
                Landing::Page(page) => *page,
            };
            if page.document.has("login-username") {
                steps.push(Step::Password);
                landing = self.give_password(&page).await?;
            } else if page.document.has("email-address") {
                steps.extend([Step::Email, Step::Link]);
                let (_, message) = self.receive(&page).await?;
                let link = message.link(&self.provider.settings.issuer)?;
                landing = self.confirm(&link).await?;
            } else {
                bail!("stuck on {} ({}): {}", page.url, page.status, page.text());
            }
        }
        bail!("asked again and again: {steps:?}")
    }

    /// Types the right user name and password.
    pub async fn give_password(&mut self, page: &Page) -> anyhow::Result<Landing> {
        let Settings { username, password, .. } = &self.provider.settings;
        let typed = [("username", username.as_str()), ("password", password.as_str())];
        self.browser.press(page, "login-submit", &typed).await
    }

    /// Types an address at the e-mail step.
    pub async fn type_email(&mut self, page: &Page, email: &str) -> anyhow::Result<Landing> {
        let mut typed = vec![("email", email)];
        let skip = page.document.element("email-skip");
        let value = skip.and_then(|skip| skip.attribute("value")).unwrap_or("on").to_owned();
        if self.skips {
            ensure!(skip.is_some(), "no box to skip the e-mail step");
            typed.push(("skip_email", &value));
        }
        self.browser.press(page, "email-submit", &typed).await
    }

    /// Goes from the relying party to the e-mail step.
    pub async fn reach_email(&mut self, request: &Request) -> anyhow::Result<Page> {
        let mut page = self.browser.open(&request.url()).await?.page()?;
        if page.document.has("login-username") {
            page = self.give_password(&page).await?.page()?;
        }
        page.expect("email-address")?;
        Ok(page)
    }

    /// Types the right address and waits for the mail: the sent page, and the mail.
    pub async fn receive(&mut self, page: &Page) -> anyhow::Result<(Page, Message)> {
        let settings = &self.provider.settings;
        let before = self.provider.mailbox.mark().await?;
        let sent = self.type_email(page, &settings.email).await?.page()?;
        sent.expect("sent-page")?;
        let message = self.provider.mailbox.next(&settings.email, &before).await?;
        Ok((sent, message))
    }

    /// Opens the link and presses the button.
    pub async fn confirm(&mut self, link: &Url) -> anyhow::Result<Landing> {
        let page = self.browser.open(link).await?.page()?;
        self.browser.press(&page, "link-confirm", &[]).await.context("the page of the link")
    }
}
