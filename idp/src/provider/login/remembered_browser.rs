//! The mark of a remembered browser, from its cookie to its renewal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::BASE32_DNSSEC;

use crate::account::event::EventKind;
use crate::account::factor::{EmailStep, Factor, Proofs};
use crate::account::link::PendingLink;
use crate::account::remembered_browser::{RememberedBrowser, Shown};
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::provider::answer::Seed;
use crate::provider::visitor::{Visitor, digests};
use crate::provider::{Fault, Provider};
use crate::secret::{self, Digest, Secret};
use crate::store::RememberedChange;

/// The cookie of a mark, as the browser is to keep it.
#[derive(Clone, Debug)]
pub struct MarkCookie {
    /// What distinguishes its name from those of other accounts in the same browser.
    pub name: String,
    /// The secret.
    pub secret: Secret<secret::RememberedBrowser>,
    /// Seconds until the mark ends.
    pub seconds: i64,
}

/// A mark and the secret by which the browser has it.
#[derive(Clone, Debug)]
pub(crate) struct ShownMark {
    mark: RememberedBrowser,
    by: Digest<secret::RememberedBrowser>,
}

impl ShownMark {
    /// The proofs with the e-mail step that earned the mark.
    pub(crate) fn added_to(&self, proofs: Proofs) -> Proofs {
        proofs.with(Factor::RememberedBrowser(self.mark.email_step))
    }
}

impl Provider {
    /// The mark of an account in this browser. One whose secret comes back long after it was
    /// renewed has been copied, and ends.
    pub(crate) async fn mark_of(
        &self,
        account: &Account,
        visitor: &Visitor,
    ) -> Result<Option<ShownMark>, Fault> {
        if visitor.remembered.is_empty() {
            return Ok(None);
        }
        let (secrets, now) = (digests(&visitor.remembered), visitor.now);
        for mark in self.store.remembered_browsers(&account.id, &secrets, now).await? {
            match mark.match_secrets(&secrets, now) {
                Shown::Counts(by) => return Ok(Some(ShownMark { mark, by })),
                Shown::TooLate(copied) => self.end_copied(&mark, &copied, account, visitor).await?,
                Shown::Nothing => {}
            }
        }
        Ok(None)
    }

    async fn end_copied(
        &self,
        mark: &RememberedBrowser,
        copied: &Digest<secret::RememberedBrowser>,
        account: &Account,
        visitor: &Visitor,
    ) -> Result<(), Fault> {
        let event = self.event(EventKind::RememberedBrowserReused, &visitor.acting());
        let store = self.store.recording([event.concerning(account)]);
        store.end_copied_browser(&mark.id, copied, visitor.now).await?;
        Ok(())
    }

    /// The change that renews the secret of a mark, and its cookie. The new secret is derived from
    /// the one that was shown, so that tabs which show the same get the same.
    pub(crate) fn renewal(
        &self,
        shown: &ShownMark,
        now: Timestamp,
    ) -> (RememberedChange, MarkCookie) {
        let ShownMark { mark, by } = shown;
        let parts = [mark.id.as_str(), by.as_str()];
        let derived = self.master.derive("remembered browser", &parts);
        let secret = Secret::new(URL_SAFE_NO_PAD.encode(derived));
        let (from, to) = (by.clone(), secret.digest());
        let cookie = self.mark_cookie(mark, secret, now);
        (RememberedChange::Renew { id: mark.id.clone(), from, to }, cookie)
    }

    /// Renews the secret of a mark that is used in a session, without a login that could do so.
    /// `None` when the mark has just ended.
    pub(crate) async fn renew_mark(
        &self,
        shown: &ShownMark,
        visitor: &Visitor,
    ) -> Result<Option<MarkCookie>, Fault> {
        let now = visitor.now;
        let (change, cookie) = self.renewal(shown, now);
        let RememberedChange::Renew { id, from, to } = change else { return Ok(None) };
        let event = self.event(EventKind::BrowserUsed, &visitor.acting());
        let store = self.store.recording([event.account(Some(&shown.mark.account_id))]);
        let renewed = store.renew_remembered_browser(&id, &from, &to, now).await?;
        Ok(renewed.then_some(cookie))
    }

    /// The mark that a confirmed link earns. It takes the place of the account's mark in this
    /// browser; those of other accounts stay.
    pub(crate) fn earned_mark(
        &self,
        account: &Account,
        (link, step): (&PendingLink, EmailStep),
        visitor: &Visitor,
        seed: Seed<'_>,
    ) -> (RememberedChange, MarkCookie) {
        let secret: Secret<secret::RememberedBrowser> = self.answer_secret(seed);
        let mark = RememberedBrowser {
            id: self.entropy.id(visitor.now),
            digest: secret.digest(),
            former: None,
            account_id: account.id.clone(),
            canonical: link.canonical.clone(),
            email_step: step,
            agent: Some(visitor.agent.clone()),
            network: Some(visitor.network.clone()),
            expires_at: step.at.plus(self.settings.remember_days * 86_400),
        };
        let cookie = self.mark_cookie(&mark, secret, seed.now);
        let replaces = digests(&visitor.remembered);
        (RememberedChange::Remember { mark, replaces }, cookie)
    }

    /// The cookie of the mark that an answer has earned or renewed, once more.
    pub(crate) async fn repeat_mark(
        &self,
        account: &Account,
        visitor: &Visitor,
        seed: Seed<'_>,
    ) -> Result<Option<MarkCookie>, Fault> {
        let secret: Secret<secret::RememberedBrowser> = self.answer_secret(seed);
        let (secrets, now) = ([secret.digest()], visitor.now);
        let mut marks = self.store.remembered_browsers(&account.id, &secrets, now).await?;
        if let Some(mark) = marks.pop().filter(|mark| mark.digest == secrets[0]) {
            return Ok(Some(self.mark_cookie(&mark, secret, now)));
        }
        match self.mark_of(account, visitor).await? {
            Some(shown) => self.renew_mark(&shown, visitor).await,
            None => Ok(None),
        }
    }

    /// The cookie ends with its mark. Its name belongs to the account and tells nothing of it.
    fn mark_cookie(
        &self,
        mark: &RememberedBrowser,
        secret: Secret<secret::RememberedBrowser>,
        now: Timestamp,
    ) -> MarkCookie {
        let derived = self.master.derive("remembered browser cookie", &[&mark.account_id]);
        let name = BASE32_DNSSEC.encode(&derived[..5]);
        let seconds = mark.expires_at.since(now).max(0);
        MarkCookie { name, secret, seconds }
    }
}
