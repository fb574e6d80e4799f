//! *Du skickas vidare*: the response to an application, as a form that sends itself
//! ([Form Post Response Mode section 2](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode)).
//! Without script there is its button.

use serde::Serialize;

use crate::pages::Page;
use crate::pages::rehearsed::Rehearsed;

/// The page with the form. It is made once and cannot be asked for again, so that it has no links
/// to itself in other languages.
#[derive(Clone, Debug, Serialize)]
pub struct FormPost<'a> {
    /// Where the form goes: registered by the client, never taken from a request.
    pub action: &'a str,
    /// Its origin, for people to recognise.
    pub origin: &'a str,
    /// What the form brings.
    pub fields: Vec<Field<'a>>,
}

/// A hidden field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

impl Page for FormPost<'_> {
    const FILE: &'static str = "pages/form_post.html";
}

impl Rehearsed for FormPost<'static> {
    fn samples() -> Vec<Self> {
        let (action, origin) = ("https://idep.example.se/cb?a=1&b", "https://idep.example.se");
        let fields = vec![
            Field { name: "code", value: "Splx" },
            Field { name: "state", value: "\"><script>&" },
        ];
        vec![Self { action, origin, fields }]
    }
}
