//! The device authorization grant ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)): the device
//! asks for codes; a person types the short one here, logs in as for any application, and says
//! whether the device may come in. The page with the code is an application of the provider's own.

use crate::account::assurance::Class;
use crate::account::event::EventKind;
use crate::account::factor::Proofs;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Facts, Grant};
use crate::oauth::client::Client;
use crate::oauth::client_authentication::Credentials;
use crate::oauth::device::{self, Answer, DeviceAuthorization, INTERVAL, Waiting};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant_type::GrantType;
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;
use crate::oidc::consent::requested_scope;
use crate::provider::authorize::authorization::SignedIn;
use crate::provider::client::own_client;
use crate::provider::intake::is_strangers;
use crate::provider::login::consent::Asked;
use crate::provider::login::remembered_browser::MarkCookie;
use crate::provider::token::TokenError;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};
use crate::secret::{Secret, UserCode};
use crate::store::NewGrant;

/// What the person's page shows.
#[derive(Debug)]
pub enum DeviceView {
    /// The field for the code.
    Enter {
        /// Whether a code was typed with which no device waits.
        unknown: bool,
        /// The moment from which codes are looked at again.
        wait: Option<Timestamp>,
    },
    /// The person must log in first: where to go for that.
    LogIn(String),
    /// Who asks for what.
    Confirm {
        /// The application.
        application: String,
        /// What it asks for.
        asked: Asked,
        /// The code as the device shows it.
        code: String,
    },
    /// It was answered.
    Done {
        /// Whether the device may come in.
        allowed: bool,
        /// The application.
        application: String,
        /// The renewed cookie of a remembered browser that was used.
        remembered: Option<MarkCookie>,
    },
}

/// A device that waits, with whose it is.
struct Found {
    code: Secret<UserCode>,
    waiting: Waiting,
    client: Client,
}

impl Provider {
    /// Answers a device that begins
    /// ([section 3.2](https://www.rfc-editor.org/rfc/rfc8628#section-3.2)).
    ///
    /// # Errors
    /// The error of RFC 6749 section 5.2, or a fault.
    pub async fn device_authorization(
        &self,
        credentials: Credentials<'_>,
    ) -> Result<DeviceAuthorization, TokenError> {
        let client = self.authenticate_client(credentials).await?;
        let Credentials { network, now, .. } = credentials;
        self.admit_begin(network, now)?;
        let share = is_strangers(&client).then(|| self.share_of(network));
        if !client.may_use(GrantType::DeviceCode) {
            return Err(TokenError::Refused(Error::new(
                ErrorCode::UnauthorizedClient,
                "the client has not registered the device grant",
            )));
        }
        let scope = device::scope(credentials.form, &client).map_err(TokenError::Refused)?;
        let waiting = Waiting {
            client_id: client.client_id().clone(),
            scope,
            expires_at: now.plus(self.settings.device_code),
            poll_at: now,
            answer: Answer::Pending,
        };
        let device_code = self.entropy.secret();
        // Two codes are the same once in billions of times.
        for _ in 0..5 {
            let user_code = device::user_code(self.entropy.numbers());
            let digest = user_code.digest();
            let codes = (&device_code.digest(), &digest);
            if self.store.add_device(codes, &waiting, share.as_ref(), now).await? {
                let verification_uri = format!("{}/device", self.issuer);
                let code = device::format_user_code(&user_code);
                return Ok(DeviceAuthorization {
                    device_code,
                    verification_uri_complete: format!("{verification_uri}?user_code={code}"),
                    verification_uri,
                    user_code: code,
                    expires_in: self.settings.device_code,
                    interval: INTERVAL,
                });
            }
        }
        Err(TokenError::Fault(Fault::Inconsistent("no user code is free")))
    }

