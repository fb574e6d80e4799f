//! The kinds of work, and what each takes.

use std::collections::BTreeSet;
use std::time::Instant;

use idp::account::message::Delivery;
use idp::clock::Timestamp;
use idp::contact::party_parameters::{Cell, SourceRow, SourceTie};
use idp::contact::reconcile::plan::Plan;
use idp::contact::reconcile::{Copied, Incoming, Mode, Rules, reconcile};
use idp::provider::sync::SOURCE;
use idp::store::contact::contacts::SyncRun;
use idp::store::jobs::claims::{Attempted, Claim};
use idp::store::{Expired, Store};

use super::fill;
use super::support::{ANNA, ANNA_COMPANY, Application, Browser, DAY, NOW, TestProvider};

/// Milliseconds by the name of the work.
pub(super) type Figures = Vec<(String, f64)>;

/// Repetitions, of which the median counts.
const TIMES: usize = 9;
/// Rows that one run against the party parameters changes.
pub(super) const CHANGES: usize = 2_000;
/// Mails that are sent, and how many at a time.
const MAILS: usize = 100;
const PLACES: usize = 4;
/// Rows in one transaction of the expiry, and how many of these are measured of a kind.
const BATCH: i64 = 500;
const BATCHES: usize = 10;

/// What can be repeated: each round leaves the tables as large as they were.
pub(super) async fn repeatable(provider: &TestProvider, round: usize) -> Figures {
    vec![
        ("login: password, link, code".to_owned(), login(provider).await),
        ("code flow in a session".to_owned(), code_flow(provider).await),
        ("waiting page".to_owned(), waiting_page(provider).await),
        (format!("sync of {CHANGES} changes"), sync(provider, round).await),
        (format!("claim and record of {MAILS} mails"), queue(provider, round).await),
    ]
}

async fn median(times: usize, mut work: impl AsyncFnMut(usize) -> f64) -> f64 {
    let mut figures = Vec::new();
    for number in 0..times {
        figures.push(work(number).await);
    }
    figures.sort_by(f64::total_cmp);
    figures[times / 2]
}

fn since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1_000.0
}

/// A browser in a network of its own, long after the one before.
fn browser(provider: &TestProvider, number: usize) -> Browser {
    provider.pass(600);
    Browser::new(provider).at([198, 51, 100, u8::try_from(number).unwrap()])
}

async fn login(provider: &TestProvider) -> f64 {
    let idep = Application::idep();
    median(TIMES, async |number| {
        let mut browser = browser(provider, number);
        let began = Instant::now();
        let back = browser.log_in_by_mail(&idep, (ANNA, ANNA_COMPANY), false).await;
        idep.redeem(&browser, &back.code()).await;
        since(began)
    })
    .await
}

async fn code_flow(provider: &TestProvider) -> f64 {
    let web = Application::web();
    let mut browser = browser(provider, 20);
    browser.log_in(&web, ANNA).await.code();
    median(5 * TIMES, async |_| {
        let began = Instant::now();
        let back = browser.begin(&web).await;
        web.redeem(&browser, &back.code()).await;
        since(began)
    })
    .await
}

async fn waiting_page(provider: &TestProvider) -> f64 {
    let mut browser = browser(provider, 30);
    let page = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    median(5 * TIMES, async |_| {
        // What was shown a moment ago is kept for a moment.
        provider.pass(2);
        let began = Instant::now();
        browser.get(&page.path).await;
        since(began)
    })
    .await
}

