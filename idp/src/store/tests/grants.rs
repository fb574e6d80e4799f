use crate::grant::Access;
use crate::grant::Grant;
use crate::store::NewGrant;
use crate::store::tests::fixtures::{NOW, digest, grant, later, new_grant, tokens, with_session};
use crate::store::tests::keys::client;

on_both! {
    async fn a_grant_is_found_by_its_code_before_and_after_use(store: Store) {
        let account = with_session(&store).await;
        let mut expected = grant("grant-0", &account.id, "session-0");
        assert_eq!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap(), Some(expected.clone()));
        assert!(store.consume_code("grant-0", &tokens("token", later(1), later(600)), later(1)).await.unwrap());
        expected.code_used_at = Some(later(1));
        assert_eq!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap(), Some(expected.clone()));
        assert_eq!(store.grant_by_code(&digest("other"), NOW).await.unwrap(), None);
        let bought = store.grant_by_access_token(&digest("token"), later(1)).await.unwrap();
        let token = tokens("token", later(1), later(600)).access.1;
        assert_eq!(*bought.unwrap(), Access { grant: expected, account: Some(account), token });
    }

    async fn a_redeemed_code_is_copied_as_the_database_has_it(store: Store) {
        let account = with_session(&store).await;
        let grant = store.grant_by_code(&digest("code-0"), NOW).await.unwrap().unwrap();
        let bought = tokens("token", NOW, later(600));
        assert!(store.redeem_code((&grant, &account), &bought, NOW).await.unwrap());
        let copied = store.grant_by_access_token(&digest("token"), NOW).await.unwrap();
        assert!(copied.is_some());
        assert_eq!(copied, store.grant_by_access_token(&digest("token"), later(1)).await.unwrap());
    }

    async fn one_of_sixteen_parallel_redemptions_of_a_code_succeeds(store: Store) {
        with_session(&store).await;
        let outcomes = super::race(16, |number| {
            let (store, name) = (store.clone(), format!("token-{number}"));
            async move {
                let token = tokens(&name, NOW, later(600));
                let won = store.consume_code("grant-0", &token, NOW).await.unwrap();
                let lives = store.grant_by_access_token(&digest(&name), NOW).await.unwrap().is_some();
                assert_eq!(won, lives, "a token lives for the winner alone");
                won
            }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
    }

    async fn a_code_is_not_redeemed_from_the_second_of_its_expiry(store: Store) {
        with_session(&store).await;
        assert!(!store.consume_code("grant-0", &tokens("t", later(60), later(660)), later(60)).await.unwrap());
        assert!(store.consume_code("grant-0", &tokens("t", later(59), later(659)), later(59)).await.unwrap());
    }

    async fn a_code_of_a_revoked_grant_is_not_redeemed(store: Store) {
        with_session(&store).await;
        store.revoke_grant("grant-0", NOW).await.unwrap();
        store.revoke_grant("grant-0", later(5)).await.unwrap();
        assert!(!store.consume_code("grant-0", &tokens("t", NOW, later(600)), NOW).await.unwrap());
        let revoked = store.grant_by_code(&digest("code-0"), NOW).await.unwrap().unwrap();
        assert_eq!(revoked.revoked_at, Some(NOW), "the first time counts");
    }

    async fn an_access_token_ends_with_its_expiry_grant_session_or_account(store: Store) {
        let a = with_session(&store).await.id;
        let lives = async |token: &str, now| {
            store.grant_by_access_token(&digest(token), now).await.unwrap().is_some()
        };
        let issue = async |name: &str| {
            let grant = grant(name, &a, "session-0");
            assert!(store.issue_grant(&new_grant(grant, name)).await.unwrap());
            assert!(store.consume_code(name, &tokens(name, NOW, later(600)), NOW).await.unwrap());
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

    async fn an_offline_grant_outlives_its_session_but_not_its_account(store: Store) {
        let a = with_session(&store).await.id;
        let lives = async |token: &str| {
            store.grant_by_access_token(&digest(token), NOW).await.unwrap().is_some()
        };
        let offline = Grant { offline: true, ..grant("offline", &a, "session-0") };
        assert!(store.issue_grant(&new_grant(offline, "offline")).await.unwrap());
        store.end_session("session-0", NOW).await.unwrap();
        assert!(store.consume_code("offline", &tokens("o", NOW, later(600)), NOW).await.unwrap());
        assert!(lives("o").await);
        assert!(store.disable_account("a", NOW).await.unwrap());
        assert!(!lives("o").await);
        assert!(store.unlock_account("a", &digest("x")).await.unwrap());
        assert!(!lives("o").await, "what was ended stays ended");
    }

    async fn a_client_credentials_grant_is_valid_until_revoked(store: Store) {
        let own = Grant {
            account_id: None,
            session_id: None,
            offline: true,
            ..grant("own", "nobody", "none")
        };
        store.grant_tokens(&own, &tokens("own", NOW, later(600))).await.unwrap();
        let found = store.grant_by_access_token(&digest("own"), NOW).await.unwrap().unwrap();
        assert_eq!((&found.grant, &found.account), (&own, &None));
        store.revoke_grant("own", NOW).await.unwrap();
        assert!(store.grant_by_access_token(&digest("own"), NOW).await.unwrap().is_none());
    }

    async fn removing_a_client_ends_its_grants(store: Store) {
        let a = with_session(&store).await.id;
        let offline = Grant { offline: true, ..grant("offline", &a, "session-0") };
        assert!(store.issue_grant(&new_grant(offline, "offline")).await.unwrap());
        assert!(store.consume_code("offline", &tokens("o", NOW, later(600)), NOW).await.unwrap());
        assert!(!store.remove_client("idep", NOW).await.unwrap(), "it stands in no table");
        store.add_client(&client("idep", "IDEP"), NOW).await.unwrap();
        assert!(store.remove_client("idep", NOW).await.unwrap());
        assert!(store.grant_by_access_token(&digest("o"), NOW).await.unwrap().is_none());
    }

    async fn front_channel_tokens_are_stored_only_together_with_their_grant(store: Store) {
        let a = with_session(&store).await.id;
        let front = |id: &str, session: &str| NewGrant {
            grant: grant(id, &a, session),
            code: None,
            tokens: Some(tokens(id, NOW, later(600))),
            pushed_request: None,
        };
        let lives = async |token: &str| {
            store.grant_by_access_token(&digest(token), NOW).await.unwrap().is_some()
        };
        assert!(store.issue_grant(&front("one", "session-0")).await.unwrap());
        assert!(store.issue_grant(&front("two", "session-0")).await.unwrap(), "neither has a code");
        assert!(lives("one").await && lives("two").await);
        assert!(!store.issue_grant(&front("three", "session-9")).await.unwrap());
        assert!(!lives("three").await);
        store.end_session("session-0", NOW).await.unwrap();
        assert!(!lives("one").await && !lives("two").await);
        assert!(!store.issue_grant(&front("four", "session-0")).await.unwrap());
        assert!(!lives("four").await);
    }

    async fn revoking_the_grant_of_a_hybrid_flow_ends_front_channel_and_redeemed_tokens(store: Store) {
        let a = with_session(&store).await.id;
        let hybrid = NewGrant {
            tokens: Some(tokens("front", NOW, later(600))),
            ..new_grant(grant("hybrid", &a, "session-0"), "hybrid")
        };
        assert!(store.issue_grant(&hybrid).await.unwrap());
        assert!(store.consume_code("hybrid", &tokens("back", NOW, later(600)), NOW).await.unwrap());
        store.revoke_grant("hybrid", NOW).await.unwrap();
        for token in ["front", "back"] {
            let found = store.grant_by_access_token(&digest(token), NOW).await.unwrap();
            assert!(found.is_none(), "{token}");
        }
    }

    async fn a_grant_for_an_unknown_session_is_not_issued(store: Store) {
        let a = with_session(&store).await.id;
        let lost = grant("lost", &a, "session-9");
        assert!(!store.issue_grant(&new_grant(lost, "lost")).await.unwrap());
        assert_eq!(store.grant_by_code(&digest("lost"), NOW).await.unwrap(), None);
    }

    async fn two_grants_never_share_a_code(store: Store) {
        let a = with_session(&store).await.id;
        let second = grant("second", &a, "session-0");
        let error = store.issue_grant(&new_grant(second, "code-0")).await.unwrap_err();
        assert!(!error.is_unavailable(), "{error}");
    }
}
