//! A row of the party parameters, from bytes nobody vouches for to what may be copied.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::quarantine::{Place, Quarantined, Reason};

/// The longest cell that is read, in bytes; a longer one is bad.
pub const LONGEST_CELL: usize = 1000;

/// How far ahead of our clock the source's may be, in seconds, before a row is from the future.
pub const CLOCK_TOLERANCE: i64 = 300;

/// A cell as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// NULL, or blanks alone.
    #[default]
    Empty,
    /// Text without blanks around it.
    Text(String),
    /// Nothing that can be copied.
    Bad(Reason),
}

impl Cell {
    /// Reads the bytes of a cell, of which no more than a little over [`LONGEST_CELL`] need be
    /// there.
    #[must_use]
    pub fn read(bytes: Option<&[u8]>) -> Self {
        let bytes = bytes.unwrap_or_default();
        if bytes.len() > LONGEST_CELL {
            return Self::Bad(Reason::TooLong);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::Bad(Reason::NotUtf8);
        };
        match text.trim_matches([' ', '\t', '\u{a0}']) {
            "" => Self::Empty,
            text if text.chars().any(char::is_control) => Self::Bad(Reason::ControlCharacter),
            text => Self::Text(text.to_owned()),
        }
    }

    fn text(&self) -> Result<Option<&str>, Reason> {
        match self {
            Self::Empty => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Bad(reason) => Err(*reason),
        }
    }
}

/// A row of the parties as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRow {
    /// The party number.
    pub party: Cell,
    /// The organisation number.
    pub organisation: Cell,
    /// The name of the organisation.
    pub organisation_name: Cell,
    /// The address of the organisation's contact person.
    pub company: Cell,
    /// The address of the contact for arrivals.
    pub arrivals: Cell,
    /// Whether the report of arrivals is ticked.
    pub arrivals_enabled: bool,
    /// The address of the contact for dispatches.
    pub dispatches: Cell,
    /// Whether the report of dispatches is ticked.
    pub dispatches_enabled: bool,
    /// When the row was last changed, in seconds.
    pub updated_at: Option<i64>,
    /// When the party was deleted, in seconds.
    pub deleted_at: Option<i64>,
}

/// A row that ties an account to a party, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceTie {
    /// The party number; `None` when it cannot be read.
    pub party: Option<String>,
    /// The login name; `None` when it cannot be read.
    pub username: Option<String>,
}

impl SourceTie {
    /// Reads the two cells.
    #[must_use]
    pub fn read(party: &Cell, username: &Cell) -> Self {
        let text = |cell: &Cell| cell.text().ok().flatten().map(str::to_owned);
        Self { party: text(party).filter(|text| is_party_number(text)), username: text(username) }
    }
}

/// A cell after judgement: what it holds, or that the last good copy stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged<T> {
    /// What the cell holds.
    Good(T),
    /// Quarantined.
    Bad,
}

impl<T> Judged<T> {
    /// What the cell holds, or the last good copy of it.
    pub fn or_last_good(self, last_good: T) -> T {
        match self {
            Self::Good(value) => value,
            Self::Bad => last_good,
        }
    }
}

/// What a row says about a party that can be named and dated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The party number.
    pub party: String,
    /// The later of the times of change and of deletion.
    pub version: Timestamp,
    /// Whether the party is deleted.
    pub deleted: bool,
    /// The organisation number.
    pub organisation: Judged<OrganisationNumber>,
    /// The name of the organisation; none is an empty one.
    pub organisation_name: Judged<String>,
    /// The three addresses; an empty cell is no address.
    pub addresses: BTreeMap<Role, Judged<Option<Address>>>,
    /// The roles whose report is ticked; the company's needs no tick.
    pub enabled: BTreeSet<Role>,
    /// The cells that are bad.
    pub quarantined: Vec<Quarantined>,
}

impl SourceRow {
    /// The party number, if the row has one.
    #[must_use]
    pub fn party_number(&self) -> Option<&str> {
        self.party.text().ok().flatten().filter(|text| is_party_number(text))
    }

    /// Judges every cell.
    ///
    /// # Errors
    /// When the row cannot be named or dated, so that nothing of it can be applied.
    pub fn judge(&self, now: Timestamp) -> Result<Reading, Quarantined> {
        let Some(party) = self.party_number() else {
            let party = String::new();
            return Err(Quarantined { party, place: Place::Row, reason: Reason::PartyNumber });
        };
        let bad = |place, reason| Quarantined { party: party.to_owned(), place, reason };
        let version = self.version(now).map_err(|reason| bad(Place::Row, reason))?;
        let mut quarantined = Vec::new();
        let mut addresses = BTreeMap::new();
        let mut enabled = BTreeSet::new();
        for (role, cell, ticked) in [
            (Role::Company, &self.company, true),
            (Role::Arrivals, &self.arrivals, self.arrivals_enabled),
            (Role::Dispatches, &self.dispatches, self.dispatches_enabled),
        ] {
            let place = Place::Address(role);
            addresses.insert(role, judge_cell(address(cell), |r| quarantined.push(bad(place, r))));
            enabled.extend(ticked.then_some(role));
        }
        let organisation = judge_cell(organisation(&self.organisation), |reason| {
            quarantined.push(bad(Place::Organisation, reason));
        });
        let organisation_name = judge_cell(
            self.organisation_name.text().map(|name| name.unwrap_or_default().to_owned()),
            |reason| quarantined.push(bad(Place::OrganisationName, reason)),
        );
        Ok(Reading {
            party: party.to_owned(),
            version,
            deleted: self.deleted_at.is_some(),
            organisation,
            organisation_name,
            addresses,
            enabled,
            quarantined,
        })
    }

