//! The mailed link opened in a browser that did not begin the login. Nothing here tells whose
//! login it is, and nothing lets it go on.

use serde::Serialize;

use crate::pages::Page;
use crate::pages::rehearsed::Rehearsed;

/// The page that sends the link back to its own browser.
#[derive(Clone, Debug, Serialize)]
pub struct OtherBrowser<'a> {
    /// The whole link, to copy.
    pub link: &'a str,
    /// The browser that began the login; empty when unknown.
    pub browser: &'a str,
    /// The system it runs on; empty when unknown.
    pub system: &'a str,
}

impl Page for OtherBrowser<'_> {
    const FILE: &'static str = "pages/other_browser.html";
}

impl Rehearsed for OtherBrowser<'static> {
    fn samples() -> Vec<Self> {
        let link = "https://login.example.se/l/abcdefghijklmnopqrstuvwxyz234567";
        let known = OtherBrowser { link, browser: "Firefox", system: "Windows" };
        let bare = OtherBrowser { browser: "", system: "", ..known };
        vec![
            known.clone(),
            OtherBrowser { system: "", ..known.clone() },
            OtherBrowser { browser: "", ..known },
            bare,
        ]
    }
}
