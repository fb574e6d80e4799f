//! `/interaction/{id}`: the page of the interaction's present step, and its cancel button.

use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::account::interaction::Ended;
use crate::account::interaction::purpose::Reason;
use crate::contact::known::merged;
use crate::contact::mask::hint;
use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::extract::form::query;
use crate::http::extract::path_id::PathId;
use crate::http::login::consent;
use crate::http::login::form_token::interaction_form;
use crate::http::login::own_form::{InteractionForm, other_account};
use crate::http::respond::authorization_response::led_on;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::{see_other, with_cookies};
use crate::http::respond::way_on::shown;
use crate::pages::About;
use crate::pages::hint::Hint;
use crate::pages::login::email::{self, Email};
use crate::pages::login::interaction_ended::{InteractionEnded, Outcome};
use crate::pages::login::no_address::NoAddress;
use crate::pages::login::password::{self, Login};
use crate::pages::login::sent::{Resends, Sent, Status};
use crate::provider::login::interaction::{self, Form, View};
use crate::provider::login::loaded::Shared;
use crate::provider::login::way_on::WayOn;

/// What a refused form adds to its page.
#[derive(Default)]
pub(super) struct Mistakes<'a> {
    pub(super) username: &'a str,
    pub(super) login: Option<password::Mistake<'a>>,
    pub(super) email: &'a str,
    pub(super) skip_email: bool,
    pub(super) address: Option<email::Mistake<'a>>,
    pub(super) status: StatusCode,
}

/// Shows the page of the present step.
pub(super) async fn get(call: Call, PathId(id): PathId, uri: Uri) -> Response {
    let reply = Reply::new(&call);
    if let Some(language) = call.visit.chosen
        && let Err(fault) =
            call.app.provider.choose_language(&id, language, &call.visit.visitor).await
    {
        return reply.fault(&fault);
    }
    let query = query(&uri).unwrap_or_default();
    let form = match query.get("step") {
        Some("email") => Form::Address,
        Some("password") => Form::Password,
        _ => Form::Present,
    };
    let response = show(reply, &id, form, Mistakes::default()).await;
    let chosen = call.visit.chosen.map(|language| Change::Language(language.as_str()));
    with_cookies(response, call.visit.cookies, chosen.as_slice())
}

/// Leads from the address of a form, which a browser may ask for again or go back to, to the page
/// of the present step, in the language that a link of the page has chosen.
pub(super) async fn go_to_step(PathId(id): PathId, uri: Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    see_other(&format!("/interaction/{id}{query}"))
}

/// Shows the page of the present step, with what was wrong with the last form.
pub(super) async fn show(
    reply: Reply<'_>,
    id: &str,
    form: Form,
    mistakes: Mistakes<'_>,
) -> Response {
    let provider = &reply.app.provider;
    match provider.interaction(id, form, &reply.visit.visitor).await {
        Ok((Some(shared), view)) => {
            let reply = reply.in_language(shared.language);
            page(&reply, &shared, view, &mistakes)
        }
        Ok((None, _)) if !reply.visit.visitor.has_cookies => reply.no_cookies(),
        Ok((None, _)) => ended(&reply, Outcome::Unknown, &WayOn::default()),
        Err(fault) => reply.fault(&fault),
    }
}

