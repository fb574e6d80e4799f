//! The mailbox the provider's mail arrives in, read as JSON.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(25);

/// One mail.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// Its name in the mailbox.
    pub id: String,
    /// The recipients of the envelope, with commas between them.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The part as plain text.
    pub text: String,
    /// The part as HTML.
    pub html: String,
    /// The message as it came over the wire.
    pub raw: String,
    /// All addresses that can be followed from the mail.
    pub links: Vec<String>,
}

impl Message {
    /// The one-time link: the address below the issuer's `/l/`.
    pub fn link(&self, issuer: &str) -> anyhow::Result<Url> {
        let prefix = format!("{}/l/", issuer.trim_end_matches('/'));
        let link = self
            .links
            .iter()
            .find(|link| link.starts_with(&prefix))
            .with_context(|| format!("no link below {prefix} in the mail: {:?}", self.links))?;
        Ok(Url::parse(link)?)
    }
}

/// A mailbox with `GET /messages`.
#[derive(Clone)]
pub struct Mailbox {
    messages: Url,
    http: reqwest::Client,
}

impl Mailbox {
    /// The mailbox at this address.
    pub fn new(base: &Url) -> anyhow::Result<Self> {
        Ok(Self { messages: base.join("messages")?, http: reqwest::Client::builder().build()? })
    }

    /// All mail that is there.
    pub async fn all(&self) -> anyhow::Result<Vec<Message>> {
        let answer = self.http.get(self.messages.clone()).send().await?.error_for_status()?;
        answer.json().await.context("the mailbox's list")
    }

    /// What is there already, so that the next mail can be told from it.
    pub async fn mark(&self) -> anyhow::Result<HashSet<String>> {
        Ok(self.all().await?.into_iter().map(|message| message.id).collect())
    }

    /// Waits for the first mail to this address that was not there before.
    pub async fn next(&self, to: &str, before: &HashSet<String>) -> anyhow::Result<Message> {
        let begun = Instant::now();
        let mut pause = tokio::time::interval(PAUSE);
        loop {
            pause.tick().await;
            let new = self.all().await?.into_iter().find(|message| {
                !before.contains(&message.id) && message.to.eq_ignore_ascii_case(to)
            });
            if let Some(message) = new {
                return Ok(message);
            }
            if begun.elapsed() > PATIENCE {
                bail!("no mail to {to} within {PATIENCE:?}")
            }
        }
    }
}
