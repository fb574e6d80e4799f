//! How many login mails an account may cause. A pure rule over what was mailed for it in the last
//! hour.
//!
//! A stranger who knows the password can ask for mails, and must not be able to use up the owner's: a
//! third of them is kept for browsers in which the account has completed a login before, and another
//! third cannot be used from one network alone.

use crate::clock::Timestamp;

/// The seconds over which the mails of an account are counted.
pub const WINDOW: i64 = 3_600;

/// Which limit holds a mail back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The last mail to the address is too young.
    Address,
    /// The account, or the browser's share of it, has had its mails of the hour.
    Account,
}

/// A mail for the account, sent or asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailed {
    /// When it was asked for.
    pub at: Timestamp,
    /// A name of the network it was asked for from.
    pub network: String,
    /// Whether the account has completed a login in the browser before.
    pub known: bool,
}

/// Whether `wish` may be mailed after `before`, of which only the last hour counts.
///
/// # Errors
/// The moment from which such a mail is within the limit again.
pub fn within(before: &[Mailed], wish: &Mailed, an_hour: i64) -> Result<(), Timestamp> {
    let an_hour = usize::try_from(an_hour).unwrap_or(0).max(1);
    let young: Vec<_> = before.iter().filter(|mailed| wish.at.since(mailed.at) < WINDOW).collect();
    let times = |counted: &dyn Fn(&Mailed) -> bool| -> Vec<Timestamp> {
        young.iter().filter(|mailed| counted(mailed)).map(|mailed| mailed.at).collect()
    };
    let all = free_at(times(&|_| true), an_hour);
    if wish.known {
        return all.map_or(Ok(()), Err);
    }
    // Of few mails the share of strangers is rounded up, so that a first login is possible.
    let strangers = an_hour - an_hour / 3;
    let of_network = strangers - strangers / 2;
    let shares = [
        all,
        free_at(times(&|mailed| !mailed.known), strangers),
        free_at(times(&|mailed| !mailed.known && mailed.network == wish.network), of_network),
    ];
    shares.into_iter().flatten().max().map_or(Ok(()), Err)
}

/// When there is room again for one more; none while there is.
fn free_at(mut times: Vec<Timestamp>, most: usize) -> Option<Timestamp> {
    times.sort_unstable();
    let blocking = times.len().checked_sub(most)?;
    times.get(blocking).map(|at| at.plus(WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn mailed(seconds_ago: i64, network: &str, known: bool) -> Mailed {
        Mailed { at: NOW.plus(-seconds_ago), network: network.to_owned(), known }
    }

    /// How many mails one kind of browser gets at once after `before`.
    fn allowed(mut before: Vec<Mailed>, network: &str, known: bool) -> usize {
        let wish = mailed(0, network, known);
        let mut allowed = 0;
        while within(&before, &wish, 30).is_ok() {
            before.push(wish.clone());
            allowed += 1;
        }
        allowed
    }

    #[test]
    fn per_hour_known_browsers_get_thirty_mails_and_an_unknown_network_ten() {
        assert_eq!(allowed(Vec::new(), "home", true), 30);
        assert_eq!(allowed(Vec::new(), "away", false), 10);
    }

    #[test]
    fn unknown_browsers_of_all_networks_leave_ten_mails_to_known_browsers() {
        let mut before = Vec::new();
        for network in 0..50 {
            let network = network.to_string();
            let allowed = allowed(before.clone(), &network, false);
            before.extend(std::iter::repeat_n(mailed(0, &network, false), allowed));
        }
        assert_eq!(before.len(), 20);
        assert_eq!(allowed(before, "0", true), 10);
    }

    #[test]
    fn a_mail_counts_for_an_hour_and_the_time_of_the_next_one_is_returned() {
        let before: Vec<_> = (0..10).map(|n| mailed(3_000 - n, "away", false)).collect();
        let wish = mailed(0, "away", false);
        assert_eq!(within(&before, &wish, 30), Err(NOW.plus(600)));
        let later = Mailed { at: NOW.plus(600), ..wish };
        assert_eq!(within(&before, &later, 30), Ok(()));
    }

    #[test]
    fn an_unknown_browser_gets_one_mail_even_with_the_smallest_limit() {
        let wish = mailed(0, "away", false);
        for an_hour in [0, 1, 2, 3] {
            assert_eq!(within(&[], &wish, an_hour), Ok(()));
        }
        assert!(within(&[mailed(9, "home", true)], &wish, 1).is_err());
    }
}
