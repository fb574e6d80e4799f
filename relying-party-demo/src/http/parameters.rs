//! *Parter* → *Org.nr.parametrar*: choosing a party, and the form that changes its parameters.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::failure::Failure;
use super::fields::Fields;
use super::form_page::{Form, Notice};
use super::login::{self, PENDING_SECONDS};
use super::visitor::{Name, Visitor, is_token};
use crate::app::{App, Shared};
use crate::assurance::Demand;
use crate::entropy::{self, Purpose};
use crate::pages::{Parties, PartyChoice};
use crate::party_parameters::Typed;
use crate::resource::{self, DEMAND, Refusal};
use crate::store::{Draft, Party, Saved};

/// How long the start page's confirmation waits to be shown.
const SAVED_SECONDS: i64 = 60;

/// `GET /party-parameters`: the parties of the account; a single one is opened at once.
pub(super) async fn choose(
    State(app): State<Shared>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let Some(identity) = visitor.identity() else {
        return login::begin(&app, visitor, Demand::Login, "/party-parameters".to_owned()).await;
    };
    if let [party] = identity.parties.as_slice()
        && is_party(party)
    {
        let path = path(party);
        return Ok(visitor.redirect(&path));
    }
    let parties = app.store.party_names(&identity.parties).await?;
    let parties = parties
        .into_iter()
        .map(|(party, organisation_name)| PartyChoice { party, organisation_name })
        .collect();
    visitor.page(&app, StatusCode::OK, &Parties { parties })
}

/// `GET /party-parameters/{party}`: the form, with what is stored or with a draft.
pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(party): Path<String>,
) -> Result<Response, Failure> {
    let draft = match visitor.query.get("draft").filter(|draft| is_token(draft)) {
        Some(id) => {
            let id_digest = entropy::digest(Purpose::Draft, id);
            app.store.draft(&id_digest, &visitor.browser_digests(), app.clock.now()).await?
        }
        None => None,
    };
    let draft = draft.filter(|draft| draft.party == party);
    let stored = match resource::read(&app, visitor.identity(), &party).await {
        Ok(stored) => stored,
        Err(Refusal::InsufficientUserAuthentication(_)) => {
            let named = visitor.query.get("draft").filter(|_| draft.is_some());
            let return_to = return_to(&party, named)?;
            return login::begin(&app, visitor, DEMAND, return_to).await;
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let current = Typed::from(&stored.parameters);
    let (typed, seen, notice) = match &draft {
        Some(draft) => (&draft.typed, draft.updated_at, Some(Notice::Draft)),
        None => (&current, stored.updated_at, None),
    };
    let form = Form { party: &party, seen, typed, problems: &[], stored: None, notice };
    let page = form.page(app.pages.texts(visitor.language));
    visitor.page(&app, StatusCode::OK, &page)
}

/// `POST /party-parameters/{party}`: saves, or shows the form again with what was typed.
pub(super) async fn save(
    State(app): State<Shared>,
    mut visitor: Visitor,
    Path(party): Path<String>,
    form: Fields,
) -> Result<Response, Failure> {
    visitor.vouch_for(&form)?;
    let typed = Typed::from_form(form.all());
    let seen = form.get("updated_at").and_then(|seen| seen.parse().ok());
    let seen: i64 = seen.ok_or(Failure::BadRequest)?;
    let parameters = match resource::read(&app, visitor.identity(), &party).await {
        Ok(_) => typed.validate(),
        Err(Refusal::InsufficientUserAuthentication(_)) => {
            return step_up(&app, visitor, party, typed, seen).await;
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let parameters = match parameters {
        Ok(parameters) => parameters,
        Err(problems) => {
            let (stored, notice) = (None, None);
            let form =
                Form { party: &party, seen, typed: &typed, problems: &problems, stored, notice };
            let page = form.page(app.pages.texts(visitor.language));
            return visitor.page(&app, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    match resource::write(&app, visitor.identity(), &party, &parameters, seen).await {
        Ok(Saved::Yes) => {
            app.store.forget_drafts(&party, &visitor.browser_digests()).await?;
            visitor.set_cookie(Name::Saved, party, Some(SAVED_SECONDS));
            Ok(visitor.redirect("/"))
        }
        Ok(Saved::No) => {
            let stored = resource::read(&app, visitor.identity(), &party).await?;
            conflict(&app, visitor, &stored, &typed)
        }
        Err(Refusal::InsufficientUserAuthentication(_)) => {
            step_up(&app, visitor, party, typed, seen).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The e-mail step has gone stale while the form was open, or the session has ended: what was
/// typed is kept while the person logs in again.
async fn step_up(
    app: &App,
    visitor: Visitor,
    party: String,
    typed: Typed,
    seen: i64,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let id = entropy::secret();
    let return_to = return_to(&party, Some(&id))?;
    let draft = Draft {
        id_digest: entropy::digest(Purpose::Draft, &id),
        browser_digest: visitor.browser_digest(),
        party,
        typed,
        updated_at: seen,
        expires_at: now + PENDING_SECONDS,
    };
    app.store.keep_draft(draft, now).await?;
    login::begin(app, visitor, DEMAND, return_to).await
}

/// Someone else saved first: the person sees both, and decides with the next save.
fn conflict(
    app: &App,
    visitor: Visitor,
    stored: &Party,
    typed: &Typed,
) -> Result<Response, Failure> {
    let current = Typed::from(&stored.parameters);
    let form = Form {
        party: &stored.party,
        seen: stored.updated_at,
        typed,
        problems: &[],
        stored: Some(&current),
        notice: Some(Notice::Conflict),
    };
    let page = form.page(app.pages.texts(visitor.language));
    visitor.page(app, StatusCode::CONFLICT, &page)
}

/// Where to come back to after a login: a path made of nothing but a party and a draft's name.
fn return_to(party: &str, draft: Option<&str>) -> Result<String, Failure> {
    if !is_party(party) {
        return Err(Failure::PartyUnknown);
    }
    let draft = draft.map(|draft| format!("?draft={draft}")).unwrap_or_default();
    Ok(format!("{}{draft}", path(party)))
}

fn path(party: &str) -> String {
    format!("/party-parameters/{party}")
}

/// Parties are numbers; their parts have no meaning here.
fn is_party(party: &str) -> bool {
    (1..=32).contains(&party.len()) && party.bytes().all(|it| it.is_ascii_alphanumeric())
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InsufficientUserAuthentication(_) => {
                Self::LoginNotStrong { again: "/party-parameters".to_owned() }
            }
            Refusal::Forbidden => Self::PartyForbidden,
            Refusal::Unknown => Self::PartyUnknown,
            Refusal::Fault(error) => error.into(),
        }
    }
}
