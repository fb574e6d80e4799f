//! Acts on accounts: what an operator does to them, and who is notified. Commands call one each.

mod access;
mod create;
mod list;
mod password;
mod sessions;

use crate::account::new_account::Invalid;
use crate::account::password::parameters::MOST_KINDS;
use crate::account::password::rules::Unusable;
use crate::account::user::{Account, canonical_username};
use crate::provider::{Fault, Provider};
use crate::store;

pub use create::{Imported, ListedAccount};
pub use list::Overview;
pub use password::PasswordPolicy;

/// Why an act on an account was not done. The sentence follows the account's name and a colon.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No account can have the name.
    #[error("no account can have this name")]
    Name,
    /// Nobody has the name.
    #[error("there is no such account")]
    Unknown,
    /// Nobody who may log in has the name.
    #[error("there is no such enabled account")]
    NotEnabled,
    /// The name is taken.
    #[error("there is an account of that name already")]
    Taken,
    /// The account has not allowed the client anything.
    #[error("there is no consent to {0}")]
    NoConsent(String),
    /// The account has no such session.
    #[error("it has no such session, or that has ended")]
    NoSession,
    /// The account has no such remembered browser.
    #[error("it has no such remembered browser, or that has ended")]
    NoBrowser,
    /// A part of a new account cannot be used.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// The password cannot be used.
    #[error("{0}")]
    Password(#[from] Unusable),
    /// Every refusal costs the work of all parameters in use, so there may not be many.
    #[error(
        "the password hashes have more than {MOST_KINDS} different parameters, and every wrong \
         password would cost the work of all of them"
    )]
    TooManyKinds,
    /// The provider is at fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<store::Error> for AccountError {
    fn from(error: store::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl Provider {
    /// The account of a name, in any spelling of it.
    async fn named_account(&self, name: &str) -> Result<Account, AccountError> {
        let name = canonical_username(name).ok_or(AccountError::Name)?;
        self.store.account_by_username(&name).await?.ok_or(AccountError::Unknown)
    }
}
