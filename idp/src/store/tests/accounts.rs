use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::credential::Credential;
use crate::account::interaction::Ended;
use crate::account::link::Worth;
use crate::account::throttle::{Key, Origin};
use crate::contact::{KnownAddress, Role};
use crate::store::jobs::claims::Claim;
use crate::store::login::browsers::RememberedChange;
use crate::store::schema::accounts;
use crate::store::tests::contacts::{applied, party};
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, account, completion, digest, interaction, later, mark, message, new_link,
    password, proofs, remembered, stored, tokens, with_session,
};
use crate::store::tests::throttles;
use crate::store::{Error, Recording};

on_both! {
    async fn accounts_are_listed_by_login_name_a_portion_at_a_time(store: Store) {
        for name in ["c", "a", "b"] {
            assert!(store.add_account(&account(name), None, &[]).await.unwrap());
        }
        let names = async |behind: &str, limit| {
            let found = store.accounts_behind(behind, limit).await.unwrap();
            found.into_iter().map(|account| account.username).collect::<Vec<_>>()
        };
        assert_eq!(names("", 2).await, ["a", "b"]);
        assert_eq!(names("b", 2).await, ["c"]);
        assert_eq!(names("c", 2).await, Vec::<String>::new());
    }

    async fn a_stored_account_is_read_back_unchanged(store: Store) {
        let mut stored = account("202100083750");
        stored.disabled_at = Some(NOW);
        assert!(store.add_account(&stored, None, &["202100083701".to_owned()]).await.unwrap());
        let by_name = store.account_by_username(&stored.username).await.unwrap();
        assert_eq!(by_name.as_ref(), Some(&stored));
        assert_eq!(store.account_by_id(&stored.id, NOW).await.unwrap(), by_name);
        assert_eq!(store.account_by_username("nobody").await.unwrap(), None);
        assert_eq!(store.count_accounts().await.unwrap(), 1);
    }

    async fn a_taken_username_is_refused_and_adds_nothing(store: Store) {
        assert!(store.add_account(&account("a"), None, &[]).await.unwrap());
        let mut again = account("a");
        again.id = "another".to_owned();
        again.subject = "another".to_owned();
        assert!(!store.add_account(&again, None, &["1".to_owned()]).await.unwrap());
        assert_eq!(store.count_accounts().await.unwrap(), 1);
    }

    async fn one_of_several_parallel_additions_of_a_username_succeeds(store: Store) {
        let added = super::race(8, |number| {
            let store = store.clone();
            let mut account = account("a");
            account.id = format!("id-{number}");
            account.subject = format!("subject-{number}");
            async move { store.add_account(&account, None, &[]).await.unwrap() }
        });
        assert_eq!(super::winners(&added.await), 1);
    }

    async fn a_new_password_ends_sessions_grants_marks_links_and_logins_and_queues_notices(store: Store) {
        let a = everything(&store).await;
        let notices = [message("notice", None)];
        let new = password("$argon2id$new", later(1));
        assert!(store.set_password(&a, &new, &notices).await.unwrap());
        assert_eq!(password_of(&store, "a").await, Some(new));
        let (_, set_at) = store.account_in_login(&a).await.unwrap().unwrap();
        assert_eq!(set_at, Some(later(1)));
        everything_ended(&store, &a).await;
        let queued = store.claim_messages(&Claim::any("w", 1, 9), later(1)).await.unwrap();
        assert_eq!(queued.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["notice"]);
    }

    async fn disabling_an_account_ends_its_sessions_grants_marks_links_and_logins(store: Store) {
        let a = everything(&store).await;
        assert!(store.disable_account("a", later(1)).await.unwrap());
        everything_ended(&store, &a).await;
        assert!(!store.disable_account("a", later(2)).await.unwrap(), "it was already");
        let disabled = store.account_by_id(&a, NOW).await.unwrap().unwrap();
        assert_eq!(disabled.disabled_at, Some(later(1)));
    }

    async fn setting_the_password_of_an_unknown_account_queues_no_notice(store: Store) {
        let notices = [message("notice", None)];
        assert!(!store.set_password("nobody", &password("hash", NOW), &notices).await.unwrap());
        assert_eq!(store.outbox_totals().await.unwrap().open, 0);
    }

    async fn a_hash_is_upgraded_only_while_the_password_is_the_same(store: Store) {
        let a = account("a");
        let old = password("$argon2id$old", NOW);
        store.add_account(&a, Some(&old), &[]).await.unwrap();
        assert!(store.upgrade_password_hash(&a.id, "$argon2id$old", "$better").await.unwrap());
        assert!(!store.upgrade_password_hash(&a.id, "$argon2id$old", "$worse").await.unwrap());
        assert_eq!(password_of(&store, "a").await, Some(password("$better", NOW)));
    }

    async fn the_password_columns_of_the_former_version_are_kept_up_to_date(store: Store) {
        let former = async || -> Result<(Option<String>, Option<i64>), Error> {
            let columns = (accounts::password_hash, accounts::password_changed_at);
            read!(store, |c| accounts::table.find("account-a").select(columns).get_result(c).await)
        };
        store.add_account(&account("a"), Some(&password("$1", NOW)), &[]).await.unwrap();
        assert_eq!(former().await.unwrap(), (Some("$1".to_owned()), Some(NOW.0)));
        store.set_password("account-a", &password("$2", later(1)), &[]).await.unwrap();
        assert_eq!(former().await.unwrap(), (Some("$2".to_owned()), Some(later(1).0)));
        store.upgrade_password_hash("account-a", "$2", "$3").await.unwrap();
        assert_eq!(former().await.unwrap(), (Some("$3".to_owned()), Some(later(1).0)));
    }

    async fn the_parameters_of_all_stored_password_hashes_are_listed(store: Store) {
        assert_eq!(store.password_parameters().await.unwrap(), []);
        let rest = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let starts = ["$argon2id$v=19$m=65536,t=3,p=4$", "$argon2id$v=19$m=8,t=1,p=1$"];
        for (number, start) in starts.iter().cycle().take(6).enumerate() {
            let new = account(&format!("a{number}"));
            let password = password(&format!("{start}{rest}"), NOW);
            assert!(store.add_account(&new, Some(&password), &[]).await.unwrap());
        }
        let known = store.password_parameters().await.unwrap();
        let mut known: Vec<_> = known.iter().map(ToString::to_string).collect();
        known.sort();
        assert_eq!(known, starts);
    }

    async fn unlocking_enables_the_account_and_clears_only_its_throttle(store: Store) {
        let mut a = account("a");
        a.disabled_at = Some(NOW);
        store.add_account(&a, None, &[]).await.unwrap();
        for _ in 0..3 {
            store.count_attempt(throttles::password("a", 1), NOW).await.unwrap().unwrap();
            store.count_attempt(throttles::password("b", 1), NOW).await.unwrap().unwrap();
        }
        let counted = digest(&Key::Password("a".to_owned(), Origin::Anywhere).text());
        assert!(store.unlock_account("a", &counted).await.unwrap());
        assert_eq!(store.account_by_id(&a.id, NOW).await.unwrap().unwrap().disabled_at, None);
        let again = store.count_attempt(throttles::password("a", 1), NOW).await.unwrap();
        assert!(again.is_ok(), "its count began again");
        let fourth = store.count_attempt(throttles::password("b", 1), NOW).await.unwrap();
        assert!(fourth.is_err(), "the other account is still blocked");
        assert!(!store.unlock_account("nobody", &counted).await.unwrap());
    }

    async fn parties_of_an_account_are_those_of_the_operator_and_of_the_source(store: Store) {
        let a = account("a");
        store.add_account(&a, None, &["3".to_owned(), "1".to_owned()]).await.unwrap();
        applied(&store, 0, &[party("2", &[]), party("3", &[])], &[("2", "a"), ("3", "a")]).await;
        assert_eq!(store.parties_of(&a).await.unwrap(), ["1", "2", "3"]);
    }

    async fn known_addresses_are_ordered_by_party_and_role_and_may_require_the_check_box(store: Store) {
        let a = account("a");
        store.add_account(&a, None, &["2".to_owned()]).await.unwrap();
        let cells = [
            (Role::Dispatches, "d@x.se", false),
            (Role::Arrivals, "a@x.se", true),
            (Role::Company, "C@x.se", true),
        ];
        let parties = [party("1", &cells[..1]), party("2", &cells), party("9", &cells)];
        applied(&store, 0, &parties, &[("1", "a"), ("9", "b")]).await;
        let shown = |known: Vec<KnownAddress>| {
            let shown = |k: &KnownAddress| format!("{} {} {}", k.party, k.role, k.address.as_str());
            known.iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(
            shown(store.known_addresses(&a, false).await.unwrap()),
            ["1 dispatches d@x.se", "2 company C@x.se", "2 arrivals a@x.se", "2 dispatches d@x.se"]
        );
        assert_eq!(
            shown(store.known_addresses(&a, true).await.unwrap()),
            ["2 company C@x.se", "2 arrivals a@x.se"]
        );
    }
}

/// The password of the account with this name.
async fn password_of(store: &Recording, username: &str) -> Option<Credential> {
    store.account_with_password(username).await.unwrap().unwrap().1
}

/// Account `a` with a session, a redeemed token, a remembered browser, and another interaction
/// with a mailed link. Returns its id.
async fn everything(store: &Recording) -> String {
    let a = with_session(store).await.id;
    store.begin_interaction(&interaction("i2"), &UNBOUNDED, i64::MAX).await.unwrap();
    assert!(store.prove_password("i2", 0, (&a, None), &proofs()).await.unwrap());
    let mut second = completion(&a, 1);
    second.remembered =
        RememberedChange::Remember { mark: mark("mark", &a, "remembered"), replaces: Vec::new() };
    assert!(store.complete_interaction("i2", 1, &second, NOW).await.unwrap());
    store.begin_interaction(&interaction("i3"), &UNBOUNDED, i64::MAX).await.unwrap();
    assert!(store.prove_password("i3", 0, (&a, None), &proofs()).await.unwrap());
    assert!(store.issue_link(1, &new_link("l", "i3", &a), NOW).await.unwrap().is_queued());
    assert!(store.consume_code("grant-0", &tokens("token", NOW, later(600)), NOW).await.unwrap());
    assert!(store.grant_by_access_token(&digest("token"), NOW).await.unwrap().is_some());
    a
}

async fn everything_ended(store: &Recording, a: &str) {
    for cookie in ["cookie-0", "cookie-1"] {
        let (session, _) = store.session_of_cookies(&[digest(cookie)], NOW).await.unwrap().unwrap();
        assert_eq!(session.ended_at, Some(later(1)), "{cookie}");
    }
    assert!(store.grant_by_access_token(&digest("token"), later(1)).await.unwrap().is_none());
    assert!(
        !store.consume_code("grant-1", &tokens("t", later(1), later(600)), later(1)).await.unwrap()
    );
    assert!(remembered(store, "remembered", a, later(1)).await.is_none());
    let (link, _) = store.link_by_digest(&digest("l")).await.unwrap().unwrap();
    assert_eq!(link.worth(later(1)), Worth::Superseded);
    assert_eq!(stored(store, "i3").await.ended, Some((later(1), Ended::Superseded)));
    let late = store.confirm_link("l", "i3", 2, &completion(a, 9), later(1)).await.unwrap();
    assert!(!late, "its link is dead");
}
