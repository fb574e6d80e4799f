//! Who did something.

use serde_json::{Value, json};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The operator on the command line, by the name that the operating system has for them.
    Operator(String),
    /// A person who is logged in to the account of this id.
    User(String),
    /// A browser in which nobody is logged in.
    Visitor,
    /// The client of this `client_id`.
    Client(String),
    /// The provider itself: what it does by itself, such as a job.
    Provider(&'static str),
}

impl Actor {
    /// As the record has it: the kind of actor, and who of that kind.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Operator(name) => json!({"type": "operator", "name": name}),
            Self::User(account) => json!({"type": "user", "account": account}),
            Self::Visitor => json!({"type": "visitor"}),
            Self::Client(client) => json!({"type": "client", "client": client}),
            Self::Provider(part) => json!({"type": "provider", "part": part}),
        }
    }
}
