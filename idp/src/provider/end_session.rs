//! RP-initiated logout. A valid hint for the session at hand ends it at once; everything else asks
//! the person first, and nothing but an exactly registered address is ever redirected to.

use crate::oauth::parameters::Parameters;
use crate::oidc::logout::{Decision, LogoutRequest};
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};

/// What the browser does next.
#[derive(Debug)]
pub enum EndSession {
    /// The session is over: back to the application.
    Redirect(String),
    /// The person is asked whether to log out.
    Confirm {
        /// The session's digest, to which the form is bound.
        bound_to: String,
    },
    /// There is no session any more.
    Done,
    /// The request is at fault; the session is untouched.
    Page(crate::oauth::error::Error),
}

impl Provider {
    /// Answers a logout request
    /// ([RP-Initiated Logout section 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(
        &self,
        parameters: &Parameters,
        visitor: &Visitor,
    ) -> Result<EndSession, Fault> {
        let request = match LogoutRequest::parse(parameters, &self.keys.current(), &self.issuer) {
            Ok(request) => request,
            Err(error) => return Ok(EndSession::Page(error)),
        };
        let client = match request.client_id() {
            Some(id) => self.client(id).await?,
            None => None,
        };
        let decision = match request.decide(client.as_ref()) {
            Ok(decision) => decision,
            Err(error) => return Ok(EndSession::Page(error)),
        };
        let session = self.session(visitor).await?;
        Ok(match (decision, session) {
            (Decision::Redirect { subject, location }, Some((session, account))) => {
                // A hint about somebody else must not end this person's session unasked.
                if account.subject != subject {
                    return Ok(Self::confirm(visitor));
                }
                self.store.end_session(&session.id, self.clock.now()).await?;
                EndSession::Redirect(location)
            }
            (Decision::Redirect { location, .. }, None) => EndSession::Redirect(location),
            (Decision::Logout { subject }, Some((session, account)))
                if account.subject == subject =>
            {
                self.store.end_session(&session.id, self.clock.now()).await?;
                EndSession::Done
            }
            (_, Some(_)) => Self::confirm(visitor),
            (_, None) => EndSession::Done,
        })
    }

    fn confirm(visitor: &Visitor) -> EndSession {
        let bound_to = visitor.session.as_ref().map(|secret| secret.digest().as_str().to_owned());
        EndSession::Confirm { bound_to: bound_to.unwrap_or_default() }
    }

    /// Ends the visitor's session after the person said so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log_out(&self, visitor: &Visitor) -> Result<(), Fault> {
        if let Some((session, _)) = self.session(visitor).await? {
            self.store.end_session(&session.id, self.clock.now()).await?;
        }
        Ok(())
    }
}
