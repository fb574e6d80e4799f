//! Mail: what it says, how its bytes look, and how it is handed over.
//!
//! The worker that empties the outbox calls three things, in this order: [`letter::link::LinkMail`] or
//! [`letter::notice::NoticeMail`] puts the words together, [`message::Sender::compose`] makes the exact bytes
//! ([RFC 5322](https://www.rfc-editor.org/rfc/rfc5322)), [`Transport::send`] hands them over
//! ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)) and says what became of them.
//! [`relay::schedule::next_attempt`] then tells when to try again. Nothing here reads the time or draws
//! chance: the same mail queued once has the same bytes at every attempt.

#[cfg(test)]
mod golden;
pub mod letter;
pub mod message;
pub mod relay;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::config;

use message::Message;
use relay::folder::Folder;
use relay::memory::Memory;
use relay::smtp::Smtp;
use relay::url::{Destination, Relay};

/// Where mails go.
#[derive(Debug)]
pub enum Transport {
    /// A mail relay.
    Smtp(Box<Smtp>),
    /// A folder of `.eml` files.
    File(Folder),
    /// A list in memory; for tests alone.
    Memory(Memory),
}

impl Transport {
    /// The transport that the settings name. Nothing is connected yet: a relay that is down at
    /// start is no reason not to start. `host` is the issuer's, to greet a relay with.
    ///
    /// # Errors
    /// Names the setting or the file that cannot be used.
    pub fn new(settings: &config::Mail, host: &str) -> Result<Self, Error> {
        Ok(match Destination::parse(settings.url.trim())? {
            Destination::Folder(path) => Self::File(Folder::new(path)),
            Destination::Relay(relay) => Self::Smtp(Box::new(smtp(relay, settings, host)?)),
        })
    }

    /// Hands one message over. Never an error: what happened is an [`Outcome`], to be stored.
    pub async fn send(&self, message: &Message) -> Outcome {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::File(folder) => folder.send(message).await,
            Self::Memory(memory) => memory.send(message).await,
        }
    }

    /// Closes connections that no mail has used for a while, so that they take no place at the relay.
    pub async fn close_idle(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close_idle().await;
        }
    }

    /// Tries everything but a mail: connect, EHLO, STARTTLS, credentials, QUIT. The answer is one
    /// line for people.
    ///
    /// # Errors
    /// Says in one line what does not work.
    pub async fn check(&self) -> Result<String, Error> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::File(folder) => folder.check().await,
            Self::Memory(_) => Ok("mails are kept in memory".to_owned()),
        }
    }
}

fn smtp(relay: Relay, settings: &config::Mail, host: &str) -> Result<Smtp, Error> {
    let authority = match settings.ca_file.as_ref().filter(|path| !path.as_os_str().is_empty()) {
        Some(path) => Some(read("mail.ca_file", path)?),
        None => None,
    };
    let patience = Duration::from_secs(settings.timeout_seconds.clamp(1, 600));
    let name = relay::ehlo::client_id(&settings.ehlo_name, host)?;
    Smtp::new(relay, authority.as_deref(), patience, name)
}

/// Reads a file that a setting names.
fn read(setting: &'static str, path: &std::path::Path) -> Result<String, Error> {
    config::read_text_file(path).map_err(|source| Error::File {
        setting,
        path: path.to_owned(),
        why: source.to_string(),
    })
}

/// What became of one attempt. The texts are one line each, at most 500 characters; a server may
/// repeat the recipient in them, so they belong in the store and not in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the responsibility for the mail
    /// ([RFC 5321 section 4.2.5](https://www.rfc-editor.org/rfc/rfc5321#section-4.2.5)).
    Accepted {
        /// What it said.
        reply: String,
    },
    /// Not now; the mail stays queued.
    Deferred {
        /// What kind of trouble it is.
        cause: Cause,
        /// What the server said, or what went wrong.
        reply: String,
    },
    /// The relay takes no further connection now; it heard nothing of the mail.
    Crowded {
        /// Whether no other connection of ours is open, so that no mail can be handed over.
        alone: bool,
        /// What the server said.
        reply: String,
    },
    /// Never for this address; trying again is useless.
    Refused {
        /// What the server said.
        reply: String,
    },
}

