//! The account has no address to send a link to: the login cannot be completed.

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{Application, Page};

/// The page that says so and how to get help.
#[derive(Clone, Debug, Serialize)]
pub struct NoAddress<'a> {
    /// Where the way back to the application is posted.
    pub cancel: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The user name; of a sole trader only the last digits.
    pub account: &'a str,
    /// The address of the form to log in as somebody else.
    pub other_account: &'a str,
    /// The name of the application that asks.
    pub application: &'a str,
}

impl Page for NoAddress<'_> {
    const FILE: &'static str = "pages/no_address.html";
}

impl Rehearsed for NoAddress<'static> {
    fn samples() -> Vec<Self> {
        vec![NoAddress {
            cancel: "/interaction/4kq2/cancel",
            csrf: "form-token",
            account: "202100083750",
            other_account: "/interaction/4kq2?step=password",
            application: Application::SAMPLE.name,
        }]
    }
}
