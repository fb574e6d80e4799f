//! *Logga ut*: the question and what came of it
//! ([RP-Initiated Logout section 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{Application, Page};

/// The page that asks whether to log out.
#[derive(Clone, Debug, Serialize)]
pub struct Logout<'a> {
    /// Where both buttons post. The one pressed sends `decision`: `logout` or `stay`.
    pub action: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The request's own parameters, to be sent along.
    pub parameters: Vec<Parameter<'a>>,
    /// The user name; of a sole trader only the last digits.
    pub account: &'a str,
    /// The name of the application that asks; empty when unknown.
    pub application: &'a str,
}

/// A parameter of the request, kept in a hidden field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// The page that tells what came of a logout.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutDone<'a> {
    /// What came of it.
    pub outcome: Outcome,
    /// Where to go next, when it is known.
    pub application: Option<Application<'a>>,
    /// What the browser loads, each in a frame that nobody sees, to log out of applications.
    pub frames: Vec<&'a str>,
    /// Where the browser goes on to by itself; empty when nowhere.
    pub then: &'a str,
}

/// What came of a logout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The session is ended.
    Done,
    /// There was no session to end.
    Nothing,
    /// The End-User chose to stay.
    Stayed,
}

impl Page for Logout<'_> {
    const FILE: &'static str = "pages/logout.html";
}

impl Page for LogoutDone<'_> {
    const FILE: &'static str = "pages/logout_done.html";
}

impl Rehearsed for Logout<'static> {
    fn samples() -> Vec<Self> {
        let bare = Logout {
            action: "/end_session",
            csrf: "form-token",
            parameters: Vec::new(),
            account: "202100083750",
            application: "",
        };
        let parameters = vec![Parameter { name: "state", value: "a\"b&c" }];
        let asked = Logout { application: Application::SAMPLE.name, ..bare.clone() };
        vec![asked.clone(), Logout { parameters, ..asked }, bare]
    }
}

impl Rehearsed for LogoutDone<'static> {
    fn samples() -> Vec<Self> {
        let outcomes = [Outcome::Done, Outcome::Nothing, Outcome::Stayed];
        let bare =
            |outcome| LogoutDone { outcome, application: None, frames: Vec::new(), then: "" };
        let done = bare(Outcome::Done);
        let mut samples: Vec<_> = outcomes.map(bare).into();
        samples.push(LogoutDone { application: Some(Application::SAMPLE), ..done.clone() });
        let frames = vec!["https://idep.example.se/out?iss=https%3A%2F%2Flogin&sid=s&x=%22"];
        let then = "https://idep.example.se/bye?state=a&b";
        samples.push(LogoutDone { frames: frames.clone(), ..done.clone() });
        samples.push(LogoutDone { frames, then, ..done });
        samples
    }
}
