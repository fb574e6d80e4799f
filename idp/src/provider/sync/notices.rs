//! The mails about what changed: one to each of a party's former addresses for each of its cells,
//! so that nobody loses an address unseen.

use std::collections::BTreeMap;

use crate::account::message::{NoticePayload, Occasion, QueuedMessage};
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::organisation_number::user_id_in_mail;
use crate::contact::reconcile::plan::{Change, Upsert};
use crate::entropy::Entropy;
use crate::provider::notices::notices;
use crate::provider::sync::Run;

/// All mails of a run.
pub(super) fn notices_of(run: &Run, entropy: &Entropy, at: Timestamp) -> Vec<QueuedMessage> {
    let upserts: BTreeMap<&str, &Upsert> =
        run.plan.upserts.iter().map(|upsert| (upsert.party.as_str(), upsert)).collect();
    let mut queued = Vec::new();
    for notice in &run.plan.notices {
        let organisation = run.copied.parties.get(&notice.party).map(|copy| &copy.organisation);
        let organisation = organisation.map(|number| number.as_str()).unwrap_or_default();
        let subject = user_id_in_mail(&notice.party, organisation);
        for (role, change) in &notice.changes {
            let Some(event) = event(*role, change, upserts.get(notice.party.as_str())) else {
                continue;
            };
            let payload = NoticePayload { event, subject: subject.clone(), at };
            queued.extend(notices(None, notice.to.iter(), &payload, entropy));
        }
    }
    queued
}

/// None only for a plan that names a new address it does not write.
fn event(role: Role, change: &Change, upsert: Option<&&Upsert>) -> Option<Occasion> {
    let new = || Some(upsert?.contacts.get(&role)?.address.as_str().to_owned());
    Some(match change {
        Change::Added => Occasion::AddressAdded { role, new: new()? },
        Change::Replaced(old) => {
            Occasion::AddressChanged { role, old: old.as_str().to_owned(), new: new()? }
        }
        Change::Removed(old) => Occasion::AddressRemoved { role, old: old.as_str().to_owned() },
    })
}
