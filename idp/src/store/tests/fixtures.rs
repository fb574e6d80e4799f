//! One of each thing, to be varied by the cases.

use serde_json::json;

use crate::account::assurance::Class;
use crate::account::credential::{Credential, SetBy};
use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::account::factor::{EmailStep, Proofs};
use crate::account::interaction::purpose::{self, Reason};
use crate::account::interaction::{Agent, Begun, Interaction};
use crate::account::link::PendingLink;
use crate::account::message::{Delivery, Kind, QueuedMessage};
use crate::account::remembered_browser::{RememberedBrowser, Shown};
use crate::account::session::Session;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::grant::{Facts, Grant};
use crate::oauth::client::ClientId;
use crate::oauth::grant::refresh_token::{IssuedRefreshToken, Use};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::token::IssuedAccessToken;
use crate::oidc::claims::request::ClaimsRequest;
use crate::secret::{Digest, Purpose, Secret};
use crate::store::Recording;
use crate::store::grant::grants::NewGrant;
use crate::store::grant::tokens::{Refresh, Tokens};
use crate::store::login::browsers::RememberedChange;
use crate::store::login::completion::{Completion, Next, SessionChange};
use crate::store::login::links::NewLink;
use crate::store::shares::Share;

pub(super) const NOW: Timestamp = Timestamp(1_800_000_000);

/// More than any test stores.
pub(super) const UNBOUNDED: Share = Share { network: String::new(), most: i64::MAX, is_due: true };

pub(super) fn later(seconds: i64) -> Timestamp {
    NOW.plus(seconds)
}

pub(super) fn digest<P: Purpose>(value: &str) -> Digest<P> {
    Secret::<P>::new(value.to_owned()).digest()
}

pub(super) fn event() -> Event {
    let by = Circumstances::of(Actor::Provider("test"), NOW);
    Event::new("event".to_owned(), EventKind::LoginBegun, by)
}

pub(super) fn account(name: &str) -> Account {
    let claims = json!({ "name": "Svea Svensson", "email_verified": true });
    Account {
        id: format!("account-{name}"),
        username: name.to_owned(),
        subject: format!("subject-{name}"),
        organisation: "2021000837".to_owned(),
        organisation_name: "Statistiska centralbyrån".to_owned(),
        claims: claims.as_object().unwrap().clone(),
        created_at: later(-9_000),
        disabled_at: None,
    }
}

pub(super) fn password(hash: &str, set_at: Timestamp) -> Credential {
    Credential::new(hash.to_owned(), SetBy::Operator, set_at)
}

pub(super) fn agent() -> Agent {
    Agent { browser: "Firefox".to_owned(), system: "Windows".to_owned() }
}

pub(super) fn interaction(id: &str) -> Interaction {
    let begun = Begun {
        browser: digest("browser"),
        client_id: "idep".to_owned(),
        request: "client_id=idep&state=å".to_owned(),
        pushed_request: None,
        language: "sv".to_owned(),
        agent: agent(),
    };
    let purpose = purpose::Purpose::SignIn { reason: Reason::First, proven: None };
    Interaction::new(id.to_owned(), begun, purpose, NOW)
}

pub(super) fn proofs() -> Proofs {
    Proofs::password(NOW)
}

pub(super) fn session(id: &str, account_id: &str) -> Session {
    Session {
        id: id.to_owned(),
        account_id: account_id.to_owned(),
        proofs: proofs(),
        agent: Some(agent()),
        network: Some("192.0.2.0/24".to_owned()),
        created_at: NOW,
        seen_at: NOW,
        ended_at: None,
    }
}

pub(super) fn grant(id: &str, account_id: &str, session_id: &str) -> Grant {
    Grant {
        id: id.to_owned(),
        client_id: ClientId::parse("idep").unwrap(),
        account_id: Some(account_id.to_owned()),
        session_id: Some(session_id.to_owned()),
        offline: false,
        facts: Facts {
            redirect_uri: Some("https://idep.example.se/cb".to_owned()),
            scope: "openid organisation".parse().unwrap(),
            nonce: Some("n-1".to_owned()),
            code_challenge: CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            claims: ClaimsRequest::default(),
            essential_acr: vec![Class::Password],
            dpop_jkt: None,
            resources: vec!["https://api.example.se/".to_owned()],
            proofs: Some(proofs()),
        },
        issued_at: NOW,
        code_expires_at: later(60),
        code_used_at: None,
        revoked_at: None,
    }
}

/// The access token `name`, and nothing else.
pub(super) fn tokens(name: &str, issued_at: Timestamp, expires_at: Timestamp) -> Tokens {
    let issued = IssuedAccessToken {
        scope: "openid organisation".parse().unwrap(),
        audience: Vec::new(),
        confirmation: None,
        issued_at,
        expires_at,
    };
    Tokens { access: (digest(name), issued), refresh: None }
}

/// The use of a refresh token that led to this one.
pub(super) fn used(successor: &str) -> Option<Use> {
    Some(Use { at: NOW, successor: digest(successor) })
}

/// The use of a refresh token that leads to another.
pub(super) fn rotation(from: &str, to: &str, issued: IssuedRefreshToken) -> Refresh {
    Refresh::Rotate(digest(from), Use { at: NOW, successor: digest(to) }, issued)
}

