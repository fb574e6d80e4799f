use crate::oidc::back_channel_logout::{Logout, State};
use crate::store::tests::fixtures::{NOW, later, with_session};

fn logout(id: &str, account_id: &str) -> Logout {
    Logout {
        id: id.to_owned(),
        client_id: "idep".to_owned(),
        account_id: account_id.to_owned(),
        session_id: "session-0".to_owned(),
        state: State::Open,
        outcome: None,
        attempts: 0,
        queued_at: NOW,
        changed_at: NOW,
        next_attempt_at: NOW,
    }
}

on_both! {
    async fn logouts_of_an_ended_session_are_queued_once_for_its_clients(store: Store) {
        let a = with_session(&store).await.id;
        assert_eq!(store.sessions_ended(10).await.unwrap(), []);
        store.end_session("session-0", NOW).await.unwrap();
        let ended = [("session-0".to_owned(), a.clone())];
        assert_eq!(store.sessions_ended(10).await.unwrap(), ended);
        assert_eq!(store.clients_in_session("session-0").await.unwrap(), ["idep"]);
        assert_eq!(store.clients_by_use("session-0").await.unwrap(), ["idep"]);
        assert!(store.queue_logouts("session-0", &[logout("l", &a)]).await.unwrap());
        assert!(!store.queue_logouts("session-0", &[logout("m", &a)]).await.unwrap());
        assert_eq!(store.sessions_ended(10).await.unwrap(), []);
        assert_eq!(store.logouts(10).await.unwrap(), [logout("l", &a)]);
    }

    async fn one_of_sixteen_parallel_workers_claims_a_logout(store: Store) {
        let a = with_session(&store).await.id;
        store.end_session("session-0", NOW).await.unwrap();
        store.queue_logouts("session-0", &[logout("l", &a)]).await.unwrap();
        let outcomes = super::race(16, |_| {
            let store = store.clone();
            async move { store.claim_logouts(60, 10, NOW).await.unwrap().len() == 1 }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
    }

    async fn a_logout_claimed_by_a_dead_node_is_claimed_again_and_its_late_result_ignored(store: Store) {
        let a = with_session(&store).await.id;
        store.end_session("session-0", NOW).await.unwrap();
        store.queue_logouts("session-0", &[logout("l", &a)]).await.unwrap();
        let (mut first, account) = store.claim_logouts(60, 10, NOW).await.unwrap().remove(0);
        assert_eq!((first.attempts, account.id.as_str()), (1, a.as_str()));
        assert!(store.claim_logouts(60, 10, later(59)).await.unwrap().is_empty());
        let (mut second, _) = store.claim_logouts(60, 10, later(60)).await.unwrap().remove(0);
        first.state = State::Told;
        assert!(!store.record_logout(&first).await.unwrap());
        second.state = State::Told;
        assert!(store.record_logout(&second).await.unwrap());
        assert!(store.claim_logouts(60, 10, later(999)).await.unwrap().is_empty());
    }
}
