//! What is wrong with a row of the party parameters, where, and how an operator learns of it. A bad
//! cell holds up nothing but itself: the last good copy of it stays.

use crate::contact::Role;
use crate::contact::address::AddressError;
use crate::contact::organisation_number::OrganisationNumberError;

/// A row or a cell that was not applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarantined {
    /// The party of the row; empty when the row does not say.
    pub party: String,
    /// The cell, or the whole row.
    pub place: Place,
    /// Why.
    pub reason: Reason,
}

/// Where in a row the fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The row as a whole: nothing of it was applied.
    Row,
    /// The organisation number.
    Organisation,
    /// The name of the organisation.
    OrganisationName,
    /// An address.
    Address(Role),
    /// A row that ties an account to the party.
    Account,
}

impl Place {
    /// All places.
    pub const ALL: [Self; 7] = [
        Self::Row,
        Self::Organisation,
        Self::OrganisationName,
        Self::Address(Role::Company),
        Self::Address(Role::Arrivals),
        Self::Address(Role::Dispatches),
        Self::Account,
    ];

    /// The name in the database, in logs and in measures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Organisation => "organisation",
            Self::OrganisationName => "organisation_name",
            Self::Address(role) => role.as_str(),
            Self::Account => "account",
        }
    }

    /// The place of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == name)
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $name:literal, $message:literal;)*) => {
        /// Why something was not applied. The message never repeats what stood in the cell.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
        pub enum Reason {$(
            $(#[$doc])*
            #[error($message)]
            $reason,
        )*}

        impl Reason {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$reason),*];

            /// The name in the database, in logs and in measures.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$reason => $name,)*}
            }
        }
    };
}

reasons! {
    /// A text that is not an address, for none of the reasons below.
    NotAnAddress = "not_an_address", "the address cannot be used for mail";
    /// Several addresses in one cell.
    SeveralAddresses = "several_addresses", "the cell holds more than one address";
    /// A line break, NUL or another control character.
    ControlCharacter = "control_character", "the cell contains a control character";
    /// More than the cell may hold.
    TooLong = "too_long", "the cell is too long";
    /// Bytes that are not UTF-8.
    NotUtf8 = "not_utf8", "the cell is not readable text";
    /// A letter before `@` that needs SMTPUTF8.
    LocalPartNotAscii = "local_part_not_ascii",
        "the part before @ has a letter that not every mail server accepts";
    /// A party number that is not twelve digits.
    PartyNumber = "party_number", "the party number is not twelve digits";
    /// Several rows of one party: none of them is applied.
    DuplicateParty = "duplicate_party", "the party has more than one row";
    /// An organisation number that is missing or not ten digits.
    OrganisationNumber = "organisation_number", "the organisation number is not ten digits";
    /// An organisation number whose check digit is wrong.
    CheckDigit = "check_digit", "the check digit of the organisation number is wrong";
    /// No time of change.
    NoVersion = "no_version", "the row does not say when it was changed";
    /// A time of change that lies ahead: it would hide every later change.
    FromTheFuture = "from_the_future", "the row was changed at a time that has not come yet";
    /// An older state than the copy's.
    OlderThanCopy = "older_than_copy", "the row is older than the copy of it";
    /// A party that is missing, and may be a bad row, or is missing from an older state.
    DoubtfulAbsence = "doubtful_absence",
        "the party is missing, and a row without a party number may be its row, or the whole source is older than the copy";
    /// An account nobody knows.
    UnknownAccount = "unknown_account", "there is no account of that name";
    /// A row that ties an account to a party nobody knows.
    UnknownParty = "unknown_party", "the account is tied to a party that has no usable row";
}

impl Reason {
    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == name)
    }
}

impl From<AddressError> for Reason {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::Several => Self::SeveralAddresses,
            AddressError::ControlCharacter => Self::ControlCharacter,
            AddressError::TooLong | AddressError::LocalPartTooLong => Self::TooLong,
            AddressError::LocalPartNotAscii => Self::LocalPartNotAscii,
            AddressError::Empty
            | AddressError::Blank
            | AddressError::Decorated
            | AddressError::NoAt
            | AddressError::LocalPart
            | AddressError::Domain
            | AddressError::SingleLabel
            | AddressError::AddressLiteral => Self::NotAnAddress,
        }
    }
}

impl From<OrganisationNumberError> for Reason {
    fn from(error: OrganisationNumberError) -> Self {
        match error {
            OrganisationNumberError::NotTenDigits => Self::OrganisationNumber,
            OrganisationNumberError::CheckDigit => Self::CheckDigit,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn quarantine_places_and_reasons_are_parsed_from_their_distinct_names() {
        for place in Place::ALL {
            assert_eq!(Place::parse(place.as_str()), Some(place));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
        let messages: BTreeSet<_> = Reason::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(messages.len(), Reason::ALL.len());
        assert_eq!((Place::parse("phone"), Reason::parse("")), (None, None));
    }
}
