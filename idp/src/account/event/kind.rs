//! The closed list of what is recorded. The table of the manual is made from it.

named! {
    /// How much an event should worry the operator.
    pub enum Level {
        /// Every day's work.
        Usual = "INFO",
        /// Somebody may have copied a secret.
        Suspicious = "WARN",
        /// Something must be mended.
        Fault = "ERROR",
    }
}

named! {
    /// How it ended for the one who wanted it.
    pub enum Outcome {
        /// It was done.
        Done = "done",
        /// It was refused, or given up.
        Refused = "refused",
        /// It failed for a reason that nobody decided on.
        Failed = "failed",
    }
}

named! {
    /// How long an event is kept: the two kinds of events are deleted apart from each other.
    pub enum Kept {
        /// `audit.keep_days`.
        Long = "keep_days",
        /// `audit.frequent_days`: what happens at every login, and what strangers can cause.
        Short = "frequent_days",
    }
}

named! {
    /// Who may see an event.
    pub enum Seen {
        /// The person whose account it concerns, in the history of the account, and staff.
        Person = "person, staff",
        /// Staff and auditors.
        Staff = "staff",
    }
}

macro_rules! kinds {
    ($(#[doc = $sentence:literal] $kind:ident = $name:literal,
       $level:ident, $outcome:ident, $kept:ident, $seen:ident, [$($fact:literal),*];)*) => {
        stored! {
            /// The kinds of events.
            pub enum EventKind {$(
                #[doc = $sentence]
                $kind = $name,
            )*}
        }

        impl EventKind {
            /// What happened, in a sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {$(Self::$kind => $sentence.trim(),)*}
            }

            /// How much it should worry the operator.
            #[must_use]
            pub const fn level(self) -> Level {
                match self {$(Self::$kind => Level::$level,)*}
            }

            /// How it ended.
            #[must_use]
            pub const fn outcome(self) -> Outcome {
                match self {$(Self::$kind => Outcome::$outcome,)*}
            }

            /// How long it is kept.
            #[must_use]
            pub const fn kept(self) -> Kept {
                match self {$(Self::$kind => Kept::$kept,)*}
            }

            /// Who may see it.
            #[must_use]
            pub const fn seen(self) -> Seen {
                match self {$(Self::$kind => Seen::$seen,)*}
            }

            /// The names of the facts that it may have.
            #[must_use]
            pub const fn facts(self) -> &'static [&'static str] {
                match self {$(Self::$kind => &[$($fact),*],)*}
            }
        }
    };
}

