//! What the forms of an interaction share.

use axum::body::Bytes;
use axum::response::Response;

use crate::http::extract::form::form;
use crate::http::form_token::is_own_form;
use crate::http::respond::page::Reply;
use crate::oauth::parameters::Parameters;
use crate::pages::error::Kind;
use crate::provider::login::loaded::Shared;

/// The address of the form by which somebody else logs in instead.
pub(super) fn other_account(shared: &Shared) -> String {
    format!("/interaction/{}?step=password", shared.id)
}

/// The parameters of a form that one of our own pages sent, or the answer to one that did not.
pub(super) fn own_form(
    reply: &Reply<'_>,
    id: &str,
    body: &Bytes,
) -> Result<Parameters, Box<Response>> {
    let parameters =
        form(&reply.visit.headers, body).map_err(|error| reply.error(Kind::BadRequest, &error))?;
    let token = parameters.get("csrf").unwrap_or_default();
    if !is_own_form(reply, token, id) {
        return Err(Box::new(reply.forbidden_form()));
    }
    Ok(parameters)
}
