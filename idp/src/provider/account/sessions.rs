//! What an account has open: its sessions and remembered browsers, and the delays that were counted
//! against its name.

use crate::account::event::{Circumstances, EventKind};
use crate::account::remembered_browser::RememberedBrowser;
use crate::account::session::Session;
use crate::account::throttle::{Key, Origin};
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::provider::account::AccountError;
use crate::provider::{Fault, Provider};
use crate::secret::{Digest, Secret, ThrottleKey};

/// How often a list is read again that others changed meanwhile.
const TRIES: usize = 3;

impl Provider {
    /// The sessions of an account that may still be used, the one used last first.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn list_sessions(&self, name: &str) -> Result<Vec<Session>, AccountError> {
        let account = self.named_account(name).await?;
        Ok(self.live_sessions(&account, self.clock.now()).await?)
    }

    async fn live_sessions(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<Vec<Session>, Fault> {
        let mut sessions = self.store.sessions_of(&account.id).await?;
        sessions.retain(|session| session.is_live(self.settings.session, now));
        Ok(sessions)
    }

    /// Ends one session of an account, or all, with what was granted in them. Returns how many.
    ///
    /// # Errors
    /// When there is no such account or session, or a fault.
    pub async fn end_sessions(
        &self,
        name: &str,
        id: Option<&str>,
        by: &Circumstances,
    ) -> Result<usize, AccountError> {
        let account = self.named_account(name).await?;
        for _ in 0..TRIES {
            let mut sessions = self.live_sessions(&account, by.at).await?;
            sessions.retain(|session| id.is_none_or(|id| session.id == id));
            if sessions.is_empty() && id.is_some() {
                return Err(AccountError::NoSession);
            }
            let events = sessions.iter().map(|session| {
                let event = self.event(EventKind::SessionEnded, by).concerning(&account);
                event.session(Some(&session.id)).fact("how", "ended")
            });
            let store = self.store.recording(events);
            let ids: Vec<_> = sessions.into_iter().map(|session| session.id).collect();
            if ids.is_empty() || store.end_sessions(&account.id, &ids, by.at).await? {
                self.session_ended.notify_one();
                return Ok(ids.len());
            }
        }
        Err(Fault::Inconsistent("the sessions of an account were changed again and again").into())
    }

    /// The remembered browsers of an account, the newest first.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn list_browsers(&self, name: &str) -> Result<Vec<RememberedBrowser>, AccountError> {
        let account = self.named_account(name).await?;
        Ok(self.store.browsers_of(&account.id, self.clock.now()).await?)
    }

    /// Forgets one remembered browser of an account, or all. Returns how many.
    ///
    /// # Errors
    /// When there is no such account or browser, or a fault.
    pub async fn forget_browsers(
        &self,
        name: &str,
        id: Option<&str>,
        by: &Circumstances,
    ) -> Result<usize, AccountError> {
        let account = self.named_account(name).await?;
        for _ in 0..TRIES {
            let mut browsers = self.store.browsers_of(&account.id, by.at).await?;
            browsers.retain(|browser| id.is_none_or(|id| browser.id == id));
            if browsers.is_empty() && id.is_some() {
                return Err(AccountError::NoBrowser);
            }
            let events = browsers
                .iter()
                .map(|_| self.event(EventKind::BrowserForgotten, by).concerning(&account));
            let store = self.store.recording(events);
            let ids: Vec<_> = browsers.into_iter().map(|browser| browser.id).collect();
            if ids.is_empty() || store.forget_browsers(&account.id, &ids).await? {
                return Ok(ids.len());
            }
        }
        Err(Fault::Inconsistent("the browsers of an account were changed again and again").into())
    }

    /// Forgets what was counted against the name of an account.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn lift_throttles(&self, name: &str, by: &Circumstances) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        let event = self.event(EventKind::ThrottleLifted, by).concerning(&account);
        let store = self.store.recording([event]);
        Ok(store.lift_throttles(&counted_against(&account)).await?)
    }
}

/// Under which digest attempts are counted against the name of an account.
pub(super) fn counted_against(account: &Account) -> Digest<ThrottleKey> {
    let key = Key::Password(account.username.clone(), Origin::Anywhere).text();
    Secret::<ThrottleKey>::new(key).digest()
}
