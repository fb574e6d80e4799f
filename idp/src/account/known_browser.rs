//! The browser that an account has completed a login in before.
//!
//! The knowledge stands in a cookie, signed and stored nowhere: the id of the browser and, for each
//! of the last few accounts, the day of the last completed login with a message authentication code
//! over browser, account and day. It proves nothing about who sits there, and replaces no proof. It
//! is worth a place of its own where attempts are delayed and work is queued, so that what
//! strangers do elsewhere does not reach the owner.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::Timestamp;
use crate::secret::{self, MasterKey, Secret, equal};

/// Days a completed login makes its browser known.
pub const KNOWN_DAYS: i64 = 365;
/// Accounts that one browser is known for at once; the one that was not used the longest goes first.
pub const ACCOUNTS: usize = 8;

const DAY: i64 = 86_400;
/// 128 random bits in base64url.
const DEVICE_LENGTH: usize = 22;
/// Two bytes of the day and 104 bits of the code.
const MARK_BYTES: usize = 15;
const MARK_LENGTH: usize = 20;

type Mark = [u8; MARK_BYTES];

/// What the cookie of a browser says. A browser without one, or with one that is not ours, is
/// known for no account.
#[derive(Clone, Debug)]
pub struct KnownBrowser {
    key: MasterKey,
    browser: Option<String>,
    /// The last used first.
    marks: Vec<Mark>,
}

impl KnownBrowser {
    /// Reads the value of the cookie. What is too old, or was not written here, counts as not there.
    #[must_use]
    pub fn read(master: &MasterKey, cookie: Option<&str>, now: Timestamp) -> Self {
        let key = MasterKey::new(master.derive("known browser", &[]));
        let mut parts = cookie.unwrap_or_default().split('.');
        let browser = parts.next().filter(|browser| is_browser(browser)).map(str::to_owned);
        let marks = match browser {
            Some(_) => parts.take(ACCOUNTS).filter_map(|part| mark(part, now)).collect(),
            None => Vec::new(),
        };
        Self { key, browser, marks }
    }

    /// Whether the cookie says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether the account has completed a login in this browser within [`KNOWN_DAYS`].
    #[must_use]
    pub fn knows(&self, account_id: &str) -> bool {
        self.browser_of(account_id).is_some()
    }

    /// The id of the browser, if the account has completed a login on it. Only a completed login
    /// makes such an id, so strangers cannot draw as many as they like.
    #[must_use]
    pub fn browser_of(&self, account_id: &str) -> Option<&str> {
        let browser = self.browser.as_deref()?;
        self.marks.iter().any(|mark| self.is_of(mark, browser, account_id)).then_some(browser)
    }

    /// The same browser after the account has completed a login in it. `drawn` becomes the id of
    /// the browser where there is none.
    #[must_use]
    pub fn with_account(&self, account_id: &str, drawn: [u8; 16], now: Timestamp) -> Self {
        let browser = self.browser.clone().unwrap_or_else(|| URL_SAFE_NO_PAD.encode(drawn));
        let others = self.marks.iter().filter(|mark| !self.is_of(mark, &browser, account_id));
        let newest = self.sign(&browser, account_id, day(now));
        let marks = std::iter::once(newest).chain(others.copied()).take(ACCOUNTS).collect();
        Self { key: self.key.clone(), browser: Some(browser), marks }
    }

    /// The value of its cookie; empty where there is nothing to say.
    #[must_use]
    pub fn cookie(&self) -> Secret<secret::KnownBrowser> {
        let marks = self.marks.iter().map(|mark| URL_SAFE_NO_PAD.encode(mark));
        let parts: Vec<_> = self.browser.iter().cloned().chain(marks).collect();
        Secret::new(parts.join("."))
    }

    fn is_of(&self, mark: &Mark, browser: &str, account_id: &str) -> bool {
        let day = u16::from_be_bytes([mark[0], mark[1]]);
        equal(mark, &self.sign(browser, account_id, day))
    }

