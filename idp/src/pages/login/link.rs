//! *Slutför inloggningen*: the mailed link opened in the browser that began the login.

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{Application, Page};

/// The page with the one button that completes the login.
#[derive(Clone, Debug, Serialize)]
pub struct Link<'a> {
    /// Where the button posts: the address of the link itself.
    pub action: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The name of the application that asks.
    pub application: &'a str,
    /// The user name; of a sole trader only the last digits.
    pub account: &'a str,
    /// Date and clock time at which the login began.
    pub started: &'a str,
    /// The browser that began it; empty when unknown.
    pub browser: &'a str,
    /// The system it runs on; empty when unknown.
    pub system: &'a str,
}

impl Page for Link<'_> {
    const FILE: &'static str = "pages/link.html";
}

impl Rehearsed for Link<'static> {
    fn samples() -> Vec<Self> {
        let known = Link {
            action: "/l/abcdefghijklmnopqrstuvwxyz234567",
            csrf: "form-token",
            application: Application::SAMPLE.name,
            account: "202100083750",
            started: "2026-11-23 14:05",
            browser: "Firefox",
            system: "Windows",
        };
        let bare = Link { browser: "", system: "", ..known.clone() };
        vec![
            known.clone(),
            Link { system: "", ..known.clone() },
            Link { browser: "", ..known },
            bare,
        ]
    }
}