kinds! {
    /// A login was begun. Without a session it is recorded with its first right password.
    LoginBegun = "login_begun", Usual, Done, Short, Staff, ["reason", "begun"];
    /// A password was right.
    PasswordRight = "password_right", Usual, Done, Short, Person, [];
    /// A password was wrong. For an unknown user name the event has no account.
    PasswordWrong = "password_wrong", Usual, Refused, Short, Person, [];
    /// A limit on attempts was met; further ones are delayed, and not recorded.
    ThrottleMet = "throttle_met", Usual, Refused, Short, Person, ["until"];
    /// What was counted against an account was forgotten.
    ThrottleLifted = "throttle_lifted", Usual, Done, Long, Person, [];
    /// The stored password hash of an account cannot be computed; set a new password.
    PasswordHashUncomputable = "password_hash_uncomputable", Fault, Failed, Short, Staff, [];
    /// A password hash was computed again with today's parameters.
    PasswordHashUpgraded = "password_hash_upgraded", Usual, Done, Short, Staff, [];
    /// An address was typed that is not known.
    AddressWrong = "address_wrong", Usual, Refused, Short, Person, ["attempt"];
    /// A mail was queued.
    MailQueued = "mail_queued", Usual, Done, Short, Person, ["mail", "message", "role", "address"];
    /// The mail server took a mail.
    MailSent = "mail_sent", Usual, Done, Short, Person, ["mail", "message", "attempt", "reply"];
    /// The mail server put a mail off; it is tried again.
    MailDeferred = "mail_deferred", Usual, Refused, Short, Person,
        ["mail", "message", "attempt", "reply", "next"];
    /// The mail server refused a mail.
    MailRefused = "mail_refused", Suspicious, Refused, Short, Person,
        ["mail", "message", "attempt", "reply"];
    /// A mail could not be handed over in time.
    MailExpired = "mail_expired", Suspicious, Failed, Short, Person,
        ["mail", "message", "attempt", "reply"];
    /// A mailed link was opened in another browser than the one that asked for it.
    LinkOpenedElsewhere = "link_opened_elsewhere", Usual, Refused, Short, Person, [];
    /// A mailed link was used.
    LinkCompleted = "link_completed", Usual, Done, Long, Person, ["role", "address"];
    /// A login was completed.
    LoginCompleted = "login_completed", Usual, Done, Long, Person, ["class"];
    /// A login was cancelled whose password had been right.
    LoginCancelled = "login_cancelled", Usual, Refused, Short, Person, [];
    /// A login was refused.
    LoginRefused = "login_refused", Usual, Refused, Long, Person, ["reason"];
    /// An application got a code or tokens from a session.
    SingleSignOn = "single_sign_on", Usual, Done, Short, Person, ["class"];
    /// A session ended.
    SessionEnded = "session_ended", Usual, Done, Long, Person, ["how"];
    /// A browser is remembered from now on.
    BrowserRemembered = "browser_remembered", Usual, Done, Long, Person, ["role", "until"];
    /// A remembered browser spared a login its e-mail step.
    BrowserUsed = "browser_used", Usual, Done, Short, Person, [];
    /// A remembered browser was forgotten.
    BrowserForgotten = "browser_forgotten", Usual, Done, Long, Person, [];
    /// The former secret of a remembered browser was used again; it is forgotten.
    RememberedBrowserReused = "remembered_browser_reused", Suspicious, Refused, Long, Person, [];
    /// A person allowed an application what it asked for.
    ConsentGiven = "consent_given", Usual, Done, Long, Person, ["scope"];
    /// An account's consent to a client was withdrawn.
    ConsentWithdrawn = "consent_withdrawn", Usual, Done, Long, Person, [];
    /// A person let a device in.
    DeviceAllowed = "device_allowed", Usual, Done, Long, Person, ["class"];
    /// A person did not let a device in.
    DeviceRefused = "device_refused", Usual, Refused, Long, Person, [];
    /// A client got a token for itself.
    ClientTokenIssued = "client_token_issued", Usual, Done, Short, Staff, [];
    /// A client gave a token back.
    TokenRevoked = "token_revoked", Usual, Done, Short, Staff, ["token"];
    /// A code was used again; all that was granted with it is revoked.
    CodeReused = "code_reused", Suspicious, Refused, Long, Person, [];
    /// A refresh token was used again within seconds; its newest successor is handed out.
    RefreshTokenRepeated = "refresh_token_repeated", Usual, Done, Short, Staff, [];
    /// A refresh token was used again; all that was granted with it is revoked.
    RefreshTokenReused = "refresh_token_reused", Suspicious, Refused, Long, Person, [];
    /// An account was added.
    AccountAdded = "account_added", Usual, Done, Long, Person, ["password_set_by", "parties"];
    /// A password was set; sessions, open logins and remembered browsers ended.
    PasswordSet = "password_set", Usual, Done, Long, Person, ["password_set_by"];
    /// An account was disabled, and all that it had ended.
    AccountDisabled = "account_disabled", Usual, Done, Long, Person, [];
    /// An account may log in again.
    AccountEnabled = "account_enabled", Usual, Done, Long, Person, [];
    /// An address to which links are mailed was added by the source.
    AddressAdded = "address_added", Usual, Done, Long, Staff, ["party", "role", "address"];
    /// An address to which links are mailed was changed by the source.
    AddressChanged = "address_changed", Usual, Done, Long, Staff, ["party", "role", "address"];
    /// An address to which links are mailed was removed by the source.
    AddressRemoved = "address_removed", Usual, Done, Long, Staff, ["party", "role", "address"];
    /// A row of the source cannot be used.
    RowQuarantined = "row_quarantined", Suspicious, Refused, Long, Staff,
        ["party", "cell", "reason"];
    /// A run of the synchronisation changed the copy.
    SyncApplied = "sync_applied", Usual, Done, Long, Staff,
        ["parties", "addresses", "ties", "removed"];
    /// The brake stopped a run of the synchronisation.
    SyncBraked = "sync_braked", Suspicious, Refused, Long, Staff, ["reason"];
    /// A run that the brake holds was approved.
    SyncApproved = "sync_approved", Usual, Done, Long, Staff, [];
    /// A client was added or replaced.
    ClientAdded = "client_added", Usual, Done, Long, Staff, [];
    /// A client registered itself.
    ClientRegistered = "client_registered", Usual, Done, Long, Staff, [];
    /// A client that registered itself was changed by itself.
    ClientChanged = "client_changed", Usual, Done, Long, Staff, [];
    /// A client was removed.
    ClientRemoved = "client_removed", Usual, Done, Long, Staff, [];
    /// A client of the configuration file is gone or came again; all that it was granted has ended.
    ClientEnded = "client_ended", Usual, Done, Long, Staff, [];
    /// A signing key was published.
    KeyPublished = "key_published", Usual, Done, Long, Staff, ["kid", "algorithm"];
    /// A signing key signs from now on.
    KeyActivated = "key_activated", Usual, Done, Long, Staff, ["kid", "algorithm"];
    /// A signing key signs no longer; it still verifies.
    KeyRetired = "key_retired", Usual, Done, Long, Staff, ["kid", "algorithm"];
    /// A signing key is no longer published.
    KeyRemoved = "key_removed", Usual, Done, Long, Staff, ["kid", "algorithm"];
    /// The key that seals the record was made.
    SealingKeyMade = "sealing_key_made", Usual, Done, Long, Staff, ["kid"];
    /// A node was started, with these settings.
    NodeStarted = "node_started", Usual, Done, Long, Staff, ["version", "settings"];
    /// The record was exported.
    RecordExported = "record_exported", Usual, Done, Long, Staff, ["filter", "format"];
    /// The seals of the record were verified.
    RecordVerified = "record_verified", Usual, Done, Long, Staff, ["batches", "faults"];
    /// Events that had been kept for their time were deleted.
    EventsDeleted = "events_deleted", Usual, Done, Long, Staff, ["kept", "to_batch", "events"];
}
