//! The end of a login: the session, the mark of a remembered browser and the code, made together
//! and committed together.

use crate::account::event::{Event, EventKind};
use crate::account::factor::{EmailStep, Factor, Proofs};
use crate::account::interaction::Interaction;
use crate::account::interaction::purpose::Purpose;
use crate::account::link::PendingLink;
use crate::account::session::Session;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Facts, Grant};
use crate::oauth::authorization_response::Response;
use crate::provider::answer::Seed;
use crate::provider::login::remembered_browser::{MarkCookie, ShownMark};
use crate::provider::request::Request;
use crate::provider::visitor::{Visitor, digests};
use crate::provider::{Fault, Provider};
use crate::secret::{self, Digest, Secret};
use crate::store::{Completion, Next, RememberedChange, SessionChange};

/// What the browser is given at the end of a login.
#[derive(Debug)]
pub struct Completed {
    /// Back to the application, with the code; or on to the page that asks for consent.
    pub response: Response,
    /// The secret of its session.
    pub session: Secret<secret::Session>,
    /// What the frame of Session Management reads, where there is one.
    pub state: Option<String>,
    /// The renewed or new cookie of a remembered browser.
    pub remembered: Option<MarkCookie>,
    /// The cookie of a browser that the account has now completed a login in.
    pub known: Secret<secret::KnownBrowser>,
}

/// What a login ends with, before it is committed.
pub(crate) struct Ending {
    pub(crate) completion: Completion,
    pub(crate) completed: Completed,
    /// What is recorded with it.
    pub(crate) events: Vec<Event>,
}

