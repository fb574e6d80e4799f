use crate::account::factor::{EmailStep, Factor, Proofs};
use crate::account::interaction::Agent;
use crate::contact::Role;
use crate::store::Recording;
use crate::store::login::browsers::RememberedChange;
use crate::store::login::completion::Next;
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, account, completion, digest, grant, interaction, later, mark, new_grant,
    proofs, remembered, renewal, stored, tokens, with_session,
};

/// Forgets all browsers of an account; returns how many there were.
async fn forget_all(store: &Recording, account: &str) -> usize {
    let marks = store.browsers_of(account, NOW).await.unwrap();
    let ids: Vec<_> = marks.into_iter().map(|mark| mark.id).collect();
    assert!(store.forget_browsers(account, &ids).await.unwrap());
    ids.len()
}

on_both! {
    async fn a_renewed_session_keeps_its_id_and_loses_its_old_cookie(store: Store) {
        let a = with_session(&store).await.id;
        let mut done = completion(&a, 1);
        done.next = Next::Grant(Box::new(new_grant(grant("grant-1", &a, "session-0"), "code-1")));
        done.session = renewal("renewed", proofs());
        assert!(logged_in(&store, &a, "i2", done).await);
        assert!(store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().is_none());
        let (session, _) = store.session_of_cookies(&[digest("renewed")], NOW).await.unwrap().unwrap();
        assert_eq!((session.id.as_str(), session.created_at), ("session-0", NOW));
        assert_eq!(session.network.as_deref(), Some("198.51.100.0/24"), "where it was renewed");
        assert_eq!(session.agent, Some(Agent::default()));
    }

    async fn a_step_up_decided_before_a_newer_login_keeps_the_newer_password_time(store: Store) {
        let a = with_session(&store).await.id;
        let renewed = |number: usize, cookie: &str, proofs: Proofs| {
            let mut done = completion(&a, number);
            let grant = grant(&format!("grant-{number}"), &a, "session-0");
            done.next = Next::Grant(Box::new(new_grant(grant, &format!("code-{number}"))));
            done.session = renewal(cookie, proofs);
            done
        };
        let again = Proofs::password(later(900));
        assert!(logged_in(&store, &a, "i2", renewed(1, "again", again.clone())).await);
        let email = Factor::Email(EmailStep { at: later(950), role: Role::Company });
        let step_up = proofs().with(email);
        assert!(logged_in(&store, &a, "i3", renewed(2, "stepped-up", step_up)).await);
        let found = store.session_of_cookies(&[digest("stepped-up")], NOW).await.unwrap();
        assert_eq!(found.unwrap().0.proofs, again.with(email));
    }

    async fn the_session_of_another_account_cannot_be_renewed(store: Store) {
        with_session(&store).await;
        let b = account("b");
        store.add_account(&b, None, &[]).await.unwrap();
        let mut done = completion(&b.id, 1);
        done.session = renewal("stolen", proofs());
        assert!(!logged_in(&store, &b.id, "i2", done).await);
        assert!(store.session_of_cookies(&[digest("stolen")], NOW).await.unwrap().is_none());
        assert_eq!(stored(&store, "i2").await.ended, None);
    }

    async fn a_login_of_another_account_ends_the_session_of_this_browser(store: Store) {
        with_session(&store).await;
        let b = account("b");
        store.add_account(&b, None, &[]).await.unwrap();
        for (name, number) in [("i2", 1), ("i3", 2)] {
            let mut done = completion(&b.id, number);
            done.ends_session = Some("session-0".to_owned());
            assert!(logged_in(&store, &b.id, name, done).await, "also when it has ended: {name}");
        }
        let (ended, _) = store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().unwrap();
        assert!(ended.ended_at.is_some());
        assert!(!store.consume_code("grant-0", &tokens("t", NOW, later(600)), NOW).await.unwrap());
    }

    async fn a_completed_login_stores_front_channel_tokens(store: Store) {
        let a = account("a");
        store.add_account(&a, None, &[]).await.unwrap();
        let mut done = completion(&a.id, 1);
        let mut new = new_grant(grant("grant-1", &a.id, "session-1"), "code-1");
        new.tokens = Some(tokens("front", NOW, later(600)));
        done.next = Next::Grant(Box::new(new.clone()));
        assert!(logged_in(&store, &a.id, "i1", done).await);
        let found = store.grant_by_access_token(&digest("front"), NOW).await.unwrap().unwrap();
        assert_eq!(found.grant, new.grant);
    }

    async fn one_interaction_completes_once(store: Store) {
        let a = account("a");
        store.add_account(&a, None, &[]).await.unwrap();
        store.begin_interaction(&interaction("i"), &UNBOUNDED, i64::MAX).await.unwrap();
        store.prove_password("i", 0, (&a.id, None), &proofs()).await.unwrap();
        let outcomes = super::race(16, |number| {
            let (store, done) = (store.clone(), completion(&a.id, number));
            async move { store.complete_interaction("i", 1, &done, NOW).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
    }

    async fn a_mark_is_valid_for_one_account_in_one_browser_until_it_expires(store: Store) {
        let a = with_session(&store).await.id;
        remember(&store, &a, 1, "first", &[]).await;
        let kept = mark("mark-1", &a, "first");
        let found = async |cookie: &str, account: &str, now| {
            remembered(&store, cookie, account, now).await
        };
        assert_eq!(found("first", &a, NOW).await, Some(kept.clone()));
        assert_eq!(found("first", "account-b", NOW).await, None);
        assert_eq!(found("other", &a, NOW).await, None);
        assert!(found("first", &a, kept.expires_at.plus(-1)).await.is_some());
        assert_eq!(found("first", &a, kept.expires_at).await, None);
        assert_eq!(forget_all(&store, &a).await, 1);
        assert_eq!(found("first", &a, NOW).await, None);
    }

    async fn marks_of_two_accounts_in_one_browser_do_not_replace_each_other(store: Store) {
        let a = with_session(&store).await.id;
        let b = account("b").id;
        store.add_account(&account("b"), None, &[]).await.unwrap();
        remember(&store, &a, 1, "of-a", &[]).await;
        remember(&store, &b, 2, "of-b", &["of-a"]).await;
        assert!(remembered(&store, "of-a", &a, NOW).await.is_some());
        assert!(remembered(&store, "of-b", &b, NOW).await.is_some());
        remember(&store, &a, 3, "again-of-a", &["of-a", "of-b"]).await;
        assert_eq!(remembered(&store, "of-a", &a, NOW).await, None, "the account's own is replaced");
        assert!(remembered(&store, "again-of-a", &a, NOW).await.is_some());
        assert!(remembered(&store, "of-b", &b, NOW).await.is_some());
        assert_eq!(forget_all(&store, &a).await, 1, "and nothing of it is left");
    }

    async fn browsers_of_an_account_are_forgotten_all_or_none(store: Store) {
        let a = with_session(&store).await.id;
        store.add_account(&account("b"), None, &[]).await.unwrap();
        remember(&store, &a, 1, "one", &[]).await;
        remember(&store, &account("b").id, 2, "other", &[]).await;
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert!(!store.forget_browsers(&a, &ids(&["mark-1", "mark-2"])).await.unwrap());
        assert!(remembered(&store, "one", &a, NOW).await.is_some());
        assert!(store.forget_browsers(&a, &ids(&["mark-1"])).await.unwrap());
        assert!(!store.forget_browsers(&a, &ids(&["mark-1"])).await.unwrap());
        assert!(remembered(&store, "other", &account("b").id, NOW).await.is_some());
    }

    async fn the_former_secret_of_a_mark_is_valid_for_a_minute_and_then_ends_the_mark(store: Store) {
        let a = with_session(&store).await.id;
        remember(&store, &a, 1, "first", &[]).await;
        let renew = async |from: &str, to: &str, now| {
            let (from, to) = (digest(from), digest(to));
            store.renew_remembered_browser("mark-1", &from, &to, now).await.unwrap()
        };
        let end = async |copied: &str, now| {
            store.end_copied_browser("mark-1", &digest(copied), now).await.unwrap()
        };
        assert!(renew("first", "second", NOW).await);
        assert!(renew("first", "second", later(59)).await, "a second tab, or a lost answer");
        assert!(!renew("first", "another", later(59)).await, "but to one successor alone");
        assert!(!renew("first", "second", later(60)).await);
        let found = remembered(&store, "second", &a, later(60)).await.unwrap();
        assert_eq!(found.former, Some((digest("first"), NOW)), "the time is that of the first use");
        assert!(!end("first", later(59)).await);
        assert!(!end("second", later(60)).await);
        assert!(renew("second", "third", later(60)).await);
        assert!(!end("first", later(200)).await, "it has been forgotten");
        assert!(remembered(&store, "third", &a, later(200)).await.is_some());
        assert!(end("second", later(120)).await);
        assert!(!end("second", later(120)).await, "once");
        assert_eq!(remembered(&store, "third", &a, later(120)).await, None);
        assert!(!renew("third", "fourth", later(120)).await);
    }

    async fn parallel_renewals_of_a_mark_result_in_the_same_secret(store: Store) {
        let a = with_session(&store).await.id;
        remember(&store, &a, 1, "first", &[]).await;
        let outcomes = super::race(8, |_| {
            let store = store.clone();
            async move {
                let (from, to) = (digest("first"), digest("second"));
                store.renew_remembered_browser("mark-1", &from, &to, NOW).await.unwrap()
            }
        });
        assert_eq!(super::winners(&outcomes.await), 8);
        assert!(remembered(&store, "second", &a, later(900)).await.is_some());
    }

    async fn a_login_with_a_mark_that_has_ended_is_not_completed(store: Store) {
        let a = with_session(&store).await.id;
        remember(&store, &a, 1, "first", &[]).await;
        let renewing = |number| {
            let mut done = completion(&a, number);
            let (from, to) = (digest("first"), digest("second"));
            done.remembered = RememberedChange::Renew { id: "mark-1".to_owned(), from, to };
            done
        };
        assert!(logged_in(&store, &a, "i-4", renewing(4)).await);
        assert_eq!(forget_all(&store, &a).await, 1);
        assert!(!logged_in(&store, &a, "i-5", renewing(5)).await);
        assert_eq!(stored(&store, "i-5").await.ended, None);
    }

    async fn the_consent_interaction_is_found_as_successor_of_the_login(store: Store) {
        let a = with_session(&store).await.id;
        let mut done = completion(&a, 1);
        done.next = Next::Ask(Box::new(interaction("asking")));
        assert!(logged_in(&store, &a, "i-1", done).await);
        let after = async |id: &str| store.interaction_successor(id).await.unwrap();
        assert_eq!(after("i-1").await.as_deref(), Some("asking"));
        assert_eq!((after("asking").await, after("none").await), (None, None));
    }
}

/// A login from its beginning to its end.
async fn logged_in(
    store: &Recording,
    account_id: &str,
    id: &str,
    done: crate::store::login::completion::Completion,
) -> bool {
    store.begin_interaction(&interaction(id), &UNBOUNDED, i64::MAX).await.unwrap();
    assert!(store.prove_password(id, 0, (account_id, None), &proofs()).await.unwrap());
    store.complete_interaction(id, 1, &done, NOW).await.unwrap()
}

async fn remember(
    store: &Recording,
    account_id: &str,
    number: usize,
    cookie: &str,
    shown: &[&str],
) {
    let mut done = completion(account_id, number);
    done.remembered = RememberedChange::Remember {
        mark: mark(&format!("mark-{number}"), account_id, cookie),
        replaces: shown.iter().map(|cookie| digest(cookie)).collect(),
    };
    assert!(logged_in(store, account_id, &format!("i-{number}"), done).await);
}
