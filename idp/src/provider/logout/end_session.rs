//! RP-initiated logout. A valid hint for the session at hand ends it at once; everything else asks
//! the person first, and nothing but an exactly registered address is ever redirected to.

use url::Url;

use crate::account::event::EventKind;
use crate::account::user::Account;
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oidc::logout::{Decision, Facts, Request, decide};
use crate::provider::login::way_on::WayOn;
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
    },
    /// The session is over, and the browser tells applications so before it goes on.
    FrontChannel {
        /// What it loads for that, each in a frame.
        frames: Vec<Frame>,
        /// Back to the application, if it said where.
        then: Option<String>,
        /// Where people go on, if it did not.
        way: WayOn,
    },
    /// There is no session any more.
    Done {
        /// Where people go on.
        way: WayOn,
    },
    /// The request is at fault; the session is untouched.
    Page(Error),
}

/// An address that logs an application out when a browser loads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The address.
    pub address: String,
    /// Its origin.
    pub origin: String,
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
        let session = self.open_session(visitor).await?;
        // The hint names the End-User as its client knows them.
        let subject = session.as_ref().map(|(_, account)| match &client {
            Some(client) => self.sub(client, account),
            None => account.subject.clone(),
        });
        let facts =
            Facts { hint: hint.as_ref(), client: client.as_ref(), session: subject.as_deref() };
        let destination = match decide(&request, &facts) {
            Decision::Refuse(error) => return Ok(EndSession::Page(error)),
            Decision::Ask(_) if !confirmed => {
                return Ok(Self::confirm(session.map(|(_, account)| account), client, visitor));
            }
            Decision::Ask(destination) | Decision::LogOut(destination) => destination,
        };
        let mut frames = Vec::new();
        let session_id = session.as_ref().map(|(session, _)| session.id.clone());
        let way = self.way_after_logout(client.as_ref(), session_id.as_deref(), visitor).await?;
        if let Some((session, account)) = session {
            let event = self.event_of(EventKind::SessionEnded, &account, visitor);
            let event = event.session(Some(&session.id)).fact("how", "logout");
            self.store.recording([event]).end_session(&session.id, visitor.now).await?;
            self.session_ended.notify_one();
            frames = self.frames(&session.id).await?;
        }
        let then = destination.map(|to| to.location(request.state.as_deref()));
        Ok(match then {
            then if !frames.is_empty() => EndSession::FrontChannel { frames, then, way },
            Some(location) => EndSession::Redirect(location),
            None => EndSession::Done { way },
        })
    }

    /// Where a person goes on who chose to stay.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stay(&self, parameters: &Parameters, visitor: &Visitor) -> Result<WayOn, Fault> {
        let request = Request::read(parameters);
        let hint = request.hint(&self.keys.current(), &self.issuer).ok().flatten();
        let client = match request.client_id(hint.as_ref()) {
            Some(id) => self.client(id).await?,
            None => None,
        };
        let session_id = self.open_session(visitor).await?.map(|(session, _)| session.id);
        self.way_after_logout(client.as_ref(), session_id.as_deref(), visitor).await
    }

    /// Where a person goes on: to the application that asked, else to the one of the session that
    /// was used last, of those whose address is known.
    async fn way_after_logout(
        &self,
        client: Option<&Client>,
        session_id: Option<&str>,
        visitor: &Visitor,
    ) -> Result<WayOn, Fault> {
        let to = |client: &Client| {
            WayOn::to_application(client, visitor.language.as_str(), &self.issuer)
        };
        let ids = match (client, session_id) {
            (Some(client), _) => return Ok(to(client)),
            (None, Some(session_id)) => self.store.clients_by_use(session_id).await?,
            (None, None) => Vec::new(),
        };
        for id in ids {
            let way = self.client(&id).await?.as_ref().map(to).unwrap_or_default();
            if !way.address.is_empty() {
                return Ok(way);
            }
        }
        Ok(WayOn::default())
    }

    /// What the browser loads to log out of the applications of a session
    /// ([Front-Channel Logout section 3](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout)).
    async fn frames(&self, session_id: &str) -> Result<Vec<Frame>, Fault> {
        let mut frames = Vec::new();
        for client_id in self.store.clients_in_session(session_id).await? {
            let Some(client) = self.client(&client_id).await? else { continue };
            let uri = client.metadata().frontchannel_logout_uri.as_deref();
            let Some(mut address) = uri.and_then(|uri| Url::parse(uri).ok()) else { continue };
            let sid = self.session_id_for(session_id, &client);
            address.query_pairs_mut().append_pair("iss", &self.issuer).append_pair("sid", &sid);
            let origin = address.origin().ascii_serialization();
            frames.push(Frame { address: address.into(), origin });
        }
        Ok(frames)
    }

    fn confirm(account: Option<Account>, client: Option<Client>, visitor: &Visitor) -> EndSession {
        let language = visitor.language.as_str();
        EndSession::Confirm {
            account: account.map(|account| account.shown_username()).unwrap_or_default(),
            application: client
                .map(|client| client.client_name_in(language).to_owned())
                .unwrap_or_default(),
        }
    }
}
