//! The mark that an account completed the e-mail step in a browser. It is worth nothing without
//! the password, and use does not lengthen it.

use crate::account::assurance::EmailStep;
use crate::clock::Timestamp;

/// One account's mark in one browser, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct RememberedBrowser {
    /// Internal id.
    pub id: String,
    /// Whose mark.
    pub account_id: String,
    /// The address that earned it, in canonical form: the mark dies with the address.
    pub canonical: String,
    /// The completed e-mail step that earned it.
    pub email_step: EmailStep,
    /// 20 × 24 hours after that step.
    pub expires_at: Timestamp,
}
