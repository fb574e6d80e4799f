//! Dynamic client registration and its management
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592),
//! [OpenID Connect Dynamic Client Registration](https://openid.net/specs/openid-connect-registration-1_0.html)).

use serde_json::Value;
use url::Url;

use crate::account::event::{Circumstances, EventKind};
use crate::account::networks::Networks;
use crate::clock::Timestamp;
use crate::config::{Registration, RegistrationMode};
use crate::fetch::{self, Purpose};
use crate::oauth::bearer;
use crate::oauth::client::dynamic::{self, Issued, Submitted, Terms};
use crate::oauth::client::{Client, ClientId};
use crate::oauth::error::Error;
use crate::provider::{Fault, Provider};
use crate::secret::{ClientSecret, Digest, InitialAccessToken, RegistrationAccessToken, Secret};

/// Who may register, and on which terms.
#[derive(Clone, Debug)]
pub struct Rules {
    mode: RegistrationMode,
    initial: Option<Digest<InitialAccessToken>>,
    terms: Terms,
}

impl Rules {
    /// From the section of the configuration.
    #[must_use]
    pub fn new(section: &Registration, terms: Terms) -> Self {
        let token = section.initial_access_token.clone().map(Secret::<InitialAccessToken>::new);
        Self { mode: section.mode, initial: token.map(|token| token.digest()), terms }
    }
}

/// Why a registration was not made, shown, changed or ended.
#[derive(Debug)]
pub enum RegistrationError {
    /// No token came, or one that cannot be used
    /// ([RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    Unauthorized(Option<Error>),
    /// Something is wrong with what was sent.
    Refused(Error),
    /// The network has registered too many; from when on it may again.
    TooMany(Timestamp),
    /// The provider is at fault.
    Fault(Fault),
}

impl From<Error> for RegistrationError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl<E: Into<Fault>> From<E> for RegistrationError {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

/// A registration as the response shows it.
type Answer = Result<Value, RegistrationError>;

/// The longest document of a sector.
const SECTOR_BYTES: usize = 64 * 1_024;

impl Provider {
    /// What is granted to strangers, with the algorithms of today's keys.
    fn terms(&self) -> Terms {
        let algorithms = self.keys.policy().algorithms.clone();
        Terms { algorithms, ..self.registration.terms.clone() }
    }

    /// Whether there is a registration endpoint.
    #[must_use]
    pub fn takes_registrations(&self) -> bool {
        self.registration.mode != RegistrationMode::Off
    }

    /// Registers a client
    /// ([RFC 7591 section 3](https://www.rfc-editor.org/rfc/rfc7591#section-3)).
    ///
    /// # Errors
    /// What is wrong with the token or the metadata, or a fault.
    pub async fn register(
        &self,
        authorization: Option<&str>,
        networks: Networks,
        body: &[u8],
        by: &Circumstances,
    ) -> Answer {
        let now = by.at;
        self.admit(authorization, networks, now).await?;
        let submitted = Submitted::parse(body)?;
        let drawn = self.entropy.secret::<ClientSecret>();
        let id = ClientId::parse(&self.entropy.id(now))
            .ok_or(Fault::Inconsistent("a drawn client_id cannot be used"))?;
        let client = submitted.client(&id, &drawn, &self.terms())?;
        self.check_sector(&client).await?;
        let token = self.entropy.secret::<RegistrationAccessToken>();
        let client = client.seal(&self.master)?;
        let event = self.event(EventKind::ClientRegistered, by).client(id.as_str());
        self.store.recording([event]).register(&client, &token.digest(), now).await?;
        let secret = uses_secret(&client).then_some(&drawn);
        Ok(self.document_of(&client, now, secret, &token))
    }

    /// Shows a client what it has registered
    /// ([RFC 7592 section 2.1](https://www.rfc-editor.org/rfc/rfc7592#section-2.1)). Its secret is
    /// not shown again: only the digest is stored.
    ///
    /// # Errors
    /// A wrong token, or a fault.
    pub async fn registration(&self, authorization: Option<&str>, client_id: &str) -> Answer {
        let (client, issued_at, token) = self.find_registration(authorization, client_id).await?;
        Ok(self.document_of(&client, issued_at, None, &token))
    }

    /// Replaces what a client has registered
    /// ([RFC 7592 section 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)). A secret that
    /// it has it keeps; if it needs one and has none, it is given one. Where anyone may register, a
    /// change that makes us call somebody counts like a registration.
    ///
    /// # Errors
    /// What is wrong with the token or the metadata, or a fault.
    pub async fn change_registration(
        &self,
        authorization: Option<&str>,
        (networks, by): (Networks, &Circumstances),
        client_id: &str,
        body: &[u8],
    ) -> Answer {
        let (before, issued_at, token) = self.find_registration(authorization, client_id).await?;
        let submitted = Submitted::parse(body)?;
        submitted.is_of(&before)?;
        if let Some(shown) = submitted.secret()?
            && !before.is_secret(&shown, &self.master)?
        {
            return Err(dynamic::other_secret().into());
        }
        let drawn = self.entropy.secret::<ClientSecret>();
        let id = before.client_id();
        let client = submitted.client(id, &drawn, &self.terms())?;
        let (client, kept) = client.keeping_secret_of(&before);
        if client.metadata().sector_identifier_uri.is_some() && !self.registers_by_token() {
            self.count(networks, by.at).await?;
        }
        self.check_sector(&client).await?;
        let client = client.seal(&self.master)?;
        let event = self.event(EventKind::ClientChanged, by).client(client_id);
        let store = self.store.recording([event]);
        if !store.change_registration(&client, &token.digest()).await? {
            return Err(unknown());
        }
        let is_new = uses_secret(&client) && !kept;
        Ok(self.document_of(&client, issued_at, is_new.then_some(&drawn), &token))
    }

