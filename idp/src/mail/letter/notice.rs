//! Mails that tell all known addresses of an account what happened to it, so that a stranger cannot
//! change it unseen.

use serde::Serialize;

use crate::account::language::Language;
use crate::clock::{Timestamp, Zone};
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::mask::hint;
use crate::pages::{HelpDesk, Page, Pages};

use crate::mail::message::Content;
use crate::mail::{Error, shorten_name};

/// What happened. Addresses are shown as hints alone: the notice goes to several people.
#[derive(Clone, Copy, Debug)]
pub enum Occasion<'a> {
    /// A contact address is new in the party parameters.
    AddressAdded {
        /// The cell it stands in.
        role: Role,
        /// The new address.
        new: &'a Address,
    },
    /// A contact address is no longer in the party parameters.
    AddressRemoved {
        /// The cell it stood in.
        role: Role,
        /// The address that was removed.
        old: &'a Address,
    },
    /// A cell of the party parameters holds another address.
    AddressChanged {
        /// The cell.
        role: Role,
        /// The address before.
        old: &'a Address,
        /// The address now.
        new: &'a Address,
    },
    /// The account has a new password.
    PasswordChanged,
}

/// What the mail says.
#[derive(Clone, Copy, Debug)]
pub struct NoticeMail<'a> {
    /// What happened.
    pub event: Occasion<'a>,
    /// The party of a contact address, otherwise the account; as
    /// [`user_id_in_mail`](crate::contact::organisation_number::user_id_in_mail) shows it.
    pub subject: &'a str,
    /// When it happened.
    pub at: Timestamp,
    /// Who helps.
    pub help_desk: HelpDesk<'a>,
    /// The time zone of the clock times.
    pub zone: Zone,
}

#[derive(Serialize)]
struct Shown<'a> {
    event: &'static str,
    /// Ends the key of the sentence that says what to do.
    advice: &'static str,
    subject: String,
    at: String,
    old: String,
    new: String,
    role: &'static str,
    help_desk: HelpDesk<'a>,
}

crate::mail::parts!(Shown in "emails/notice");

impl NoticeMail<'_> {
    /// The mail's words in one language.
    ///
    /// # Errors
    /// When a template does not render.
    pub fn content(&self, pages: &Pages, language: Language) -> Result<Content, Error> {
        let masked = |address: Option<&Address>| {
            address.map(|address| hint(address.as_str())).unwrap_or_default()
        };
        let page = Shown {
            event: self.event.as_str(),
            advice: match self.event {
                Occasion::PasswordChanged => self.event.as_str(),
                _ => "address",
            },
            subject: shorten_name(self.subject),
            at: self.at.date_and_time(self.zone),
            old: masked(self.event.before()),
            new: masked(self.event.after()),
            role: self.event.role().map_or("", Role::as_str),
            help_desk: self.help_desk,
        };
        page.content(pages, language)
    }
}

impl<'a> Occasion<'a> {
    /// The name in the outbox, in texts and in the audit log.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::AddressAdded { .. } => "address_added",
            Self::AddressRemoved { .. } => "address_removed",
            Self::AddressChanged { .. } => "address_changed",
            Self::PasswordChanged => "password_changed",
        }
    }

    const fn before(&self) -> Option<&'a Address> {
        match self {
            Self::AddressRemoved { old, .. } | Self::AddressChanged { old, .. } => Some(old),
            _ => None,
        }
    }

    const fn after(&self) -> Option<&'a Address> {
        match self {
            Self::AddressAdded { new, .. } | Self::AddressChanged { new, .. } => Some(new),
            _ => None,
        }
    }

    const fn role(&self) -> Option<Role> {
        match self {
            Self::AddressAdded { role, .. }
            | Self::AddressRemoved { role, .. }
            | Self::AddressChanged { role, .. } => Some(*role),
            _ => None,
        }
    }
}
