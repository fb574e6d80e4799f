//! User name and password. One answer and one cost for an unknown name, a wrong password and a
//! disabled account; every attempt is counted before it is looked at.

use crate::account::assurance::Unmet;
use crate::account::event::{Event, EventKind};
use crate::account::factor::Proofs;
use crate::account::interaction::purpose::Purpose;
use crate::account::interaction::step::Step;
use crate::account::interaction::{Ended, Interaction};
use crate::account::user::{Account, canonical_username};
use crate::clock::Timestamp;
use crate::hashing::Caller;
use crate::oauth::authorization_response::Response;
use crate::oauth::error::{Error, ErrorCode};
use crate::provider::login::completion::{Completed, Mark};
use crate::provider::login::loaded::Loaded;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};
use crate::secret::{Password, Secret};
use crate::store::Recording;
use crate::store::login::throttles::Attempt;

/// How many interactions are followed that went on one in the place of another.
const SUCCESSORS: usize = 8;

/// What became of a password.
#[derive(Debug)]
pub enum SignIn {
    /// The login is complete.
    Completed(Box<Completed>),
    /// Somebody else signed in than the application asked for: back to it with the error.
    Refused(Response),
    /// The interaction goes on; its page shows how.
    Next,
    /// User name, password or both are empty.
    Missing,
    /// Not right, for any reason.
    Wrong,
    /// Not looked at: too many attempts. The moment from which it will be.
    Wait(Timestamp),
}

impl Provider {
    /// Takes user name and password for an interaction of this browser. Who has gone back to the
    /// form and is somebody else takes the place of the account that was right before. Returns the
    /// id of the interaction that goes on as well.
    ///
    /// # Errors
    /// When the store fails, or too many passwords wait to be checked.
    pub async fn sign_in(
        &self,
        id: &str,
        username: &str,
        password: Secret<Password>,
        visitor: &Visitor,
    ) -> Result<(String, SignIn), Fault> {
        let name = canonical_username(username);
        let Some(loaded) = self.load_for_password(id, name.as_deref(), visitor).await? else {
            return Ok((id.to_owned(), SignIn::Next));
        };
        let id = loaded.interaction.id.clone();
        let outcome = Box::pin(self.sign_in_to(loaded, username, password, visitor)).await?;
        Ok((id, outcome))
    }

