//! What an interaction is for.

use crate::account::factor::Proofs;

/// What an interaction is for, with what that needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// To log in, beginning with the password.
    SignIn {
        /// Why the password is asked.
        reason: Reason,
        /// Whose password was right. That of another account makes it a login of that one, and
        /// nothing is left of what was proven or mailed before.
        proven: Option<Proven>,
    },
    /// To add the e-mail step to the login of a session.
    StepUp(InSession),
    /// To ask whether the application may have what it asks for; the login is complete.
    Consent(InSession),
}

/// An account, and what a login has proven of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// Whose login.
    pub account_id: String,
    /// What was proven.
    pub proofs: Proofs,
}

/// The login of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct InSession {
    /// The session; another one is of no use.
    pub session_id: String,
    /// Whose it is, and what was proven when the interaction began.
    pub proven: Proven,
}

stored! {
    /// Why the password is asked.
    pub enum Reason {
        /// There was no session that could be used.
        First = "first",
        /// The application wants a newer login: `prompt=login` or `max_age`.
        Again = "again",
        /// Too many wrong addresses were typed.
        WrongAddresses = "wrong_addresses",
    }
}

impl Purpose {
    /// Whose login it is, and what was proven.
    #[must_use]
    pub const fn proven(&self) -> Option<&Proven> {
        match self {
            Self::SignIn { proven, .. } => proven.as_ref(),
            Self::StepUp(login) | Self::Consent(login) => Some(&login.proven),
        }
    }

    /// What it is for, in a word: why the password is asked, or what else is.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SignIn { reason, .. } => reason.as_str(),
            Self::StepUp(_) => "step_up",
            Self::Consent(_) => "consent",
        }
    }

    /// The account whose login it is.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.proven().map(|proven| proven.account_id.as_str())
    }

    /// The session that it rests on.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        match self {
            Self::SignIn { .. } => None,
            Self::StepUp(login) | Self::Consent(login) => Some(&login.session_id),
        }
    }

    /// Why the password is asked, or would be if another person were to log in.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::SignIn { reason, .. } => *reason,
            Self::StepUp(_) | Self::Consent(_) => Reason::First,
        }
    }
}
