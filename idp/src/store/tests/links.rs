use diesel_async::RunQueryDsl as _;

use crate::account::interaction::Ended;
use crate::account::link::Worth;
use crate::account::mail_limit::Limit;
use crate::account::message::Delivery;
use crate::clock::Timestamp;
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, account, completion, digest, granted, interaction, later, link, new_link,
    proofs, renewal, stored, with_link, with_password, with_session,
};
use crate::store::{Error, Issued, NewLink, Recording};

/// Account `a` with logins `p0`, `p1`, … after their passwords; returns its id.
async fn with_logins(store: &Recording, count: usize) -> String {
    let a = account("a");
    assert!(store.add_account(&a, None, &[]).await.unwrap());
    for number in 0..count {
        let id = format!("p{number}");
        store.begin_interaction(&interaction(&id), &UNBOUNDED, i64::MAX).await.unwrap();
        assert!(store.prove_password(&id, 0, (&a.id, None), &proofs()).await.unwrap());
    }
    a.id
}

on_both! {
    async fn issuing_a_link_stores_link_mail_remember_choice_and_interaction_expiry(store: Store) {
        let a = with_password(&store).await;
        let mut new = new_link("l", "i", &a.id);
        new.interaction_expires_at = later(5_000);
        assert!(store.issue_link(1, &new, NOW).await.unwrap().is_queued());
        let changed = stored(&store, "i").await;
        assert_eq!((changed.remember, changed.expires_at, changed.version), (true, later(5_000), 2));
        assert_eq!(store.links_of("i").await.unwrap(), [link("l", "i", &a.id)]);
        assert_eq!(store.messages_of("i").await.unwrap(), [new.message]);
        let found = store.link_by_digest(&digest("l")).await.unwrap();
        assert_eq!(found, Some((link("l", "i", &a.id), changed)));
        assert!(store.link_by_digest(&digest("other")).await.unwrap().is_none());
    }

    async fn a_link_needs_a_proven_password_of_its_own_account(store: Store) {
        let a = with_password(&store).await;
        store.begin_interaction(&interaction("fresh"), &UNBOUNDED, i64::MAX).await.unwrap();
        assert!(!store.issue_link(0, &new_link("l", "fresh", &a.id), NOW).await.unwrap().is_queued());
        assert!(!store.issue_link(1, &new_link("l", "i", "account-b"), NOW).await.unwrap().is_queued());
        assert_eq!(store.outbox_totals().await.unwrap().open, 0);
    }

    async fn parallel_link_mails_of_one_account_are_limited_per_hour(store: Store) {
        let a = with_logins(&store, 12).await;
        let outcomes = super::race(12, |number| {
            let (store, a) = (store.clone(), a.clone());
            async move {
                let name = format!("p{number}");
                let mut new = NewLink { an_hour: 9, ..new_link(&name, &name, &a) };
                new.link.canonical = format!("{name}@scb.se");
                store.issue_link(1, &new, NOW).await.unwrap()
            }
        });
        let outcomes = outcomes.await;
        assert_eq!(outcomes.iter().filter(|issued| issued.is_queued()).count(), 9);
        let limited = Issued::Limited(Limit::Account, later(3_600));
        assert_eq!(outcomes.iter().filter(|issued| **issued == limited).count(), 3);
        assert_eq!(store.outbox_totals().await.unwrap().open, 9);
    }

    async fn unknown_browsers_and_single_networks_leave_mails_of_the_hourly_limit_to_others(
        store: Store
    ) {
        let a = with_logins(&store, 12).await;
        let mut issued = Vec::new();
        let browsers = (0..12).map(|n| match n {
            0..4 => ("home", false),
            4..8 => ("away", false),
            _ => ("home", true),
        });
        for (number, (network, known)) in browsers.enumerate() {
            let name = format!("p{number}");
            let network = network.to_owned();
            let new = NewLink { an_hour: 9, network, known, ..new_link(&name, &name, &a) };
            issued.push(store.issue_link(1, &new, NOW).await.unwrap().is_queued());
        }
        assert_eq!(issued[..4], [true, true, true, false], "one network");
        assert_eq!(issued[4..8], [true, true, true, false], "all strangers");
        assert_eq!(issued[8..], [true, true, true, false], "the account");
    }

    async fn one_of_several_parallel_mails_to_an_address_is_queued_and_the_next_a_minute_later(
        store: Store
    ) {
        let a = with_logins(&store, 6).await;
        let mail = |number: usize, now: Timestamp| {
            let (store, a) = (store.clone(), a.clone());
            async move {
                let name = format!("p{number}");
                let mut new = NewLink { rest: 60, ..new_link(&name, &name, &a) };
                new.link.issued_at = now;
                store.issue_link(1, &new, now).await.unwrap()
            }
        };
        let outcomes = super::race(4, |number| mail(number, NOW)).await;
        assert_eq!(outcomes.iter().filter(|issued| issued.is_queued()).count(), 1);
        let limited = Issued::Limited(Limit::Address, later(60));
        assert_eq!(outcomes.iter().filter(|issued| **issued == limited).count(), 3);
        assert_eq!(mail(4, later(59)).await, limited);
        assert!(mail(5, later(60)).await.is_queued());
    }

    async fn confirming_a_link_completes_the_login(store: Store) {
        let a = with_link(&store).await;
        assert!(store.issue_link(2, &new_link("l2", "i", &a.id), NOW).await.unwrap().is_queued());
        let done = completion(&a.id, 0);
        assert!(store.confirm_link("l2", "i", 3, &done, later(9)).await.unwrap());
        let ended = stored(&store, "i").await;
        assert_eq!(ended.ended, Some((later(9), Ended::Completed)));
        let proven = ended.purpose.proven().map(|proven| &proven.proofs);
        assert_eq!((proven, ended.version), (Some(&proofs()), 4));
        let links = store.links_of("i").await.unwrap();
        let worth: Vec<_> = links.iter().map(|link| link.worth(later(9))).collect();
        assert_eq!(worth, [Worth::Superseded, Worth::Used]);
        let (session, _) = store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().unwrap();
        assert_eq!(session.id, "session-0");
        assert_eq!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap(), Some(granted(&done)));
    }

    async fn one_of_sixteen_parallel_confirmations_of_a_link_succeeds(store: Store) {
        let a = with_link(&store).await.id;
        let outcomes = super::race(16, |number| {
            let (store, done) = (store.clone(), completion(&a, number));
            async move { store.confirm_link("l", "i", 2, &done, NOW).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        assert_eq!(sessions(&store).await.unwrap(), 1);
    }

    async fn one_of_two_parallel_confirmations_of_different_links_succeeds(store: Store) {
        let a = with_link(&store).await.id;
        assert!(store.issue_link(2, &new_link("l2", "i", &a), NOW).await.unwrap().is_queued());
        let outcomes = super::race(2, |number| {
            let (store, done) = (store.clone(), completion(&a, number));
            let link = ["l", "l2"][number];
            async move { store.confirm_link(link, "i", 3, &done, NOW).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        assert_eq!(sessions(&store).await.unwrap(), 1);
    }

    async fn an_expired_foreign_or_used_link_completes_no_login(store: Store) {
        let a = with_link(&store).await.id;
        store.begin_interaction(&interaction("other"), &UNBOUNDED, i64::MAX).await.unwrap();
        store.prove_password("other", 0, (&a, None), &proofs()).await.unwrap();
        let done = completion(&a, 0);
        let cases = [
            ("too old to the second", "l", "i", 2, later(1_800)),
            ("of another login", "l", "other", 1, NOW),
            ("unknown", "l9", "i", 2, NOW),
        ];
        for (name, link, interaction, version, now) in cases {
            let won = store.confirm_link(link, interaction, version, &done, now).await.unwrap();
            assert!(!won, "{name}");
            assert_eq!(sessions(&store).await.unwrap(), 0, "{name}");
            assert_eq!(store.links_of("i").await.unwrap()[0].used_at, None, "{name}");
            assert_eq!(stored(&store, "i").await.ended, None, "{name}");
        }
        assert!(store.confirm_link("l", "i", 2, &done, later(1_799)).await.unwrap());
        let again = completion(&a, 1);
        assert!(!store.confirm_link("l", "i", 3, &again, later(1_799)).await.unwrap());
        assert_eq!(sessions(&store).await.unwrap(), 1);
    }

    async fn confirming_a_link_for_an_ended_session_completes_nothing_and_keeps_the_link(store: Store) {
        let a = with_session(&store).await.id;
        store.begin_interaction(&interaction("step-up"), &UNBOUNDED, i64::MAX).await.unwrap();
        store.prove_password("step-up", 0, (&a, None), &proofs()).await.unwrap();
        assert!(store.issue_link(1, &new_link("l", "step-up", &a), NOW).await.unwrap().is_queued());
        store.end_session("session-0", NOW).await.unwrap();
        let mut done = completion(&a, 1);
        done.session = renewal("renewed", proofs());
        assert!(!store.confirm_link("l", "step-up", 2, &done, NOW).await.unwrap());
        assert_eq!(store.links_of("step-up").await.unwrap()[0].worth(NOW), Worth::Live);
        assert!(store.session_of_cookies(&[digest("renewed")], NOW).await.unwrap().is_none());
    }

    async fn the_waiting_page_reads_a_new_version_without_caching(store: Store) {
        let a = with_link(&store).await.id;
        let waiting = store.waiting_for("i", 2).await.unwrap();
        assert_eq!((waiting.0.len(), waiting.1[0].delivery), (1, Delivery::Queued));
        assert!(store.issue_link(2, &new_link("l2", "i", &a), NOW).await.unwrap().is_queued());
        assert_eq!(store.waiting_for("i", 3).await.unwrap().0.len(), 2);
    }

    async fn a_link_opened_elsewhere_is_noted_once(store: Store) {
        with_link(&store).await;
        let noted = super::race(4, |_| {
            let store = store.clone();
            async move { store.note_link_elsewhere("l", NOW).await.unwrap() }
        });
        assert_eq!(super::winners(&noted.await), 1);
    }
}

async fn sessions(store: &Recording) -> Result<i64, Error> {
    let count = diesel::dsl::sql::<diesel::sql_types::BigInt>(
        "(SELECT count(*) FROM sessions) /* of a test */",
    );
    read!(store, |c| diesel::select(count.clone()).get_result(c).await)
}
