//! The audit record: what is recorded of a login, and what its seals show.

use std::collections::BTreeMap;

use idp::account::event::{Actor, Circumstances, EventKind};
use idp::audit::chain::Broken;
use idp::provider::audit::export::Filter;
use idp::provider::audit::verification::Verified;
use serde_json::Value;

use crate::support::{ANNA, ANNA_COMPANY, Application, Browser, PASSWORD, Setup, TestProvider};

fn by(provider: &TestProvider) -> Circumstances {
    Circumstances::of(Actor::Operator("anna".to_owned()), provider.clock.now())
}

async fn export(provider: &TestProvider, filter: Filter) -> Vec<Value> {
    let mut cursor =
        provider.app.provider.begin_export(filter, "jsonl", &by(provider)).await.unwrap();
    let mut events = Vec::new();
    loop {
        let page = provider.app.provider.export_events(&mut cursor).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page.iter().map(|event| serde_json::from_str::<Value>(event).unwrap()));
    }
}

/// The kinds of events about clients and accounts since the start, in their order.
async fn kinds(provider: &TestProvider) -> Vec<String> {
    let events = export(provider, Filter::default()).await;
    let concerns = |event: &&Value| event["interaction"].is_string() || event["grant"].is_string();
    events.iter().filter(concerns).map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

/// Seals everything that was recorded until now. On PostgreSQL transactions of others end first.
async fn seal(provider: &TestProvider) {
    let last = provider.store().events_between(0, i64::MAX, 10_000).await.unwrap();
    let last = last.last().map_or(0, |event| event.position);
    loop {
        provider.app.provider.maintain_record().await.unwrap();
        let closed = provider.store().last_batch().await.unwrap();
        if closed.is_some_and(|batch| batch.last_position >= last) {
            return;
        }
    }
}

async fn verify(provider: &TestProvider, heads: Option<&str>) -> Verified {
    provider.app.provider.verify_record(heads, &by(provider)).await.unwrap()
}

/// What somebody does who owns the database.
async fn tamper(provider: &TestProvider, statement: &str) {
    let place = provider.place();
    let off = match place.url.starts_with("postgres") {
        true => "ALTER TABLE events DISABLE TRIGGER USER",
        false => "DROP TRIGGER events_append_only; DROP TRIGGER events_kept",
    };
    place.execute(off).await;
    place.execute(statement).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_with_a_mailed_link_is_recorded_from_beginning_to_end() {
    for provider in Setup::new().start_on_both().await {
        let mut browser = Browser::new(&provider);
        let page = browser.begin(&Application::idep()).await;
        browser.sign_in(&page, ANNA, "fel").await;
        let page = browser.sign_in(&page, ANNA, PASSWORD).await;
        let page = browser.type_address(&page, "nobody@scb.se", false).await;
        browser.type_address(&page, ANNA_COMPANY, true).await;
        provider.deliver().await;
        // A scanner looks twice.
        for _ in 0..2 {
            Browser::new(&provider).get(&provider.last_link()).await;
        }
        let code = browser.confirm_last_link().await.code();
        Application::idep().redeem(&browser, &code).await;
        browser.begin(&Application::idep()).await.code();
        let expected = [
            "password_wrong",
            "login_begun",
            "password_right",
            "address_wrong",
            "mail_queued",
            "link_opened_elsewhere",
            "link_completed",
            "login_completed",
            "browser_remembered",
            "single_sign_on",
        ];
        assert_eq!(kinds(&provider).await, expected);
        let events = export(&provider, Filter::default()).await;
        let of = |kind: &str| events.iter().find(|event| event["kind"] == kind).unwrap();
        assert_eq!(of("login_completed")["facts"]["class"], "pwd-email");
        assert_eq!(of("mail_sent")["facts"]["message"], "link");
        let text = events.iter().map(Value::to_string).collect::<String>();
        for secret in [ANNA_COMPANY, "nobody@scb.se", "fel\"", PASSWORD, &code] {
            assert!(!text.contains(secret), "{secret}");
        }
        let account = of("login_completed")["account"].as_str().unwrap().to_owned();
        for kind in ["password_wrong", "password_right", "mail_queued", "single_sign_on"] {
            assert_eq!(of(kind)["account"], account, "{kind}");
            assert!(
                of(kind)["network"].is_string() && of(kind)["request_id"].is_string(),
                "{kind}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_repeated_requests_do_not_fill_the_record() {
    for provider in Setup::new().start_on_both().await {
        let count =
            async || provider.store().events_between(0, i64::MAX, 10_000).await.unwrap().len();
        let before = count().await;
        for _ in 0..5 {
            let mut stranger = Browser::new(&provider);
            let page = stranger.begin(&Application::idep()).await;
            stranger.press(&page, "login-cancel").await;
            stranger.get("/authorize?client_id=nobody").await;
        }
        assert_eq!(count().await, before, "logins without a right password");
        let (web, mut browser) = (Application::web(), Browser::new(&provider));
        let code = browser.log_in(&web, ANNA).await.code();
        web.redeem(&browser, &code).await;
        let before = count().await;
        for _ in 0..5 {
            let replayed = web.token(&browser, &web.redemption(&code)).await;
            assert_eq!(replayed.json()["error"], "invalid_grant");
        }
        assert_eq!(count().await, before + 1, "a code that is used again and again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_can_be_limited_to_a_time_an_account_and_kinds_and_is_recorded() {
    for provider in Setup::new().start_on_both().await {
        let start = provider.clock.now();
        let mut browser = Browser::new(&provider);
        browser.log_in(&Application::web(), ANNA).await.code();
        seal(&provider).await;
        provider.pass(100);
        browser.begin(&Application::web()).await.code();
        let since = Filter { since: Some(start.plus(100)), ..Filter::default() };
        let kinds: Vec<_> =
            export(&provider, since).await.iter().map(|event| event["kind"].clone()).collect();
        assert_eq!(kinds, ["single_sign_on", "record_exported"]);
        let account = provider.app.provider.account_id_or(ANNA).await.unwrap();
        let until = Filter {
            until: Some(start.plus(1)),
            account: Some(account.clone()),
            kinds: vec![EventKind::LoginCompleted, EventKind::SingleSignOn],
            ..Filter::default()
        };
        let found = export(&provider, until).await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (&found[0]["kind"], &found[0]["account"]),
            (&"login_completed".into(), &account.into())
        );
        let exports = Filter { kinds: vec![EventKind::RecordExported], ..Filter::default() };
        let exports = export(&provider, exports).await;
        assert_eq!(exports[1]["actor"]["name"], "anna");
        assert!(exports[1]["facts"]["filter"].as_str().unwrap().contains("kind login_completed"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn seals_of_two_nodes_cover_each_event_once_and_show_what_is_changed() {
    for (name, statement) in [
        ("edited", "UPDATE events SET event = replace(event, 'login_completed', 'login_begun')"),
        ("missing", "DELETE FROM events WHERE event LIKE '%login_completed%'"),
        (
            "added",
            "INSERT INTO events SELECT position + 1, at, frequent, account_id, event FROM \
                   events WHERE event LIKE '%login_completed%'",
        ),
        ("thinned", "DELETE FROM events WHERE frequent"),
    ] {
        for node in Setup::new().start_on_both().await {
            let other = node.again().await;
            for _ in 0..2 {
                Browser::new(&node).log_in(&Application::web(), ANNA).await.code();
                let one = node.app.provider.maintain_record();
                let two = other.app.provider.maintain_record();
                tokio::try_join!(one, two).unwrap();
            }
            seal(&other).await;
            let verified = verify(&node, None).await;
            assert_eq!(verified.broken, []);
            let batches = node.store().batches_after(0, 100).await.unwrap();
            let last = batches.last().unwrap().last_position;
            let sealed = node.store().events_between(0, last, 1_000).await.unwrap().len();
            assert_eq!(
                verified.events,
                u64::try_from(sealed).unwrap(),
                "each event is in one batch"
            );
            if name == "added" && !node.place().url.starts_with("postgres") {
                continue; // Every position of SQLite is taken.
            }
            tamper(&node, statement).await;
            let broken = verify(&other, None).await.broken;
            let is_found = |broken: &Broken| matches!(broken, Broken::Events { .. });
            assert!(!broken.is_empty() && broken.iter().all(is_found), "{name}: {broken:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_that_was_kept_elsewhere_shows_a_record_that_was_sealed_anew() {
    for provider in Setup::new().start_on_both().await {
        Browser::new(&provider).log_in(&Application::web(), ANNA).await.code();
        seal(&provider).await;
        let kept = provider.store().last_batch().await.unwrap().unwrap().seal;
        assert_eq!(verify(&provider, Some(&format!("{kept}\n\n"))).await.broken, []);
        let foreign = verify(&provider, Some("a.b.c")).await.broken;
        assert_eq!(foreign, [Broken::ForeignHead(1)]);
        // Somebody who has the master secret as well can seal what is left of the record.
        tamper(&provider, "DELETE FROM events WHERE event LIKE '%login_completed%'").await;
        provider.place().execute("DELETE FROM event_batches").await;
        assert_eq!(verify(&provider, Some(&kept)).await.broken, [Broken::MissingHead(1)]);
        seal(&provider).await;
        assert_eq!(verify(&provider, None).await.broken, []);
        assert_eq!(verify(&provider, Some(&kept)).await.broken, [Broken::OtherHead(1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_events_are_deleted_by_whole_batches_and_the_rest_is_still_verified() {
    let settings = "[audit]\nkeep_days = 30\nfrequent_days = 10\n";
    for provider in Setup::new().settings(settings).start_on_both().await {
        for _ in 0..3 {
            Browser::new(&provider).log_in(&Application::web(), ANNA).await.code();
            seal(&provider).await;
            provider.pass(9 * 86_400);
        }
        let count = async || {
            let events = provider.store().events_between(0, i64::MAX, 1_000).await.unwrap();
            let mut counts = BTreeMap::new();
            for event in &events {
                *counts.entry(event.kind().unwrap().to_owned()).or_insert(0) += 1;
            }
            let of = |kind: &str| counts.get(kind).copied().unwrap_or_default();
            (of("login_begun"), of("login_completed"))
        };
        assert_eq!(count().await, (2, 3), "18 days after the first, its frequent events are gone");
        seal(&provider).await;
        assert_eq!(count().await, (1, 3));
        assert_eq!(verify(&provider, None).await.broken, []);
        provider.pass(13 * 86_400);
        seal(&provider).await;
        assert_eq!(count().await, (0, 1), "the first two batches are older than 30 days");
        let verified = verify(&provider, None).await;
        assert_eq!(verified.broken, []);
        assert!(verified.first > Some(1));
        // Somebody who owns the database deletes the beginning of what is left.
        seal(&provider).await;
        let first = provider.store().batches_after(0, 1).await.unwrap()[0].clone();
        let (number, last) = (first.number, first.last_position);
        tamper(&provider, &format!("DELETE FROM events WHERE position <= {last}")).await;
        let batches = format!("DELETE FROM event_batches WHERE number = {number}");
        provider.place().execute(&batches).await;
        let broken = Broken::Beginning { found: number + 1, expected: number };
        assert_eq!(verify(&provider, None).await.broken, [broken]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_numbered_on_after_a_quiet_time_in_which_all_events_became_old() {
    let settings = "[audit]\nkeep_days = 2\nfrequent_days = 1\n";
    for provider in Setup::new().settings(settings).start_on_both().await {
        for _ in 0..2 {
            Browser::new(&provider).log_in(&Application::web(), ANNA).await.code();
            seal(&provider).await;
        }
        let last = provider.store().last_batch().await.unwrap().unwrap().number;
        provider.pass(10 * 86_400);
        for _ in 0..3 {
            seal(&provider).await;
            assert_eq!(verify(&provider, None).await.broken, []);
        }
        assert!(provider.store().last_batch().await.unwrap().unwrap().number > last);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frequent_events_can_be_logged_alone() {
    let settings = "[audit]\nfrequent_days = 0\n";
    for provider in Setup::new().settings(settings).start_on_both().await {
        let mut browser = Browser::new(&provider);
        browser.log_in(&Application::web(), ANNA).await.code();
        browser.begin(&Application::web()).await.code();
        assert_eq!(kinds(&provider).await, ["login_completed"]);
    }
}

#[tokio::test]
async fn the_key_that_seals_is_published_and_stays_the_same() {
    let provider = TestProvider::start().await;
    let published = Browser::new(&provider).get("/audit/jwks.json").await.json();
    let key = &published["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"]),
        (&"OKP".into(), &"Ed25519".into(), &"EdDSA".into())
    );
    assert!(key["d"].is_null() && published["keys"].as_array().unwrap().len() == 1);
    let signing = Browser::new(&provider).get("/jwks.json").await.json();
    let kids: Vec<_> = signing["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert!(!kids.contains(&&key["kid"]), "it signs no token");
    let again = provider.again().await;
    assert_eq!(Browser::new(&again).get("/audit/jwks.json").await.json(), published);
}
