//! What one of our authentication context classes means, and what it does not
//! ([OpenID Connect Core section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken), `acr`).

use serde::Serialize;

use super::Page;
use super::rehearsal::Rehearsed;

/// The definition of one class, served at the address that is its value.
#[derive(Clone, Debug, Serialize)]
pub struct Acr<'a> {
    /// Which class.
    pub class: Class,
    /// Its full value, as in the ID token.
    pub value: &'a str,
    /// For how many minutes a mailed link is valid.
    pub link_minutes: u32,
    /// For how many days a browser is remembered.
    pub remember_days: u32,
}

/// The classes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A password only.
    Pwd,
    /// A password, in a browser that completed the e-mail step some days ago.
    PwdEmailRemembered,
    /// A password and a mailed link in the same login.
    PwdEmail,
}

impl Page for Acr<'_> {
    const FILE: &'static str = "pages/acr.html";
}

impl Rehearsed for Acr<'static> {
    fn samples() -> Vec<Self> {
        let page = |class, value| Acr { class, value, link_minutes: 30, remember_days: 20 };
        vec![
            page(Class::Pwd, "https://login.example.se/acr/pwd"),
            page(Class::PwdEmailRemembered, "https://login.example.se/acr/pwd-email-remembered"),
            page(Class::PwdEmail, "https://login.example.se/acr/pwd-email"),
        ]
    }
}
