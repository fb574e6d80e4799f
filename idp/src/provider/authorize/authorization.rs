//! The authorization endpoint: decides, from stored proofs alone, whether the browser goes back
//! with a code or has something to do first. Every step of an interaction ends in the same rules.

use crate::account::assurance::{Class, Unmet};
use crate::account::factor::Proofs;
use crate::account::interaction::purpose::{InSession, Proven, Purpose, Reason};
use crate::account::interaction::{Begun, Interaction};
use crate::account::session::Session;
use crate::account::user::Account;
use crate::oauth::authorization_request::Refusal;
use crate::oauth::authorization_response::{Destination, Response};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::pushed_authorization;
use crate::provider::answer::Seed;
use crate::provider::login::remembered_browser::{MarkCookie, ShownMark};
use crate::provider::request::Request;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};
use crate::secret::{Browser, Secret};

/// What the browser does next.
#[derive(Debug)]
pub enum Outcome {
    /// It goes back to the application, with a code or an error.
    Respond {
        /// What it brings along.
        response: Response,
        /// The renewed cookie of a remembered browser that was used.
        remembered: Option<MarkCookie>,
    },
    /// It goes to the page of an interaction.
    Interact {
        /// Id of the interaction.
        id: String,
        /// The secret of its binding cookie, to be set again each time so that it stays alive.
        browser: Secret<Browser>,
        /// The renewed cookie of a remembered browser that was used.
        remembered: Option<MarkCookie>,
    },
    /// The error cannot go back to the application.
    Page(Error),
    /// The error can go back if the person wants to: nobody here knows the application, and nobody
    /// is logged in.
    Ask {
        /// What is wrong.
        error: Error,
        /// The host that the response leads to.
        host: String,
        /// The response to the application.
        response: Response,
    },
}

impl Outcome {
    /// Back to the application, with nothing new for the browser.
    const fn respond(response: Response) -> Self {
        Self::Respond { response, remembered: None }
    }
}

/// A session that proves what is asked for.
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) account: Account,
    pub(crate) proofs: Proofs,
    /// The mark of the browser, where the session alone is not enough.
    pub(crate) mark: Option<ShownMark>,
}

/// What a session is worth for a request.
enum Standing {
    /// All that is asked for is proven.
    Enough(Box<SignedIn>),
    /// All that is asked for is proven, and the person must be asked.
    ConsentMissing(Box<SignedIn>),
    /// The password counts, the e-mail step is missing.
    EmailMissing(Box<(Session, Account)>),
    /// The password must be asked.
    PasswordMissing(Reason),
}

impl Standing {
    /// The mark of the browser, where the request goes on with it.
    fn used_mark(&self, request: &Request) -> Option<&ShownMark> {
        match self {
            Self::Enough(found) => found.mark.as_ref(),
            Self::ConsentMissing(found) if !request.prompt.is_none() => found.mark.as_ref(),
            _ => None,
        }
    }
}

