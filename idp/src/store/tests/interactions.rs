use diesel_async::RunQueryDsl as _;

use crate::account::factor::Proofs;
use crate::account::interaction::purpose::{InSession, Proven, Purpose, Reason};
use crate::account::interaction::{Ended, Interaction};
use crate::account::language::Language;
use crate::account::link::Worth;
use crate::clock::Timestamp;
use crate::store::Issued;
use crate::store::error::Fault;
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, account, completion, digest, interaction, later, new_link, password, proofs,
    stored, with_link, with_password, with_session,
};
use crate::store::{Error, Recording};

on_both! {
    async fn a_stored_interaction_is_read_back_unchanged(store: Store) {
        let a = with_password(&store).await;
        let proven = Proven { account_id: a.id.clone(), proofs: proofs() };
        let login = InSession { session_id: "session".to_owned(), proven };
        for (id, purpose) in [
            ("again", Purpose::SignIn { reason: Reason::Again, proven: None }),
            ("step-up", Purpose::StepUp(login.clone())),
            ("consent", Purpose::Consent(login)),
        ] {
            let begun = Interaction { purpose, ..interaction(id) };
            store.begin_interaction(&begun, &UNBOUNDED, i64::MAX).await.unwrap();
            assert_eq!(stored(&store, id).await, begun);
        }
        let proven = stored(&store, "i").await;
        assert_eq!(proven.purpose.proven(), Some(&Proven { account_id: a.id, proofs: proofs() }));
        assert_eq!(proven.version, 1);
    }

    async fn an_interaction_is_not_found_or_changed_with_another_browser_cookie(store: Store) {
        store.begin_interaction(&interaction("i"), &UNBOUNDED, i64::MAX).await.unwrap();
        assert!(store.interaction("i", &[digest("other")]).await.unwrap().is_none());
        let changed = store.set_interaction_language("i", &[digest("other")], Language::En).await;
        assert!(!changed.unwrap());
        assert_eq!(stored(&store, "i").await.language, "sv");
    }

    async fn changing_the_language_keeps_the_version_of_the_interaction(store: Store) {
        store.begin_interaction(&interaction("i"), &UNBOUNDED, i64::MAX).await.unwrap();
        let own = [digest("browser")];
        assert!(store.set_interaction_language("i", &own, Language::En).await.unwrap());
        let changed = stored(&store, "i").await;
        assert_eq!((changed.language.as_str(), changed.version), ("en", 0));
    }

    async fn no_change_is_stored_with_another_version(store: Store) {
        with_link(&store).await;
        let before = stored(&store, "i").await;
        for version in [0, 1, 3] {
            assert_eq!(changes(&store, version, NOW).await, [false; 7], "at version {version}");
        }
        assert_eq!(stored(&store, "i").await, before);
        assert!(store.interaction("new", &[digest("browser")]).await.unwrap().is_none());
        assert_eq!(store.links_of("i").await.unwrap().len(), 1);
    }

    async fn no_change_is_stored_after_the_interaction_ended(store: Store) {
        with_link(&store).await;
        assert!(store.cancel_interaction("i", 2, NOW).await.unwrap());
        let before = stored(&store, "i").await;
        assert_eq!(before.ended, Some((NOW, Ended::Cancelled)));
        assert_eq!(changes(&store, 3, NOW).await, [false; 7]);
        assert_eq!(stored(&store, "i").await, before);
    }

    async fn an_expired_interaction_accepts_no_link_cancellation_restart_or_completion(store: Store) {
        with_link(&store).await;
        let [proof, count, rest @ ..] = changes(&store, 2, later(3_600)).await;
        assert_eq!(rest, [false; 5]);
        assert!(proof, "the password was right in time");
        assert!(!count, "the version is another one by then");
    }

    async fn one_of_several_parallel_changes_succeeds(store: Store) {
        with_password(&store).await;
        let counted = super::race(16, |_| {
            let store = store.clone();
            async move { store.record_wrong_address("i", 1).await.unwrap() }
        });
        assert_eq!(super::winners(&counted.await), 1);
        assert_eq!(stored(&store, "i").await.wrong_addresses, 1);
    }

    // P07: whoever typed last is who logs in, with proofs and links of their own alone.
    async fn a_proven_password_of_another_account_replaces_the_first_account_and_its_links(store: Store) {
        let a = with_link(&store).await;
        let b = account("b");
        store.add_account(&b, None, &[]).await.unwrap();
        assert!(store.record_wrong_address("i", 2).await.unwrap());
        let typed = Proofs::password(later(9));
        assert!(!store.prove_password("i", 2, (&b.id, None), &typed).await.unwrap(), "too late");
        assert!(store.prove_password("i", 3, (&b.id, None), &typed).await.unwrap());
        let of_b = stored(&store, "i").await;
        let expected = Proven { account_id: b.id.clone(), proofs: typed };
        assert_eq!(of_b.purpose.proven(), Some(&expected));
        assert_eq!((of_b.wrong_addresses, of_b.remember, of_b.version), (0, false, 4));
        assert_eq!(store.links_of("i").await.unwrap()[0].worth(NOW), Worth::Superseded);
        for account in [&a.id, &b.id] {
            let done = completion(account, 0);
            assert!(!store.confirm_link("l", "i", 4, &done, later(10)).await.unwrap());
        }
        let issued = store.issue_link(4, &new_link("l2", "i", &b.id), later(10)).await.unwrap();
        assert!(issued.is_queued());
        let stolen = completion(&a.id, 0);
        assert!(!store.confirm_link("l2", "i", 5, &stolen, later(10)).await.unwrap());
        assert!(store.confirm_link("l2", "i", 5, &completion(&b.id, 1), later(10)).await.unwrap());
    }

    async fn a_proven_password_turns_a_step_up_or_consent_into_a_login(store: Store) {
        let b = account("b");
        store.add_account(&b, None, &[]).await.unwrap();
        let proven = Proven { account_id: b.id.clone(), proofs: proofs() };
        let login = InSession { session_id: "session".to_owned(), proven: proven.clone() };
        let purposes = [Purpose::StepUp(login.clone()), Purpose::Consent(login)];
        for (id, purpose) in ["i-1", "i-2"].into_iter().zip(purposes) {
            let begun = Interaction { purpose, ..interaction(id) };
            store.begin_interaction(&begun, &UNBOUNDED, i64::MAX).await.unwrap();
            assert!(store.prove_password(id, 0, (&b.id, None), &proofs()).await.unwrap());
            let proven = Some(proven.clone());
            let login = Purpose::SignIn { reason: Reason::First, proven };
            assert_eq!(stored(&store, id).await.purpose, login);
        }
    }

    // P06.
    async fn the_authorization_request_of_an_interaction_never_changes(store: Store) {
        let a = account("a");
        store.add_account(&a, None, &[]).await.unwrap();
        for (number, end) in ["cancel", "restart", "complete", "confirm"].iter().enumerate() {
            let (id, link) = (format!("i-{number}"), format!("l-{number}"));
            let begun = Interaction {
                pushed_request: Some(digest("handle")),
                purpose: Purpose::SignIn { reason: Reason::Again, proven: None },
                ..interaction(&id)
            };
            store.begin_interaction(&begun, &UNBOUNDED, i64::MAX).await.unwrap();
            let (done, restarted) = (completion(&a.id, number), interaction("new"));
            for step in 0..5 {
                let changed = match (step, *end) {
                    (0, _) => store.prove_password(&id, 0, (&a.id, None), &proofs()).await,
                    (1, _) => store.record_wrong_address(&id, 1).await,
                    (2, _) => {
                        let own = [digest("browser")];
                        store.set_interaction_language(&id, &own, Language::En).await
                    }
                    (3, _) => {
                        let issued = store.issue_link(2, &new_link(&link, &id, &a.id), NOW).await;
                        issued.map(Issued::is_queued)
                    }
                    (_, "cancel") => store.cancel_interaction(&id, 3, NOW).await,
                    (_, "restart") => store.restart_interaction(&id, 3, &restarted, NOW).await,
                    (_, "complete") => store.complete_interaction(&id, 3, &done, NOW).await,
                    (..) => store.confirm_link(&link, &id, 3, &done, NOW).await,
                };
                assert!(changed.unwrap(), "{end} {step}");
                assert_eq!(asked(stored(&store, &id).await), asked(begun.clone()), "{end} {step}");
            }
        }
    }

    async fn a_password_checked_before_it_was_changed_proves_and_completes_nothing(store: Store) {
        let a = account("a");
        store.add_account(&a, None, &[]).await.unwrap();
        store.begin_interaction(&interaction("i"), &UNBOUNDED, i64::MAX).await.unwrap();
        store.set_password(&a.id, &password("new", later(1)), &[]).await.unwrap();
        assert!(!store.prove_password("i", 0, (&a.id, None), &proofs()).await.unwrap());
        assert_eq!(stored(&store, "i").await.purpose.proven(), None);
        let late = completion(&a.id, 0);
        assert!(!store.complete_interaction("i", 0, &late, later(2)).await.unwrap());
        assert!(store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap().is_none());
        let checked = (a.id.as_str(), Some(later(1)));
        assert!(store.prove_password("i", 0, checked, &proofs()).await.unwrap());
    }

    async fn a_disabled_account_proves_and_completes_nothing(store: Store) {
        let a = with_password(&store).await;
        store.begin_interaction(&interaction("other"), &UNBOUNDED, i64::MAX).await.unwrap();
        store.disable_account("a", NOW).await.unwrap();
        assert!(!store.prove_password("other", 0, (&a.id, None), &proofs()).await.unwrap());
        let ended = completion(&a.id, 0);
        assert!(!store.complete_interaction("i", 2, &ended, NOW).await.unwrap());
    }

    async fn cancelling_an_interaction_invalidates_its_links(store: Store) {
        with_link(&store).await;
        assert!(store.cancel_interaction("i", 2, NOW).await.unwrap());
        let links = store.links_of("i").await.unwrap();
        assert_eq!(links[0].worth(NOW), Worth::Superseded);
    }

    async fn restarting_replaces_the_interaction_and_invalidates_its_links(store: Store) {
        with_link(&store).await;
        assert!(store.restart_interaction("i", 2, &interaction("new"), NOW).await.unwrap());
        assert_eq!(stored(&store, "i").await.ended, Some((NOW, Ended::Superseded)));
        assert_eq!(stored(&store, "new").await, interaction("new"));
        assert_eq!(store.links_of("i").await.unwrap()[0].worth(NOW), Worth::Superseded);
    }

    async fn a_login_parallel_to_disabling_the_account_leaves_no_live_session(store: Store) {
        let a = with_password(&store).await;
        let outcomes = super::race(2, |number| {
            let (store, completion) = (store.clone(), completion(&a.id, 0));
            async move {
                match number {
                    0 => store.complete_interaction("i", 1, &completion, NOW).await.unwrap(),
                    _ => store.disable_account("a", NOW).await.unwrap(),
                }
            }
        });
        assert!(outcomes.await.contains(&true));
        let found = store.session_of_cookies(&[digest("cookie-0")], NOW).await.unwrap();
        assert!(found.is_none_or(|(session, _)| session.ended_at == Some(NOW)));
    }

    async fn an_inconsistent_row_is_named_in_the_error(store: Store) {
        with_session(&store).await;
        let spoilt: Result<(), Fault> = commit!(store, |c| {
            diesel::sql_query("UPDATE interactions SET ended_how = 'vanished' /* of a test */").execute(c).await?;
            Ok(())
        });
        spoilt.unwrap();
        let error = store.interaction("i", &[digest("browser")]).await.unwrap_err();
        assert!(
            matches!(&error, Error::Inconsistent { table: "interactions", id } if id == "i"),
            "{error}"
        );
        assert!(!error.is_unavailable());
    }
}

/// The interaction with all left out that may change.
fn asked(interaction: Interaction) -> Interaction {
    Interaction {
        language: String::new(),
        purpose: Purpose::SignIn { reason: interaction.purpose.reason(), proven: None },
        remember: false,
        wrong_addresses: 0,
        expires_at: NOW,
        ended: None,
        version: 0,
        ..interaction
    }
}

/// Tries every change of interaction `i` decided on at `version`, in this order: password, wrong
/// address, link, cancel, restart, completion, completion by link.
async fn changes(store: &Recording, version: i64, now: Timestamp) -> [bool; 7] {
    let a = "account-a";
    let completion = completion(a, 0);
    [
        store.prove_password("i", version, (a, None), &proofs()).await.unwrap(),
        store.record_wrong_address("i", version).await.unwrap(),
        store.issue_link(version, &new_link("l2", "i", a), now).await.unwrap().is_queued(),
        store.cancel_interaction("i", version, now).await.unwrap(),
        store.restart_interaction("i", version, &interaction("new"), now).await.unwrap(),
        store.complete_interaction("i", version, &completion, now).await.unwrap(),
        store.confirm_link("l", "i", version, &completion, now).await.unwrap(),
    ]
}
