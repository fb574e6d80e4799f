//! The known addresses of an account: which addresses of its parties count, which one was typed,
//! and the hints at them.

use serde::Serialize;

use crate::contact::address::{Address, LONGEST};
use crate::contact::mask::Hint;
use crate::contact::{KnownAddress, Role};
use crate::secret;

/// Whether a link may be mailed to the address in a cell: the company's always counts, and with
/// `require_report_enabled` the contact of a report only while the report is enabled.
#[must_use]
pub fn may_be_mailed(role: Role, report_enabled: bool, require_report_enabled: bool) -> bool {
    role == Role::Company || report_enabled || !require_report_enabled
}

/// The known address that was typed, compared without case. The same for a text that is no
/// address and for one that is not known; each known address is compared in full, in constant
/// time, even after a match. An address in several cells is the one of the first role.
#[must_use]
pub fn matching<'a>(typed: &str, known: &'a [KnownAddress]) -> Option<&'a KnownAddress> {
    let typed = Address::parse_typed(typed);
    let typed = padded(typed.as_ref().map_or("", Address::canonical));
    known
        .iter()
        .filter(|known| secret::equal(&typed, &padded(known.address.canonical())))
        .min_by_key(|known| (known.role, &known.party))
}

/// One line of the list of hints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NumberedHint {
    /// The hint.
    #[serde(flatten)]
    pub hint: Hint,
    /// Tells apart hints that look the same, counted from 1; none when the hint is alone.
    pub number: Option<usize>,
}

/// The hints at the known addresses, duplicates (compared without case) merged: company first,
/// then arrivals, then dispatches, within a role by party.
#[must_use]
pub fn merged(known: &[KnownAddress]) -> Vec<NumberedHint> {
    let mut distinct: Vec<&KnownAddress> = Vec::new();
    for address in in_order(known) {
        if !distinct.iter().any(|seen| seen.address.canonical() == address.address.canonical()) {
            distinct.push(address);
        }
    }
    let hints: Vec<Hint> =
        distinct.into_iter().map(|known| Hint::at(known.address.as_str())).collect();
    let alike = |hint: &Hint, among: &[Hint]| among.iter().filter(|h| h.text == hint.text).count();
    let numbers: Vec<Option<usize>> = hints
        .iter()
        .enumerate()
        .map(|(at, hint)| (alike(hint, &hints) > 1).then(|| alike(hint, &hints[..=at])))
        .collect();
    hints.into_iter().zip(numbers).map(|(hint, number)| NumberedHint { hint, number }).collect()
}

fn in_order(known: &[KnownAddress]) -> Vec<&KnownAddress> {
    let mut ordered: Vec<_> = known.iter().collect();
    ordered.sort_by_key(|known| (known.role, &known.party));
    ordered
}

/// The length, then the bytes, then nothing: always as long.
fn padded(canonical: &str) -> [u8; LONGEST + 1] {
    let mut padded = [0; LONGEST + 1];
    padded[0] = u8::try_from(canonical.len()).unwrap_or(u8::MAX);
    for (place, byte) in padded[1..].iter_mut().zip(canonical.bytes()) {
        *place = byte;
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::Role::{self, Arrivals, Company, Dispatches};

    fn known(cells: &[(&str, Role, &str)]) -> Vec<KnownAddress> {
        cells
            .iter()
            .map(|(party, role, address)| KnownAddress {
                party: (*party).to_owned(),
                role: *role,
                address: Address::parse(address).unwrap(),
            })
            .collect()
    }

    fn demo() -> Vec<KnownAddress> {
        known(&[
            ("202100083701", Dispatches, "intrastat.test@scb.se"),
            ("202100083701", Arrivals, "magnus.lange@scb.se"),
            ("202100083701", Company, "Magnus.Lange@Scb.se"),
        ])
    }

    #[test]
    fn a_typed_address_is_found_without_regard_to_case_and_blanks() {
        for (typed, found) in [
            ("magnus.lange@scb.se", Some((Company, "Magnus.Lange@Scb.se"))),
            (" MAGNUS.LANGE@SCB.SE ", Some((Company, "Magnus.Lange@Scb.se"))),
            ("Intrastat.Test@scb.se", Some((Dispatches, "intrastat.test@scb.se"))),
            ("magnus.lange@scb.s", None),
            ("magnus.lange@scb.see", None),
            ("magnus.lange", None),
            ("", None),
            ("\0", None),
            ("magnus.lange@scb.se,intrastat.test@scb.se", None),
        ] {
            let demo = demo();
            let address = matching(typed, &demo).map(|k| (k.role, k.address.as_str()));
            assert_eq!(address, found, "{typed:?}");
        }
        assert_eq!(matching("a@b.se", &[]), None);
    }

    #[test]
    fn an_internationalised_domain_is_found_in_either_form() {
        let known = known(&[("1", Company, "info@Räksmörgås.se")]);
        for typed in ["info@räksmörgås.se", "info@xn--rksmrgs-5wao1o.se"] {
            assert!(matching(typed, &known).is_some(), "{typed}");
        }
    }

    #[test]
    fn duplicate_addresses_are_merged_with_the_company_address_first() {
        let lines: Vec<_> =
            merged(&demo()).into_iter().map(|line| (line.hint.text, line.number)).collect();
        let expected = ["Ma ... ge@Sc ... se", "in ... st@sc ... se"];
        assert_eq!(lines, expected.map(|text| (text.to_owned(), None)));
    }

    #[test]
    fn hints_that_look_the_same_are_numbered() {
        let known = known(&[
            ("2", Company, "anna.berg@scb.se"),
            ("1", Company, "anders.lindberg@scb.se"),
            ("1", Arrivals, "info@scb.se"),
            ("1", Dispatches, "anita.sjoberg@scb.se"),
        ]);
        let lines: Vec<_> = merged(&known).into_iter().map(|l| (l.hint.text, l.number)).collect();
        let expected = [
            ("an ... rg@sc ... se", Some(1)),
            ("an ... rg@sc ... se", Some(2)),
            ("i ... o@sc ... se", None),
            ("an ... rg@sc ... se", Some(3)),
        ];
        assert_eq!(lines, expected.map(|(text, number)| (text.to_owned(), number)));
    }
}