    fn version(&self, now: Timestamp) -> Result<Timestamp, Reason> {
        let version = self.updated_at.max(self.deleted_at).ok_or(Reason::NoVersion)?;
        if version > now.plus(CLOCK_TOLERANCE).0 {
            return Err(Reason::FromTheFuture);
        }
        Ok(Timestamp(version))
    }
}

fn judge_cell<T>(cell: Result<T, Reason>, mut quarantine: impl FnMut(Reason)) -> Judged<T> {
    match cell {
        Ok(value) => Judged::Good(value),
        Err(reason) => {
            quarantine(reason);
            Judged::Bad
        }
    }
}

fn address(cell: &Cell) -> Result<Option<Address>, Reason> {
    cell.text()?.map(|text| Address::parse_typed(text).map_err(Reason::from)).transpose()
}

fn organisation(cell: &Cell) -> Result<OrganisationNumber, Reason> {
    Ok(OrganisationNumber::parse(cell.text()?.unwrap_or_default())?)
}

/// Whether the text is a party number: twelve digits.
#[must_use]
pub fn is_party_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    fn text(text: &str) -> Cell {
        Cell::read(Some(text.as_bytes()))
    }

    fn row() -> SourceRow {
        SourceRow {
            party: text("202100083701"),
            organisation: text("2021000837"),
            organisation_name: text("Statistiska centralbyrån"),
            company: text("Magnus.Lange@Scb.se"),
            updated_at: Some(NOW.0 - 10),
            ..SourceRow::default()
        }
    }

    #[test]
    fn a_cell_is_read_as_empty_text_or_invalid_with_a_reason() {
        for (bytes, cell) in [
            (None, Cell::Empty),
            (Some(&b""[..]), Cell::Empty),
            (Some(b" \t"), Cell::Empty),
            (Some(b" a@b.se "), Cell::Text("a@b.se".to_owned())),
            (Some(b"a@b.se\r\n"), Cell::Bad(Reason::ControlCharacter)),
            (Some(b"a\0b"), Cell::Bad(Reason::ControlCharacter)),
            (Some(b"\xff\xfe"), Cell::Bad(Reason::NotUtf8)),
            (Some(&[b'a'; LONGEST_CELL + 1]), Cell::Bad(Reason::TooLong)),
            (Some(&[b' '; LONGEST_CELL + 1]), Cell::Bad(Reason::TooLong)),
        ] {
            assert_eq!(Cell::read(bytes), cell, "{bytes:?}");
        }
    }

    #[test]
    fn an_empty_cell_is_no_address_and_not_quarantined() {
        let reading = row().judge(NOW).unwrap();
        assert_eq!(reading.addresses[&Role::Arrivals], Judged::Good(None));
        assert!(matches!(reading.addresses[&Role::Company], Judged::Good(Some(_))));
        assert_eq!((reading.version, reading.quarantined), (NOW.plus(-10), vec![]));
    }

    #[test]
    fn an_invalid_cell_is_quarantined_and_the_other_cells_are_kept() {
        for (cell, reason) in [
            ("a@b.se,c@d.se", Reason::SeveralAddresses),
            ("a@b.se c@d.se", Reason::SeveralAddresses),
            ("<b>a@b.se</b>", Reason::NotAnAddress),
            ("se ovan", Reason::NotAnAddress),
            ("åsa@b.se", Reason::LocalPartNotAscii),
            ("a@b.se\nBcc: c@d.se", Reason::ControlCharacter),
            (&"a".repeat(300), Reason::TooLong),
        ] {
            let reading = SourceRow { arrivals: text(cell), ..row() }.judge(NOW).unwrap();
            assert_eq!(reading.addresses[&Role::Arrivals], Judged::Bad, "{cell}");
            assert!(matches!(reading.addresses[&Role::Company], Judged::Good(Some(_))));
            let place = Place::Address(Role::Arrivals);
            let party = "202100083701".to_owned();
            assert_eq!(reading.quarantined, [Quarantined { party, place, reason }], "{cell}");
        }
    }

    #[test]
    fn a_row_without_party_number_or_valid_version_is_quarantined() {
        let late = Some(NOW.0 + CLOCK_TOLERANCE + 1);
        for (row, reason) in [
            (SourceRow { party: Cell::Empty, ..row() }, Reason::PartyNumber),
            (SourceRow { party: text("2021000837"), ..row() }, Reason::PartyNumber),
            (SourceRow { party: Cell::Bad(Reason::NotUtf8), ..row() }, Reason::PartyNumber),
            (SourceRow { updated_at: None, ..row() }, Reason::NoVersion),
            (SourceRow { updated_at: late, ..row() }, Reason::FromTheFuture),
            (SourceRow { deleted_at: late, ..row() }, Reason::FromTheFuture),
        ] {
            let quarantined = row.judge(NOW).unwrap_err();
            assert_eq!((quarantined.place, quarantined.reason), (Place::Row, reason));
        }
    }

    #[test]
    fn check_boxes_of_the_reports_are_read_and_the_company_role_is_always_enabled() {
        let ticked = SourceRow { arrivals_enabled: true, ..row() }.judge(NOW).unwrap();
        assert_eq!(ticked.enabled, [Role::Company, Role::Arrivals].into());
        assert_eq!(row().judge(NOW).unwrap().enabled, [Role::Company].into());
    }
}
