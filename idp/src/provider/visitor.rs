//! What a browser brought along with its request.

use crate::account::interaction::Agent;
use crate::account::known_browser::KnownBrowser;
use crate::account::language::Language;
use crate::account::source::Source;
use crate::clock::Timestamp;
use crate::provider::{Fault, Provider};
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
    /// Where it comes from, as delays are counted.
    pub source: Source,
    /// The one network that stands for that: an IPv4 /24 or an IPv6 /64.
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
    /// The name under which attempts are counted for a browser that the account has used before: by
    /// its cookie, or by the mark of a completed e-mail step.
    pub(crate) async fn known_device(
        &self,
        visitor: &Visitor,
        account_id: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Fault> {
        if let Some(device) = visitor.known.device_of(account_id) {
            return Ok(Some(device.to_owned()));
        }
        let Some(secret) = &visitor.remembered else { return Ok(None) };
        let mark = self.store.remembered_browser(&secret.digest(), account_id, now).await?;
        Ok(mark.map(|mark| mark.id))
    }

    /// Reads the cookie that says which accounts have completed a login in a browser.
    #[must_use]
    pub fn known_browser(&self, cookie: Option<&str>) -> KnownBrowser {
        KnownBrowser::read(&self.master, cookie, self.clock.now())
    }
}
