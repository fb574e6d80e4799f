//! The page of an interaction that asks for consent, and its answer.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::login::form_token::interaction_form;
use crate::http::login::own_form::{InteractionForm, other_account};
use crate::http::respond::authorization_response::led_on;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::see_other;
use crate::pages::login::consent::Consent;
use crate::provider::login::consent::Asked;
use crate::provider::login::loaded::Shared;

/// Shows what the application asks for.
pub(super) fn page(reply: &Reply<'_>, shared: &Shared, asked: &Asked) -> Response {
    let base = format!("/interaction/{}", shared.id);
    let own = |token: &&str| *token != "offline_access";
    let (known, others) =
        asked.scope.iter().filter(own).partition(|token| Consent::KNOWN.contains(token));
    let page = Consent {
        action: &format!("{base}/consent"),
        csrf: &interaction_form(reply, shared, &shared.id),
        application: &shared.application,
        host: &asked.host,
        self_registered: asked.self_registered,
        code: "",
        account: &asked.account,
        other_account: &other_account(shared),
        known,
        others,
        offline_days: asked.offline_days,
        policy: &asked.policy,
        terms: &asked.terms,
    };
    reply.page_to(StatusCode::OK, &page, &base)
}

/// Takes the answer. What is not a yes is a no.
pub(super) async fn post(posted: InteractionForm) -> Response {
    let InteractionForm { call, id, form } = posted;
    let reply = Reply::new(&call);
    let provider = &call.app.provider;
    let outcome = match form.get("decision") {
        Some("allow") => provider.allow(&id, &call.visit.visitor).await,
        _ => provider.cancel(&id, &call.visit.visitor).await,
    };
    match outcome {
        Ok(Some(response)) => led_on(&reply, &response),
        Ok(None) => see_other(&format!("/interaction/{id}")),
        Err(fault) => reply.fault(&fault),
    }
}
