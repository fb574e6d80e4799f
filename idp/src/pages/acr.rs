//! What one of our authentication context classes means, and what it does not
//! ([OpenID Connect Core section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken), `acr`).

use serde::Serialize;

use super::Page;
use super::rehearsed::Rehearsed;
use crate::account::assurance::Class;

/// The definition of one class, served at the address that is its value.
#[derive(Clone, Debug, Serialize)]
pub struct Acr<'a> {
    /// The name of the class.
    pub class: &'a str,
    /// Its full value, as in the ID token.
    pub value: &'a str,
    /// For how many minutes a mailed link is valid.
    pub link_minutes: u32,
    /// For how many days a browser is remembered.
    pub remember_days: u32,
}

impl Page for Acr<'_> {
    const FILE: &'static str = "pages/acr.html";
}

impl Rehearsed for Acr<'static> {
    fn samples() -> Vec<Self> {
        let page = |(class, value): (Class, &'static str)| Acr {
            class: class.name(),
            value,
            link_minutes: 30,
            remember_days: 20,
        };
        let values = [
            "https://login.example.se/acr/pwd",
            "https://login.example.se/acr/pwd-email-remembered",
            "https://login.example.se/acr/pwd-email",
        ];
        Class::ALL.into_iter().zip(values).map(page).collect()
    }
}
