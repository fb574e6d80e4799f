use crate::account::link::Worth;
use crate::account::message::Delivery;
use crate::account::session::Lifetime;
use crate::clock::Timestamp;
use crate::grant::Grant;
use crate::oauth::grant::refresh_token::{IssuedRefreshToken, Use};
use crate::oauth::pushed_authorization::Pushed;
use crate::store::jobs::claims::{Attempted, Claim};
use crate::store::login::browsers::RememberedChange;
use crate::store::tests::device_codes::waiting;
use crate::store::tests::fixtures::{
    self, NOW, UNBOUNDED, completion, digest, grant, interaction, later, mark, message, new_grant,
    new_link, proofs, rotation, tokens, used, with_session,
};
use crate::store::tests::throttles::registration;
use crate::store::{Expired, Recording, Tokens};

const DAY: i64 = 86_400;

on_both! {
    async fn valid_rows_are_not_deleted(store: Store) {
        let a = full_house(&store).await;
        assert_eq!(delete_expired(&store, later(60), 100).await, 0);
        assert!(store.grant_by_access_token(&digest("token"), later(60)).await.unwrap().is_some());
        let found = fixtures::remembered(&store, "remembered", &a, later(60)).await;
        assert!(found.is_some());
    }

    async fn rows_that_expired_long_ago_are_deleted(store: Store) {
        full_house(&store).await;
        let end = later(21 * DAY);
        assert!(delete_expired(&store, end, 100).await >= 8);
        assert!(store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().is_none());
        assert!(store.interaction("i", &[digest("browser")]).await.unwrap().is_none());
        assert!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap().is_none());
        assert_eq!(store.outbox_totals().await.unwrap().failed, 0);
        assert_eq!(store.outbox_totals().await.unwrap().open, 1, "an open mail is given up first");
        assert_eq!(store.count_accounts().await.unwrap(), 1);
        assert_eq!(delete_expired(&store, end, 100).await, 0);
    }

    async fn a_replayed_code_is_still_known_for_a_day(store: Store) {
        with_session(&store).await;
        assert!(store.consume_code("grant-0", &tokens("token", NOW, later(600)), NOW).await.unwrap());
        delete_expired(&store, later(60 + DAY - 1), 100).await;
        assert!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap().is_some());
        delete_expired(&store, later(60 + DAY), 100).await;
        assert!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap().is_none());
    }

    // P14.
    async fn the_deletion_of_expired_rows_changes_no_result_at_any_time(store: Store) {
        let a = full_house(&store).await;
        still_open(&store, &a).await;
        let ends = [
            60, 90, 600, 900, 1_800, 3_600, 43_200, DAY, 14 * DAY, 20 * DAY, 28 * DAY, 30 * DAY,
        ];
        let around = |end: i64| [end - 1, end, end + DAY, end + 2 * DAY, end + 7 * DAY];
        let mut times: Vec<_> = ends.into_iter().flat_map(around).collect();
        times.sort_unstable();
        let mut without = Vec::new();
        for at in &times {
            without.push(answers(&store, &a, later(*at)).await);
        }
        assert!(without[0].iter().all(|(_, yes)| *yes), "{:?}", without[0]);
        assert!(without.last().unwrap().iter().all(|(_, yes)| !yes));
        for (at, without) in times.iter().zip(without) {
            while delete_expired(&store, later(*at), 100).await > 0 {}
            assert_eq!(answers(&store, &a, later(*at)).await, without, "after {at} seconds");
        }
    }

    async fn a_batch_is_bounded(store: Store) {
        for number in 0..5 {
            store.begin_interaction(&interaction(&format!("i-{number}")), &UNBOUNDED, i64::MAX).await.unwrap();
        }
        let end = later(3_600 + DAY);
        assert_eq!(delete_expired(&store, end, 2).await, 2);
        assert_eq!(delete_expired(&store, end, 2).await, 2);
        assert_eq!(delete_expired(&store, end, 2).await, 1);
    }
}

/// One transaction of each kind; returns how many rows they dealt with.
pub(super) async fn delete_expired(store: &Recording, now: Timestamp, limit: i64) -> usize {
    let mut rows = 0;
    for kind in Expired::ALL {
        rows += store.delete_expired(kind, now, limit).await.unwrap();
    }
    rows
}

