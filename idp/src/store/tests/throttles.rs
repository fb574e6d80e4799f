use crate::account::networks::Networks;
use crate::account::throttle::{Key, Limit, Origin, Rule, Rules};
use crate::secret::{Secret, ThrottleKey};
use crate::store::Recording;
use crate::store::tests::expiry::delete_expired;
use crate::store::tests::fixtures::{NOW, later};

/// Three free attempts for an account from one source, so that cases are short.
const RULES: Rules = Rules {
    account_in_network: Rule { free: 3, longest: 900, drain: 3_600 },
    account: Rule { free: 50, longest: 10, drain: 10 },
    addresses: Rule { free: 12, longest: 900, drain: 900 },
    network: Rule { free: 200, longest: 60, drain: 60 },
    registration: Rule { free: 20, longest: 3_600, drain: 3_600 },
};

fn source(network: u8) -> Networks {
    Networks::new([192, 0, network, 1].into())
}

/// What a password for an account is counted for, typed in one of many networks.
pub(super) fn password(account: &str, network: u8) -> Vec<Limit> {
    RULES.password(account, source(network), None)
}

pub(super) fn registration() -> Vec<Limit> {
    RULES.registration(source(1))
}

async fn is_admitted(store: &Recording, limits: Vec<Limit>, seconds: i64) -> bool {
    store.count_attempt(limits, later(seconds)).await.unwrap().is_ok()
}

on_both! {
    async fn attempts_are_admitted_until_one_bucket_is_full(store: Store) {
        for attempt in 1..=3 {
            let counted = store.count_attempt(password("a", 1), NOW).await.unwrap().unwrap();
            assert_eq!(counted.newcomer, attempt == 1);
        }
        let blocked = store.count_attempt(password("a", 1), later(1)).await.unwrap();
        assert_eq!(blocked.unwrap_err(), later(2));
        assert!(is_admitted(&store, password("a", 2), 1).await, "the owner in another network");
        let known = RULES.password("a", source(1), Some("device"));
        assert!(is_admitted(&store, known, 1).await, "the owner in a known browser");
        assert!(is_admitted(&store, password("a", 1), 2).await);
        let longer = store.count_attempt(password("a", 1), later(3)).await.unwrap();
        assert_eq!(longer.unwrap_err(), later(6));
    }

    async fn lifted_throttles_of_an_account_admit_its_next_attempt(store: Store) {
        for name in ["a", "b"] {
            for _ in 0..3 {
                assert!(is_admitted(&store, password(name, 1), 0).await);
            }
        }
        let counted = Key::Password("a".to_owned(), Origin::Anywhere).text();
        store.lift_throttles(&Secret::<ThrottleKey>::new(counted).digest()).await.unwrap();
        assert!(is_admitted(&store, password("a", 1), 1).await);
        assert!(!is_admitted(&store, password("b", 1), 1).await);
    }

    async fn a_refused_attempt_is_not_counted_in_any_bucket(store: Store) {
        for _ in 0..3 {
            assert!(is_admitted(&store, password("a", 1), 0).await);
        }
        for _ in 0..9 {
            assert!(!is_admitted(&store, password("a", 1), 1).await);
        }
        assert!(is_admitted(&store, password("a", 1), 2).await);
        let narrow = Rules { network: Rule { free: 1, longest: 60, drain: 60 }, ..RULES };
        let at = |name: &str| narrow.password(name, source(9), None);
        assert!(is_admitted(&store, at("b"), 0).await);
        for _ in 0..9 {
            assert!(!is_admitted(&store, at("c"), 1).await, "the source is blocked");
        }
        let counted = store.count_attempt(password("c", 9), later(2)).await.unwrap().unwrap();
        assert!(counted.newcomer, "nothing was counted for c");
    }

    async fn parallel_guesses_are_all_counted(store: Store) {
        let outcomes = super::race(16, |_| {
            let store = store.clone();
            async move { is_admitted(&store, password("a", 1), 0).await }
        });
        assert_eq!(super::winners(&outcomes.await), 3, "only the free ones are looked at");
    }

    async fn parallel_attempts_from_many_networks_are_all_counted_without_deadlock(store: Store) {
        let typed = |network| RULES.addresses("a", source(network), None);
        let outcomes = super::race(16, |number| {
            let (store, limits) = (store.clone(), typed(u8::try_from(number).unwrap()));
            async move { is_admitted(&store, limits, 0).await }
        });
        assert_eq!(super::winners(&outcomes.await), 12, "over all networks");
    }

    async fn an_attempt_taken_back_is_not_counted(store: Store) {
        for _ in 0..2 {
            assert!(is_admitted(&store, password("a", 1), 0).await);
        }
        for _ in 0..9 {
            let attempt = store.count_attempt(password("a", 1), NOW).await.unwrap().unwrap();
            store.take_attempt_back(attempt).await.unwrap();
        }
        assert!(is_admitted(&store, password("a", 1), 0).await, "the third");
        assert!(!is_admitted(&store, password("a", 1), 0).await, "and not one more");
    }

    async fn a_right_password_clears_its_own_bucket_and_takes_one_attempt_from_the_others(store: Store) {
        let narrow = Rules { network: Rule { free: 4, longest: 60, drain: 60 }, ..RULES };
        let at = |name: &str| narrow.password(name, source(1), None);
        for _ in 0..2 {
            assert!(is_admitted(&store, at("a"), 0).await);
        }
        let right = store.count_attempt(at("a"), NOW).await.unwrap().unwrap();
        store.forgive_attempt(right).await.unwrap();
        let again = store.count_attempt(at("a"), NOW).await.unwrap();
        assert!(again.is_ok(), "its own delay ended with the right password");
        assert!(is_admitted(&store, at("b"), 0).await);
        assert!(!is_admitted(&store, at("c"), 1).await, "the source still has its other attempts");
    }

    async fn drained_buckets_are_deleted_and_refused_attempts_write_no_rows(store: Store) {
        for number in 0..40 {
            let limits = password(&format!("name{number}"), 1);
            assert!(is_admitted(&store, limits, 0).await);
        }
        let full = Rules { network: Rule { free: 1, longest: 60, drain: 60 }, ..RULES };
        assert!(is_admitted(&store, full.password("first", source(2), None), 0).await);
        for number in 0..40 {
            let name = format!("other{number}");
            assert!(!is_admitted(&store, full.password(&name, source(2), None), 0).await);
        }
        let mut forgotten = 0;
        loop {
            match delete_expired(&store, later(40 * 3_600), 100).await {
                0 => break,
                some => forgotten += some,
            }
        }
        // Per name its source and its network, and for both sources themselves and their networks.
        assert_eq!(forgotten, 41 * 2 + 2 * 2);
    }

    async fn networks_of_one_ipv6_site_are_counted_together(store: Store) {
        let typed = |number: u128| {
            let site = 0x2001_0db8_0007_u128 << 80;
            let address = std::net::Ipv6Addr::from_bits(site | number << 64);
            RULES.password("a", Networks::new(address.into()), None)
        };
        let mut admitted = 0;
        for number in 0..40 {
            admitted += u32::from(is_admitted(&store, typed(number), 0).await);
        }
        assert_eq!(admitted, 18, "one /56");
        for number in 0..60 {
            admitted += u32::from(is_admitted(&store, typed(256 * number), 0).await);
        }
        assert_eq!(admitted, 54, "one /48");
        let key = Key::Network("2001:db8:7::/48".to_owned());
        assert!(typed(1).iter().any(|limit| limit.key == key));
    }
}
