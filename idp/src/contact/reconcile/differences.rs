//! What of a whole reading is not as our copy has it, and how new parties are taken out of it.

use crate::contact::party_parameters::{SourceRow, SourceTie};
use crate::contact::reconcile::facts::Incoming;
use crate::contact::reconcile::unchanged::{Known, State};

/// What of a whole reading is not as our copy has it.
#[derive(Debug, Default)]
pub struct Differences {
    /// The rows and ties that are to be judged.
    pub incoming: Incoming,
    /// What became of all others.
    pub known: Known,
}

impl Differences {
    /// Takes the good rows of new parties out, with their ties, when there are more than `few`: a run
    /// that only adds takes nothing from anybody, so it need not be one run.
    #[must_use]
    pub fn take_additions(&mut self, few: usize) -> Additions {
        let Self { incoming, known } = self;
        let new = incoming.rows.iter().filter(|row| known.is_new(row)).count();
        if new <= few {
            return Additions::default();
        }
        // In place: nearly all rows are taken at the first run, and they are most of its memory.
        let others = incoming.rows.extract_if(.., |row| !known.is_new(row)).collect();
        let mut rows = std::mem::replace(&mut incoming.rows, others);
        let is_other = |tie: &mut SourceTie| {
            tie.party.as_deref().and_then(|party| known.state(party)) != Some(State::New)
        };
        let others = incoming.ties.extract_if(.., is_other).collect();
        let mut ties = std::mem::replace(&mut incoming.ties, others);
        rows.sort_unstable_by(|a, b| a.party_number().cmp(&b.party_number()));
        ties.sort_unstable();
        Additions { rows, ties }
    }
}

/// Good rows of new parties, and their ties, by party.
#[derive(Debug, Default)]
pub struct Additions {
    rows: Vec<SourceRow>,
    ties: Vec<SourceTie>,
}

impl Additions {
    /// Takes the last `size` parties.
    pub fn take(&mut self, size: usize) -> Option<Incoming> {
        let rows = self.rows.split_off(self.rows.len().saturating_sub(size));
        let first = rows.first()?.party_number();
        let at = self.ties.partition_point(|tie| tie.party.as_deref() < first);
        Some(Incoming { ties: self.ties.split_off(at), rows, ..Incoming::default() })
    }

    /// How many parties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::reconcile::tests::{NOW, USER};
    use crate::contact::reconcile::unchanged::tests::{ONE, known, row, tie};

    #[test]
    fn new_parties_are_split_off_and_returned_in_portions_with_their_ties() {
        let mut known = known();
        let new = ["202100083711", "202100083712", "202100083713"];
        let ties: Vec<_> = new.iter().map(|party| tie(party, USER)).collect();
        ties.iter().for_each(|tie| known.read_tie(tie));
        let mut rows: Vec<_> = new.iter().map(|party| row(party, "x@scb.se", 5)).collect();
        rows.push(row(ONE, "c@scb.se", 9));
        rows.push(row("202100083714", "not an address", 5));
        rows.iter().for_each(|row| assert_eq!(known.read_row(row, NOW), 1));
        let incoming = Incoming { rows, ties, ..Incoming::default() };
        let mut few = Differences { incoming: incoming.clone(), known };
        assert!(few.take_additions(3).is_empty());
        assert_eq!(few.incoming.rows.len(), 5);
        let mut many = few;
        let mut additions = many.take_additions(2);
        assert_eq!((additions.len(), many.incoming.rows.len()), (3, 2));
        assert_eq!(many.incoming.ties, []);
        let portion = additions.take(2).unwrap();
        assert_eq!(
            (portion.rows, portion.ties),
            (incoming.rows[1..3].to_vec(), incoming.ties[1..].to_vec())
        );
        let portion = additions.take(2).unwrap();
        assert_eq!(
            (portion.rows, portion.ties),
            (incoming.rows[..1].to_vec(), incoming.ties[..1].to_vec())
        );
        assert!(additions.take(2).is_none());
    }
}
