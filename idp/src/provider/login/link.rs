//! The mailed link. Looking at it changes nothing, for any person and any program; only
//! the browser that began the login can confirm it, and only once.

use crate::account::event::EventKind;
use crate::account::factor::Factor;
use crate::account::interaction::purpose::Purpose;
use crate::account::interaction::{Agent, Ended, Interaction};
use crate::account::language::Language;
use crate::account::link::{self, PendingLink, Typed, Worth};
use crate::clock::Timestamp;
use crate::contact::mask::hint;
use crate::provider::login::completion::{Completed, Ending, Mark};
use crate::provider::login::loaded::{Loaded, Shared};
use crate::provider::login::way_on::WayOn;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};

/// What a link's page shows.
#[derive(Debug)]
pub enum LinkView {
    /// The browser that began the login may confirm.
    Confirm {
        /// What the pages of the interaction share.
        shared: Shared,
        /// Which browser and system began it.
        agent: Agent,
        /// When it began.
        started_at: Timestamp,
    },
    /// Another browser: it learns which one to use, and nothing of the account.
    OtherBrowser {
        /// Which browser and system began the login.
        agent: Agent,
        /// The language of the login.
        language: Language,
    },
    /// The link is worth nothing.
    Dead(Dead, WayOn),
}

named! {
    /// Why a link is worth nothing.
    pub enum Dead {
        /// It completed its login, in this browser.
        UsedHere = "used_here",
        /// It completed its login.
        Used = "used",
        /// It is too old.
        Expired = "expired",
        /// There is no such link.
        Unknown = "unknown",
        /// It is not whole.
        CutOff = "cut_off",
        /// Another link was used, the login was ended, or the address changed.
        Superseded = "superseded",
    }
}

/// What confirming a link led to.
#[derive(Debug)]
pub enum Confirmed {
    /// The login is complete.
    Completed(Box<Completed>),
    /// Nothing: the page says why.
    Refused(Box<LinkView>),
    /// Nothing: the form was not one of our own.
    ForeignForm,
}

/// A link that the visitor's browser may confirm.
struct Found {
    link: PendingLink,
    loaded: Loaded,
}

impl Provider {
    /// The address that a login mail names: made again from the id of the link for each attempt,
    /// since neither the secret nor the mail is stored.
    #[must_use]
    pub fn link_address(&self, link_id: &str) -> String {
        format!("{}/l/{}", self.issuer, link::token(&self.master, link_id).expose())
    }

