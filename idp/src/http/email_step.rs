//! `/interaction/{id}/email` and `…/resend`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::path_id::PathId;
use crate::http::interaction::{Mistakes, own_form, show};
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::see_other;
use crate::oauth::error::{Error, ErrorCode};
use crate::pages::email::Mistake;
use crate::pages::error::Kind;
use crate::provider::email_step::EmailStep;

/// Takes a typed address.
pub(super) async fn email(call: Call, PathId(id): PathId, body: Bytes) -> Response {
    let reply = call.reply();
    let form = match own_form(&reply, &id, &body) {
        Ok(form) => form,
        Err(response) => return *response,
    };
    let typed = form.get("email").unwrap_or_default();
    let skip_email = form.get("skip_email").is_some();
    let outcome = call.app.provider.email_step(&id, typed, skip_email, &call.visit.visitor).await;
    let address = match outcome {
        Ok(EmailStep::Missing) => Mistake::Missing,
        Ok(EmailStep::NotKnown) => Mistake::Unknown { attempts_left: 0 },
        other => return further(&reply, &id, other),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let mistakes = Mistakes {
        email: typed,
        skip_email,
        address: Some(address),
        status,
        ..Mistakes::default()
    };
    show(reply, &id, true, mistakes).await
}

/// Sends a further link to the address of the last one.
pub(super) async fn resend(call: Call, PathId(id): PathId, body: Bytes) -> Response {
    let reply = call.reply();
    if let Err(response) = own_form(&reply, &id, &body) {
        return *response;
    }
    let outcome = call.app.provider.resend(&id, &call.visit.visitor).await;
    further(&reply, &id, outcome)
}

fn further(
    reply: &Reply<'_>,
    id: &str,
    outcome: Result<EmailStep, crate::provider::Fault>,
) -> Response {
    match outcome {
        Ok(EmailStep::Again(other)) => see_other(&format!("/interaction/{other}")),
        Ok(EmailStep::TooMany) => {
            let error = Error::new(
                ErrorCode::AccessDenied,
                "too many mails or wrong addresses for this account",
            );
            reply.error(Kind::TooMany, &error)
        }
        // The waiting page says itself when it can send again, and whether it can.
        Ok(_) => see_other(&format!("/interaction/{id}")),
        Err(fault) => reply.fault(&fault),
    }
}
