use crate::oauth::client::ClientId;
use crate::oauth::device::{Answer, Waiting};
use crate::store::Recording;
use crate::store::tests::fixtures::{NOW, digest, grant, later, new_grant, with_session};

/// A device that waits for a person.
pub(super) fn waiting() -> Waiting {
    Waiting {
        client_id: ClientId::parse("idep").unwrap(),
        scope: "openid email".parse().unwrap(),
        expires_at: later(900),
        poll_at: later(5),
        answer: Answer::Pending,
    }
}

async fn add(store: &Recording) {
    assert!(store.add_device((&digest("d"), &digest("u")), &waiting(), None, NOW).await.unwrap());
}

on_both! {
    async fn a_device_is_found_by_its_user_code_until_answered_or_expired(store: Store) {
        add(&store).await;
        let again = store.add_device((&digest("e"), &digest("u")), &waiting(), None, NOW).await.unwrap();
        assert!(!again, "the user code is taken");
        let found = async |name: &str, at| {
            store.device_by_user_code(&digest(name), at).await.unwrap()
        };
        assert_eq!(found("u", later(899)).await, Some(waiting()));
        assert_eq!(found("u", later(900)).await, None);
        assert_eq!(found("other", NOW).await, None);
        assert!(store.deny_device(&digest("u"), NOW).await.unwrap());
        assert!(!store.deny_device(&digest("u"), NOW).await.unwrap());
        assert_eq!(found("u", NOW).await, None);
    }

    async fn a_device_that_polls_too_often_gets_a_longer_interval(store: Store) {
        add(&store).await;
        let poll = async |at| {
            store.poll_device(&digest("d"), "idep", at).await.unwrap().unwrap().poll_at
        };
        assert_eq!(poll(later(1)).await, later(5), "too early");
        assert_eq!(poll(later(11)).await, later(11), "ten seconds from then on");
        assert_eq!(poll(later(21)).await, later(21));
        assert!(store.poll_device(&digest("d"), "other", NOW).await.unwrap().is_none());
        assert!(store.poll_device(&digest("x"), "idep", NOW).await.unwrap().is_none());
    }

    async fn one_of_sixteen_parallel_device_decisions_succeeds(store: Store) {
        let a = with_session(&store).await.id;
        add(&store).await;
        let outcomes = super::race(16, |number| {
            let (store, a) = (store.clone(), a.clone());
            async move {
                if number % 2 == 0 {
                    return store.deny_device(&digest("u"), NOW).await.unwrap();
                }
                let name = format!("device-{number}");
                let new = new_grant(grant(&name, &a, "session-0"), &name);
                let scope = "email".parse().unwrap();
                store.allow_device(&digest("u"), &a, &scope, &new, NOW).await.unwrap()
            }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
    }

    async fn an_ended_session_cannot_allow_a_device(store: Store) {
        let a = with_session(&store).await.id;
        add(&store).await;
        store.end_session("session-0", NOW).await.unwrap();
        let new = new_grant(grant("device", &a, "session-0"), "device");
        let scope = "email".parse().unwrap();
        assert!(!store.allow_device(&digest("u"), &a, &scope, &new, NOW).await.unwrap());
        assert_eq!(store.consent(&a, "idep").await.unwrap(), None);
    }
}