    fn sign(&self, browser: &str, account_id: &str, day: u16) -> Mark {
        let code = self.key.derive("mark", &[browser, account_id, &day.to_string()]);
        let [first, second] = day.to_be_bytes();
        let mut mark = [0; MARK_BYTES];
        mark[..2].copy_from_slice(&[first, second]);
        mark[2..].copy_from_slice(&code[..MARK_BYTES - 2]);
        mark
    }
}

fn is_browser(text: &str) -> bool {
    text.len() == DEVICE_LENGTH && URL_SAFE_NO_PAD.decode(text).is_ok()
}

/// A mark that is whole and young enough; whose it is, and whether it is one of ours, shows later.
fn mark(text: &str, now: Timestamp) -> Option<Mark> {
    if text.len() != MARK_LENGTH {
        return None;
    }
    let mark: Mark = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let written = i64::from(u16::from_be_bytes([mark[0], mark[1]]));
    (i64::from(day(now)) - written < KNOWN_DAYS).then_some(mark)
}

/// Days since 1970, enough until the year 2149.
fn day(now: Timestamp) -> u16 {
    u16::try_from(now.0.div_euclid(DAY)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    fn master() -> MasterKey {
        MasterKey::new([7; 32])
    }

    fn read(cookie: &str, now: Timestamp) -> KnownBrowser {
        KnownBrowser::read(&master(), Some(cookie), now)
    }

    fn cookie_of(accounts: &[&str]) -> String {
        let new = KnownBrowser::read(&master(), None, NOW);
        let known = accounts.iter().fold(new, |known, a| known.with_account(a, [1; 16], NOW));
        known.cookie().expose().to_owned()
    }

    #[test]
    fn a_browser_is_known_for_the_accounts_that_completed_a_login_in_it_and_no_other() {
        let known = read(&cookie_of(&["a", "b"]), NOW);
        assert!(known.knows("a") && known.knows("b") && !known.knows("c"));
        assert_eq!(known.browser_of("a"), known.browser_of("b"));
        let new = KnownBrowser::read(&master(), None, NOW);
        assert!(!new.knows("a"));
        assert_eq!(new.cookie().expose(), "");
    }

    #[test]
    fn a_forged_moved_or_malformed_known_browser_cookie_is_ignored() {
        let whole = cookie_of(&["a"]);
        let other = KnownBrowser::read(&MasterKey::new([8; 32]), Some(&whole), NOW);
        assert!(!other.knows("a"), "another master key");
        let elsewhere = KnownBrowser::read(&master(), None, NOW).with_account("b", [2; 16], NOW);
        let (_, mark) = whole.split_once('.').unwrap();
        let moved = format!("{}.{mark}", elsewhere.browser_of("b").unwrap());
        assert!(!read(&moved, NOW).knows("a"), "the mark of another browser");
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(!read(&String::from_utf8(bytes).unwrap(), NOW).knows("a"), "character {at}");
        }
        for text in ["", ".", "....", "å", &"A".repeat(10_000), &".".repeat(10_000)] {
            assert!(!read(text, NOW).knows("a"), "{text}");
        }
    }

    #[test]
    fn a_browser_is_known_for_a_year_after_the_last_login() {
        let cookie = cookie_of(&["a"]);
        let later = |days| read(&cookie, NOW.plus(days * DAY));
        assert!(later(KNOWN_DAYS - 1).knows("a"));
        assert!(!later(KNOWN_DAYS).knows("a"));
        let again = later(300).with_account("a", [9; 16], NOW.plus(300 * DAY));
        let again = read(again.cookie().expose(), NOW.plus((300 + KNOWN_DAYS - 1) * DAY));
        assert!(again.knows("a"), "a login makes it known anew");
        assert_eq!(again.browser_of("a"), later(0).browser_of("a"), "as the same browser");
    }

    #[test]
    fn a_cookie_holds_eight_accounts_and_drops_the_one_that_was_used_the_longest_ago() {
        let names = ["1", "2", "3", "4", "5", "6", "7", "8", "1", "9"];
        let cookie = cookie_of(&names);
        let known = read(&cookie, NOW);
        assert!(!known.knows("2"));
        assert!(["1", "3", "8", "9"].iter().all(|name| known.knows(name)));
        assert_eq!(cookie.len(), DEVICE_LENGTH + ACCOUNTS * (1 + MARK_LENGTH));
    }
}