impl Provider {
    /// Answers an authorization request
    /// ([OpenID Connect Core section 3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorize(
        &self,
        parameters: &Parameters,
        visitor: &Visitor,
    ) -> Result<Outcome, Fault> {
        let request = match self.resolve_request(parameters, visitor).await? {
            Ok(request) => request,
            Err(Refusal::Page(error)) => return Ok(Outcome::Page(error)),
            Err(Refusal::Redirect { to, error }) => {
                return self.send_error(&to, error, visitor).await;
            }
        };
        let mut standing = self.assess_session(&request, visitor).await?;
        let mut remembered = None;
        if let Some(mark) = standing.used_mark(&request) {
            remembered = self.renew_mark(mark, visitor).await?;
            if remembered.is_none() {
                // It has just ended, in another tab or on another node.
                standing = self.assess_session(&request, visitor).await?;
            }
        }
        let error = match standing {
            Standing::Enough(found) => {
                return self.issue(&request, &found, remembered, visitor).await;
            }
            _ if !request.prompt.is_none() => {
                let (id, browser) = self.interact(&request, visitor, standing).await?;
                return Ok(Outcome::Interact { id, browser, remembered });
            }
            Standing::ConsentMissing(_) => Error::new(
                ErrorCode::ConsentRequired,
                "the user must be asked whether the client may have what it asks for",
            ),
            Standing::EmailMissing(_) => Error::new(
                ErrorCode::InteractionRequired,
                "the login must be confirmed by a mailed link",
            ),
            Standing::PasswordMissing(_) => {
                Error::new(ErrorCode::LoginRequired, "the user must log in")
            }
        };
        Ok(Outcome::respond(self.error_response(&request.destination, &error, visitor.now)?))
    }

    /// Tells the application what is wrong with its request. A person who is not logged in is sent
    /// to the address of a client that registered itself only at their own request: else anyone
    /// could use the name of this provider for a link to any place
    /// ([RFC 9700 section 4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2)). A silent
    /// request that is in order is answered, as that section says.
    async fn send_error(
        &self,
        to: &Destination,
        error: Error,
        visitor: &Visitor,
    ) -> Result<Outcome, Fault> {
        let response = self.error_response(to, &error, visitor.now)?;
        if to.is_self_registered() && self.session(visitor).await?.is_none() {
            return Ok(Outcome::Ask { error, host: to.host(), response });
        }
        Ok(Outcome::respond(response))
    }

    /// The person who is signed in as a request of our own demands, with the proofs.
    pub(crate) async fn find_sign_in(
        &self,
        parameters: &Parameters,
        visitor: &Visitor,
    ) -> Result<Option<SignedIn>, Fault> {
        let Ok(request) = self.resolve_request(parameters, visitor).await? else {
            return Err(Fault::Inconsistent("a request of the provider's own was refused"));
        };
        Ok(match self.assess_session(&request, visitor).await? {
            Standing::Enough(found) => Some(*found),
            _ => None,
        })
    }

    async fn assess_session(
        &self,
        request: &Request,
        visitor: &Visitor,
    ) -> Result<Standing, Fault> {
        let Some((session, account)) = self.session(visitor).await? else {
            return Ok(Standing::PasswordMissing(Reason::First));
        };
        let now = visitor.now;
        if request.prompt.asks_password() || request.is_too_old(&session.proofs, now) {
            return Ok(Standing::PasswordMissing(Reason::Again));
        }
        if !request.accepts(&self.sub(&request.client, &account)) {
            return Ok(Standing::PasswordMissing(Reason::First));
        }
        if session.is_stale(now) {
            self.store.touch_session(&session.id, now).await?;
        }
        let Some((proofs, mark)) =
            self.find_sufficient_proofs(request, &account, session.proofs.clone(), visitor).await?
        else {
            return Ok(Standing::EmailMissing(Box::new((session, account))));
        };
        let must_ask = self.must_ask(request, &account).await?;
        let found = Box::new(SignedIn { session, account, proofs, mark });
        Ok(if must_ask { Standing::ConsentMissing(found) } else { Standing::Enough(found) })
    }

    /// The proofs, with the mark of a remembered browser where it is needed, if they are enough.
    async fn find_sufficient_proofs(
        &self,
        request: &Request,
        account: &Account,
        proofs: Proofs,
        visitor: &Visitor,
    ) -> Result<Option<(Proofs, Option<ShownMark>)>, Fault> {
        let now = visitor.now;
        let aim = self.aim(request, account).await?;
        let enough = |proofs: &Proofs| match aim {
            _ if request.prompt.is_none() => request.demand.is_met_by(self.weigh(proofs, now)),
            Ok(aim) => self.weigh(proofs, now).satisfies(aim),
            Err(_) => false,
        };
        if enough(&proofs) {
            return Ok(Some((proofs, None)));
        }
        let Some(mark) = self.mark_of(account, visitor).await? else { return Ok(None) };
        let marked = mark.added_to(proofs);
        Ok(enough(&marked).then_some((marked, Some(mark))))
    }

    /// What the request asks of this account. The addresses are loaded only where they matter.
    pub(crate) async fn aim(
        &self,
        request: &Request,
        account: &Account,
    ) -> Result<Result<Class, Unmet>, Fault> {
        let aim = request.demand.aim(true);
        if aim.is_ok_and(|class| !class.needs_address()) {
            return Ok(aim);
        }
        let has_address = !self.known_addresses(account).await?.is_empty();
        Ok(self.aim_of(request, has_address))
    }

    /// The class that this request leads to, for an account with or without an address.
    pub(crate) fn aim_of(&self, request: &Request, has_address: bool) -> Result<Class, Unmet> {
        let aim = request.demand.aim(has_address);
        let allowed = self.settings.no_address == crate::config::NoAddress::Allow
            && request.demand.essential().is_empty();
        if aim == Err(Unmet::NoAddress) && allowed { Ok(Class::Password) } else { aim }
    }

    async fn issue(
        &self,
        request: &Request,
        found: &SignedIn,
        remembered: Option<MarkCookie>,
        visitor: &Visitor,
    ) -> Result<Outcome, Fault> {
        let SignedIn { session, account, proofs, .. } = found;
        let seed = Seed { now: visitor.now, interaction: None };
        let (new, response) =
            self.prepare_grant(request, account, &session.id, proofs.clone(), seed).await?;
        let event = self.single_sign_on(&new.grant, account, visitor);
        if self.store.recording([event]).issue_grant(&new).await? {
            return Ok(Outcome::Respond { response, remembered });
        }
        if let Some(digest) = &request.pushed
            && self.is_used(digest).await?
        {
            return Ok(Outcome::Page(pushed_authorization::already_used()));
        }
        // The session ended a moment ago, in another tab or on another node.
        let error = Error::new(ErrorCode::LoginRequired, "the session has just ended");
        self.send_error(&request.destination, error, visitor).await
    }

    /// Begins an interaction; returns its id and the secret that binds it.
    async fn interact(
        &self,
        request: &Request,
        visitor: &Visitor,
        standing: Standing,
    ) -> Result<(String, Secret<Browser>), Fault> {
        self.admit_begin(&visitor.network, visitor.now)?;
        let now = visitor.now;
        let browser = visitor.browsers.first().cloned().unwrap_or_else(|| self.entropy.secret());
        let login = |session: Session, account: Account, proofs| InSession {
            session_id: session.id,
            proven: Proven { account_id: account.id, proofs },
        };
        let purpose = match standing {
            Standing::PasswordMissing(reason) => Purpose::SignIn { reason, proven: None },
            Standing::ConsentMissing(found) | Standing::Enough(found) => {
                Purpose::Consent(login(found.session, found.account, found.proofs))
            }
            Standing::EmailMissing(found) => {
                let (session, account) = *found;
                let proofs = session.proofs.clone();
                Purpose::StepUp(login(session, account, proofs))
            }
        };
        let language = request.authorization.ui_locales.as_deref().and_then(first_known);
        let begun = Begun {
            browser: browser.digest(),
            client_id: request.client.client_id().as_str().to_owned(),
            request: request.parameters.to_query(),
            pushed_request: request.pushed.clone(),
            language: language.unwrap_or(visitor.language).as_str().to_owned(),
            agent: visitor.agent.clone(),
        };
        let interaction = Interaction::new(self.entropy.id(now), begun, purpose, now);
        let (share, browsers) = (self.share_of(&visitor.network), self.settings.begun_per_browser);
        // Without a session it is recorded with its right password: a stranger may begin many.
        let known = interaction.purpose.proven().is_some();
        let event = known.then(|| self.login_begun(&interaction, visitor));
        let store = self.store.recording(event);
        store.begin_interaction(&interaction, &share, browsers).await?;
        Ok((interaction.id, browser))
    }
}

/// The first language of `ui_locales` that the pages speak.
fn first_known(ui_locales: &str) -> Option<crate::account::language::Language> {
    ui_locales.split_whitespace().find_map(crate::account::language::Language::parse)
}
