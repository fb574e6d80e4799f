//! `/end_session`.

use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::extract::form::query;
use crate::http::login::form_token::session_form;
use crate::http::login::own_form::PostedForm;
use crate::http::respond::page::{Reply, framing};
use crate::http::respond::redirect::{lead_on, refreshed, see_other, with_cookies};
use crate::http::respond::way_on::shown;
use crate::oauth::parameters::Parameters;
use crate::pages::error::Kind;
use crate::pages::login::logout::{Logout, LogoutDone, Outcome, Parameter};
use crate::provider::login::way_on::WayOn;
use crate::provider::logout::end_session::{EndSession, Frame};

/// What a logout takes from the browser.
const LOGGED_OUT: [Change<'static>; 2] = [Change::EndSession, Change::EndState];

/// What the confirmation form is bound to, beside the browser.
const FORM: &str = "end_session";

/// The parameters of the confirmation form itself.
const OWN: [&str; 2] = ["csrf", "decision"];

/// A logout request in the query.
pub(super) async fn get(call: Call, uri: Uri) -> Response {
    let reply = Reply::new(&call);
    match query(&uri) {
        Ok(parameters) => answer(&reply, &parameters, false).await,
        Err(error) => reply.error(Kind::BadLogout, &error),
    }
}

/// A logout request in a form: from an application, or from our own page that asked.
pub(super) async fn post(posted: PostedForm) -> Response {
    let call = &posted.call;
    let reply = Reply::new(call);
    let parameters = match posted.of_any_site() {
        Ok(parameters) => parameters,
        Err(error) => return reply.error(Kind::BadLogout, error),
    };
    let Some(decision) = parameters.get("decision") else {
        // A form from another site brings no cookies along: ask again by GET.
        return see_other(&format!("/end_session?{}", parameters.to_query()));
    };
    if let Err(response) = posted.own(FORM) {
        return *response;
    }
    if decision == "stay" {
        return match call.app.provider.stay(parameters, &call.visit.visitor).await {
            Ok(way) => done(&reply, Outcome::Stayed, &way),
            Err(fault) => reply.fault(&fault),
        };
    }
    answer(&reply, parameters, true).await
}

async fn answer(reply: &Reply<'_>, parameters: &Parameters, confirmed: bool) -> Response {
    let provider = &reply.app.provider;
    let cookies = reply.visit.cookies;
    let had_session = !reply.visit.visitor.sessions.is_empty();
    match provider.end_session(parameters, confirmed, &reply.visit.visitor).await {
        Ok(EndSession::Redirect(location)) => {
            let response = match confirmed {
                true => lead_on(reply, &location),
                false => see_other(&location),
            };
            with_cookies(response, cookies, &LOGGED_OUT)
        }
        Ok(EndSession::FrontChannel { frames, then, way }) => {
            let response = front_channel(reply, &frames, then.as_deref(), &way);
            with_cookies(response, cookies, &LOGGED_OUT)
        }
        Ok(EndSession::Done { way }) => {
            let outcome = if had_session { Outcome::Done } else { Outcome::Nothing };
            with_cookies(done(reply, outcome, &way), cookies, &LOGGED_OUT)
        }
        Ok(EndSession::Confirm { account, application }) => {
            let own = |name: &str| OWN.contains(&name);
            let kept = parameters.iter().filter(|(name, _)| !own(name));
            let page = Logout {
                action: "/end_session",
                csrf: &session_form(reply, FORM),
                parameters: kept.map(|(name, value)| Parameter { name, value }).collect(),
                account: &account,
                application: &application,
            };
            let path = format!("/end_session?{}", parameters.to_query());
            reply.page_to(StatusCode::OK, &page, &path)
        }
        Ok(EndSession::Page(error)) => reply.error(Kind::BadLogout, &error),
        Err(fault) => reply.fault(&fault),
    }
}

fn done(reply: &Reply<'_>, outcome: Outcome, way: &WayOn) -> Response {
    let page = LogoutDone { outcome, application: shown(way), frames: Vec::new(), then: "" };
    reply.page_to(StatusCode::OK, &page, "/end_session")
}

/// Seconds the applications have to log out in their frames before the browser goes on. Whether
/// they did cannot be seen from here: they are of other origins.
const FRAME_SECONDS: u32 = 3;

/// The page that loads the applications' logout addresses, and then goes on by itself
/// ([Front-Channel Logout section 3](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout)).
fn front_channel(reply: &Reply<'_>, frames: &[Frame], then: Option<&str>, way: &WayOn) -> Response {
    let page = LogoutDone {
        outcome: Outcome::Done,
        application: if then.is_some() { None } else { shown(way) },
        frames: frames.iter().map(|frame| frame.address.as_str()).collect(),
        then: then.unwrap_or_default(),
    };
    let mut origins: Vec<_> = frames.iter().map(|frame| frame.origin.as_str()).collect();
    origins.dedup();
    let response = reply.page_to(StatusCode::OK, &page, "/end_session");
    let response = framing(response, &origins.join(" "));
    match then {
        Some(then) => refreshed(response, FRAME_SECONDS, then),
        None => response,
    }
}
