use crate::grant::Grant;
use crate::oauth::grant::refresh_token::IssuedRefreshToken;
use crate::secret::{Digest, RefreshToken};
use crate::store::tests::expiry::delete_expired;
use crate::store::tests::fixtures::{
    NOW, digest, grant, later, new_grant, password, rotation, tokens, used, with_session,
};
use crate::store::{Recording, Refresh, Refreshable, Tokens};

on_both! {
    async fn a_refresh_token_is_found_while_its_session_lives(store: Store) {
        with_refresh_token(&store, false).await;
        let found = found(&store, "r1").await.unwrap();
        assert_eq!(found.token, issued());
        assert_eq!((found.grant.id.as_str(), found.account.is_some()), ("grant-0", true));
        store.end_session("session-0", NOW).await.unwrap();
        assert_eq!(self::found(&store, "r1").await, None);
    }

    async fn an_offline_refresh_token_survives_the_session_but_not_a_password_change(store: Store) {
        let a = with_refresh_token(&store, true).await;
        store.end_session("session-0", NOW).await.unwrap();
        assert!(found(&store, "r1").await.is_some());
        assert!(store.set_password(&a, &password("$new", NOW), &[]).await.unwrap());
        assert_eq!(found(&store, "r1").await, None);
        assert!(!rotate(&store, "r1", "r2", "t2").await);
    }

    async fn one_of_sixteen_parallel_rotations_of_a_refresh_token_succeeds(store: Store) {
        with_refresh_token(&store, false).await;
        let outcomes = super::race(16, |number| {
            let store = store.clone();
            async move {
                let (next, access) = (format!("next-{number}"), format!("access-{number}"));
                let won = rotate(&store, "r1", &next, &access).await;
                let lives = store.grant_by_access_token(&digest(&access), NOW).await.unwrap();
                assert_eq!(won, lives.is_some(), "a token lives for the winner alone");
                won
            }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        assert!(found(&store, "r1").await.unwrap().token.used.is_some());
    }

    async fn the_newest_refresh_token_of_a_family_is_returned_again_while_unused(store: Store) {
        with_refresh_token(&store, false).await;
        assert!(rotate(&store, "r1", "r2", "t2").await);
        assert!(change(&store, "r1", Refresh::Repeat(digest("r2")), "t3").await);
        assert!(rotate(&store, "r2", "r3", "t4").await);
        assert!(!change(&store, "r1", Refresh::Repeat(digest("r2")), "t5").await, "r2 is used");
        assert!(change(&store, "r1", Refresh::Repeat(digest("r3")), "t6").await);
        for (name, successor) in [("r1", "r2"), ("r2", "r3")] {
            let found = found(&store, name).await.unwrap();
            assert_eq!(found.token.used, used(successor));
        }
    }

    async fn rotation_of_a_successor_succeeds_in_parallel_to_a_repeated_refresh(
        store: Store
    ) {
        with_refresh_token(&store, false).await;
        assert!(rotate(&store, "r1", "r2", "t2").await);
        let outcomes = super::race(2, |number| {
            let store = store.clone();
            async move {
                if number == 0 {
                    rotate(&store, "r2", "r3", "t3").await
                } else {
                    change(&store, "r1", Refresh::Repeat(digest("r2")), "t4").await
                }
            }
        });
        let outcomes = outcomes.await;
        assert!(super::winners(&outcomes) >= 1);
        assert_eq!(found(&store, "r2").await.unwrap().token.used, used("r3"));
    }

    async fn a_kept_refresh_token_extends_its_idle_expiry_and_stays_unused(store: Store) {
        with_refresh_token(&store, false).await;
        assert!(change(&store, "r1", Refresh::Keep(digest("r1"), later(140)), "t2").await);
        let found = found(&store, "r1").await.unwrap();
        assert_eq!((found.token.idle_expires_at, found.token.used), (later(140), None));
        store.revoke_grant("grant-0", NOW).await.unwrap();
        assert!(!change(&store, "r1", Refresh::Keep(digest("r1"), later(150)), "t3").await);
    }

    async fn tokens_issued_in_parallel_to_a_revocation_do_not_survive(store: Store) {
        let a = with_refresh_token(&store, false).await;
        for round in 0..8 {
            let name = format!("grant-{round}x");
            let offline = Grant { offline: round % 2 == 0, ..grant(&name, &a, "session-0") };
            assert!(store.issue_grant(&new_grant(offline, &name)).await.unwrap());
            let first = format!("first-{round}");
            let bought = Tokens { refresh: Some((digest(&first), issued())), ..tokens(&first, NOW, later(600)) };
            assert!(store.consume_code(&name, &bought, NOW).await.unwrap());
            let outcomes = super::race(2, |number| {
                let (store, name, first) = (store.clone(), name.clone(), first.clone());
                async move {
                    if number == 0 {
                        let next = format!("{first}-next");
                        let rotate = rotation(&first, &next, issued());
                        let access = tokens(&next, NOW, later(600)).access;
                        store.refresh(&name, &rotate, &access, NOW).await.unwrap()
                    } else {
                        store.revoke_grant(&name, NOW).await.unwrap();
                        true
                    }
                }
            });
            outcomes.await;
            let next = format!("{first}-next");
            assert!(store.grant_by_access_token(&digest(&next), NOW).await.unwrap().is_none());
            assert_eq!(found(&store, &next).await, None);
        }
    }

    async fn revoking_an_access_token_keeps_the_refresh_token(store: Store) {
        with_refresh_token(&store, false).await;
        store.revoke_access_token(&digest("t1")).await.unwrap();
        store.revoke_access_token(&digest("t1")).await.unwrap();
        assert!(store.grant_by_access_token(&digest("t1"), NOW).await.unwrap().is_none());
        assert!(found(&store, "r1").await.is_some());
    }

    async fn a_live_refresh_token_prevents_deletion_of_its_grant_and_session(store: Store) {
        const DAY: i64 = 86_400;
        with_refresh_token(&store, false).await;
        let long = IssuedRefreshToken {
            idle_expires_at: later(30 * DAY),
            expires_at: later(30 * DAY),
            ..issued()
        };
        let rotate = rotation("r1", "long", long);
        assert!(change(&store, "r1", rotate, "t2").await);
        delete_expired(&store, later(29 * DAY), 100).await;
        assert!(found(&store, "long").await.is_some());
        while delete_expired(&store, later(30 * DAY), 100).await > 0 {}
        assert_eq!(store.grant_by_code(&digest("code-0"), NOW).await.unwrap(), None);
        assert!(store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().is_none());
    }
}

fn issued() -> IssuedRefreshToken {
    IssuedRefreshToken {
        scope: "openid organisation".parse().unwrap(),
        confirmation: Some("jkt:0ZcO".parse().unwrap()),
        issued_at: NOW,
        idle_expires_at: later(100),
        expires_at: later(150),
        used: None,
    }
}

/// Grant `grant-0` with access token `t1` and refresh token `r1`. Returns the account's id.
async fn with_refresh_token(store: &Recording, offline: bool) -> String {
    let a = with_session(store).await.id;
    let name = if offline { "offline" } else { "grant-0" };
    if offline {
        let grant = Grant { offline, ..grant(name, &a, "session-0") };
        assert!(store.issue_grant(&new_grant(grant, name)).await.unwrap());
    }
    let refresh: (Digest<RefreshToken>, _) = (digest("r1"), issued());
    let bought = Tokens { refresh: Some(refresh), ..tokens("t1", NOW, later(600)) };
    assert!(store.consume_code(name, &bought, NOW).await.unwrap());
    a
}

async fn found(store: &Recording, name: &str) -> Option<Refreshable> {
    store.refresh_token(&digest(name)).await.unwrap()
}

async fn change(store: &Recording, from: &str, change: Refresh, access: &str) -> bool {
    let grant = found(store, from).await.map_or("grant-0".to_owned(), |found| found.grant.id);
    let access = tokens(access, NOW, later(600)).access;
    store.refresh(&grant, &change, &access, NOW).await.unwrap()
}

async fn rotate(store: &Recording, from: &str, to: &str, access: &str) -> bool {
    change(store, from, rotation(from, to, issued()), access).await
}
