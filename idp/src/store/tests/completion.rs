use crate::account::assurance::{EmailStep, Proofs};
use crate::account::remembered_browser::RememberedBrowser;
use crate::contact::Role;
use crate::store::Store;
use crate::store::completion::{Next, RememberedChange, SessionChange};
use crate::store::tests::fixtures::{
    NOW, account, completion, digest, grant, interaction, later, mark, new_grant, proofs, stored,
    tokens, with_session,
};

on_both! {
    async fn a_renewed_session_keeps_its_id_and_loses_its_old_cookie(store: Store) {
        let a = with_session(&store).await.id;
        let mut done = completion(&a, 1);
        done.next = Next::Grant(Box::new(new_grant(grant("grant-1", &a, "session-0"), "code-1")));
        done.session = SessionChange::Renew {
            id: "session-0".to_owned(),
            digest: digest("renewed"),
            proofs: proofs(),
        };
        assert!(logged_in(&store, &a, "i2", done).await);
        assert!(store.session_by_digest(&digest("cookie-0")).await.unwrap().is_none());
        let (session, _) = store.session_by_digest(&digest("renewed")).await.unwrap().unwrap();
        assert_eq!((session.id.as_str(), session.created_at), ("session-0", NOW));
    }

    async fn a_step_up_that_was_decided_on_an_older_password_keeps_the_newer_time(store: Store) {
        let a = with_session(&store).await.id;
        let renewed = |number: usize, cookie: &str, proofs: Proofs| {
            let mut done = completion(&a, number);
            let grant = grant(&format!("grant-{number}"), &a, "session-0");
            done.next = Next::Grant(Box::new(new_grant(grant, &format!("code-{number}"))));
            let id = "session-0".to_owned();
            done.session = SessionChange::Renew { id, digest: digest(cookie), proofs };
            done
        };
        let again = Proofs::password(later(900));
        assert!(logged_in(&store, &a, "i2", renewed(1, "again", again)).await);
        let email = Some(EmailStep { at: later(950), role: Role::Company });
        let step_up = Proofs { email, ..proofs() };
        assert!(logged_in(&store, &a, "i3", renewed(2, "stepped-up", step_up)).await);
        let found = store.session_by_digest(&digest("stepped-up")).await.unwrap();
        assert_eq!(found.unwrap().0.proofs, Proofs { email, ..again });
    }

    async fn nobody_renews_the_session_of_another_account(store: Store) {
        with_session(&store).await;
        let b = account("b");
        store.add_account(&b, &[]).await.unwrap();
        let mut done = completion(&b.id, 1);
        done.session = SessionChange::Renew {
            id: "session-0".to_owned(),
            digest: digest("stolen"),
            proofs: proofs(),
        };
        assert!(!logged_in(&store, &b.id, "i2", done).await);
        assert!(store.session_by_digest(&digest("stolen")).await.unwrap().is_none());
        assert_eq!(stored(&store, "i2").await.ended, None);
    }

    async fn a_login_of_another_account_ends_the_session_of_this_browser(store: Store) {
        with_session(&store).await;
        let b = account("b");
        store.add_account(&b, &[]).await.unwrap();
        for (name, number) in [("i2", 1), ("i3", 2)] {
            let mut done = completion(&b.id, number);
            done.ends_session = Some("session-0".to_owned());
            assert!(logged_in(&store, &b.id, name, done).await, "also when it has ended: {name}");
        }
        let (ended, _) = store.session_by_digest(&digest("cookie-0")).await.unwrap().unwrap();
        assert!(ended.ended_at.is_some());
        assert!(!store.redeem_code("grant-0", &tokens("t", NOW, later(600)), NOW).await.unwrap());
    }

    async fn a_login_that_brings_tokens_stores_them_with_it(store: Store) {
        let a = account("a");
        store.add_account(&a, &[]).await.unwrap();
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
        store.add_account(&a, &[]).await.unwrap();
        store.begin_interaction(&interaction("i")).await.unwrap();
        store.prove_password("i", 0, (&a.id, None), &proofs()).await.unwrap();
        let outcomes = super::race(16, |number| {
            let (store, done) = (store.clone(), completion(&a.id, number));
            async move { store.complete_interaction("i", 1, &done, NOW).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
    }

    async fn a_mark_is_the_accounts_in_that_browser_until_it_expires(store: Store) {
        let a = with_session(&store).await.id;
        remember(&store, &a, 1, "first", None).await;
        let expires_at = mark("m", &a).expires_at;
        let found = async |cookie: &str, account: &str, now| {
            store.remembered_browser(&digest(cookie), account, now).await.unwrap()
        };
        assert_eq!(found("first", &a, NOW).await, Some(mark("mark-1", &a)));
        assert_eq!(found("first", "account-b", NOW).await, None);
        assert_eq!(found("other", &a, NOW).await, None);
        assert!(found("first", &a, expires_at.plus(-1)).await.is_some());
        assert_eq!(found("first", &a, expires_at).await, None);
        assert_eq!(store.forget_browsers(&a).await.unwrap(), 1);
        assert_eq!(found("first", &a, NOW).await, None);
    }

    async fn two_accounts_share_a_browser_and_its_cookie(store: Store) {
        let a = with_session(&store).await.id;
        let b = account("b").id;
        store.add_account(&account("b"), &[]).await.unwrap();
        remember(&store, &a, 1, "first", None).await;
        remember(&store, &b, 2, "second", Some("first")).await;
        assert_eq!(marks(&store, "first", [&a, &b]).await, [None, None]);
        assert_eq!(
            marks(&store, "second", [&a, &b]).await,
            [Some(mark("mark-1", &a)), Some(mark("mark-2", &b))]
        );
        remember(&store, &a, 3, "third", Some("second")).await;
        assert_eq!(
            marks(&store, "third", [&a, &b]).await,
            [Some(mark("mark-3", &a)), Some(mark("mark-2", &b))],
            "the account's own mark is replaced"
        );
        let mut renewed = completion(&a, 4);
        renewed.remembered = RememberedChange::Renew { from: digest("third"), to: digest("fourth") };
        assert!(logged_in(&store, &a, "i-4", renewed).await);
        assert_eq!(marks(&store, "third", [&a, &b]).await, [None, None]);
        assert_eq!(
            marks(&store, "fourth", [&a, &b]).await,
            [Some(mark("mark-3", &a)), Some(mark("mark-2", &b))]
        );
    }
}

/// A login from its beginning to its end.
async fn logged_in(
    store: &Store,
    account_id: &str,
    id: &str,
    done: crate::store::completion::Completion,
) -> bool {
    store.begin_interaction(&interaction(id)).await.unwrap();
    assert!(store.prove_password(id, 0, (account_id, None), &proofs()).await.unwrap());
    store.complete_interaction(id, 1, &done, NOW).await.unwrap()
}

async fn remember(
    store: &Store,
    account_id: &str,
    number: usize,
    cookie: &str,
    replaces: Option<&str>,
) {
    let mut done = completion(account_id, number);
    done.remembered = RememberedChange::Remember {
        mark: mark(&format!("mark-{number}"), account_id),
        digest: digest(cookie),
        replaces: replaces.map(digest),
    };
    assert!(logged_in(store, account_id, &format!("i-{number}"), done).await);
}

async fn marks(
    store: &Store,
    cookie: &str,
    accounts: [&String; 2],
) -> [Option<RememberedBrowser>; 2] {
    let [a, b] = accounts;
    [
        store.remembered_browser(&digest(cookie), a, NOW).await.unwrap(),
        store.remembered_browser(&digest(cookie), b, NOW).await.unwrap(),
    ]
}