    /// The person's page, with the code they typed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn device(&self, typed: &str, visitor: &Visitor) -> Result<DeviceView, Fault> {
        if typed.trim().is_empty() {
            return Ok(DeviceView::Enter { unknown: false, wait: None });
        }
        let found = match self.waiting_device(typed, visitor).await? {
            Ok(found) => found,
            Err(view) => return Ok(view),
        };
        let parameters = self.login_for(&found);
        let Some(signed_in) = self.find_sign_in(&parameters, visitor).await? else {
            return Ok(DeviceView::LogIn(format!("/authorize?{}", parameters.to_query())));
        };
        let metadata = found.client.metadata();
        let scope = self.asked_by(&found);
        let offline = scope.contains("offline_access");
        let self_registered = found.client.is_self_registered();
        let asked = Asked {
            account: signed_in.account.shown_username(),
            host: if self_registered { found.client.shown_host() } else { String::new() },
            self_registered,
            policy: metadata.policy_uri.clone().unwrap_or_default(),
            terms: metadata.tos_uri.clone().unwrap_or_default(),
            offline_days: if offline { self.settings.refresh_token_days } else { 0 },
            scope,
        };
        let application = Self::name_of(&found, visitor);
        Ok(DeviceView::Confirm { application, asked, code: device::format_user_code(&found.code) })
    }

    /// The person's answer.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn answer_device(
        &self,
        typed: &str,
        allow: bool,
        visitor: &Visitor,
    ) -> Result<DeviceView, Fault> {
        let found = match self.waiting_device(typed, visitor).await? {
            Ok(found) => found,
            Err(view) => return Ok(view),
        };
        let parameters = self.login_for(&found);
        let log_in = || Ok(DeviceView::LogIn(format!("/authorize?{}", parameters.to_query())));
        let Some(signed_in) = self.find_sign_in(&parameters, visitor).await? else {
            return log_in();
        };
        let SignedIn { session, account, proofs, mark } = signed_in;
        let mut remembered = None;
        if let (true, Some(mark)) = (allow, mark) {
            remembered = self.renew_mark(&mark, visitor).await?;
            if remembered.is_none() {
                return log_in();
            }
        }
        let now = visitor.now;
        let user = found.code.digest();
        let kind = if allow { EventKind::DeviceAllowed } else { EventKind::DeviceRefused };
        let event = self.event_of(kind, &account, visitor).session(Some(&session.id));
        let event = event.client(found.client.client_id().as_str());
        let answered = if allow {
            let allowed = self.merge_consent(&found, &account).await?;
            let new = self.device_grant(&found, &account, (&session.id, proofs), now);
            let class = self.class_of(&new.grant);
            let store = self.store.recording([event.fact("class", class)]);
            store.allow_device(&user, &account.id, &allowed, &new, now).await?
        } else {
            self.store.recording([event]).deny_device(&user, now).await?
        };
        if !answered {
            return Ok(DeviceView::Enter { unknown: true, wait: None });
        }
        let application = Self::name_of(&found, visitor);
        Ok(DeviceView::Done { allowed: allow, application, remembered })
    }

    /// The device that waits with a typed code; every code is counted before it is looked at
    /// ([section 5.1](https://www.rfc-editor.org/rfc/rfc8628#section-5.1)).
    async fn waiting_device(
        &self,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<Result<Found, DeviceView>, Fault> {
        let unknown = || Ok(Err(DeviceView::Enter { unknown: true, wait: None }));
        let Some(code) = device::typed(typed) else { return unknown() };
        let now = visitor.now;
        let limits = self.settings.throttle.user_codes(visitor.networks);
        let attempt = match self.store.count_attempt(limits, now).await? {
            Ok(attempt) => attempt,
            Err(until) => {
                return Ok(Err(DeviceView::Enter { unknown: false, wait: Some(until) }));
            }
        };
        let Some(waiting) = self.store.device_by_user_code(&code.digest(), now).await? else {
            return unknown();
        };
        self.store.forgive_attempt(attempt).await?;
        Ok(match self.client(waiting.client_id.as_str()).await? {
            Some(client) => Ok(Found { code, waiting, client }),
            None => Err(DeviceView::Enter { unknown: true, wait: None }),
        })
    }

    /// The request by which the page has a person log in, as strongly as the device's client wants.
    fn login_for(&self, found: &Found) -> Parameters {
        let least = Class::required(found.client.metadata().required_acr.as_deref());
        let strong = Class::ALL.into_iter().filter(|class| class.implies(least));
        let values: Vec<_> = strong.map(|class| class.acr(&self.issuer)).collect();
        let claims = serde_json::json!({
            "id_token": { "acr": { "essential": true, "values": values } },
        });
        Parameters::from_pairs([
            ("client_id", own_client::ID),
            ("redirect_uri", &format!("{}/device", self.issuer)),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", &device::format_user_code(&found.code)),
            ("claims", &claims.to_string()),
        ])
    }

    fn asked_by(&self, found: &Found) -> Scope {
        requested_scope(
            &found.waiting.scope,
            &crate::oidc::claims::request::ClaimsRequest::default(),
        )
    }

    /// What a device gets, for the tokens it comes to ask for.
    fn device_grant(
        &self,
        found: &Found,
        account: &Account,
        (session_id, proofs): (&str, Proofs),
        now: Timestamp,
    ) -> NewGrant {
        let scope = &found.waiting.scope;
        let facts = Facts { scope: scope.clone(), proofs: Some(proofs), ..Facts::default() };
        let grant = Grant {
            id: self.entropy.id(now),
            client_id: found.client.client_id().clone(),
            account_id: Some(account.id.clone()),
            session_id: Some(session_id.to_owned()),
            offline: scope.contains("offline_access"),
            facts,
            issued_at: now,
            code_expires_at: found.waiting.expires_at,
            code_used_at: None,
            revoked_at: None,
        };
        NewGrant { grant, code: None, tokens: None, pushed_request: None }
    }

    async fn merge_consent(&self, found: &Found, account: &Account) -> Result<Scope, Fault> {
        let given = self.store.consent(&account.id, found.client.client_id().as_str()).await?;
        let asked = self.asked_by(found);
        Ok(asked.iter().chain(given.iter().flat_map(Scope::iter)).collect())
    }

    fn name_of(found: &Found, visitor: &Visitor) -> String {
        found.client.client_name_in(visitor.language.as_str()).to_owned()
    }
}
