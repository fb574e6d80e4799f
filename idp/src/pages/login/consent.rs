//! *Godkänn*: which application asks for what
//! ([OpenID Connect Core section 3.1.2.4](https://openid.net/specs/openid-connect-core-1_0.html#Consent)).

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{Application, Page};

/// The page that asks the End-User to allow an application what it asks for.
#[derive(Clone, Debug, Serialize)]
pub struct Consent<'a> {
    /// Where both buttons post. The one pressed sends `decision`: `allow` or `deny`.
    pub action: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The name of the application that asks.
    pub application: &'a str,
    /// The host its answer goes to, so that a borrowed name is seen; of a device, the host that its
    /// application says it is at, if it registered itself. Empty otherwise.
    pub host: &'a str,
    /// Whether the application registered itself: it is not one of ours, and nobody here knows it.
    pub self_registered: bool,
    /// The code that the device shows; empty where there is none.
    pub code: &'a str,
    /// The user name; of a sole trader only the last digits.
    pub account: &'a str,
    /// The address of the form to log in as somebody else; empty for a device.
    pub other_account: &'a str,
    /// The scopes it asks for that have words of their own here.
    pub known: Vec<&'a str>,
    /// The names of the others.
    pub others: Vec<&'a str>,
    /// Days it may go on fetching the data when the End-User is away; 0 when it may not.
    pub offline_days: u32,
    /// What it does with people's data; empty when it does not say.
    pub policy: &'a str,
    /// Its terms; empty when it does not say.
    pub terms: &'a str,
}

impl Consent<'_> {
    /// The scopes that have words of their own.
    pub const KNOWN: [&'static str; 6] =
        ["profile", "email", "address", "phone", "organisation", "assurance"];
}

impl Page for Consent<'_> {
    const FILE: &'static str = "pages/consent.html";
}

impl Rehearsed for Consent<'static> {
    fn samples() -> Vec<Self> {
        let bare = Consent {
            action: "/interaction/4kq2/consent",
            csrf: "form-token",
            application: Application::SAMPLE.name,
            host: "idep.example.se",
            self_registered: false,
            code: "",
            account: "202100083750",
            other_account: "/interaction/4kq2?step=password",
            known: Vec::new(),
            others: Vec::new(),
            offline_days: 0,
            policy: "",
            terms: "",
        };
        let full = Consent {
            known: Self::KNOWN.into(),
            others: vec!["statistics:write"],
            offline_days: 30,
            policy: "https://idep.example.se/privacy",
            terms: "https://idep.example.se/terms",
            ..bare.clone()
        };
        let one_day = Consent { offline_days: 1, ..bare.clone() };
        let policy = Consent { policy: "https://idep.example.se/privacy", ..bare.clone() };
        let device = Consent { host: "", other_account: "", code: "WDJB-MJHT", ..bare.clone() };
        let stranger = Consent { self_registered: true, ..bare.clone() };
        let device_of_stranger = Consent { self_registered: true, ..device.clone() };
        let located = Consent { host: "app.example.org", ..device_of_stranger.clone() };
        vec![full, device, stranger, located, device_of_stranger, one_day, policy, bare]
    }
}
