use crate::account::throttle::{FORGOTTEN_AFTER, Key, Rule, Rules};
use crate::store::tests::fixtures::{NOW, later};

/// Three free attempts for an account in its network, so that cases are short.
pub(super) const RULES: Rules = Rules {
    account_in_network: Rule { free: 3, longest: 900 },
    account: Rule { free: 50, longest: 10 },
    network: Rule { free: 200, longest: 60 },
    registration: Rule { free: 20, longest: 3_600 },
};

pub(super) fn keys(account: &str, network: &str) -> Vec<Key> {
    let (account, network) = (account.to_owned(), network.to_owned());
    vec![
        Key::AccountInNetwork(account.clone(), network.clone()),
        Key::Account(account),
        Key::Network(network),
    ]
}

on_both! {
    async fn attempts_are_counted_until_one_key_blocks_them(store: Store) {
        for attempt in 1..=3 {
            let counted = store.count_attempt(&RULES, &keys("a", "n"), NOW).await.unwrap();
            assert_eq!(counted, Ok(()), "attempt {attempt}");
        }
        let blocked = store.count_attempt(&RULES, &keys("a", "n"), later(1)).await.unwrap();
        assert_eq!(blocked, Err(later(2)));
        let elsewhere = store.count_attempt(&RULES, &keys("a", "m"), later(1)).await.unwrap();
        assert_eq!(elsewhere, Ok(()), "the owner sits in another network");
        let after = store.count_attempt(&RULES, &keys("a", "n"), later(2)).await.unwrap();
        assert_eq!(after, Ok(()));
        let longer = store.count_attempt(&RULES, &keys("a", "n"), later(3)).await.unwrap();
        assert_eq!(longer, Err(later(6)));
    }

    async fn a_blocked_attempt_is_counted_for_none_of_its_keys(store: Store) {
        let narrow = Rules { network: Rule { free: 3, longest: 60 }, ..RULES };
        for account in ["a", "b", "c"] {
            store.count_attempt(&narrow, &keys(account, "n"), NOW).await.unwrap().unwrap();
        }
        for _ in 0..9 {
            let blocked = store.count_attempt(&narrow, &keys("d", "n"), NOW).await.unwrap();
            assert_eq!(blocked, Err(later(2)));
        }
        for attempt in 1..=3 {
            let counted = store.count_attempt(&narrow, &keys("d", "m"), later(attempt)).await;
            assert_eq!(counted.unwrap(), Ok(()), "nothing was counted for d: {attempt}");
            store.forgive_attempt(&[Key::Network("m".to_owned())], later(attempt)).await.unwrap();
        }
    }

    async fn parallel_guesses_are_all_counted(store: Store) {
        let outcomes = super::race(16, |_| {
            let store = store.clone();
            async move { store.count_attempt(&RULES, &keys("a", "n"), NOW).await.unwrap().is_ok() }
        });
        assert_eq!(super::winners(&outcomes.await), 3, "only the free ones are looked at");
    }

    async fn parallel_guesses_from_all_sides_neither_block_nor_lose_one_another(store: Store) {
        let wide = Rules { account: Rule { free: 16, longest: 10 }, ..RULES };
        let outcomes = super::race(16, |number| {
            let (store, keys) = (store.clone(), keys("a", &format!("network-{number}")));
            async move { store.count_attempt(&wide, &keys, NOW).await.unwrap().is_ok() }
        });
        assert_eq!(super::winners(&outcomes.await), 16);
        let one_more = store.count_attempt(&wide, &keys("a", "m"), NOW).await.unwrap();
        assert_eq!(one_more, Err(later(2)));
    }

    async fn a_right_password_forgets_its_network_and_takes_one_back_elsewhere(store: Store) {
        let narrow = Rules { network: Rule { free: 3, longest: 60 }, ..RULES };
        for _ in 0..3 {
            store.count_attempt(&narrow, &keys("a", "n"), NOW).await.unwrap().unwrap();
        }
        store.forgive_attempt(&keys("a", "n"), later(1)).await.unwrap();
        let again = store.count_attempt(&narrow, &keys("a", "n"), later(1)).await.unwrap();
        assert_eq!(again, Ok(()), "its own delay ended with the right password");
        let blocked = store.count_attempt(&narrow, &keys("b", "n"), later(1)).await.unwrap();
        assert_eq!(blocked, Err(later(3)), "the network still has its other attempts");
    }

    async fn a_day_later_all_is_forgotten(store: Store) {
        for _ in 0..3 {
            store.count_attempt(&RULES, &keys("a", "n"), NOW).await.unwrap().unwrap();
        }
        for _ in 0..3 {
            let day = later(FORGOTTEN_AFTER);
            store.count_attempt(&RULES, &keys("a", "n"), day).await.unwrap().unwrap();
        }
    }
}
