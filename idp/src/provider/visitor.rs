//! What a browser brought along with its request.

use crate::account::interaction::Agent;
use crate::account::known_browser::KnownBrowser;
use crate::account::language::Language;
use crate::account::networks::Networks;
use crate::account::remembered_browser::Shown;
use crate::clock::Timestamp;
use crate::provider::{Fault, Provider};
use crate::secret::{Browser, Digest, Purpose, RememberedBrowser, Secret, Session};

/// Cookies of one name that are looked at.
const MOST: usize = 8;

/// Cookies, network and language of the browser that asks. A cookie may come more than once, from
/// several first requests, or beside one of another application: which of them is valid is found
/// where it is used.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// When it asks: one reading of the clock for all that comes of it.
    pub now: Timestamp,
    /// The id of its request.
    pub request_id: String,
    /// The cookies that bind its interactions, the oldest first. A browser holds several when its
    /// first requests came at once.
    pub browsers: Vec<Secret<Browser>>,
    /// The cookies of its single sign-on session.
    pub sessions: Vec<Secret<Session>>,
    /// The cookies of completed e-mail steps, one for each account.
    pub remembered: Vec<Secret<RememberedBrowser>>,
    /// Whether it sent any cookie of the provider: one that never does refuses them.
    pub has_cookies: bool,
    /// The accounts that have completed a login in it.
    pub known: KnownBrowser,
    /// Its name and system.
    pub agent: Agent,
    /// Where it comes from, as delays are counted.
    pub networks: Networks,
    /// The one network that stands for that: an IPv4 /24 or an IPv6 /64.
    pub network: String,
    /// The language it asks for.
    pub language: Language,
}

impl Visitor {
    /// Whether this is the browser that began an interaction.
    #[must_use]
    pub fn is_bound(&self, to: &Digest<Browser>) -> bool {
        self.browsers.iter().any(|secret| secret.digest() == *to)
    }

    /// Whether the account has completed a login in this browser before. It is no proof of anything,
    /// and gives the browser a place of its own where strangers are held back.
    #[must_use]
    pub fn knows(&self, account_id: &str) -> bool {
        self.known.knows(account_id)
    }
}

/// The digests of secrets, to look up what they are for.
pub(crate) fn digests<P: Purpose>(secrets: &[Secret<P>]) -> Vec<Digest<P>> {
    secrets.iter().map(Secret::digest).collect()
}

impl Provider {
    /// The name under which attempts are counted for a browser that the account has used before: by
    /// its cookie, or by the mark of a completed e-mail step.
    pub(crate) async fn find_known_browser(
        &self,
        visitor: &Visitor,
        account_id: &str,
    ) -> Result<Option<String>, Fault> {
        if let Some(browser) = visitor.known.browser_of(account_id) {
            return Ok(Some(browser.to_owned()));
        }
        if visitor.remembered.is_empty() {
            return Ok(None);
        }
        let (secrets, now) = (digests(&visitor.remembered), visitor.now);
        let marks = self.store.remembered_browsers(account_id, &secrets, now).await?;
        let mut marks = marks.into_iter();
        let mark = marks.find(|mark| matches!(mark.match_secrets(&secrets, now), Shown::Counts(_)));
        Ok(mark.map(|mark| mark.id))
    }

    /// Reads the cookies that say which accounts have completed a login in a browser: the first
    /// that is valid.
    #[must_use]
    pub fn known_browser<'a>(
        &self,
        cookies: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) -> KnownBrowser {
        let read = |cookie| KnownBrowser::read(&self.master, Some(cookie), now);
        let mut found = cookies.into_iter().take(MOST).map(read);
        found
            .find(|known| !known.is_empty())
            .unwrap_or_else(|| KnownBrowser::read(&self.master, None, now))
    }
}
