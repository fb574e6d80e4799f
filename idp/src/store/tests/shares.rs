//! What strangers of one network may keep.

use crate::oauth::pushed_authorization::Pushed;
use crate::store::tests::device_codes::waiting;
use crate::store::tests::fixtures::{NOW, account, digest, interaction, later, proofs};
use crate::store::{Recording, Share};

fn share(network: &str) -> Share {
    Share { network: network.to_owned(), most: 3, is_due: true }
}

/// Begins a login of a browser, at a second of its own.
async fn begin(store: &Recording, number: i64, browser: &str, network: &str) {
    let mut begun = interaction(&format!("n-{number:02}"));
    begun.browser = digest(browser);
    begun.started_at = later(number);
    store.begin_interaction(&begun, &share(network), 2).await.unwrap();
}

/// The numbers of the logins that are there, of so many that were begun.
async fn kept(store: &Recording, browser: &str, numbers: std::ops::Range<i64>) -> Vec<i64> {
    let mut kept = Vec::new();
    for number in numbers {
        let id = format!("n-{number:02}");
        if store.interaction(&id, &[digest(browser)]).await.unwrap().is_some() {
            kept.push(number);
        }
    }
    kept
}

on_both! {
    async fn the_oldest_open_logins_of_a_browser_are_dropped_and_ended_ones_not_counted(store: Store) {
        for number in 0..5 {
            begin(&store, number, "a", &number.to_string()).await;
        }
        begin(&store, 5, "b", "other").await;
        assert_eq!(kept(&store, "a", 0..5).await, [3, 4]);
        assert!(store.cancel_interaction("n-03", 0, later(5)).await.unwrap());
        begin(&store, 6, "a", "6").await;
        assert_eq!(kept(&store, "a", 0..7).await, [3, 4, 6]);
        assert_eq!(kept(&store, "b", 5..6).await, [5]);
    }

    async fn the_oldest_logins_of_a_network_without_proven_password_are_dropped(store: Store) {
        assert!(store.add_account(&account("a"), None, &[]).await.unwrap());
        begin(&store, 0, "a", "net").await;
        let a = account("a").id;
        assert!(store.prove_password("n-00", 0, (&a, None), &proofs()).await.unwrap());
        begin(&store, 1, "other", "elsewhere").await;
        for number in 2..9 {
            begin(&store, number, &format!("b-{number}"), "net").await;
            if number % 2 == 0 {
                let id = format!("n-{number:02}");
                assert!(store.cancel_interaction(&id, 0, NOW).await.unwrap());
            }
        }
        assert_eq!(kept(&store, "a", 0..1).await, [0]);
        assert_eq!(kept(&store, "other", 1..2).await, [1]);
        for number in 2..9 {
            let there = !kept(&store, &format!("b-{number}"), number..number + 1).await.is_empty();
            assert_eq!(there, number >= 6, "{number}");
        }
    }

    async fn the_oldest_pushed_requests_of_a_network_are_dropped(store: Store) {
        let pushed = |number: i64| Pushed {
            client_id: "idep".to_owned(),
            parameters: "client_id=idep".to_owned(),
            expires_at: later(number),
            used_at: None,
        };
        store.push_request(&digest("own"), &pushed(0), None).await.unwrap();
        for number in 0..9 {
            let handle = digest(&number.to_string());
            let share = Some(share("net"));
            store.push_request(&handle, &pushed(number), share.as_ref()).await.unwrap();
        }
        for (handle, there) in [("own", true), ("5", false), ("6", true), ("8", true)] {
            let found = store.pushed_request(&digest(handle)).await.unwrap();
            assert_eq!(found.is_some(), there, "{handle}");
        }
    }

    async fn the_longest_waiting_devices_of_a_network_are_dropped(store: Store) {
        for number in 0..9 {
            let (device, user) = (digest(&format!("d{number}")), digest(&format!("u{number}")));
            let (share, at) = (share("net"), later(number));
            let added = store.add_device((&device, &user), &waiting(), Some(&share), at).await;
            assert!(added.unwrap());
            if number == 0 {
                assert!(store.deny_device(&user, at).await.unwrap());
            }
        }
        for (number, there) in [(0, true), (1, false), (5, false), (6, true), (8, true)] {
            let device = digest(&format!("d{number}"));
            let found = store.poll_device(&device, "idep", later(60)).await.unwrap();
            assert_eq!(found.is_some(), there, "{number}");
        }
    }
}
