use crate::oauth::scope::Scope;
use crate::store::Recording;
use crate::store::account::consents::RecordConsent as _;
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, account, grant, interaction, later, new_grant, with_session,
};

async fn allow(store: &Recording, account: &str, client: &str, scope: &str) {
    let (account, client, scope) = (account.to_owned(), client.to_owned(), scope.to_owned());
    act!(store, |c| c.record_consent(&account, &client, &scope, NOW.0).await).unwrap();
}

on_both! {
    async fn a_consent_is_stored_per_client_and_account(store: Store) {
        let (a, b) = (account("a"), account("b"));
        for account in [&a, &b] {
            store.add_account(account, None, &[]).await.unwrap();
        }
        let (a, b) = (a.id.as_str(), b.id.as_str());
        allow(&store, a, "web", "email").await;
        allow(&store, a, "web", "email phone").await;
        let given: Scope = "email phone".parse().unwrap();
        assert_eq!(store.consent(a, "web").await.unwrap(), Some(given));
        assert_eq!(store.consent(a, "other").await.unwrap(), None);
        assert_eq!(store.consent(b, "web").await.unwrap(), None);
        let all = store.consents_of(a).await.unwrap();
        assert_eq!(all, [("web".to_owned(), "email phone".to_owned(), NOW)]);
    }

    async fn allowing_a_consent_ends_its_interaction_and_issues_one_grant(store: Store) {
        let a = with_session(&store).await.id;
        store.begin_interaction(&interaction("asked"), &UNBOUNDED, i64::MAX).await.unwrap();
        let scope: Scope = "email".parse().unwrap();
        let new = new_grant(grant("allowed", &a, "session-0"), "code-allowed");
        assert!(store.allow(("asked", 0), &a, &scope, &new, NOW).await.unwrap());
        assert!(!store.allow(("asked", 0), &a, &scope, &new, NOW).await.unwrap());
        assert_eq!(store.consent(&a, "idep").await.unwrap(), Some(scope));
        assert!(store.grant("allowed").await.unwrap().is_some());
    }

    async fn a_withdrawn_consent_is_deleted(store: Store) {
        let a = account("a").id;
        store.add_account(&account("a"), None, &[]).await.unwrap();
        allow(&store, &a, "web", "").await;
        assert_eq!(store.consent(&a, "web").await.unwrap(), Some(Scope::default()));
        assert!(store.withdraw_consent(&a, "web", later(1)).await.unwrap());
        assert_eq!(store.consent(&a, "web").await.unwrap(), None);
        assert!(!store.withdraw_consent(&a, "web", later(2)).await.unwrap());
    }
}
