//! *Logga in*: user name and password.

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{About, Application, Page};

/// The password page.
#[derive(Clone, Debug, Serialize)]
pub struct Login<'a> {
    /// Where the form is posted.
    pub action: &'a str,
    /// Where *Avbryt* is posted.
    pub cancel: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The name of the application that asks.
    pub application: &'a str,
    /// What the application shows of itself.
    pub about: About<'a>,
    /// What stands in the field: `login_hint`, or what was typed before a mistake.
    pub username: &'a str,
    /// Why the password is asked.
    pub reason: Reason,
    /// What the End-User has to mend.
    pub mistake: Option<Mistake<'a>>,
}

/// Why the password is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There is no session yet.
    First,
    /// The application asked for it, by `prompt=login` or `max_age`.
    Again,
    /// Too many wrong addresses were typed in the e-mail step.
    WrongAddresses,
}

/// What was wrong with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mistake<'a> {
    /// One text for an unknown name, a wrong password, a disabled and a locked account.
    Wrong,
    /// A field was left empty.
    Missing {
        /// The user name was.
        username: bool,
        /// The password was.
        password: bool,
    },
    /// Too many attempts.
    Wait {
        /// The clock time at which to try again.
        until: &'a str,
    },
}

impl Page for Login<'_> {
    const FILE: &'static str = "pages/login.html";
}

impl Rehearsed for Login<'static> {
    fn samples() -> Vec<Self> {
        let first = Login {
            action: "/interaction/4kq2/password",
            cancel: "/interaction/4kq2/cancel",
            csrf: "form-token",
            application: Application::SAMPLE.name,
            about: About::default(),
            username: "",
            reason: Reason::First,
            mistake: None,
        };
        let typed = Login { username: "202100083750", ..first.clone() };
        let after = |mistake| Login { mistake: Some(mistake), ..typed.clone() };
        let missing = |username, password| Mistake::Missing { username, password };
        let (logo, policy, terms) = ABOUT;
        let about = |about| Login { about, ..typed.clone() };
        vec![
            typed.clone(),
            Login { reason: Reason::Again, ..typed.clone() },
            Login { reason: Reason::WrongAddresses, ..typed.clone() },
            after(Mistake::Wrong),
            after(missing(false, true)),
            Login { username: "", ..after(missing(true, false)) },
            Login { username: "", ..after(missing(true, true)) },
            after(Mistake::Wait { until: "14:05" }),
            first,
            about(About { logo, policy, terms }),
            about(About { terms, ..About::default() }),
        ]
    }
}

const ABOUT: (&str, &str, &str) = (
    "https://idep.example.se/logo.png",
    "https://idep.example.se/privacy",
    "https://idep.example.se/terms",
);
