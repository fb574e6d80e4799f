//! What surrounds every web page: service name, language links and help desk.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::account::language::Language;

/// The facts that every page shares.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The language of the page.
    pub language: Language,
    /// The name of the service, shown as its word mark.
    pub service: &'a str,
    /// Path and query at which `GET` shows the same page; the language links lead there.
    pub path: &'a str,
    /// Who helps.
    pub help_desk: HelpDesk<'a>,
    /// Where the links of the foot lead.
    pub foot: Foot<'a>,
}

/// Where the links of every page's foot lead.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Foot<'a> {
    /// The accessibility statement.
    pub accessibility: &'a str,
    /// Cookies and personal data.
    pub privacy: &'a str,
}

/// How to reach the people who help. What is empty is left out, and with it every sentence that
/// would name it. Templates see the fields, and in `called` what to name in a sentence.
#[derive(Clone, Copy, Debug, Default)]
pub struct HelpDesk<'a> {
    /// The name people know it by.
    pub name: &'a str,
    /// Its e-mail address.
    pub email: &'a str,
    /// Its telephone number, as it is written.
    pub phone: &'a str,
}

impl HelpDesk<'_> {
    /// What a sentence names: the name, else the address, else the telephone number; empty when
    /// nobody can be asked.
    fn called(&self) -> &str {
        let Self { name, email, phone } = self;
        [name, email, phone].into_iter().find(|text| !text.is_empty()).copied().unwrap_or_default()
    }
}

impl Serialize for HelpDesk<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("HelpDesk", 4)?;
        fields.serialize_field("name", self.name)?;
        fields.serialize_field("email", self.email)?;
        fields.serialize_field("phone", self.phone)?;
        fields.serialize_field("called", self.called())?;
        fields.end()
    }
}

/// An application to go to or back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Application<'a> {
    /// The name people know it by.
    pub name: &'a str,
    /// Where people go on: registered by the client, or an address of ours.
    pub address: &'a str,
    /// Whether a login that is still open goes on there.
    pub resumes: bool,
}

/// What an application shows of itself from where it keeps it; an empty address is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct About<'a> {
    /// Its logo.
    pub logo: &'a str,
    /// What it does with people's data.
    pub policy: &'a str,
    /// Its terms of service.
    pub terms: &'a str,
}

impl Application<'static> {
    pub(super) const SAMPLE: Self =
        Application { name: "IDEP.WEB", address: "https://idep.example.se/", resumes: false };
    pub(super) const LOGIN: Self =
        Application { address: "/interaction/4kq2", resumes: true, ..Self::SAMPLE };
}

#[derive(Serialize)]
pub(super) struct Shown<'a> {
    service: &'a str,
    help_desk: HelpDesk<'a>,
    foot: Foot<'a>,
    /// The telephone number as it is dialled: `+46 (0)10-123 45` is `+461012345`.
    dialled: String,
    languages: [LanguageLink; 2],
}

#[derive(Serialize)]
struct LanguageLink {
    language: &'static str,
    name: &'static str,
    address: String,
    current: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn shown(&self) -> Shown<'a> {
        let digit = |character: &char| character.is_ascii_digit() || *character == '+';
        Shown {
            service: self.service,
            help_desk: self.help_desk,
            foot: self.foot,
            dialled: self.help_desk.phone.replace("(0)", "").chars().filter(digit).collect(),
            languages: Language::ALL.map(|language| LanguageLink {
                language: language.as_str(),
                name: language.name(),
                address: in_language(self.path, language),
                current: language == self.language,
            }),
        }
    }
}

/// The same address asking for a language. It never leaves this site: a path such as `//other`
/// would, so only the query of such a one is kept.
fn in_language(path: &str, language: Language) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let second = path.chars().nth(1);
    let ours = path.starts_with('/') && second != Some('/') && second != Some('\\');
    let kept: String = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("ui_locales"))
        .flat_map(|pair| [pair, "&"])
        .collect();
    format!("{}?{kept}ui_locales={}", if ours { path } else { "" }, language.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_link_refers_to_the_same_page_and_never_to_another_site() {
        for (path, address) in [
            ("/interaction/abc", "/interaction/abc?ui_locales=en"),
            ("/authorize?a=1&ui_locales=sv&b=%26", "/authorize?a=1&b=%26&ui_locales=en"),
            ("/?", "/?ui_locales=en"),
            ("//example.org/x?a=1", "?a=1&ui_locales=en"),
            ("/\\example.org", "?ui_locales=en"),
            ("javascript:alert(1)", "?ui_locales=en"),
            ("", "?ui_locales=en"),
        ] {
            assert_eq!(in_language(path, Language::En), address);
        }
    }

    #[test]
    fn a_telephone_number_is_linked_without_blanks_and_punctuation() {
        let help_desk = HelpDesk { phone: "+46 (0)10-479 50 00", ..HelpDesk::default() };
        let frame = Frame {
            language: Language::Sv,
            service: "",
            path: "/",
            help_desk,
            foot: Foot::default(),
        };
        assert_eq!(frame.shown().dialled, "+46104795000");
    }
}
