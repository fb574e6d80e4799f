//! What a browser brought along with its request.

use crate::account::interaction::Agent;
use crate::account::known_browser::KnownBrowser;
use crate::account::language::Language;
use crate::provider::Provider;
use crate::secret::{Browser, RememberedBrowser, Secret, Session};

/// Cookies, network and language of the browser that asks.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The cookie that binds its interactions.
    pub browser: Option<Secret<Browser>>,
    /// The cookie of its single sign-on session.
    pub session: Option<Secret<Session>>,
    /// The cookie of a completed e-mail step.
    pub remembered: Option<Secret<RememberedBrowser>>,
    /// The accounts that have completed a login in it.
    pub known: KnownBrowser,
    /// Its name and system.
    pub agent: Agent,
    /// The network it comes from, as delays are counted: an IPv4 /24 or an IPv6 /64.
    pub network: String,
    /// The language it asks for.
    pub language: Language,
}

impl Visitor {
    /// Whether the account has completed a login in this browser before. It is no proof of anything,
    /// and gives the browser a place of its own where strangers are held back.
    #[must_use]
    pub fn knows(&self, account_id: &str) -> bool {
        self.known.knows(account_id)
    }
}

impl Provider {
    /// Reads the cookie that says which accounts have completed a login in a browser.
    #[must_use]
    pub fn known_browser(&self, cookie: Option<&str>) -> KnownBrowser {
        KnownBrowser::read(&self.master, cookie, self.clock.now())
    }
}