    /// Removes a client, and ends all it was granted
    /// ([RFC 7592 section 2.3](https://www.rfc-editor.org/rfc/rfc7592#section-2.3)).
    ///
    /// # Errors
    /// A wrong token, or a fault.
    pub async fn end_registration(
        &self,
        authorization: Option<&str>,
        client_id: &str,
        by: &Circumstances,
    ) -> Result<(), RegistrationError> {
        let token = read_bearer::<RegistrationAccessToken>(authorization)?;
        let event = self.event(EventKind::ClientRemoved, by).client(client_id);
        let store = self.store.recording([event]);
        if store.end_registration(client_id, &token.digest(), by.at).await? {
            return Ok(());
        }
        Err(unknown())
    }

    fn registers_by_token(&self) -> bool {
        self.registration.mode == RegistrationMode::Token
    }

    /// Open registration is bounded for each network, the other by its token.
    async fn admit(
        &self,
        authorization: Option<&str>,
        networks: Networks,
        now: Timestamp,
    ) -> Result<(), RegistrationError> {
        if let Some(initial) = &self.registration.initial
            && self.registers_by_token()
        {
            let token = read_bearer::<InitialAccessToken>(authorization)?;
            return if token.digest() == *initial { Ok(()) } else { Err(unknown()) };
        }
        self.count(networks, now).await
    }

    /// Counts what makes work, for each network.
    async fn count(&self, networks: Networks, now: Timestamp) -> Result<(), RegistrationError> {
        let limits = self.settings.throttle.registration(networks);
        let counted = self.store.count_attempt(limits, now).await?;
        counted.map(drop).map_err(RegistrationError::TooMany)
    }

    /// The client of that id, if the caller holds its token. An unknown client and a wrong token
    /// are one and the same
    /// ([RFC 7592 section 2](https://www.rfc-editor.org/rfc/rfc7592#section-2)).
    async fn find_registration(
        &self,
        authorization: Option<&str>,
        client_id: &str,
    ) -> Result<(Client, Timestamp, Secret<RegistrationAccessToken>), RegistrationError> {
        let token = read_bearer::<RegistrationAccessToken>(authorization)?;
        match self.store.registration(client_id, &token.digest()).await? {
            Some((client, issued_at)) => Ok((client, issued_at, token)),
            None => Err(unknown()),
        }
    }

    /// Last of all checks, since it makes us go where a stranger says.
    async fn check_sector(&self, client: &Client) -> Result<(), RegistrationError> {
        let Some(uri) = &client.metadata().sector_identifier_uri else { return Ok(()) };
        let refused = |why: String| {
            Error::invalid_client_metadata(format!("sector_identifier_uri cannot be used: {why}"))
        };
        let url = Url::parse(uri).map_err(|_| refused("it is no URL".to_owned()))?;
        let documents = Purpose::DocumentsOfStrangers;
        let fetched = self.fetch.get(documents, &url, "application/json", SECTOR_BYTES).await;
        let fetched = fetched.map_err(|error| match error {
            fetch::Error::Busy => RegistrationError::Fault(Fault::Busy),
            error => refused(error.to_string()).into(),
        })?;
        if fetched.status != 200 {
            return Err(refused(format!("it answers {}", fetched.status)).into());
        }
        Ok(dynamic::sector(&fetched.body, client.metadata())?)
    }

    fn document_of(
        &self,
        client: &Client,
        issued_at: Timestamp,
        secret: Option<&Secret<ClientSecret>>,
        token: &Secret<RegistrationAccessToken>,
    ) -> Value {
        let uri = format!("{}/register/{}", self.issuer, client.client_id());
        Issued { client, issued_at, secret, token, uri: &uri }.document()
    }
}

fn uses_secret(client: &Client) -> bool {
    client.metadata().token_endpoint_auth_method.uses_secret()
}

fn read_bearer<P: crate::secret::Purpose>(
    authorization: Option<&str>,
) -> Result<Secret<P>, RegistrationError> {
    let found = bearer::token(authorization);
    found
        .map_err(|error| RegistrationError::Unauthorized(Some(error)))?
        .ok_or(RegistrationError::Unauthorized(None))
}

fn unknown() -> RegistrationError {
    RegistrationError::Unauthorized(Some(bearer::invalid_token()))
}
