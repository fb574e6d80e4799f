//! *Du skickas vidare*: the way out of the provider after a form of ours. Browsers check every
//! redirect after a form against `form-action`
//! ([Content Security Policy Level 3 section 6.5.1](https://www.w3.org/TR/CSP3/#directive-form-action)),
//! and no list can name where an application redirects to in its turn, so no form of ours is
//! answered by a redirect to another site: this page is, and goes on by itself.

use serde::Serialize;

use crate::pages::Page;
use crate::pages::rehearsed::Rehearsed;

/// The page that leads on. It is made once and cannot be asked for again, so that it has no links
/// to itself in other languages.
#[derive(Clone, Debug, Serialize)]
pub struct Leave<'a> {
    /// Where it leads: registered by the client, with the parameters of the response.
    pub address: &'a str,
    /// The site, for people to recognise; empty when it is an application on this device.
    pub site: &'a str,
}

impl Page for Leave<'_> {
    const FILE: &'static str = "pages/leave.html";
}

impl Rehearsed for Leave<'static> {
    fn samples() -> Vec<Self> {
        let address = "https://idep.example.se/cb?code=Splx&state=%22'%3Cscript%3E";
        let app = "se.example.idep:/cb?code=Splx&state=a;b";
        vec![Self { address, site: "https://idep.example.se" }, Self { address: app, site: "" }]
    }
}
