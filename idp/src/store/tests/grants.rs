use crate::store::tests::fixtures::{NOW, digest, grant, later, with_session};

on_both! {
    async fn a_code_stands_for_its_grant_used_or_not(store: Store) {
        let account = with_session(&store).await;
        let mut expected = grant("grant-0", &account.id, "session-0");
        assert_eq!(store.grant_by_code(&digest("code-0")).await.unwrap(), Some(expected.clone()));
        assert!(store.redeem_code("grant-0", &digest("token"), later(600), later(1)).await.unwrap());
        expected.code_used_at = Some(later(1));
        assert_eq!(store.grant_by_code(&digest("code-0")).await.unwrap(), Some(expected.clone()));
        assert_eq!(store.grant_by_code(&digest("other")).await.unwrap(), None);
        let bought = store.grant_by_access_token(&digest("token"), later(1)).await.unwrap();
        assert_eq!(bought, Some((expected, account)));
    }

    async fn of_sixteen_who_redeem_one_code_one_wins(store: Store) {
        with_session(&store).await;
        let outcomes = super::race(16, |number| {
            let (store, token) = (store.clone(), digest(&format!("token-{number}")));
            async move {
                let won = store.redeem_code("grant-0", &token, later(600), NOW).await.unwrap();
                let lives = store.grant_by_access_token(&token, NOW).await.unwrap().is_some();
                assert_eq!(won, lives, "a token lives for the winner alone");
                won
            }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
    }

    async fn a_code_is_worth_nothing_from_the_second_it_ends(store: Store) {
        with_session(&store).await;
        assert!(!store.redeem_code("grant-0", &digest("t"), later(660), later(60)).await.unwrap());
        assert!(store.redeem_code("grant-0", &digest("t"), later(659), later(59)).await.unwrap());
    }

    async fn a_code_is_worth_nothing_once_its_grant_is_revoked(store: Store) {
        with_session(&store).await;
        store.revoke_grant("grant-0", NOW).await.unwrap();
        store.revoke_grant("grant-0", later(5)).await.unwrap();
        assert!(!store.redeem_code("grant-0", &digest("t"), later(600), NOW).await.unwrap());
        let revoked = store.grant_by_code(&digest("code-0")).await.unwrap().unwrap();
        assert_eq!(revoked.revoked_at, Some(NOW), "the first time counts");
    }

    async fn a_token_dies_with_each_of_token_grant_session_and_account(store: Store) {
        let a = with_session(&store).await.id;
        let lives = async |token: &str, now| {
            store.grant_by_access_token(&digest(token), now).await.unwrap().is_some()
        };
        let issue = async |name: &str| {
            let grant = grant(name, &a, "session-0");
            assert!(store.issue_grant(&grant, &digest(name)).await.unwrap());
            assert!(store.redeem_code(name, &digest(name), later(600), NOW).await.unwrap());
            assert!(lives(name, NOW).await, "{name}");
        };
        issue("time").await;
        assert!(lives("time", later(599)).await);
        assert!(!lives("time", later(600)).await);
        issue("revoked").await;
        store.revoke_grant("revoked", NOW).await.unwrap();
        assert!(!lives("revoked", NOW).await);
        issue("session").await;
        store.end_session("session-0", NOW).await.unwrap();
        assert!(!lives("session", NOW).await);
        assert!(!lives("time", NOW).await);
    }

    async fn a_grant_for_a_session_nobody_knows_is_not_issued(store: Store) {
        let a = with_session(&store).await.id;
        let lost = grant("lost", &a, "session-9");
        assert!(!store.issue_grant(&lost, &digest("lost")).await.unwrap());
        assert_eq!(store.grant_by_code(&digest("lost")).await.unwrap(), None);
    }

    async fn two_grants_never_share_a_code(store: Store) {
        let a = with_session(&store).await.id;
        let second = grant("second", &a, "session-0");
        let error = store.issue_grant(&second, &digest("code-0")).await.unwrap_err();
        assert!(!error.is_unavailable(), "{error}");
    }
}
