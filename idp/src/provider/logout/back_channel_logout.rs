//! Back-channel logout: when a session ends, in any way, the applications that got something in
//! it are notified. What is to be sent is kept in the store, so that a restart loses
//! nothing and no logout waits for an application.

use futures_util::StreamExt as _;
use url::Url;

use crate::account::user::Account;
use crate::fetch::Purpose;
use crate::oauth::client::Client;
use crate::oidc::back_channel_logout::{Logout, State, after};
use crate::oidc::logout_token::LogoutToken;
use crate::provider::{Fault, Provider};

/// Sessions whose applications are queued at once.
const SESSIONS: i64 = 50;
/// Applications notified in one round.
const ROUND: i64 = 100;
/// Applications notified at the same time.
const AT_ONCE: usize = 16;
/// Seconds a node keeps what it has taken: longer than one exchange may take.
const LEASE: i64 = 60;

impl Provider {
    /// Queues the applications of sessions that have ended, and tells those that are due
    /// ([Back-Channel Logout section 2.5](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest)).
    /// Returns how many it tried to tell.
    ///
    /// # Errors
    /// When the store fails; what was taken comes back after its lease.
    pub async fn notify_clients(&self) -> Result<usize, Fault> {
        for (session, account) in self.store.sessions_ended(SESSIONS).await? {
            self.queue_logouts(&session, &account).await?;
        }
        let due = self.store.claim_logouts(LEASE, ROUND, self.clock.now()).await?;
        let taken = due.len();
        let outcomes: Vec<_> = futures_util::stream::iter(due)
            .map(|(logout, account)| self.notify_client(logout, account))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(taken)
    }

    async fn queue_logouts(&self, session_id: &str, account_id: &str) -> Result<(), Fault> {
        let now = self.clock.now();
        let mut queued = Vec::new();
        for client_id in self.store.clients_in_session(session_id).await? {
            let client = self.client(&client_id).await?;
            if client.is_some_and(|client| client.metadata().backchannel_logout_uri.is_some()) {
                queued.push(Logout {
                    id: self.entropy.id(now),
                    client_id,
                    account_id: account_id.to_owned(),
                    session_id: session_id.to_owned(),
                    state: State::Open,
                    outcome: None,
                    attempts: 0,
                    queued_at: now,
                    changed_at: now,
                    next_attempt_at: now,
                });
            }
        }
        self.store.queue_logouts(session_id, &queued).await?;
        Ok(())
    }

    /// Tells one application, and keeps what came of it.
    async fn notify_client(&self, mut logout: Logout, account: Account) -> Result<(), Fault> {
        let (taken, outcome) = match self.client(&logout.client_id).await? {
            Some(client) => self.exchange(&logout, &account, &client).await?,
            None => (true, "the client has been removed".to_owned()),
        };
        let now = self.clock.now();
        (logout.state, logout.next_attempt_at) = after(taken, logout.attempts, now);
        logout.changed_at = now;
        tracing::info!(
            event = "back_channel_logout",
            logout = logout.id,
            client = logout.client_id,
            session = logout.session_id,
            state = logout.state.as_str(),
            outcome,
            attempts = logout.attempts,
            "an application was notified that a session has ended"
        );
        self.measures.logout(logout.state.as_str());
        logout.outcome = Some(outcome);
        self.store.record_logout(&logout).await?;
        Ok(())
    }

    /// Whether the application took the token
    /// ([section 2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse)),
    /// and what to tell the operator.
    async fn exchange(
        &self,
        logout: &Logout,
        account: &Account,
        client: &Client,
    ) -> Result<(bool, String), Fault> {
        let uri = client.metadata().backchannel_logout_uri.as_deref();
        let Some(uri) = uri.and_then(|uri| Url::parse(uri).ok()) else {
            return Ok((true, "the client no longer wants to be notified".to_owned()));
        };
        let now = self.clock.now();
        let token = LogoutToken {
            iss: &self.issuer,
            sub: &self.sub(client, account),
            aud: client.client_id().as_str(),
            iat: now,
            jti: &self.entropy.id(now),
            sid: &self.session_id_for(&logout.session_id, client),
        };
        let algorithm = client.id_token_algorithm();
        let token = token.sign(&self.keys.current(), algorithm)?;
        let form = [("logout_token", token.as_str())];
        Ok(match self.fetch.post_form(Purpose::Logouts, &uri, &form).await {
            Ok(status) => ((200..300).contains(&status), format!("answered {status}")),
            Err(error) => (false, error.to_string()),
        })
    }

    /// `sid`: a session as one client knows it. Two clients cannot tell that theirs are the same.
    pub(crate) fn session_id_for(&self, session_id: &str, client: &Client) -> String {
        let parts = [session_id, client.client_id().as_str()];
        data_encoding::BASE64URL_NOPAD.encode(&self.master.derive("sid", &parts)[..16])
    }
}
