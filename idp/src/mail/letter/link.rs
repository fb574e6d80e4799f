//! The mail with the one-time link.

use serde::Serialize;

use crate::account::language::Language;
use crate::clock::{Timestamp, Zone};
use crate::pages::{HelpDesk, Page, Pages};

use crate::mail::message::Content;
use crate::mail::{Error, shorten_name};

/// The longest link: a quoted-printable line holds 76 characters
/// ([RFC 2045 section 6.7](https://www.rfc-editor.org/rfc/rfc2045#section-6.7)), and a link that is not
/// broken can be copied from the plain source of the mail.
pub const LONGEST_URL: usize = 76;

/// What the mail says.
#[derive(Clone, Copy, Debug)]
pub struct LinkMail<'a> {
    /// The link in full, built from the configured issuer.
    pub url: &'a str,
    /// The application that asked for the login.
    pub application: &'a str,
    /// The account, as [`user_id_in_mail`](crate::contact::organisation_number::user_id_in_mail)
    /// shows it.
    pub account: &'a str,
    /// When the login was begun.
    pub started_at: Timestamp,
    /// Which mail of the login this is, counted from 1.
    pub number: u32,
    /// When the link dies.
    pub expires_at: Timestamp,
    /// The browser that began the login, such as `Firefox`; empty when it is not known.
    pub browser: &'a str,
    /// Its system, such as `Windows`; empty when it is not known.
    pub system: &'a str,
    /// Who helps.
    pub help_desk: HelpDesk<'a>,
    /// The time zone of the clock times.
    pub zone: Zone,
}

#[derive(Serialize)]
struct Shown<'a> {
    url: &'a str,
    application: String,
    account: String,
    started: String,
    /// To the second, so that the mails of two logins differ in their subject.
    started_exactly: String,
    number: u32,
    until: String,
    /// Which of `browser` and `system` are known; ends the key of the sentence about them.
    device: &'static str,
    browser: String,
    system: String,
    help_desk: HelpDesk<'a>,
}

crate::mail::parts!(Shown in "emails/link");

impl LinkMail<'_> {
    /// The mail's words in one language.
    ///
    /// # Errors
    /// When a template does not render.
    pub fn content(&self, pages: &Pages, language: Language) -> Result<Content, Error> {
        let (browser, system) = (shorten_name(self.browser), shorten_name(self.system));
        let page = Shown {
            url: self.url,
            application: shorten_name(self.application),
            account: shorten_name(self.account),
            started: clock_time(self.started_at.hour_and_minute(self.zone), language),
            started_exactly: clock_time(
                self.started_at.hour_minute_and_second(self.zone),
                language,
            ),
            number: self.number,
            until: clock_time(self.expires_at.hour_and_minute(self.zone), language),
            device: match (browser.is_empty(), system.is_empty()) {
                (false, false) => "both",
                (false, true) => "browser",
                (true, false) => "system",
                (true, true) => "neither",
            },
            browser,
            system,
            help_desk: self.help_desk,
        };
        page.content(pages, language)
    }
}

/// A clock time as prose writes it: Swedish puts a point between hours and minutes.
fn clock_time(time: String, language: Language) -> String {
    match language {
        Language::Sv => time.replace(':', "."),
        Language::En => time,
    }
}
