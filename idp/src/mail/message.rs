//! One mail as bytes: [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322) with a text part and an HTML
//! part ([RFC 2046 section 5.1.4](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.4)), both
//! quoted-printable, so that every server carries it unchanged.
//!
//! The bytes are a function of what is handed in: a mail that is sent again after a lost
//! connection is the same mail, with the same Message-ID.

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use crate::clock::Timestamp;
use crate::config;
use crate::contact::address::Address;

use super::Error;
use super::dkim::Dkim;

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
pub(super) fn lettre_address(envelope: &str) -> lettre::Address {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::account::language::Language;
    use crate::clock::Zone;
    use crate::contact::Role;
    use crate::mail::link::{LONGEST_URL, LinkMail};
    use crate::mail::notice::{Event, NoticeMail};
    use crate::pages::{HelpDesk, Pages};

    const NOW: Timestamp = Timestamp(1_795_438_800);
    const HELP_DESK: HelpDesk<'_> = HelpDesk {
        name: "Intrastat helpdesk",
        email: "intrastat@example.se",
        phone: "010-479 50 00",
    };
    const ID: &str = "06p1t4hg8c5k3v2m9x7z0qwrab";

    fn sender(settings: &config::Mail) -> Sender {
        Sender::new(settings, "login.example.se").unwrap()
    }

    fn settings() -> config::Mail {
        config::Mail {
            from: "Intrastat helpdesk <no-reply@example.se>".to_owned(),
            ..Default::default()
        }
    }

    fn link_mail(url: &str) -> LinkMail<'_> {
        LinkMail {
            url,
            application: "IDEP.WEB",
            account: "202100083750",
            started_at: NOW.plus(-60),
            expires_at: NOW.plus(1800),
            browser: "Firefox",
            system: "Windows",
            help_desk: HELP_DESK,
            zone: Zone::default(),
        }
    }

    fn url() -> String {
        let url = format!("https://login.example.se/l/{}", "a2b3c4d5e6f7".repeat(5));
        url[..LONGEST_URL].to_owned()
    }

    /// The raw message as lines, each of which ended in CRLF and was no longer than `limit`.
    fn lines(raw: &[u8], limit: usize) -> String {
        let text = std::str::from_utf8(raw).unwrap();
        assert!(text.is_ascii() && text.ends_with("\r\n"));
        assert!(text.split("\r\n").all(|line| !line.contains(['\r', '\n'])));
        assert!(text.split("\r\n").all(|line| line.len() <= limit));
        text.replace("\r\n", "\n")
    }

    fn raw(content: &Content, to: &str) -> Message {
        let to = Address::parse(to).unwrap();
        sender(&settings()).compose(ID, &to, NOW, content).unwrap()
    }

    #[test]
    fn the_login_mail_is_exactly_this() {
        let pages = Pages::new(None).unwrap();
        for language in Language::ALL {
            let content = link_mail(&url()).content(&pages, language).unwrap();
            let message = raw(&content, "Magnus.Lange@Scb.se");
            insta::assert_snapshot!(
                format!("link.{}", language.as_str()),
                lines(message.raw(), 998)
            );
        }
    }

    #[test]
    fn the_notices_are_exactly_these() {
        let pages = Pages::new(None).unwrap();
        let old = Address::parse("Magnus.Lange@Scb.se").unwrap();
        let new = Address::parse("intrastat.test@scb.se").unwrap();
        for (event, subject) in [
            (Event::AddressAdded { role: Role::Company, new: &new }, "202100083701"),
            (Event::AddressRemoved { role: Role::Arrivals, old: &old }, "202100083701"),
            (
                Event::AddressChanged { role: Role::Dispatches, old: &old, new: &new },
                "••••••••3401",
            ),
            (Event::PasswordChanged, "202100083750"),
            (Event::NotMeReported, "202100083750"),
        ] {
            let mail =
                NoticeMail { event, subject, at: NOW, help_desk: HELP_DESK, zone: Zone::default() };
            for language in Language::ALL {
                let Content { subject, text, html } = mail.content(&pages, language).unwrap();
                insta::assert_snapshot!(
                    format!("notice.{}.{}", event.as_str(), language.as_str()),
                    format!("{subject}\n-- text --\n{text}\n-- html --\n{html}")
                );
            }
        }
    }

    #[test]
    fn a_link_of_the_longest_length_stands_alone_on_one_line_of_the_source() {
        let pages = Pages::new(None).unwrap();
        let url = url();
        assert_eq!(url.len(), LONGEST_URL);
        for language in Language::ALL {
            let content = link_mail(&url).content(&pages, language).unwrap();
            let message = raw(&content, "info@scb.se");
            assert!(lines(message.raw(), 998).lines().any(|line| line == url), "{language:?}");
        }
    }

    #[test]
    fn browser_and_system_are_left_out_when_they_are_not_known() {
        let pages = Pages::new(None).unwrap();
        let url = url();
        for (browser, system, expected) in [
            ("Firefox", "Windows", "började kl. 13:59 i Firefox på Windows."),
            ("Firefox", "", "började kl. 13:59 i Firefox."),
            ("", "Windows", "började kl. 13:59 på Windows."),
            ("", " \n", "började kl. 13:59."),
        ] {
            let mail = LinkMail { browser, system, ..link_mail(&url) };
            let Content { text, html, .. } = mail.content(&pages, Language::Sv).unwrap();
            assert!(text.contains(expected) && html.contains(expected), "{text}");
        }
    }

    #[test]
    fn the_envelope_is_the_stored_address_byte_by_byte() {
        let content = Content { subject: "x".into(), text: "x".into(), html: "x".into() };
        for (to, recipient) in [
            ("Magnus.Lange@Scb.se", "Magnus.Lange@Scb.se"),
            ("a+b=c'd@X.Example", "a+b=c'd@X.Example"),
            ("info@åäö.example", "info@xn--4cab6c.example"),
        ] {
            let message = raw(&content, to);
            assert_eq!(message.recipient(), recipient);
            assert_eq!(message.sender(), "no-reply@example.se");
            let text = lines(message.raw(), 998);
            assert_eq!(text.lines().filter(|line| line.starts_with("To: ")).count(), 1);
            assert!(text.contains(&format!("\nTo: {recipient}\n")), "{text}");
        }
    }

    #[test]
    fn a_sender_that_is_no_address_is_named_with_its_setting() {
        for (from, reply_to, setting) in [
            ("", "", "mail.from"),
            ("Helpdesk", "", "mail.from"),
            ("a@example.se, b@example.se", "", "mail.from"),
            ("Å <å@example.se>", "", "mail.from"),
            ("a@example.se", "<>", "mail.reply_to"),
        ] {
            let settings = config::Mail {
                from: from.to_owned(),
                reply_to: reply_to.to_owned(),
                ..Default::default()
            };
            let error = Sender::new(&settings, "host").unwrap_err().to_string();
            assert!(error.starts_with(setting), "{from} {reply_to}: {error}");
        }
    }

    #[test]
    fn answers_go_to_the_reply_address_when_there_is_one() {
        let content = Content { subject: "x".into(), text: "x".into(), html: "x".into() };
        let settings = config::Mail {
            reply_to: "Hjälp på vägen <help@example.se>".to_owned(),
            ..settings()
        };
        let to = Address::parse("info@scb.se").unwrap();
        let message = sender(&settings).compose(ID, &to, NOW, &content).unwrap();
        let text = lines(message.raw(), 998);
        assert!(text.contains("\nReply-To: =?utf-8?"), "{text}");
        assert!(text.contains("<help@example.se>\n"), "{text}");
    }

    proptest! {
        #[test]
        fn no_text_of_a_user_adds_a_header_a_part_or_a_recipient(
            application in "\\PC{0,40}(\r\n|\n|\r|\0)?(Bcc: x@y.z)?\\PC{0,200}",
            account in ".{0,40}|\\PC{0,40}\r\n\r\n--=_",
            browser in "(\r|\n|.){0,80}",
        ) {
            let pages = Pages::new(None).unwrap();
            let url = url();
            let mail = LinkMail {
                application: &application,
                account: &account,
                browser: &browser,
                ..link_mail(&url)
            };
            let content = mail.content(&pages, Language::Sv).unwrap();
            let message = raw(&content, "info@scb.se");
            let text = lines(message.raw(), 998);
            let (head, body) = text.split_once("\n\n").unwrap();
            let names: Vec<_> = head
                .lines()
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split_once(':').unwrap().0)
                .collect();
            prop_assert_eq!(names, [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
                "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
            ]);
            let borders = body.lines().filter(|line| line.starts_with("--=_")).count();
            prop_assert_eq!(borders, 3);
            prop_assert_eq!(message.recipient(), "info@scb.se");
        }
    }
}