/// One of everything that expires. Returns the account's id.
async fn full_house(store: &Recording) -> String {
    let a = with_session(store).await.id;
    assert!(store.consume_code("grant-0", &tokens("token", NOW, later(600)), NOW).await.unwrap());
    store.begin_interaction(&interaction("i2"), &UNBOUNDED, i64::MAX).await.unwrap();
    assert!(store.prove_password("i2", 0, (&a, None), &proofs()).await.unwrap());
    let mut second = completion(&a, 1);
    second.remembered =
        RememberedChange::Remember { mark: mark("mark", &a, "remembered"), replaces: Vec::new() };
    assert!(store.complete_interaction("i2", 1, &second, NOW).await.unwrap());
    store.count_attempt(registration(), NOW).await.unwrap().unwrap();
    store.enqueue(&[message("failed", None)]).await.unwrap();
    let claimed = store.claim_messages(&Claim::any("w", 1, 9), NOW).await.unwrap();
    let refused = Attempted {
        id: "failed".to_owned(),
        holder: "w".to_owned(),
        attempts: claimed[0].attempts,
        counts: true,
        delivery: Delivery::Refused,
        reply: None,
        next_attempt_at: NOW,
    };
    assert!(store.record_delivery(&refused, NOW).await.unwrap());
    store.enqueue(&[message("open", None)]).await.unwrap();
    a
}

/// What waits: a login with its link, a pushed request, a device, and two families of refresh
/// tokens, `r1` that led to `r2` that led to `r3`, and `bound` in the second session.
async fn still_open(store: &Recording, a: &str) {
    store.begin_interaction(&interaction("i3"), &UNBOUNDED, i64::MAX).await.unwrap();
    assert!(store.prove_password("i3", 0, (a, None), &proofs()).await.unwrap());
    assert!(store.issue_link(1, &new_link("l3", "i3", a), NOW).await.unwrap().is_queued());
    let pushed = Pushed {
        client_id: "idep".to_owned(),
        parameters: String::new(),
        expires_at: later(90),
        used_at: None,
    };
    store.push_request(&digest("handle"), &pushed, None).await.unwrap();
    assert!(store.add_device((&digest("d"), &digest("u")), &waiting(), None, NOW).await.unwrap());
    for (name, offline, first) in [("family", true, "r1"), ("session", false, "bound")] {
        let grant = Grant { offline, ..grant(name, a, "session-1") };
        assert!(store.issue_grant(&new_grant(grant, name)).await.unwrap());
        let refresh = Some((digest(first), refreshing(14 * DAY)));
        let bought = Tokens { refresh, ..tokens(name, NOW, later(600)) };
        assert!(store.consume_code(name, &bought, NOW).await.unwrap());
    }
    for (from, to, idle) in [("r1", "r2", 14 * DAY), ("r2", "r3", 28 * DAY)] {
        let rotate = rotation(from, to, refreshing(idle));
        let access = tokens(to, NOW, later(600)).access;
        assert!(store.refresh("family", &rotate, &access, NOW).await.unwrap());
    }
}

fn refreshing(idle: i64) -> IssuedRefreshToken {
    IssuedRefreshToken {
        scope: "openid".parse().unwrap(),
        confirmation: None,
        issued_at: NOW,
        idle_expires_at: later(idle),
        expires_at: later(30 * DAY),
        used: None,
    }
}

/// What each thing is worth at a moment, as those decide who look it up.
async fn answers(store: &Recording, a: &str, now: Timestamp) -> Vec<(&'static str, bool)> {
    let lifetime = Lifetime { idle: 3_600, absolute: 43_200 };
    let session = store.session_of_cookies(&[digest("cookie-1")], NOW).await.unwrap();
    let code = store.grant_by_code(&digest("code-1"), NOW).await.unwrap();
    let token = store.grant_by_access_token(&digest("token"), now).await.unwrap();
    let remembered = fixtures::remembered(store, "remembered", a, now).await;
    let login = store.interaction("i3", &[digest("browser")]).await.unwrap();
    let link = store.link_by_digest(&digest("l3")).await.unwrap();
    let pushed = store.pushed_request(&digest("handle")).await.unwrap();
    let device = store.device_by_user_code(&digest("u"), now).await.unwrap();
    let refresh = async |name: &str, used: Option<Use>| {
        let found = store.refresh_token(&digest(name)).await.unwrap().map(|found| found.token);
        found.is_some_and(|token| token.used == used && now < token.idle_expires_at)
    };
    vec![
        ("session", session.is_some_and(|(session, _)| session.is_live(lifetime, now))),
        ("code", code.is_some_and(|grant| now < grant.code_expires_at)),
        ("access token", token.is_some()),
        ("remembered browser", remembered.is_some()),
        ("login", login.is_some_and(|login| login.ended.is_none() && now < login.expires_at)),
        ("link", link.is_some_and(|(link, _)| link.worth(now) == Worth::Live)),
        ("pushed request", pushed.is_some_and(|pushed| now < pushed.expires_at)),
        ("device", device.is_some()),
        ("refresh token", refresh("r3", None).await),
        ("used refresh token that leads on", refresh("r2", used("r3")).await),
        ("used refresh token that tells of a theft", refresh("r1", used("r2")).await),
        ("refresh token of a session", refresh("bound", None).await),
    ]
}