/// What a completion grants.
pub(super) fn granted(done: &Completion) -> Grant {
    match &done.next {
        Next::Grant(new) => new.grant.clone(),
        Next::Ask(_) => panic!("it asks first"),
    }
}

/// A grant with its code.
pub(super) fn new_grant(grant: Grant, code: &str) -> NewGrant {
    NewGrant { grant, code: Some(digest(code)), tokens: None, pushed_request: None }
}

pub(super) fn mark(id: &str, account_id: &str, cookie: &str) -> RememberedBrowser {
    RememberedBrowser {
        id: id.to_owned(),
        digest: digest(cookie),
        former: None,
        account_id: account_id.to_owned(),
        canonical: "magnus.lange@scb.se".to_owned(),
        email_step: EmailStep { at: NOW, role: Role::Company },
        agent: Some(agent()),
        network: Some("192.0.2.0/24".to_owned()),
        expires_at: later(20 * 86_400),
    }
}

/// The mark of an account in the browser with this cookie, if it still counts.
pub(super) async fn remembered(
    store: &Recording,
    cookie: &str,
    account_id: &str,
    now: Timestamp,
) -> Option<RememberedBrowser> {
    let shown = [digest(cookie)];
    let marks = store.remembered_browsers(account_id, &shown, now).await.unwrap();
    let counts =
        |mark: &RememberedBrowser| matches!(mark.match_secrets(&shown, now), Shown::Counts(_));
    marks.into_iter().find(counts)
}

/// The renewal of `session-0`, in another browser and network.
pub(super) fn renewal(cookie: &str, proofs: Proofs) -> SessionChange {
    SessionChange::Renew {
        id: "session-0".to_owned(),
        digest: digest(cookie),
        proofs,
        agent: Agent::default(),
        network: "198.51.100.0/24".to_owned(),
    }
}

/// A completion with a new session; `number` keeps several apart.
pub(super) fn completion(account_id: &str, number: usize) -> Completion {
    let session = session(&format!("session-{number}"), account_id);
    Completion {
        account_id: account_id.to_owned(),
        password_set_at: None,
        proofs: proofs(),
        next: Next::Grant(Box::new(new_grant(
            grant(&format!("grant-{number}"), account_id, &session.id),
            &format!("code-{number}"),
        ))),
        session: SessionChange::New { session, digest: digest(&format!("cookie-{number}")) },
        ends_session: None,
        remembered: RememberedChange::None,
    }
}

pub(super) fn link(id: &str, interaction_id: &str, account_id: &str) -> PendingLink {
    PendingLink {
        id: id.to_owned(),
        digest: digest(id),
        interaction_id: interaction_id.to_owned(),
        account_id: account_id.to_owned(),
        address: "Magnus.Lange@Scb.se".to_owned(),
        canonical: "magnus.lange@scb.se".to_owned(),
        role: Role::Company,
        issued_at: NOW,
        expires_at: later(1_800),
        used_at: None,
        void_at: None,
    }
}

pub(super) fn message(id: &str, link_id: Option<&str>) -> QueuedMessage {
    QueuedMessage {
        id: id.to_owned(),
        kind: if link_id.is_some() { Kind::Link } else { Kind::Notice },
        link_id: link_id.map(str::to_owned),
        account_id: None,
        address: "Magnus.Lange@Scb.se".to_owned(),
        language: "sv".to_owned(),
        payload: "{}".to_owned(),
        delivery: Delivery::Queued,
        reply: None,
        attempts: 0,
        queued_at: NOW,
        changed_at: NOW,
        next_attempt_at: NOW,
        expires_at: later(1_800),
    }
}

pub(super) fn new_link(id: &str, interaction_id: &str, account_id: &str) -> NewLink {
    NewLink {
        link: link(id, interaction_id, account_id),
        message: message(&format!("message-{id}"), Some(id)),
        remember: true,
        network: "192.0.2.0/24".to_owned(),
        known: true,
        an_hour: 1_000,
        rest: 0,
        interaction_expires_at: later(3_600),
    }
}

/// Account `a`, and interaction `i` with a right password: version 1.
pub(super) async fn with_password(store: &Recording) -> Account {
    let account = account("a");
    assert!(store.add_account(&account, None, &[]).await.unwrap());
    store.begin_interaction(&interaction("i"), &UNBOUNDED, i64::MAX).await.unwrap();
    assert!(store.prove_password("i", 0, (&account.id, None), &proofs()).await.unwrap());
    account
}

/// The same with link `l` mailed: version 2.
pub(super) async fn with_link(store: &Recording) -> Account {
    let account = with_password(store).await;
    assert!(store.issue_link(1, &new_link("l", "i", &account.id), NOW).await.unwrap().is_queued());
    account
}

/// Account `a` with session `session-0`, cookie `cookie-0` and unused code `code-0`.
pub(super) async fn with_session(store: &Recording) -> Account {
    let account = with_password(store).await;
    let completion = completion(&account.id, 0);
    assert!(store.complete_interaction("i", 1, &completion, NOW).await.unwrap());
    account
}

/// The interaction as it stands.
pub(super) async fn stored(store: &Recording, id: &str) -> Interaction {
    store.interaction(id, &[digest("browser")]).await.unwrap().unwrap()
}