named! {
    /// Why a mail was deferred.
    pub enum Cause {
        /// The server asked for patience with this mail: a 4xx reply, such as greylisting.
        Busy = "busy",
        /// No server, or the connection was lost before the recipient was named.
        Unreachable = "unreachable",
        /// The connection was lost, or the server fell silent, once the recipient was named. After
        /// the mail itself was sent, nobody knows whether it arrived: the same bytes go out again.
        Interrupted = "interrupted",
        /// The relay and the settings do not fit: no STARTTLS where it is required, a certificate
        /// that is not valid, credentials or the sender refused. No mail is lost for it, but an
        /// operator must act.
        Misconfigured = "misconfigured",
    }
}

impl Cause {
    /// Whether every other mail will meet the same trouble, so that the worker should pause.
    #[must_use]
    pub const fn concerns_all(self) -> bool {
        matches!(self, Self::Unreachable | Self::Misconfigured)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What is wrong with the settings, the templates or the relay. Every text names its place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting that cannot be used.
    #[error("{setting}: {why}")]
    Setting {
        /// The key, with its section.
        setting: &'static str,
        /// One plain sentence.
        why: String,
    },
    /// A file that a setting names and that cannot be used.
    #[error("{setting}: {path}: {why}", path = path.display())]
    File {
        /// The key, with its section.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// One plain sentence.
        why: String,
    },
    /// The relay did not answer as it must; from [`Transport::check`] alone.
    #[error("{relay}: {why}")]
    Relay {
        /// Host and port.
        relay: String,
        /// One plain sentence.
        why: String,
    },
    /// The templates do not render.
    #[error("the mail cannot be rendered")]
    Pages(#[from] crate::pages::Error),
    /// The parts do not make a message.
    #[error("the mail cannot be put together: {0}")]
    Compose(#[from] lettre::error::Error),
}

/// The three templates of a message, `subject.txt`, `body.txt` and `body.html`, over one context.
macro_rules! parts {
    ($shown:ident in $folder:literal) => {
        #[derive(Serialize)]
        #[serde(transparent)]
        struct Subject<'a>(&'a $shown<'a>);

        #[derive(Serialize)]
        #[serde(transparent)]
        struct Text<'a>(&'a $shown<'a>);

        #[derive(Serialize)]
        #[serde(transparent)]
        struct Html<'a>(&'a $shown<'a>);

        impl Page for Subject<'_> {
            const FILE: &'static str = concat!($folder, "/subject.txt");
        }

        impl Page for Text<'_> {
            const FILE: &'static str = concat!($folder, "/body.txt");
        }

        impl Page for Html<'_> {
            const FILE: &'static str = concat!($folder, "/body.html");
        }

        impl $shown<'_> {
            fn content(&self, pages: &Pages, language: Language) -> Result<Content, Error> {
                Ok(Content {
                    subject: pages.render(&Subject(self), language)?.trim().to_owned(),
                    text: format!("{}\n", pages.render(&Text(self), language)?.trim()),
                    html: format!("{}\n", pages.render(&Html(self), language)?.trim()),
                })
            }
        }
    };
}
use parts;

/// A name from outside as a mail may show it: one line, at most 100 characters.
fn shorten_name(name: &str) -> String {
    one_line(name).chars().take(100).collect()
}

/// One line of at most 500 characters, fit for the store and a page.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_smtp_reply_is_shortened_to_one_line_without_control_characters() {
        assert_eq!(one_line(" 4.7.1 Grey\r\nlisted\u{0}\u{1b}now "), "4.7.1 Grey listed now");
        assert_eq!(one_line(&"å".repeat(2000)).chars().count(), 500);
    }

    #[test]
    fn a_missing_ca_file_is_named_with_its_setting() {
        let settings = config::Mail {
            url: "smtp://mx.example".to_owned(),
            ca_file: Some("/nowhere/ca".into()),
            ..Default::default()
        };
        let error = Transport::new(&settings, "login.example.se").unwrap_err().to_string();
        assert!(error.starts_with("mail.ca_file: /nowhere/ca: "), "{error}");
    }
}