/// As many parties get another address.
async fn sync(provider: &TestProvider, round: usize) -> f64 {
    let store = provider.store();
    let rules = |now| Rules { mode: Mode::Changes, now, brake_percent: 100, approved: true };
    // The first run ever reads everything, and notes the totals that the next ones go by.
    if round == 0 {
        let nothing = reconcile(&Copied::default(), &Incoming::default(), &rules(NOW));
        let first = SyncRun { mode: Mode::Full, ..run_of(&nothing, 0, NOW) };
        assert!(store.apply_sync(&first, NOW).await.unwrap());
    }
    median(3, async |number| {
        let incoming = changed(3 * round + number);
        let began = Instant::now();
        let revision = store.sync_state(SOURCE).await.unwrap().revision;
        let numbers = incoming.rows.iter().filter_map(|row| row.party_number());
        let numbers: BTreeSet<String> = numbers.map(str::to_owned).collect();
        let names = incoming.ties.iter().filter_map(|tie| tie.username.clone()).collect();
        let copied = store.contact_copy_around(SOURCE, numbers, names).await.unwrap();
        let now = provider.clock.now();
        let plan = reconcile(&copied, &incoming, &rules(now));
        assert_eq!((plan.upserts.len(), plan.ended.len()), (CHANGES, CHANGES));
        let run = run_of(&plan, revision, now);
        assert!(store.apply_sync(&run, now).await.unwrap());
        since(began)
    })
    .await
}

fn run_of(plan: &Plan, revision: i64, read_at: Timestamp) -> SyncRun<'_> {
    let (source, mode) = (SOURCE, Mode::Changes);
    SyncRun { source, revision, holder: None, mode, read_at, plan, brake_since: None, notices: &[] }
}

fn changed(number: usize) -> Incoming {
    let cell = |text: String| Cell::read(Some(text.as_bytes()));
    let parties = (1..=CHANGES).map(|row| (row, (300_000_000_000 + row).to_string()));
    let mut incoming = Incoming::default();
    for (row, party) in parties {
        incoming.rows.push(SourceRow {
            party: cell(party.clone()),
            organisation: cell("2021000837".to_owned()),
            organisation_name: cell("Statistiska centralbyrån".to_owned()),
            company: cell(format!("f{row:08}.{number}@exempel.se")),
            updated_at: Some(NOW.0 + i64::try_from(number).unwrap() + 1),
            ..SourceRow::default()
        });
        incoming.ties.push(SourceTie::read(&cell(party), &cell(format!("f{row:08}"))));
    }
    incoming
}

/// Mails are claimed and noted as sent while every row of the outbox waits to be sent.
async fn queue(provider: &TestProvider, round: usize) -> f64 {
    let store = provider.store();
    fill::change_outbox(provider, "state = 'queued', holder = NULL, link_id = NULL").await;
    let mut beat = i64::try_from(1_000 * round).unwrap();
    let figure = median(TIMES, async |_| {
        let began = Instant::now();
        for _ in 0..MAILS / PLACES {
            beat += 1;
            let now = provider.clock.now();
            let claim = Claim::any("scale", beat, PLACES);
            let claimed = store.claim_messages(&claim, now).await.unwrap();
            assert_eq!(claimed.len(), PLACES);
            for message in claimed {
                let attempted = Attempted {
                    id: message.id,
                    holder: claim.holder.clone(),
                    attempts: message.attempts,
                    counts: true,
                    delivery: Delivery::Sent,
                    reply: None,
                    next_attempt_at: now,
                };
                assert!(store.record_delivery(&attempted, now).await.unwrap());
            }
        }
        since(began)
    })
    .await;
    fill::change_outbox(provider, "state = 'sent', holder = ''").await;
    figure
}

/// A transaction of each kind while all rows have ended.
pub(super) async fn expiry(provider: &TestProvider) -> Figures {
    let store: &Store = &provider.store();
    let now = provider.clock.now().plus(60 * DAY);
    let mut figures = Vec::new();
    for kind in Expired::ALL {
        let mut times = Vec::new();
        for _ in 0..BATCHES {
            let began = Instant::now();
            if store.delete_expired(kind, now, BATCH).await.unwrap() < 500 {
                break;
            }
            times.push(since(began));
        }
        times.sort_by(f64::total_cmp);
        if let Some(median) = times.get(times.len() / 2) {
            figures.push((format!("expiry of {BATCH} {}", kind.as_str()), *median));
        }
    }
    figures
}
