//! A mailed link that leads nowhere, each reason with its own plain text and one next step.

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{Application, Page};

/// The page of a link that cannot complete a login.
#[derive(Clone, Debug, Serialize)]
pub struct LinkDead<'a> {
    /// Why it cannot.
    pub reason: Reason,
    /// Where to begin again, when it is known.
    pub application: Option<Application<'a>>,
}

/// Why a link cannot complete a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was used already.
    Used,
    /// It was used already, in this browser: the login is complete.
    UsedHere,
    /// Its time has run out.
    Expired,
    /// No such link was ever made, or it was made long ago.
    Unknown,
    /// Characters are missing at its end.
    CutOff,
    /// The login was cancelled, or went on with another address.
    Superseded,
}

impl Page for LinkDead<'_> {
    const FILE: &'static str = "pages/link_dead.html";
}

impl Rehearsed for LinkDead<'static> {
    fn samples() -> Vec<Self> {
        let page = |reason| LinkDead { reason, application: None };
        vec![
            page(Reason::Used),
            page(Reason::UsedHere),
            page(Reason::Expired),
            page(Reason::Unknown),
            page(Reason::CutOff),
            page(Reason::Superseded),
            LinkDead { reason: Reason::Expired, application: Some(Application::SAMPLE) },
            LinkDead { reason: Reason::Superseded, application: Some(Application::LOGIN) },
        ]
    }
}
