//! What an account proves itself with, as stored: its password. A mailed link is none; it is proven
//! once.

use crate::clock::Timestamp;

/// A credential as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// What a proof is checked with; of a password its PHC string.
    pub verifier: String,
    /// Who set it; `None` when that was not noted.
    pub set_by: Option<SetBy>,
    /// When it was set. A login that it was proven in goes on as long as this stays the same.
    pub set_at: Timestamp,
}

stored! {
    /// Who set a credential.
    pub enum SetBy {
        /// An operator, who typed it.
        Operator = "operator",
        /// It came with a list of accounts, from another system.
        Import = "import",
    }
}

impl Credential {
    /// A credential that is set now.
    #[must_use]
    pub const fn new(verifier: String, set_by: SetBy, now: Timestamp) -> Self {
        Self { verifier, set_by: Some(set_by), set_at: now }
    }
}
