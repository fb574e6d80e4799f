//! The mail with the one-time link.

use serde::Serialize;

use crate::account::language::Language;
use crate::clock::{Timestamp, Zone};
use crate::pages::{HelpDesk, Page, Pages};

use super::message::Content;
use super::{Error, shown};

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
    /// The account, as [`shown_number`] shows it.
    pub account: &'a str,
    /// When the login was begun.
    pub started_at: Timestamp,
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
    until: String,
    /// Which of `browser` and `system` are known; ends the key of the sentence about them.
    device: &'static str,
    browser: String,
    system: String,
    help_desk: HelpDesk<'a>,
}

super::parts!(Shown in "emails/link");

impl LinkMail<'_> {
    /// The mail's words in one language.
    ///
    /// # Errors
    /// When a template does not render.
    pub fn content(&self, pages: &Pages, language: Language) -> Result<Content, Error> {
        let (browser, system) = (shown(self.browser), shown(self.system));
        let page = Shown {
            url: self.url,
            application: shown(self.application),
            account: shown(self.account),
            started: self.started_at.hour_and_minute(self.zone),
            until: self.expires_at.hour_and_minute(self.zone),
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

/// A login name or party number as a mail may show it: in full, but only the last four digits when
/// its organisation is a sole trader, whose number is a personal identity number. The third digit of
/// a legal person's number is 2 or more.
#[must_use]
pub fn shown_number(number: &str, organisation: &str) -> String {
    let personal = matches!(organisation.as_bytes().get(2), Some(b'0' | b'1'));
    let length = number.chars().count();
    if !personal || length <= 4 {
        return number.to_owned();
    }
    number.chars().enumerate().map(|(at, c)| if at + 4 < length { '•' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_sole_traders_number_only_the_end_is_shown() {
        for (number, organisation, expected) in [
            ("202100083750", "2021000837", "202100083750"),
            ("202100083750", "2121000837", "202100083750"),
            ("850112123450", "8501121234", "••••••••3450"),
            ("851112123450", "8511121234", "••••••••3450"),
            ("856112123450", "8561121234", "856112123450"),
            ("3450", "8501121234", "3450"),
            ("byrååäö7", "8501121234", "••••åäö7"),
            ("202100083750", "", "202100083750"),
        ] {
            assert_eq!(shown_number(number, organisation), expected, "{number} {organisation}");
        }
    }
}
