//! RP-initiated logout. A valid hint for the session at hand ends it at once; everything else asks
//! the person first, and nothing but an exactly registered address is ever redirected to.

use crate::account::user::Account;
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oidc::logout::{Decision, Facts, Request, decide};
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};

/// What the browser does next.
#[derive(Debug)]
pub enum EndSession {
    /// The session is over: back to the application.
    Redirect(String),
    /// The person is asked whether to log out.
    Confirm {
        /// The user name; of a sole trader only its last digits.
        account: String,
        /// The application that asks; empty when unknown.
        application: String,
        /// Origins to which the form may lead.
        origins: Vec<String>,
    },
    /// There is no session any more.
    Done,
    /// The request is at fault; the session is untouched.
    Page(Error),
}

impl Provider {
    /// Answers a logout request
    /// ([RP-Initiated Logout section 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
    /// `confirmed` says that the person was asked and said yes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(
        &self,
        parameters: &Parameters,
        confirmed: bool,
        visitor: &Visitor,
    ) -> Result<EndSession, Fault> {
        let request = Request::read(parameters);
        let hint = match request.hint(&self.keys.current(), &self.issuer) {
            Ok(hint) => hint,
            Err(error) => return Ok(EndSession::Page(error)),
        };
        let client = match request.client_id(hint.as_ref()) {
            Some(id) => self.client(id).await?,
            None => None,
        };
        let session = self.session(visitor).await?;
        let subject = session.as_ref().map(|(_, account)| account.subject.as_str());
        let facts = Facts { hint: hint.as_ref(), client: client.as_ref(), session: subject };
        let destination = match decide(&request, &facts) {
            Decision::Refuse(error) => return Ok(EndSession::Page(error)),
            Decision::Ask(_) if !confirmed => {
                return Ok(Self::confirm(session.map(|(_, account)| account), client, visitor));
            }
            Decision::Ask(destination) | Decision::LogOut(destination) => destination,
        };
        if let Some((session, _)) = session {
            self.store.end_session(&session.id, self.clock.now()).await?;
            tracing::info!(event = "logged_out", session = session.id, "a session was ended");
        }
        let location = destination.map(|to| to.location(request.state.as_deref()));
        Ok(location.map_or(EndSession::Done, EndSession::Redirect))
    }

    fn confirm(account: Option<Account>, client: Option<Client>, visitor: &Visitor) -> EndSession {
        let language = visitor.language.as_str();
        EndSession::Confirm {
            account: account.map(|account| account.shown_username()).unwrap_or_default(),
            application: client
                .as_ref()
                .map(|client| client.client_name_in(language).to_owned())
                .unwrap_or_default(),
            origins: client.map(|client| client.origins()).unwrap_or_default(),
        }
    }
}
