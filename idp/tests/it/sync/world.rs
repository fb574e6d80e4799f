//! A provider beside a party-parameters database, with a clock that the test turns.

use std::path::Path;

use idp::account::user::Account;
use idp::app::{App, Ground};
use idp::clock::{Clock, Timestamp};
use idp::config::{self, PartyParameters};
use idp::entropy::Entropy;
use idp::provider::Fault;
use idp::provider::sync::{Parties, Run, SOURCE, Wish};
use idp::store::jobs::claims::Claim;
use idp::store::{Store, SyncState};

use crate::support::database::Place;
use crate::support::provider::recording;

pub(super) const NOW: Timestamp = Timestamp(1_800_000_000);
pub(super) const SCB: &str = "202100083701";
pub(super) const OTHER: &str = "202100083702";
pub(super) const USER: &str = "202100083750";
pub(super) const FULL: Wish = Wish { full: true, approved: false };
pub(super) const APPROVED: Wish = Wish { full: true, approved: true };
pub(super) const DUE: Wish = Wish { full: false, approved: false };

const SCHEMA: &str = "
    CREATE TABLE party_parameters (
        party TEXT, organisation TEXT, organisation_name TEXT, email TEXT,
        arrivals_enabled BOOLEAN, arrivals_email TEXT, dispatches_enabled BOOLEAN,
        dispatches_email TEXT, updated_at BIGINT, deleted_at BIGINT
    );
    CREATE TABLE party_accounts (party TEXT, username TEXT);
    INSERT INTO party_parameters VALUES
        ('202100083701', '2021000837', 'SCB', 'magnus@scb.se', TRUE, 'in@scb.se',
         TRUE, 'ut@scb.se', 1799990000, NULL),
        ('202100083702', '2021000837', 'SCB', 'info@scb.se', FALSE, '', FALSE, '',
         1799990000, NULL);
    INSERT INTO party_accounts VALUES ('202100083701', ' 202100083750 ');";

pub(super) struct World {
    pub(super) source: Place,
    pub(super) kept: Place,
    pub(super) app: App,
    pub(super) store: Store,
    pub(super) parameters: PartyParameters,
    parties: Parties,
}

impl World {
    pub(super) async fn new(source: Place, kept: Place) -> Self {
        source.execute(SCHEMA).await;
        let text = format!(
            "issuer = \"http://localhost:8400\"\n\
             [mail]\nfrom = \"no-reply@example.se\"\n\
             [database]\nurl = {:?}\npool_size = 4\n\
             [keys]\nsecret = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n\
             algorithms = [\"RS256\"]\n\
             [party_parameters]\nurl = {:?}\n",
            kept.url, source.url
        );
        let config = config::parse(&text, Path::new("idp.toml"), std::iter::empty()).unwrap();
        let store = Store::open(&config.database).unwrap();
        store.migrate().await.unwrap();
        for (name, parties) in [(USER, vec![]), ("agent", vec![OTHER.to_owned()])] {
            assert!(recording(&store).add_account(&account(name), None, &parties).await.unwrap());
        }
        let ground = Ground { clock: Clock::manual(NOW), entropy: Entropy::Os };
        let app = App::new(&config, store.clone(), ground).await.unwrap();
        let parameters = config.party_parameters.unwrap();
        let parties = Parties::open(&parameters).unwrap();
        Self { source, kept, app, store, parameters, parties }
    }

    pub(super) async fn sync(&self, wish: Wish) -> Result<Option<Run>, Fault> {
        self.app.provider.sync(&self.parties, wish).await
    }

    /// A run that nothing stands in the way of.
    pub(super) async fn run(&self, wish: Wish) -> Run {
        self.sync(wish).await.unwrap().unwrap()
    }

    pub(super) async fn rehearsed(&self, wish: Wish) -> Run {
        self.app.provider.rehearse_sync(&self.parties, wish).await.unwrap()
    }

    pub(super) fn later(&self, seconds: i64) -> Timestamp {
        self.app.provider.clock().advance(seconds);
        self.app.provider.clock().now()
    }

    /// Sets columns of a party a second later, so that a reading of changes finds it.
    pub(super) async fn set(&self, party: &str, columns: &str) {
        let now = self.later(1).0;
        let set = format!("UPDATE party_parameters SET {columns}, updated_at = {now}");
        self.source.execute(&format!("{set} WHERE party = '{party}'")).await;
    }

    /// The addresses of an account.
    pub(super) async fn addresses(&self, username: &str) -> Vec<String> {
        let account = self.store.account_by_username(username).await.unwrap().unwrap();
        let known = self.store.known_addresses(&account, false).await.unwrap();
        known.into_iter().map(|known| known.address.as_str().to_owned()).collect()
    }

    /// The events of the record.
    pub(super) async fn events(&self) -> Vec<serde_json::Value> {
        let events = self.store.events_between(0, i64::MAX, 10_000).await.unwrap();
        events.iter().map(|event| serde_json::from_str(&event.event).unwrap()).collect()
    }

    /// Who was told what, in order.
    pub(super) async fn told(&self) -> Vec<String> {
        let now = self.app.provider.clock().now();
        let claim = Claim::any("told", 1, 1_000);
        let mails = self.store.claim_messages(&claim, now).await.unwrap();
        self.store.release_holder("told").await.unwrap();
        let kind = |payload: &str| {
            let payload: serde_json::Value = serde_json::from_str(payload).unwrap();
            payload["event"]["kind"].as_str().unwrap().to_owned()
        };
        let mut told: Vec<_> =
            mails.iter().map(|mail| format!("{} {}", mail.address, kind(&mail.payload))).collect();
        told.sort();
        told
    }

    pub(super) async fn state(&self) -> SyncState {
        self.store.sync_state(SOURCE).await.unwrap()
    }

    /// Party, place and reason of what is in quarantine.
    pub(super) async fn quarantined(&self) -> Vec<(String, &'static str, &'static str)> {
        let entries = self.store.quarantined().await.unwrap();
        let entry = |q: idp::contact::quarantine::Quarantined| {
            (q.party, q.place.as_str(), q.reason.as_str())
        };
        entries.into_iter().map(|(quarantined, _)| entry(quarantined)).collect()
    }

    pub(super) async fn end(&self) {
        self.source.remove().await;
        self.kept.remove().await;
    }
}

pub(super) fn account(username: &str) -> Account {
    Account {
        id: format!("account-{username}"),
        username: username.to_owned(),
        subject: format!("subject-{username}"),
        organisation: "2021000837".to_owned(),
        organisation_name: "SCB".to_owned(),
        claims: serde_json::Map::new(),
        created_at: NOW,
        disabled_at: None,
    }
}