fn page(reply: &Reply<'_>, shared: &Shared, view: View, mistakes: &Mistakes<'_>) -> Response {
    let base = format!("/interaction/{}", shared.id);
    let csrf = interaction_form(reply, shared, &shared.id);
    let cancel = format!("{base}/cancel");
    let (account, other_account) = (shared.account.as_str(), other_account(shared));
    let name = shared.application.as_str();
    match view {
        View::Unknown => ended(reply, Outcome::Unknown, &WayOn::default()),
        View::Password { reason, hint } => {
            let about = &shared.about;
            let username = if mistakes.username.is_empty() { &hint } else { mistakes.username };
            let page = Login {
                action: &format!("{base}/password"),
                cancel: &cancel,
                csrf: &csrf,
                application: name,
                about: About { logo: &about.logo, policy: &about.policy, terms: &about.terms },
                username,
                reason: reason_shown(reason),
                mistake: mistakes.login,
            };
            reply.with_image(&about.logo_origin).page_to(mistakes.status, &page, &base)
        }
        View::Email { known, left, refused, .. } => {
            let hints = merged(&known);
            let unknown =
                email::Mistake::Unknown { attempts_left: u32::try_from(left).unwrap_or(0) };
            let typed = mistakes.address.map(|mistake| match mistake {
                email::Mistake::Unknown { .. } => unknown,
                other => other,
            });
            let page = Email {
                action: &format!("{base}/email"),
                cancel: &cancel,
                csrf: &csrf,
                account,
                other_account: &other_account,
                hints: hints.iter().map(|hint| Hint::of(&hint.hint.text)).collect(),
                email: mistakes.email,
                skip_email: mistakes.skip_email,
                remember_days: reply.app.step_up.remember_days,
                mistake: typed.or(refused.then_some(email::Mistake::Refused)),
            };
            reply.page_to(mistakes.status, &page, &base)
        }
        View::Sent(sent) => waiting(reply, shared, &sent, mistakes.status),
        View::NoAddress => {
            let other_account = other_account.as_str();
            let (cancel, csrf) = (cancel.as_str(), csrf.as_str());
            let page = NoAddress { cancel, csrf, account, other_account, application: name };
            reply.page_to(StatusCode::OK, &page, &base)
        }
        View::Consent(asked) => consent::page(reply, shared, &asked),
        View::Over { ended: Ended::Completed, way } => ended(reply, Outcome::Done, &way),
        View::Over { way, .. } => ended(reply, Outcome::Cancelled, &way),
        View::Expired { way } => ended(reply, Outcome::Expired, &way),
    }
}

const fn reason_shown(reason: Reason) -> password::Reason {
    match reason {
        Reason::First => password::Reason::First,
        Reason::Again => password::Reason::Again,
        Reason::WrongAddresses => password::Reason::WrongAddresses,
    }
}

fn waiting(
    reply: &Reply<'_>,
    shared: &Shared,
    sent: &interaction::Sent,
    status: StatusCode,
) -> Response {
    let base = format!("/interaction/{}", shared.id);
    let zone = reply.app.zone;
    let mask = hint(&sent.address);
    let changed = sent.changed_at.hour_and_minute(zone);
    let next = sent.next_attempt_at.hour_and_minute(zone);
    // Rounded up to the minute that is shown, so that it is true.
    let resend_at = sent.resend_at.map(|at| at.plus(59).hour_and_minute(zone));
    let now = reply.visit.visitor.now;
    let left = u32::try_from(sent.left).unwrap_or(0);
    let resends = match (&resend_at, sent.resend_at) {
        (Some(at), Some(moment)) if now < moment => Resends::From { at, left },
        (Some(_), _) => Resends::Now { left },
        (None, _) => Resends::Spent,
    };
    let page = Sent {
        page: &base,
        events: &format!("{base}/events"),
        resend: &format!("{base}/resend"),
        cancel: &format!("{base}/cancel"),
        other_address: &format!("{base}?step=email"),
        csrf: &interaction_form(reply, shared, &shared.id),
        account: &shared.account,
        other_account: &other_account(shared),
        address: Hint::of(&mask),
        expires: &sent.expires_at.hour_and_minute(zone),
        link_minutes: reply.app.step_up.link_minutes,
        status: status_of(sent, &changed, &next),
        resends,
    };
    reply.page_to(status, &page, &base)
}

pub(super) const fn status_of<'a>(
    sent: &interaction::Sent,
    changed: &'a str,
    next: &'a str,
) -> Status<'a> {
    use crate::account::message::Delivery;
    match sent.delivery {
        Delivery::Queued => Status::Queued,
        Delivery::Sent => Status::Sent { at: changed },
        Delivery::Deferred => Status::Deferred { next },
        Delivery::Refused => Status::Failed,
        Delivery::Expired => Status::Expired,
    }
}

fn ended(reply: &Reply<'_>, outcome: Outcome, way: &WayOn) -> Response {
    let status = match outcome {
        Outcome::Unknown => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    reply.page(status, &InteractionEnded { outcome, application: shown(way) })
}

/// Ends the interaction and goes back to the application.
pub(super) async fn cancel(InteractionForm { call, id, .. }: InteractionForm) -> Response {
    let reply = Reply::new(&call);
    match call.app.provider.cancel(&id, &call.visit.visitor).await {
        Ok(Some(response)) => led_on(&reply, &response),
        Ok(None) => see_other(&format!("/interaction/{id}")),
        Err(fault) => reply.fault(&fault),
    }
}