    /// The interaction that takes a password, if it is not over: the one with this id, or the one
    /// that went on in its place, since the form of a page that was left stays in the browser.
    async fn load_for_password(
        &self,
        id: &str,
        name: Option<&str>,
        visitor: &Visitor,
    ) -> Result<Option<Loaded>, Fault> {
        let mut id = id.to_owned();
        for _ in 0..SUCCESSORS {
            let Some(loaded) = self.load(&id, visitor).await? else { return Ok(None) };
            match loaded.step(self.settings.remember_days) {
                // A form that comes twice is answered twice, once the password was right again.
                Step::Over(Ended::Completed)
                    if loaded.may_repeat()
                        && loaded.account.as_ref().map(|account| account.username.as_str())
                            == name =>
                {
                    return Ok(Some(loaded));
                }
                Step::Over(_) => {}
                Step::Expired => return Ok(None),
                _ => return Ok(Some(loaded)),
            }
            match self.store.interaction_successor(&id).await? {
                Some(successor) => id = successor,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    async fn sign_in_to(
        &self,
        loaded: Loaded,
        username: &str,
        password: Secret<Password>,
        visitor: &Visitor,
    ) -> Result<SignIn, Fault> {
        let now = visitor.now;
        if username.trim().is_empty() || password.expose().is_empty() {
            return Ok(SignIn::Missing);
        }
        let name = canonical_username(username);
        // A second click, or the same form once more: this password was right a moment ago.
        let repeated = loaded.interaction.ended.is_some();
        let present = loaded.account.as_ref().map(|account| account.username.as_str());
        let complete = loaded.step(self.settings.remember_days) == Step::Complete;
        let proven = !repeated && !complete && loaded.interaction.purpose.proven().is_some();
        if proven && present.is_some() && present == name.as_deref() {
            return Ok(SignIn::Next);
        }
        let found = match name.as_deref() {
            Some(name) => self.store.account_with_password(name).await?,
            None => None,
        };
        // Asked for no account as well, so that the time tells nothing; nobody has the empty id.
        let id_or_none = found.as_ref().map_or("", |(account, _)| account.id.as_str());
        let browser = self.find_known_browser(visitor, id_or_none).await?;
        let known = found.as_ref().map(|(account, _)| account.clone());
        let name = name.as_deref().unwrap_or_default();
        let limits = self.settings.throttle.password(name, visitor.networks, browser.as_deref());
        let attempt = match self.store.count_attempt(limits, now).await? {
            Ok(attempt) => attempt,
            Err(until) => {
                self.measures.password_check("delayed");
                return Ok(SignIn::Wait(until));
            }
        };
        let caller = match (browser, attempt.newcomer) {
            (Some(_), _) => Caller::Known,
            (None, true) => Caller::Newcomer,
            (None, false) => Caller::Other,
        };
        let (account, credential) = match self.check_password(caller, found, password, now).await {
            Ok(Some(proven)) => proven,
            Ok(None) => {
                self.measures.password_check("wrong");
                self.record_wrong(&loaded, known, &attempt, visitor).await?;
                return Ok(SignIn::Wrong);
            }
            Err(fault) => {
                // What was not looked at must not count as somebody's guess.
                self.store.take_attempt_back(attempt).await?;
                return Err(fault);
            }
        };
        self.measures.password_check("right");
        self.store.forgive_attempt(attempt).await?;
        if repeated {
            return self.repeat_sign_in(&loaded, &account, visitor).await;
        }
        let proven = (&account, Some(credential.set_at));
        Box::pin(self.accept_password(loaded, proven, visitor)).await
    }

    /// Records a wrong password, with the limit that it met.
    async fn record_wrong(
        &self,
        loaded: &Loaded,
        account: Option<Account>,
        attempt: &Attempt,
        visitor: &Visitor,
    ) -> Result<(), Fault> {
        let event = |kind| {
            let event = self.event_of_login(kind, &loaded.interaction, visitor);
            match &account {
                Some(account) => event.concerning(account),
                None => event,
            }
        };
        let met = attempt
            .blocked_until()
            .filter(|until| *until > visitor.now)
            .map(|until| event(EventKind::ThrottleMet).fact("until", until.to_string()));
        let events = [event(EventKind::PasswordWrong)].into_iter().chain(met);
        Ok(self.store.recording(events).record().await?)
    }

    /// The end of a login once more, for the account that it was the login of.
    async fn repeat_sign_in(
        &self,
        loaded: &Loaded,
        account: &Account,
        visitor: &Visitor,
    ) -> Result<SignIn, Fault> {
        if loaded.interaction.purpose.account_id() != Some(&account.id) {
            return Ok(SignIn::Next);
        }
        let done = self.repeat_completion(loaded, visitor).await?;
        Ok(done.map_or(SignIn::Next, |done| SignIn::Completed(Box::new(done))))
    }

    async fn accept_password(
        &self,
        loaded: Loaded,
        (account, password_set_at): (&Account, Option<Timestamp>),
        visitor: &Visitor,
    ) -> Result<SignIn, Fault> {
        let now = visitor.now;
        let interaction = &with_password(&loaded.interaction);
        let (id, version) = (&interaction.id, interaction.version);
        let right = || self.right_password_events(&loaded.interaction, account, visitor);
        if !loaded.request.accepts(&self.sub(&loaded.request.client, account)) {
            let event = self.event_of_login(EventKind::LoginRefused, interaction, visitor);
            let event = event.concerning(account).fact("reason", "another_user");
            let store = self.store.recording(right().into_iter().chain([event]));
            return self.refuse_other_user(&store, interaction, &loaded).await;
        }
        let password = Proofs::password(now);
        let mark = self.mark_of(account, visitor).await?;
        let proofs = match &mark {
            Some(mark) => mark.added_to(password.clone()),
            None => password.clone(),
        };
        let aim = self.aim(&loaded.request, account).await?;
        let login = self.weigh(&proofs, now);
        if aim.is_ok_and(|aim| login.satisfies(aim)) {
            let reached = login.class();
            let mark = mark.as_ref().map_or(Mark::None, Mark::Used);
            let ending = self
                .prepare_completion(
                    interaction,
                    &loaded.request,
                    (account, password_set_at),
                    (proofs, mark),
                    visitor,
                )
                .await?;
            let store = self.store.recording(right().into_iter().chain(ending.events));
            if store.complete_interaction(id, version, &ending.completion, now).await? {
                self.measures.login("completed", reached.name());
                return Ok(SignIn::Completed(Box::new(ending.completed)));
            }
            // Another tab was faster, or the mark has just ended: what is left is the password.
            if let Some(loaded) = self.load(id, visitor).await?
                && loaded.interaction.ended.is_some()
            {
                return self.repeat_sign_in(&loaded, account, visitor).await;
            }
            let checked = (account.id.as_str(), password_set_at);
            let store = self.store.recording(right());
            store.prove_password(id, version, checked, &password).await?;
            return Ok(SignIn::Next);
        }
        let mut events = right();
        if aim == Err(Unmet::NoAddress) {
            self.measures.login("refused", "");
            let event = self.event_of_login(EventKind::LoginRefused, interaction, visitor);
            events.push(event.concerning(account).fact("reason", "no_address"));
        }
        let checked = (account.id.as_str(), password_set_at);
        let store = self.store.recording(events);
        store.prove_password(id, version, checked, &proofs).await?;
        Ok(SignIn::Next)
    }

    /// What is recorded of a right password: with the first one of a login, its beginning.
    fn right_password_events(
        &self,
        interaction: &Interaction,
        account: &Account,
        visitor: &Visitor,
    ) -> Vec<Event> {
        let is_first = interaction.purpose.proven().is_none();
        let begun = is_first.then(|| self.login_begun(interaction, visitor));
        let right = self.event_of_login(EventKind::PasswordRight, interaction, visitor);
        begun.into_iter().chain([right]).map(|event| event.concerning(account)).collect()
    }

    /// Ends a login of somebody else than the application asked for.
    async fn refuse_other_user(
        &self,
        store: &Recording,
        interaction: &Interaction,
        loaded: &Loaded,
    ) -> Result<SignIn, Fault> {
        store.cancel_interaction(&interaction.id, interaction.version, loaded.now).await?;
        let error = Error::new(
            ErrorCode::LoginRequired,
            "another user signed in than the request asks for",
        );
        Ok(SignIn::Refused(self.error_response(&loaded.request.destination, &error, loaded.now)?))
    }
}

/// The interaction as a login by password, for every purpose that it had before.
fn with_password(interaction: &Interaction) -> Interaction {
    let purpose = Purpose::SignIn { reason: interaction.purpose.reason(), proven: None };
    Interaction { purpose, ..interaction.clone() }
}
