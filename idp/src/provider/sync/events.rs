//! What is recorded of a run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::account::message::QueuedMessage;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::mask::hint;
use crate::contact::organisation_number::user_id_in_mail;
use crate::contact::quarantine::Quarantined;
use crate::contact::reconcile::facts::Contact;
use crate::provider::sync::Run;
use crate::provider::{Fault, Provider};
use crate::store::SyncState;

/// Rows that one run lists as quarantined, at most: a source that is bad as a whole has its own alarm.
const LISTED: usize = 1_000;

/// The addresses of a party before and after, by role.
type Contacts = BTreeMap<Role, Contact>;

impl Provider {
    /// The events of a run that is applied; none of one that changes nothing. The first run fills
    /// the copy: its addresses are counted, and not listed.
    pub(super) fn sync_events(
        &self,
        run: &Run,
        before: &SyncState,
        notices: &[QueuedMessage],
        now: Timestamp,
    ) -> Vec<Event> {
        let by = Circumstances::of(Actor::Provider("sync"), now);
        let plan = &run.plan;
        let mut events = Vec::new();
        if before.succeeded_at.is_some() {
            for upsert in &plan.upserts {
                let former = run.copied.parties.get(&upsert.party).map(|copy| &copy.contacts);
                let party = user_id_in_mail(&upsert.party, upsert.organisation.as_str());
                self.note_addresses(former, Some(&upsert.contacts), &party, &by, &mut events);
            }
        }
        for removal in &plan.removals {
            let Some(copy) = run.copied.parties.get(&removal.party) else { continue };
            let party = user_id_in_mail(&removal.party, copy.organisation.as_str());
            self.note_addresses(Some(&copy.contacts), None, &party, &by, &mut events);
        }
        events.extend(notices.iter().map(|notice| self.mail_queued(notice, &by)));
        if !plan.changes_nothing() {
            let event = self.event(EventKind::SyncApplied, &by);
            let ties = plan.ties_added.len() + plan.ties_removed.len();
            events.push(
                event
                    .fact("parties", plan.upserts.len())
                    .fact("removed", plan.removals.len())
                    .fact("addresses", plan.addresses_lost.len())
                    .fact("ties", ties),
            );
        }
        events
    }

    /// The events of rows that are put into quarantine, or stay there for another reason.
    pub(super) async fn quarantine_events(
        &self,
        found: &[Quarantined],
        now: Timestamp,
    ) -> Result<Vec<Event>, Fault> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let known: BTreeSet<_> =
            self.store.quarantined().await?.into_iter().map(|(entry, _)| entry).collect();
        let by = Circumstances::of(Actor::Provider("sync"), now);
        let new = found.iter().filter(|entry| !known.contains(*entry)).take(LISTED);
        let event = |entry: &Quarantined| {
            let Quarantined { party, place, reason } = entry;
            let organisation = party.get(..10).unwrap_or_default();
            let event = self.event(EventKind::RowQuarantined, &by);
            let event = event.fact("party", user_id_in_mail(party, organisation));
            event.fact("cell", place.as_str()).fact("reason", reason.as_str())
        };
        Ok(new.map(event).collect())
    }

    /// The event of a run that the brake stops.
    pub(super) fn brake_event(&self, what: &str) -> Event {
        let by = Circumstances::of(Actor::Provider("sync"), self.clock.now());
        self.event(EventKind::SyncBraked, &by).fact("reason", what)
    }

    fn note_addresses(
        &self,
        before: Option<&Contacts>,
        after: Option<&Contacts>,
        party: &str,
        by: &Circumstances,
        events: &mut Vec<Event>,
    ) {
        for role in Role::ALL {
            let before = before.and_then(|contacts| contacts.get(&role));
            let after = after.and_then(|contacts| contacts.get(&role));
            let (kind, contact) = match (before, after) {
                (None, Some(new)) => (EventKind::AddressAdded, new),
                (Some(old), None) => (EventKind::AddressRemoved, old),
                (Some(old), Some(new)) if old.address != new.address => {
                    (EventKind::AddressChanged, new)
                }
                _ => continue,
            };
            let event = self.event(kind, by).fact("party", Value::from(party));
            let address = hint(contact.address.as_str());
            events.push(event.fact("role", role.as_str()).fact("address", address));
        }
    }
}
