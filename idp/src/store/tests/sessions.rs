use crate::store::tests::fixtures::{
    NOW, digest, grant, later, new_grant, session, tokens, with_session,
};

on_both! {
    async fn a_session_is_found_by_its_cookie_with_its_account(store: Store) {
        let account = with_session(&store).await;
        let found = store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap();
        assert_eq!(found, Some((session("session-0", &account.id), account)));
        assert!(store.session_of_cookies(&[digest("other")], NOW).await.unwrap().is_none());
    }

    async fn touching_a_session_never_moves_back_its_time_or_changes_an_ended_session(store: Store) {
        with_session(&store).await;
        let seen_at = async || {
            let found = store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap();
            found.unwrap().0.seen_at
        };
        store.touch_session("session-0", later(60)).await.unwrap();
        store.touch_session("session-0", later(10)).await.unwrap();
        assert_eq!(seen_at().await, later(60));
        assert!(store.end_session("session-0", later(70)).await.unwrap());
        store.touch_session("session-0", later(80)).await.unwrap();
        assert_eq!(seen_at().await, later(60));
    }

    async fn logout_ends_the_session_once_and_revokes_its_grants(store: Store) {
        let a = with_session(&store).await.id;
        let second = grant("grant-1", &a, "session-0");
        assert!(store.issue_grant(&new_grant(second, "code-1")).await.unwrap());
        assert!(store.consume_code("grant-0", &tokens("token", NOW, later(600)), NOW).await.unwrap());
        assert!(store.end_session("session-0", later(5)).await.unwrap());
        assert!(!store.end_session("session-0", later(6)).await.unwrap());
        let (ended, _) = store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().unwrap();
        assert_eq!(ended.ended_at, Some(later(5)));
        assert!(store.grant_by_access_token(&digest("token"), later(6)).await.unwrap().is_none());
        assert!(!store.consume_code("grant-1", &tokens("t", later(6), later(600)), later(6)).await.unwrap());
        let third = grant("grant-2", &a, "session-0");
        assert!(!store.issue_grant(&new_grant(third, "code-2")).await.unwrap());
        let revoked = store.grant_by_code(&digest("code-1"), NOW).await.unwrap().unwrap();
        assert_eq!(revoked.revoked_at, Some(later(5)));
    }

    async fn sessions_of_an_account_are_listed_and_ended_all_or_none(store: Store) {
        let a = with_session(&store).await.id;
        let listed = store.sessions_of(&a).await.unwrap();
        assert_eq!(listed, [session("session-0", &a)]);
        assert_eq!(store.sessions_of("account-b").await.unwrap(), []);
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert!(!store.end_sessions(&a, &ids(&["session-0", "other"]), NOW).await.unwrap());
        assert!(!store.end_sessions("account-b", &ids(&["session-0"]), NOW).await.unwrap());
        assert_eq!(store.sessions_of(&a).await.unwrap().len(), 1);
        assert!(store.end_sessions(&a, &ids(&["session-0"]), later(5)).await.unwrap());
        assert_eq!(store.sessions_of(&a).await.unwrap(), []);
        let revoked = store.grant_by_code(&digest("code-0"), NOW).await.unwrap().unwrap();
        assert_eq!(revoked.revoked_at, Some(later(5)));
    }
}
