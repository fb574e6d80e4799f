//! One mail as bytes: [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322) with a text part and an HTML
//! part ([RFC 2046 section 5.1.4](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.4)), both
//! quoted-printable, so that every server carries it unchanged.
//!
//! The bytes are a function of what is handed in: a mail that is sent again after a lost
//! connection is the same mail, with the same Message-ID.

pub(super) mod canonical;
pub mod dkim;

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use crate::clock::Timestamp;
use crate::config;
use crate::contact::address::Address;

use crate::mail::Error;
use crate::mail::message::dkim::Dkim;

/// What a mail says, as the templates put it.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The subject, one line.
    pub subject: String,
    /// The part as plain text.
    pub text: String,
    /// The part as HTML.
    pub html: String,
}

impl fmt::Debug for Content {
    /// Without the parts, which may hold a link.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Content").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// One mail, ready to be handed over to exactly one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    id: String,
    sender: String,
    recipient: String,
    raw: Vec<u8>,
}

impl Message {
    /// The id it has in the outbox.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The envelope sender, to whom bounces go.
    #[must_use]
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// The one envelope recipient.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// All bytes of the mail, lines ended by CRLF.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

impl fmt::Debug for Message {
    /// Without recipient and bytes, which belong in no log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

/// In whose name mails go out.
#[derive(Debug)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    host: String,
    dkim: Option<Dkim>,
}

impl Sender {
    /// The sender of the settings; `issuer_host` ends every Message-ID.
    ///
    /// # Errors
    /// Names the setting or the key file that cannot be used.
    pub fn new(settings: &config::Mail, issuer_host: &str) -> Result<Self, Error> {
        let from = mailbox("mail.from", &settings.from)?;
        let reply_to = match settings.reply_to.trim() {
            "" => None,
            reply_to => Some(mailbox("mail.reply_to", reply_to)?),
        };
        let dkim = Dkim::new(settings, from.email.domain())?;
        Ok(Self { from, reply_to, host: issuer_host.to_owned(), dkim })
    }

    /// The bytes of one mail. `id` is its id in the outbox, `date` the moment it was queued.
    ///
    /// # Errors
    /// When the parts do not make a message.
    pub fn compose(
        &self,
        id: &str,
        to: &Address,
        date: Timestamp,
        content: &Content,
    ) -> Result<Message, Error> {
        let recipient = to.envelope().into_owned();
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, lettre_address(&recipient)))
            .subject(one_line(&content.subject))
            .date(system_time(date))
            .message_id(Some(format!("<{}@{}>", plain(id), self.host)));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let mail = builder
            // RFC 3834 section 5: no out-of-office note is sent in answer.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            // The same for servers that do not know RFC 3834 (MS-OXCMAIL section 2.1.3.2.20).
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .multipart(alternative(id, content))?;
        let mut raw = mail.formatted();
        if let Some(dkim) = &self.dkim {
            let signature = dkim.sign(&raw, date)?;
            raw.splice(0..0, signature);
        }
        Ok(Message { id: id.to_owned(), sender: self.from.email.to_string(), recipient, raw })
    }
}

/// The last alternative is the one a reader prefers, so HTML comes second
/// ([RFC 2046 section 5.1.4](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.4)).
fn alternative(id: &str, content: &Content) -> MultiPart {
    // `=_` never stands in quoted-printable text (RFC 2045 section 6.7), so no part can end early.
    MultiPart::alternative()
        .boundary(format!("=_{}", plain(id)))
        .singlepart(part(ContentType::TEXT_PLAIN, &content.text))
        .singlepart(part(ContentType::TEXT_HTML, &content.html))
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    let encoding = ContentTransferEncoding::QuotedPrintable;
    let encoded = Body::new_with_encoding(text.to_owned(), encoding)
        .unwrap_or_else(|text| Body::dangerous_pre_encoded(text, encoding));
    SinglePart::builder().header(kind).body(encoded)
}

/// A subject without the line breaks that would end its header.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An id with nothing in it but what boundaries and message ids allow, at most 60 characters.
fn plain(id: &str) -> String {
    id.chars().take(60).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn mailbox(setting: &'static str, text: &str) -> Result<Mailbox, Error> {
    let fault = |why: &str| Error::Setting { setting, why: format!("{text:?} {why}") };
    let mailbox: Mailbox = text
        .trim()
        .parse()
        .map_err(|_| fault("is not a sender such as Helpdesk <no-reply@example.se>"))?;
    if !mailbox.email.to_string().is_ascii() || text.chars().any(char::is_control) {
        return Err(fault("has an address with letters beyond ASCII, or control characters"));
    }
    Ok(mailbox)
}

/// The address as lettre's type. [`Address`] is the stricter of the two, and its envelope form is
/// ASCII, so nothing is left to check.
pub(in crate::mail) fn lettre_address(envelope: &str) -> lettre::Address {
    let (local_part, domain) = envelope.rsplit_once('@').unwrap_or((envelope, ""));
    lettre::Address::new_dangerous(local_part, domain)
}

/// The moment as the type that writes a `Date`, kept within the years it can write.
fn system_time(date: Timestamp) -> SystemTime {
    const LAST: u64 = 253_402_300_799;
    let seconds = u64::try_from(date.0).unwrap_or(0).min(LAST);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
