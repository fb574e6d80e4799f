//! What happened to an account, a client or a key, and who did it. Ids are internal, or the
//! client's; nothing here is a secret, a name or an address.

use std::fmt;

use crate::account::assurance::Class;

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
    /// The provider itself.
    Provider,
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(name) => write!(formatter, "operator {name}"),
            Self::User(account) => write!(formatter, "user {account}"),
            Self::Visitor => formatter.write_str("visitor"),
            Self::Client(client) => write!(formatter, "client {client}"),
            Self::Provider => formatter.write_str("provider"),
        }
    }
}

/// What happened, and to whom or what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The account.
    pub account: Option<String>,
    /// The `client_id`.
    pub client: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The interaction.
    pub interaction: Option<String>,
    /// The grant.
    pub grant: Option<String>,
}

macro_rules! kinds {
    ($(#[doc = $sentence:literal] $kind:ident $(($data:ty))? = $name:literal, $level:ident;)*) => {
        /// The kinds of events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventKind {$(
            #[doc = $sentence]
            $kind $(($data))?,
        )*}

        impl EventKind {
            /// Its name in the log.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {$(kinds!(@pattern $kind $(($data))?) => $name,)*}
            }

            /// What happened, in a sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {$(kinds!(@pattern $kind $(($data))?) => $sentence.trim(),)*}
            }

            /// How much it should worry the operator.
            #[must_use]
            pub const fn level(self) -> Level {
                match self {$(kinds!(@pattern $kind $(($data))?) => Level::$level,)*}
            }
        }
    };
    (@pattern $kind:ident) => { Self::$kind };
    (@pattern $kind:ident ($data:ty)) => { Self::$kind(_) };
}

kinds! {
    /// An account was added.
    AccountAdded = "account_added", Usual;
    /// A password was set; sessions, open logins and remembered browsers ended.
    PasswordSet = "password_set", Usual;
    /// An account was disabled, and all that it had ended.
    AccountDisabled = "account_disabled", Usual;
    /// An account may log in again.
    AccountEnabled = "account_enabled", Usual;
    /// An account's consent to a client was withdrawn.
    ConsentWithdrawn = "consent_withdrawn", Usual;
    /// A client was added or replaced.
    ClientAdded = "client_added", Usual;
    /// A client was removed.
    ClientRemoved = "client_removed", Usual;
    /// A client of the configuration file is gone or came again; all that it was granted has ended.
    ClientEnded = "client_ended", Usual;
    /// A new signing key of each algorithm was published before it was due.
    KeysRotated = "keys_rotated", Usual;
    /// A run that the brake holds was approved.
    SyncApproved = "sync_approved", Usual;
    /// A password was wrong.
    PasswordWrong = "password_wrong", Usual;
    /// The stored password hash of an account cannot be computed; set a new password.
    PasswordHashUncomputable = "password_hash_uncomputable", Fault;
    /// A link was issued.
    LinkIssued = "link_issued", Usual;
    /// A login was completed.
    LoginCompleted(Class) = "login_completed", Usual;
    /// A session was ended by its person.
    LoggedOut = "logged_out", Usual;
    /// The former secret of a remembered browser was used again; it is forgotten.
    RememberedBrowserReused = "remembered_browser_reused", Suspicious;
    /// A person allowed an application what it asked for.
    ConsentGiven = "consent_given", Usual;
    /// A person let a device in.
    DeviceAllowed = "device_allowed", Usual;
    /// A person did not let a device in.
    DeviceRefused = "device_refused", Usual;
    /// A client gave a token back.
    TokenRevoked = "token_revoked", Usual;
    /// A refresh token was used again within seconds; its newest successor is handed out.
    RefreshTokenRepeated = "refresh_token_repeated", Usual;
    /// A refresh token was used again; all that was granted with it is revoked.
    RefreshTokenReused = "refresh_token_reused", Suspicious;
}

/// How much an event should worry the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Every day's work.
    Usual,
    /// Somebody may have copied a secret.
    Suspicious,
    /// Something must be mended.
    Fault,
}

impl Event {
    /// An event of this kind.
    #[must_use]
    pub const fn new(kind: EventKind) -> Self {
        Self { kind, account: None, client: None, session: None, interaction: None, grant: None }
    }

    /// It concerns this account.
    #[must_use]
    pub fn account(self, id: &str) -> Self {
        Self { account: Some(id.to_owned()), ..self }
    }

    /// It concerns this client.
    #[must_use]
    pub fn client(self, id: &str) -> Self {
        Self { client: Some(id.to_owned()), ..self }
    }

    /// It concerns this session.
    #[must_use]
    pub fn session(self, id: &str) -> Self {
        Self { session: Some(id.to_owned()), ..self }
    }

    /// It concerns this interaction.
    #[must_use]
    pub fn interaction(self, id: &str) -> Self {
        Self { interaction: Some(id.to_owned()), ..self }
    }

    /// It concerns this grant.
    #[must_use]
    pub fn grant(self, id: &str) -> Self {
        Self { grant: Some(id.to_owned()), ..self }
    }

    /// The class of a login.
    #[must_use]
    pub const fn class(&self) -> Option<&'static str> {
        match self.kind {
            EventKind::LoginCompleted(class) => Some(class.name()),
            _ => None,
        }
    }
}
