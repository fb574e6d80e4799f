//! What a browser brought along with its request.

use crate::account::interaction::Agent;
use crate::account::language::Language;
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
    /// Its name and system.
    pub agent: Agent,
    /// The network it comes from, as delays are counted: an IPv4 /24 or an IPv6 /64.
    pub network: String,
    /// The language it asks for.
    pub language: Language,
}
