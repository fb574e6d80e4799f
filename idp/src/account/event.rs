//! Who did what to an account, a client or a key.

use std::fmt;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The operator on the command line, by the name that the operating system has for them.
    Operator(String),
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(name) => write!(formatter, "operator {name}"),
        }
    }
}

/// What was done. Ids are internal, or the client's; nothing here is a secret or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An account was added.
    AccountAdded {
        /// Its id.
        account: String,
    },
    /// A password was set; sessions, open logins and remembered browsers ended.
    PasswordSet {
        /// Whose it is.
        account: String,
    },
    /// An account was disabled, and all that it had ended.
    AccountDisabled {
        /// Its id.
        account: String,
    },
    /// An account may log in again.
    AccountEnabled {
        /// Its id.
        account: String,
    },
    /// An account's consent to a client was withdrawn.
    ConsentWithdrawn {
        /// Whose consent it was.
        account: String,
        /// The client.
        client: String,
    },
    /// A client was added or replaced.
    ClientAdded {
        /// Its `client_id`.
        client: String,
    },
    /// A client was removed.
    ClientRemoved {
        /// Its `client_id`.
        client: String,
    },
    /// A new signing key of each algorithm was published before it was due.
    KeysRotated,
}

impl Event {
    /// Its name in the log.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AccountAdded { .. } => "account_added",
            Self::PasswordSet { .. } => "password_set",
            Self::AccountDisabled { .. } => "account_disabled",
            Self::AccountEnabled { .. } => "account_enabled",
            Self::ConsentWithdrawn { .. } => "consent_withdrawn",
            Self::ClientAdded { .. } => "client_added",
            Self::ClientRemoved { .. } => "client_removed",
            Self::KeysRotated => "keys_rotated",
        }
    }

    /// The account that it concerns.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::AccountAdded { account }
            | Self::PasswordSet { account }
            | Self::AccountDisabled { account }
            | Self::AccountEnabled { account }
            | Self::ConsentWithdrawn { account, .. } => Some(account),
            _ => None,
        }
    }

    /// The client that it concerns.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::ConsentWithdrawn { client, .. }
            | Self::ClientAdded { client }
            | Self::ClientRemoved { client } => Some(client),
            _ => None,
        }
    }
}
