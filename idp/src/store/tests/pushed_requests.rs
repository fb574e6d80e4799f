use crate::clock::Timestamp;
use crate::grant::Grant;
use crate::oauth::pushed_authorization::Pushed;
use crate::store::tests::expiry::delete_expired;
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, completion, digest, grant, interaction, later, new_grant, proofs, with_session,
};
use crate::store::{NewGrant, Next, Recording};

fn pushed() -> Pushed {
    Pushed {
        client_id: "idep".to_owned(),
        parameters: "client_id=idep&state=%C3%A5".to_owned(),
        expires_at: later(90),
        used_at: None,
    }
}

/// A grant for that request.
fn answering(grant: Grant, code: &str) -> NewGrant {
    NewGrant { pushed_request: Some(digest("handle")), ..new_grant(grant, code) }
}

async fn used_at(store: &Recording) -> Option<Timestamp> {
    store.pushed_request(&digest("handle")).await.unwrap().unwrap().used_at
}

on_both! {
    async fn a_pushed_request_is_read_back_unchanged(store: Store) {
        store.push_request(&digest("handle"), &pushed(), None).await.unwrap();
        assert_eq!(store.pushed_request(&digest("handle")).await.unwrap(), Some(pushed()));
        assert_eq!(store.pushed_request(&digest("other")).await.unwrap(), None);
    }

    async fn one_of_sixteen_parallel_grants_for_a_pushed_request_is_issued(store: Store) {
        let a = with_session(&store).await.id;
        store.push_request(&digest("handle"), &pushed(), None).await.unwrap();
        let outcomes = super::race(16, |number| {
            let (store, name) = (store.clone(), format!("racing-{number}"));
            let new = answering(grant(&name, &a, "session-0"), &name);
            async move {
                let won = store.issue_grant(&new).await.unwrap();
                let lives = store.grant_by_code(&digest(&name), NOW).await.unwrap().is_some();
                assert_eq!(won, lives, "a code lives for the winner alone");
                won
            }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        assert_eq!(used_at(&store).await, Some(NOW));
    }

    async fn one_of_two_parallel_logins_and_a_grant_for_a_pushed_request_succeeds(store: Store) {
        let a = with_session(&store).await.id;
        store.push_request(&digest("handle"), &pushed(), None).await.unwrap();
        for name in ["i1", "i2"] {
            let mut begun = interaction(name);
            begun.pushed_request = Some(digest("handle"));
            store.begin_interaction(&begun, &UNBOUNDED, i64::MAX).await.unwrap();
            assert!(store.prove_password(name, 0, (&a, None), &proofs()).await.unwrap());
        }
        let outcomes = super::race(2, |number| {
            let store = store.clone();
            let mut done = completion(&a, number + 1);
            let Next::Grant(new) = &mut done.next else { panic!("it asks") };
            new.pushed_request = Some(digest("handle"));
            let id = format!("i{}", number + 1);
            async move { store.complete_interaction(&id, 1, &done, NOW).await.unwrap() }
        });
        let outcomes = outcomes.await;
        assert_eq!(super::winners(&outcomes), 1);
        let late = answering(grant("late", &a, "session-0"), "late");
        assert!(!store.issue_grant(&late).await.unwrap());
        let mut logins = Vec::new();
        for number in [1, 2] {
            let cookie = digest(&format!("cookie-{number}"));
            logins.push(store.session_of_cookies(&[cookie], NOW).await.unwrap().is_some());
        }
        assert_eq!(super::winners(&logins), 1, "the loser leaves no session behind");
    }

    async fn a_pushed_request_is_known_for_a_day_after_its_time(store: Store) {
        store.push_request(&digest("handle"), &pushed(), None).await.unwrap();
        delete_expired(&store, later(90 + 86_399), 100).await;
        assert!(store.pushed_request(&digest("handle")).await.unwrap().is_some());
        delete_expired(&store, later(90 + 86_400), 100).await;
        assert!(store.pushed_request(&digest("handle")).await.unwrap().is_none());
    }
}
