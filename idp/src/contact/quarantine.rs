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

stored! {
    /// Why something was not applied. The message never repeats what stood in the cell.
    #[derive(PartialOrd, Ord, Hash, thiserror::Error)]
    pub enum Reason {
        /// A text that is not an address, for none of the reasons below.
        #[error("the address cannot be used for mail")]
        NotAnAddress = "not_an_address",
        /// Several addresses in one cell.
        #[error("the cell holds more than one address")]
        SeveralAddresses = "several_addresses",
        /// A line break, NUL or another control character.
        #[error("the cell contains a control character")]
        ControlCharacter = "control_character",
        /// More than the cell may hold.
        #[error("the cell is too long")]
        TooLong = "too_long",
        /// Bytes that are not UTF-8.
        #[error("the cell is not readable text")]
        NotUtf8 = "not_utf8",
        /// A letter before `@` that needs SMTPUTF8.
        #[error("the part before @ has a letter that not every mail server accepts")]
        LocalPartNotAscii = "local_part_not_ascii",
        /// A party number that is not twelve digits.
        #[error("the party number is not twelve digits")]
        PartyNumber = "party_number",
        /// Several rows of one party: none of them is applied.
        #[error("the party has more than one row")]
        DuplicateParty = "duplicate_party",
        /// An organisation number that is missing or not ten digits.
        #[error("the organisation number is not ten digits")]
        OrganisationNumber = "organisation_number",
        /// An organisation number whose check digit is wrong.
        #[error("the check digit of the organisation number is wrong")]
        CheckDigit = "check_digit",
        /// No time of change.
        #[error("the row does not say when it was changed")]
        NoVersion = "no_version",
        /// A time of change that lies ahead: it would hide every later change.
        #[error("the row was changed at a time that has not come yet")]
        FromTheFuture = "from_the_future",
        /// An older state than the copy's.
        #[error("the row is older than the copy of it")]
        OlderThanCopy = "older_than_copy",
        /// A party that is missing, and may be a bad row, or is missing from an older state.
        #[error("the party is missing, and a row without a party number may be its \
            row, or the whole source is older than the copy")]
        DoubtfulAbsence = "doubtful_absence",
        /// An account nobody knows.
        #[error("there is no account of that name")]
        UnknownAccount = "unknown_account",
        /// A row that ties an account to a party nobody knows.
        #[error("the account is tied to a party that has no usable row")]
        UnknownParty = "unknown_party",
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
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        let messages: BTreeSet<_> = Reason::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(messages.len(), Reason::ALL.len());
        assert_eq!((Place::parse("phone"), Reason::parse("")), (None, None));
    }
}
