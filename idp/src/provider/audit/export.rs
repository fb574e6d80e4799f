//! Reading the record, a page at a time.

use crate::account::event::{Circumstances, EventKind};
use crate::account::user::canonical_username;
use crate::clock::Timestamp;
use crate::provider::audit::PAGE;
use crate::provider::{Fault, Provider};
use crate::store::audit::events::RecordedEvent;

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Those of this account, by its id.
    pub account: Option<String>,
    /// Those of these kinds; all where there are none.
    pub kinds: Vec<EventKind>,
}

/// A position in an export.
#[derive(Clone, Debug)]
pub struct Cursor {
    filter: Filter,
    position: i64,
}

impl Filter {
    fn takes(&self, event: &RecordedEvent) -> bool {
        let is_kind = |kind: &EventKind| event.kind() == Some(kind.as_str());
        self.since.is_none_or(|since| event.at >= since.0)
            && self.until.is_none_or(|until| event.at < until.0)
            && (self.kinds.is_empty() || self.kinds.iter().any(is_kind))
    }

    /// The filter in words, for the record.
    fn describe(&self) -> String {
        let time = |name: &str, time: Option<Timestamp>| time.map(|time| format!("{name} {time}"));
        let account = self.account.as_ref().map(|account| format!("account {account}"));
        let kinds = self.kinds.iter().map(|kind| format!("kind {}", kind.as_str()));
        let parts = [time("since", self.since), time("until", self.until), account];
        parts.into_iter().flatten().chain(kinds).collect::<Vec<_>>().join(", ")
    }
}

impl Provider {
    /// The id of the account of that login name; what is no login name is taken for an id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_id_or(&self, name: &str) -> Result<String, Fault> {
        let found = match canonical_username(name) {
            Some(name) => self.store.account_by_username(&name).await?,
            None => None,
        };
        Ok(found.map_or_else(|| name.to_owned(), |account| account.id))
    }

    /// Begins an export, which is recorded before anything is read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_export(
        &self,
        filter: Filter,
        format: &'static str,
        by: &Circumstances,
    ) -> Result<Cursor, Fault> {
        let event = self.event(EventKind::RecordExported, by).fact("format", format);
        let event = event.fact("filter", filter.describe());
        self.store.recording([event]).record().await?;
        let position = match filter.since {
            Some(since) => self.store.position_before(since).await?,
            None => 0,
        };
        Ok(Cursor { filter, position })
    }

    /// The next events of an export, in their order; none at its end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_events(&self, cursor: &mut Cursor) -> Result<Vec<String>, Fault> {
        loop {
            let after = cursor.position;
            let page = match &cursor.filter.account {
                Some(account) => self.store.events_of_account(account, after, PAGE).await?,
                None => self.store.events_between(after, i64::MAX, PAGE).await?,
            };
            let Some(last) = page.last() else { return Ok(Vec::new()) };
            cursor.position = last.position;
            let taken = page.into_iter().filter(|event| cursor.filter.takes(event));
            let events: Vec<_> = taken.map(|event| event.event).collect();
            if !events.is_empty() {
                return Ok(events);
            }
        }
    }
}