    /// What the link's page shows to this browser.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn link(&self, token: &str, visitor: &Visitor) -> Result<LinkView, Fault> {
        Ok(match self.find_link(token, visitor).await? {
            Ok(found) => Self::confirmation(&found),
            Err(view) => view,
        })
    }

    /// Confirms the link: the login is complete, in one transaction or not at all. `own_form` says
    /// that the form came back with its own anti-forgery token; another browser, which has none,
    /// gets its page all the same.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn confirm_link(
        &self,
        token: &str,
        own_form: bool,
        visitor: &Visitor,
    ) -> Result<Confirmed, Fault> {
        let now = visitor.now;
        let found = match self.find_link(token, visitor).await? {
            Ok(found) => found,
            Err(view) => return self.repeat_confirmation(token, own_form, view, visitor).await,
        };
        if !own_form {
            self.measures.link("foreign_form");
            return Ok(Confirmed::ForeignForm);
        }
        let interaction = &found.loaded.interaction;
        let ending = match self.link_ending(&found, visitor, now).await? {
            Ok(ending) => ending,
            Err(dead) => {
                let view = LinkView::Dead(dead, self.way_anew(&found.loaded));
                return Ok(Self::refuse_link(view, &self.measures));
            }
        };
        let (id, version) = (&interaction.id, interaction.version);
        let completion = &ending.completion;
        let class = self.weigh(&completion.proofs, now).class();
        let used = self.event_of_login(EventKind::LinkCompleted, interaction, visitor);
        let used = used.fact("role", found.link.role.as_str());
        let used = used.fact("address", hint(&found.link.address));
        let store = self.store.recording([used].into_iter().chain(ending.events));
        if store.confirm_link(&found.link.id, id, version, completion, now).await? {
            self.measures.link("completed");
            self.measures.login("completed", class.name());
            return Ok(Confirmed::Completed(Box::new(ending.completed)));
        }
        // Somebody else was faster: a second click, another tab, another link of this login.
        let view = match self.find_link(token, visitor).await? {
            Ok(found) => LinkView::Dead(Dead::Superseded, self.way_anew(&found.loaded)),
            Err(view) => view,
        };
        self.repeat_confirmation(token, own_form, view, visitor).await
    }

    /// The form of a link that has completed its login: for a short while the browser that
    /// confirmed it is led on as it was the first time.
    async fn repeat_confirmation(
        &self,
        token: &str,
        own_form: bool,
        view: LinkView,
        visitor: &Visitor,
    ) -> Result<Confirmed, Fault> {
        if own_form
            && matches!(view, LinkView::Dead(Dead::UsedHere, _))
            && let Typed::Whole(token) = link::read(token)
            && let Some((link, interaction)) = self.store.link_by_digest(&token.digest()).await?
            && link.used_at.is_some()
            && let Some(loaded) = self.load_facts(interaction, visitor.now).await?
            && let Some(done) = self.repeat_completion(&loaded, visitor).await?
        {
            self.measures.link("repeated");
            return Ok(Confirmed::Completed(Box::new(done)));
        }
        Ok(Self::refuse_link(view, &self.measures))
    }

    fn refuse_link(view: LinkView, measures: &crate::measures::Measures) -> Confirmed {
        match &view {
            LinkView::Dead(dead, _) => measures.link(dead.as_str()),
            LinkView::OtherBrowser { .. } => measures.link("other_browser"),
            LinkView::Confirm { .. } => {}
        }
        Confirmed::Refused(Box::new(view))
    }

    fn confirmation(found: &Found) -> LinkView {
        LinkView::Confirm {
            shared: found.loaded.shared(),
            agent: found.loaded.interaction.agent.clone(),
            started_at: found.loaded.interaction.started_at,
        }
    }

    /// The link, if it is live and this is the browser that began its login.
    async fn find_link(
        &self,
        token: &str,
        visitor: &Visitor,
    ) -> Result<Result<Found, LinkView>, Fault> {
        let Typed::Whole(token) = link::read(token) else {
            return Ok(Err(LinkView::Dead(Dead::CutOff, WayOn::default())));
        };
        let Some((link, interaction)) = self.store.link_by_digest(&token.digest()).await? else {
            return Ok(Err(LinkView::Dead(Dead::Unknown, WayOn::default())));
        };
        let here = visitor.is_bound(&interaction.browser);
        let dead = find_death(&link, &interaction, here, visitor.now);
        if let (Some(dead), false) = (dead, here) {
            let way = self.way_to_application(&interaction, visitor).await?;
            return Ok(Err(LinkView::Dead(dead, way)));
        }
        if !here {
            let event = self.event_of_login(EventKind::LinkOpenedElsewhere, &interaction, visitor);
            self.store.recording([event]).note_link_elsewhere(&link.id, visitor.now).await?;
            let language = Language::parse(&interaction.language).unwrap_or_default();
            return Ok(Err(LinkView::OtherBrowser { agent: interaction.agent, language }));
        }
        let Some(loaded) = self.load_facts(interaction, visitor.now).await? else {
            return Ok(Err(LinkView::Dead(dead.unwrap_or(Dead::Superseded), WayOn::default())));
        };
        let ended = loaded.interaction.ended.map(|_| Dead::Superseded);
        Ok(match dead.or(ended) {
            Some(dead) => Err(LinkView::Dead(dead, self.way_on(&loaded).await?)),
            None => Ok(Found { link, loaded }),
        })
    }

    /// The end of the login, unless what it rests on is gone, the account, or the session that an
    /// e-mail-only step-up would strengthen, or its password has become too old for the request.
    async fn link_ending(
        &self,
        found: &Found,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<Result<Ending, Dead>, Fault> {
        let Loaded { interaction, request, account, password_set_at, .. } = &found.loaded;
        let (Some(account), Some(proven)) = (account, interaction.purpose.proven()) else {
            return Ok(Err(Dead::Superseded));
        };
        let mut proofs = proven.proofs.clone();
        if account.disabled_at.is_some() {
            return Ok(Err(Dead::Superseded));
        }
        if let Purpose::StepUp(_) = &interaction.purpose {
            let session = self.session_of(interaction, visitor).await?;
            let Some(session) = session else { return Ok(Err(Dead::Superseded)) };
            // The password may have been given again in another tab since the step-up began.
            proofs = proofs.joined(&session.proofs);
            if request.is_too_old(&proofs, now) {
                return Ok(Err(Dead::Expired));
            }
        }
        let step = found.link.proof(now);
        let proofs = proofs.with(Factor::Email(step));
        let mark = if interaction.remember { Mark::Earned(&found.link, step) } else { Mark::None };
        Ok(Ok(self
            .prepare_completion(
                interaction,
                request,
                (account, *password_set_at),
                (proofs, mark),
                visitor,
            )
            .await?))
    }
}

fn find_death(
    link: &PendingLink,
    interaction: &Interaction,
    here: bool,
    now: Timestamp,
) -> Option<Dead> {
    let completed = matches!(interaction.ended, Some((_, Ended::Completed)));
    match link.worth(now) {
        Worth::Used if here => Some(Dead::UsedHere),
        Worth::Superseded if here && completed => Some(Dead::UsedHere),
        Worth::Used => Some(Dead::Used),
        Worth::Superseded => Some(Dead::Superseded),
        Worth::Expired => Some(Dead::Expired),
        Worth::Live if interaction.ended.is_some() => Some(Dead::Superseded),
        Worth::Live if now >= interaction.expires_at => Some(Dead::Expired),
        Worth::Live => None,
    }
}
