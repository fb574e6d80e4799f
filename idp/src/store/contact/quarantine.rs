//! What is wrong with the party parameters, as the last run found it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::plan::Examined;
use crate::store::error::Error;
use crate::store::schema::quarantine;
use crate::store::{CHUNK, Store};

/// Entries that are read at once.
const PAGE: i64 = 5_000;

/// Party, cell and reason of an entry.
type Entry = (String, String, String);

step!(
    /// Puts the new entries of the quarantine in the place of those that were examined, and writes
    /// those alone that are others than before. What was there before keeps the time it was first
    /// seen. A row that does not say which party it is, is not found again among changes, so that
    /// only a whole reading tells that it is gone.
    Requarantine: fn requarantine(c, examined: &Examined, found: &[Quarantined], now: i64) {
        let mut difference = Difference::new(found);
        match examined {
            Examined::All => {
                let mut from = String::new();
                loop {
                    // The last party of a page is read again with the next one.
                    let page: Vec<Entry> = quarantine::table
                        .filter(quarantine::party.ge(&from))
                        .order((quarantine::party, quarantine::cell))
                        .limit(PAGE)
                        .select((quarantine::party, quarantine::cell, quarantine::reason))
                        .load(c)
                        .await?;
                    let read = page.len();
                    from = page.last().map(|(party, ..)| party.clone()).unwrap_or_default();
                    difference.compare(page);
                    if i64::try_from(read).is_ok_and(|read| read < PAGE) {
                        break;
                    }
                }
            }
            Examined::Parties(parties) => {
                let named: Vec<_> = parties.iter().filter(|party| !party.is_empty()).collect();
                for parties in named.chunks(CHUNK) {
                    let theirs = quarantine::table
                        .filter(quarantine::party.eq_any(parties.to_vec()))
                        .select((quarantine::party, quarantine::cell, quarantine::reason))
                        .load(c)
                        .await?;
                    difference.compare(theirs);
                }
            }
        }
        let (gone, changed) = difference.ends();
        for (party, cell) in &gone {
            diesel::delete(quarantine::table.find((party, cell))).execute(c).await?;
        }
        for Quarantined { party, place, reason } in changed {
            diesel::insert_into(quarantine::table)
                .values((
                    quarantine::party.eq(party),
                    quarantine::cell.eq(place.as_str()),
                    quarantine::reason.eq(reason.as_str()),
                    quarantine::seen_at.eq(now),
                ))
                .on_conflict((quarantine::party, quarantine::cell))
                .do_update()
                .set(quarantine::reason.eq(reason.as_str()))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

/// What was found beside what is stored.
struct Difference<'a> {
    /// In order, each with whether it is stored as it is.
    found: Vec<(&'a Quarantined, bool)>,
    gone: Vec<(String, String)>,
}

impl<'a> Difference<'a> {
    fn new(found: &'a [Quarantined]) -> Self {
        let mut found: Vec<_> = found.iter().map(|entry| (entry, false)).collect();
        found.sort_unstable();
        Self { found, gone: Vec::new() }
    }

    fn compare(&mut self, stored: Vec<Entry>) {
        for (party, cell, reason) in stored {
            let position = Place::parse(&cell).and_then(|place| {
                let key = (party.as_str(), place);
                let order = |entry: &Quarantined| (entry.party.as_str(), entry.place).cmp(&key);
                self.found.binary_search_by(|(entry, _)| order(entry)).ok()
            });
            match position.and_then(|position| self.found.get_mut(position)) {
                Some((entry, stored)) => *stored = entry.reason.as_str() == reason,
                None => self.gone.push((party, cell)),
            }
        }
    }

    /// The keys of what is stored and was not found again, and what is to be written.
    fn ends(self) -> (Vec<(String, String)>, impl Iterator<Item = &'a Quarantined>) {
        let changed = self.found.into_iter().filter(|(_, stored)| !stored);
        (self.gone, changed.map(|(entry, _)| entry))
    }
}

impl Store {
    /// What was not applied and why, each with the time it was first seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quarantined(&self) -> Result<Vec<(Quarantined, Timestamp)>, Error> {
        let rows: Vec<(String, String, String, i64)> = read!(self, |c| quarantine::table
            .order((quarantine::party, quarantine::cell))
            .select((quarantine::party, quarantine::cell, quarantine::reason, quarantine::seen_at))
            .load(c)
            .await)?;
        rows.into_iter()
            .map(|(party, cell, reason, seen_at)| {
                match (Place::parse(&cell), Reason::parse(&reason)) {
                    (Some(place), Some(reason)) => {
                        Ok((Quarantined { party, place, reason }, Timestamp(seen_at)))
                    }
                    _ => Err(Error::inconsistent("quarantine", &format!("{party}/{cell}"))),
                }
            })
            .collect()
    }
}
