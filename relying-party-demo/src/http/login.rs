//! Login through the provider: `/login` and `/callback`.

use axum::extract::State;
use axum::response::Response;

use super::failure::Failure;
use super::visitor::{Name, Visitor, oldest_session};
use crate::app::{App, Shared};
use crate::assurance::Demand;
use crate::entropy::{self, Purpose};
use crate::identity::Identity;
use crate::provider::{AuthorizationRequest, Evidence};
use crate::store::{PendingLogin, SessionRow};

/// How long we wait for the provider's answer: the mailed link may be used late in its life, and
/// the login may begin with a mail that is slow to come.
pub(super) const PENDING_SECONDS: i64 = 3 * 60 * 60;

/// `GET /login`
pub(super) async fn login(
    State(app): State<Shared>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    begin(&app, visitor, Demand::Login, "/".to_owned()).await
}

/// Sends the browser to the provider. `return_to` is one of our own paths.
pub(super) async fn begin(
    app: &App,
    visitor: Visitor,
    demand: Demand,
    return_to: String,
) -> Result<Response, Failure> {
    begin_with(app, visitor, demand, return_to, entropy::secret()).await
}

async fn begin_with(
    app: &App,
    mut visitor: Visitor,
    demand: Demand,
    return_to: String,
    state: String,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let [nonce, code_verifier] = [(); 2].map(|()| entropy::secret());
    let pending = PendingLogin {
        state_digest: entropy::digest(Purpose::State, &state),
        browser_digest: visitor.browser_digest(),
        nonce: nonce.clone(),
        code_verifier: code_verifier.clone(),
        demand: demand.as_str().to_owned(),
        return_to,
        expires_at: now + PENDING_SECONDS,
    };
    let language = visitor.language;
    let request = AuthorizationRequest { state, nonce, code_verifier, demand, language };
    let url = app.provider.authorization_url(request, now).await?;
    app.store.begin_login(&pending, now).await?;
    visitor.keep_browser();
    Ok(visitor.redirect(url.as_str()))
}

/// `GET /callback`: the authorization response (RFC 6749 section 4.1.2).
pub(super) async fn callback(
    State(app): State<Shared>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let state = visitor.query.get("state").ok_or(Failure::LoginUnknown)?;
    let state_digest = entropy::digest(Purpose::State, state);
    let browser_digests = visitor.browser_digests();
    let pending = app.store.finish_login(&state_digest, &browser_digests, now).await?;
    let Some(pending) = pending else { return not_awaited(&app, visitor).await };
    let demand = Demand::parse(&pending.demand).ok_or(Failure::Fault)?;
    let again = Failure::again(demand, &pending.return_to);
    let code = authorization_code(&app, &visitor, &again)?;
    let evidence = app.provider.redeem(code, &pending.nonce, &pending.code_verifier, now).await?;
    let identity = Identity::from_claims(&evidence.id_token_claims, &evidence.userinfo_claims);
    if let Err(shortfall) = demand.judge(&app.config.issuer, Some(&identity), now) {
        // One attempt: going back by ourselves could go round for ever.
        tracing::warn!(?shortfall, acr = ?identity.acr, "the provider's login is not enough");
        return Err(Failure::LoginNotStrong { again });
    }
    begin_session(&app, visitor, evidence, &pending.return_to).await
}

/// Marks the `state` of a login that began because an answer to another was not awaited.
const ONCE_MORE: &str = "once-more.";

/// An answer that nobody waits for: to a login that was finished in another tab, or that has waited
/// for too long. The code is not looked at. Whoever is logged in goes on; whoever is not logs in,
/// for which the provider asks nothing while its session lasts. Not twice, though: a browser that
/// keeps no cookies would go round for ever.
async fn not_awaited(app: &App, visitor: Visitor) -> Result<Response, Failure> {
    if visitor.session.is_some() {
        return Ok(visitor.redirect("/"));
    }
    let ours = visitor.query.get("iss") == Some(app.config.issuer.as_str());
    let logged_in = visitor.query.get("code").is_some();
    let state = visitor.query.get("state").unwrap_or_default();
    if !ours || !logged_in || state.starts_with(ONCE_MORE) {
        return Err(Failure::LoginUnknown);
    }
    let state = format!("{ONCE_MORE}{}", entropy::secret());
    begin_with(app, visitor, Demand::Login, "/".to_owned(), state).await
}

/// The code, if the answer comes from our provider and is not a refusal.
fn authorization_code(app: &App, visitor: &Visitor, again: &str) -> Result<String, Failure> {
    // RFC 9207 section 2.4: our provider always says who it is, also in a refusal.
    if visitor.query.get("iss") != Some(app.config.issuer.as_str()) {
        tracing::warn!(iss = ?visitor.query.get("iss"), "an answer from another issuer");
        return Err(Failure::LoginNotVerified);
    }
    if let Some(error) = visitor.query.get("error") {
        let description = visitor.query.get("error_description");
        tracing::warn!(error, description, "the provider refused the login");
        let known = |it: char| it.is_ascii_lowercase() || it == '_';
        let code: String = error.chars().filter(|it| known(*it)).take(64).collect();
        return Err(Failure::LoginRefused { code, again: again.to_owned() });
    }
    visitor.query.get("code").map(str::to_owned).ok_or(Failure::LoginNotVerified)
}

/// A new session with a new id, in place of the former one.
async fn begin_session(
    app: &App,
    mut visitor: Visitor,
    evidence: Evidence,
    return_to: &str,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let id = entropy::secret();
    let json = |claims| serde_json::Value::Object(claims).to_string();
    let row = SessionRow {
        id_digest: entropy::digest(Purpose::Session, &id),
        id_token: evidence.id_token,
        id_token_claims: json(evidence.id_token_claims),
        userinfo_claims: json(evidence.userinfo_claims),
        started_at: now,
        seen_at: now,
    };
    let former = visitor.session.as_ref().map(|session| session.id_digest.as_str());
    app.store.begin_session(&row, former, oldest_session(now)).await?;
    visitor.set_cookie(Name::Session, id, None);
    Ok(visitor.redirect(return_to))
}