/// What a completed login makes of the mark of a remembered browser.
#[derive(Clone, Copy)]
pub(crate) enum Mark<'a> {
    /// Nothing.
    None,
    /// It was used: its secret is renewed.
    Used(&'a ShownMark),
    /// A confirmed link earns one.
    Earned(&'a PendingLink, EmailStep),
}

impl Provider {
    /// Draws the secrets and puts together what the store is to commit.
    pub(crate) async fn prepare_completion(
        &self,
        interaction: &Interaction,
        request: &Request,
        (account, password_set_at): (&Account, Option<Timestamp>),
        (proofs, mark): (Proofs, Mark<'_>),
        visitor: &Visitor,
    ) -> Result<Ending, Fault> {
        let now = visitor.now;
        let proofs = match interaction.purpose {
            Purpose::StepUp(_) => proofs,
            _ => proofs.with(Factor::Password(now)),
        };
        let seed = Seed { now, interaction: Some(&interaction.id) };
        let secret: Secret<secret::Session> = self.answer_secret(seed);
        let present = self.open_session(visitor).await?;
        let (session, replaced) =
            self.change_session(present, (account, &proofs), secret.digest(), visitor);
        let session_id = session.id().to_owned();
        let events = self.completion_events(
            interaction,
            (account, &session_id),
            (&proofs, mark),
            replaced.as_ref(),
            visitor,
        );
        let ends_session = replaced.map(|(ended, _)| ended.id);
        let (next, response) = if self.must_ask(request, account).await? {
            let asking = self.ask_consent(interaction, account, (&session_id, proofs.clone()), now);
            let page = Response::Redirect(format!("/interaction/{}", asking.id));
            (Next::Ask(Box::new(asking)), page)
        } else {
            let (new, response) =
                self.prepare_grant(request, account, &session_id, proofs.clone(), seed).await?;
            (Next::Grant(Box::new(new)), response)
        };
        let (change, remembered) = self.mark(mark, account, visitor, seed);
        let state = self.browser_state(&session_id);
        let known = visitor.known.with_account(&account.id, self.answer_bytes(seed), now);
        let known = known.cookie();
        let completed = Completed { response, session: secret, state, remembered, known };
        let completion = Completion {
            account_id: account.id.clone(),
            password_set_at,
            proofs,
            session,
            ends_session,
            next,
            remembered: change,
        };
        Ok(Ending { completion, completed, events })
    }

    /// The session that carries a login, and the one of another account in this browser that it
    /// takes the place of.
    fn change_session(
        &self,
        present: Option<(Session, Account)>,
        (account, proofs): (&Account, &Proofs),
        digest: Digest<secret::Session>,
        visitor: &Visitor,
    ) -> (SessionChange, Option<(Session, Account)>) {
        match present {
            Some((old, _)) if old.account_id == account.id => {
                let renewal = SessionChange::Renew {
                    id: old.id,
                    digest,
                    proofs: proofs.clone(),
                    agent: visitor.agent.clone(),
                    network: visitor.network.clone(),
                };
                (renewal, None)
            }
            other => {
                let session = self.new_session(account, proofs.clone(), visitor);
                (SessionChange::New { session, digest }, other)
            }
        }
    }

    /// What is recorded of the end of a login.
    fn completion_events(
        &self,
        interaction: &Interaction,
        (account, session_id): (&Account, &str),
        (proofs, mark): (&Proofs, Mark<'_>),
        replaced: Option<&(Session, Account)>,
        visitor: &Visitor,
    ) -> Vec<Event> {
        let now = visitor.now;
        let event = |kind| {
            let event = self.event_of(kind, account, visitor).session(Some(session_id));
            event.client(&interaction.client_id).interaction(&interaction.id)
        };
        let ended = replaced.map(|(session, theirs)| {
            let event = self.event_of(EventKind::SessionEnded, theirs, visitor);
            event.session(Some(&session.id)).fact("how", "other_login")
        });
        let class = self.weigh(proofs, now).class().name();
        let completed = event(EventKind::LoginCompleted).fact("class", class);
        let browser = match mark {
            Mark::None => None,
            Mark::Used(_) => Some(event(EventKind::BrowserUsed)),
            Mark::Earned(link, _) => {
                let until = now.plus(self.settings.remember_days * 86_400);
                let event = event(EventKind::BrowserRemembered);
                Some(event.fact("role", link.role.as_str()).fact("until", until.to_string()))
            }
        };
        ended.into_iter().chain([completed]).chain(browser).collect()
    }

    fn new_session(&self, account: &Account, proofs: Proofs, visitor: &Visitor) -> Session {
        let now = visitor.now;
        Session {
            id: self.entropy.id(now),
            account_id: account.id.clone(),
            proofs,
            agent: Some(visitor.agent.clone()),
            network: Some(visitor.network.clone()),
            created_at: now,
            seen_at: now,
            ended_at: None,
        }
    }

    /// The grant for a request.
    pub(crate) fn grant(
        &self,
        request: &Request,
        account: &Account,
        session_id: &str,
        proofs: Proofs,
        seed: Seed<'_>,
    ) -> Grant {
        let now = seed.now;
        let asked = &request.authorization;
        let code_seconds = match asked.response_type.has_code() {
            true => request.client.code_seconds(self.settings.code),
            false => 0,
        };
        let facts = Facts {
            redirect_uri: Some(asked.redirect_uri.as_str().to_owned()),
            scope: asked.scope.clone(),
            nonce: asked.nonce.clone(),
            code_challenge: asked.code_challenge.clone(),
            claims: request.claims.clone(),
            essential_acr: request.demand.essential().to_vec(),
            dpop_jkt: asked.dpop_jkt.as_ref().map(|jkt| jkt.as_str().to_owned()),
            resources: asked.resources.clone(),
            proofs: Some(proofs),
        };
        Grant {
            id: self.grant_id(seed),
            client_id: request.client.client_id().clone(),
            account_id: Some(account.id.clone()),
            session_id: Some(session_id.to_owned()),
            offline: asked.scope.contains("offline_access"),
            facts,
            issued_at: now,
            code_expires_at: now.plus(code_seconds),
            code_used_at: None,
            revoked_at: None,
        }
    }

    fn mark(
        &self,
        mark: Mark<'_>,
        account: &Account,
        visitor: &Visitor,
        seed: Seed<'_>,
    ) -> (RememberedChange, Option<MarkCookie>) {
        let (change, cookie) = match mark {
            Mark::None => return (RememberedChange::None, None),
            Mark::Used(shown) => self.renewal(shown, seed.now),
            Mark::Earned(link, step) => self.earned_mark(account, (link, step), visitor, seed),
        };
        (change, Some(cookie))
    }

    /// The visitor's session with its account, if it may still be used.
    pub(crate) async fn session(
        &self,
        visitor: &Visitor,
    ) -> Result<Option<(Session, Account)>, Fault> {
        let now = visitor.now;
        let open = self.open_session(visitor).await?;
        Ok(open.filter(|(session, _)| session.is_live(self.settings.session, now)))
    }

    /// The visitor's session, if it may still be used and an interaction rests on it.
    pub(crate) async fn session_of(
        &self,
        interaction: &Interaction,
        visitor: &Visitor,
    ) -> Result<Option<Session>, Fault> {
        let session = self.session(visitor).await?.map(|(session, _)| session);
        Ok(session.filter(|session| interaction.purpose.session_id() == Some(&session.id)))
    }

    /// The visitor's session with its account, however old and idle: applications may still have
    /// tokens that rest on it, which a logout or another login ends.
    pub(crate) async fn open_session(
        &self,
        visitor: &Visitor,
    ) -> Result<Option<(Session, Account)>, Fault> {
        if visitor.sessions.is_empty() {
            return Ok(None);
        }
        let found = self.store.session_of_cookies(&digests(&visitor.sessions), visitor.now).await?;
        Ok(found.filter(|(session, account)| {
            session.ended_at.is_none() && account.disabled_at.is_none()
        }))
    }
}
