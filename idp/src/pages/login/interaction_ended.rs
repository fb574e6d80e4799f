//! An interaction that is over, or that this browser never began.

use serde::Serialize;

use crate::pages::rehearsed::Rehearsed;
use crate::pages::{Application, Page};

/// The page of an interaction that goes no further.
#[derive(Clone, Debug, Serialize)]
pub struct InteractionEnded<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// Where to go on or begin again, when it is known.
    pub application: Option<Application<'a>>,
}

/// How an interaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The login is complete.
    Done,
    /// Its time has run out.
    Expired,
    /// It was cancelled.
    Cancelled,
    /// There is none of that name, or another browser began it: one text for both.
    Unknown,
}

impl Page for InteractionEnded<'_> {
    const FILE: &'static str = "pages/interaction_ended.html";
}

impl Rehearsed for InteractionEnded<'static> {
    fn samples() -> Vec<Self> {
        let application = Some(Application::SAMPLE);
        let outcomes = [Outcome::Done, Outcome::Expired, Outcome::Cancelled, Outcome::Unknown];
        let bare = outcomes.map(|outcome| InteractionEnded { outcome, application: None });
        let mut samples: Vec<_> = bare.into();
        samples.push(InteractionEnded { outcome: Outcome::Done, application });
        samples.push(InteractionEnded { outcome: Outcome::Expired, application });
        let application = Some(Application::LOGIN);
        samples.push(InteractionEnded { outcome: Outcome::Cancelled, application });
        samples
    }
}
