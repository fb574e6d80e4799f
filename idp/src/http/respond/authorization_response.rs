//! Authorization responses: a redirect, a page that leads on, or a page whose form the browser
//! posts on.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::cookies::Change;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::{lead_on, see_other, with_cookies};
use crate::oauth::authorization_response as oauth;
use crate::oauth::error::Error;
use crate::pages::error::{ErrorPage, Kind, Onward};
use crate::pages::login::form_post::{Field, FormPost};
use crate::provider::login::completion::Completed;

/// Has the browser bring a response to the application, after a request that was no form of ours.
pub(crate) fn redirected(reply: &Reply<'_>, response: &oauth::Response) -> Response {
    brought(reply, response, see_other)
}

/// Has the browser bring a response to the application after a form of ours.
pub(crate) fn led_on(reply: &Reply<'_>, response: &oauth::Response) -> Response {
    brought(reply, response, |location| lead_on(reply, location))
}

fn brought(
    reply: &Reply<'_>,
    response: &oauth::Response,
    go: impl Fn(&str) -> Response,
) -> Response {
    match response {
        oauth::Response::Redirect(location) => go(location),
        oauth::Response::FormPost { action, origin, fields } => {
            let fields = fields.iter().map(|(name, value)| Field { name, value });
            let page = FormPost { action, origin, fields: fields.collect() };
            reply.page_posting_away(StatusCode::OK, &page)
        }
    }
}

/// The error page with the way to the application, for those who want to go there.
pub(crate) fn offer_response(
    reply: &Reply<'_>,
    error: &Error,
    host: &str,
    response: &oauth::Response,
) -> Response {
    let (address, fields): (_, Vec<_>) = match response {
        oauth::Response::Redirect(location) => (location, Vec::new()),
        oauth::Response::FormPost { action, fields, .. } => {
            let fields = fields.iter().map(|(name, value)| Field { name, value });
            (action, fields.collect())
        }
    };
    let leaves_by_form = !fields.is_empty();
    let page = ErrorPage {
        kind: Kind::BadRequest,
        code: error.code.as_str(),
        description: error.description(),
        request_id: reply.request_id.as_str(),
        seconds: None,
        back: "",
        onward: Some(Onward { host, address, fields }),
    };
    if leaves_by_form {
        return reply.page_posting_away(StatusCode::BAD_REQUEST, &page);
    }
    reply.page(StatusCode::BAD_REQUEST, &page)
}

/// The end of a login: back to the application, with the session and the renewed mark, in a browser
/// that is known from now on.
pub(crate) fn completed(reply: &Reply<'_>, done: &Completed) -> Response {
    let mut set = vec![Change::Session(done.session.expose())];
    set.extend(done.state.as_deref().map(Change::State));
    set.extend(done.remembered.as_ref().map(Change::Remembered));
    set.push(Change::Known(done.known.expose()));
    with_cookies(led_on(reply, &done.response), reply.visit.cookies, &set)
}
