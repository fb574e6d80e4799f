//! `/interaction/{id}/email` and `…/resend`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::http::login::interaction::{Mistakes, show};
use crate::http::login::own_form::InteractionForm;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::see_other;
use crate::pages::login::email::Mistake;
use crate::provider::Fault;
use crate::provider::login::email_step::{EmailStep, Held};
use crate::provider::login::interaction::Form;

/// What stood in the form.
#[derive(Clone, Copy, Default)]
struct Typed<'a> {
    email: &'a str,
    skip_email: bool,
}

/// Takes a typed address.
pub(super) async fn email(posted: InteractionForm) -> Response {
    let InteractionForm { call, id, form } = posted;
    let reply = Reply::new(&call);
    let typed = Typed {
        email: form.get("email").unwrap_or_default(),
        skip_email: form.get("skip_email").is_some(),
    };
    let provider = &call.app.provider;
    let visitor = &call.visit.visitor;
    let outcome = provider.email_step(&id, typed.email, typed.skip_email, visitor).await;
    further(reply, &id, typed, outcome).await
}

/// Sends a further link to the address of the last one.
pub(super) async fn resend(InteractionForm { call, id, .. }: InteractionForm) -> Response {
    let reply = Reply::new(&call);
    let outcome = call.app.provider.resend(&id, &call.visit.visitor).await;
    further(reply, &id, Typed::default(), outcome).await
}

async fn further(
    reply: Reply<'_>,
    id: &str,
    typed: Typed<'_>,
    outcome: Result<EmailStep, Fault>,
) -> Response {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match outcome {
        Ok(EmailStep::Again(other)) => see_other(&format!("/interaction/{other}")),
        // The waiting page says itself when it can send again, and whether it can.
        Ok(EmailStep::Next) => see_other(&format!("/interaction/{id}")),
        Ok(EmailStep::Missing) => wrong(reply, id, typed, Mistake::Missing, unprocessable).await,
        Ok(EmailStep::NotKnown) => {
            let unknown = Mistake::Unknown { attempts_left: 0 };
            wrong(reply, id, typed, unknown, unprocessable).await
        }
        Ok(EmailStep::Spent) => {
            wrong(reply, id, typed, Mistake::Spent, StatusCode::TOO_MANY_REQUESTS).await
        }
        Ok(EmailStep::Later(held, next)) => {
            let seconds = next.since(reply.visit.visitor.now).max(1);
            // Rounded up to the minute that is shown, so that it is true.
            let at = next.plus(59).hour_and_minute(reply.app.zone);
            let mistake = match held {
                Held::Address => Mistake::Rest { at: &at },
                Held::Account => Mistake::Hour { at: &at },
                Held::WrongAddresses => Mistake::Pause { at: &at },
            };
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut response = wrong(reply, id, typed, mistake, status).await;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        Err(fault) => reply.fault(&fault),
    }
}

/// The form again, with what is wrong.
async fn wrong(
    reply: Reply<'_>,
    id: &str,
    Typed { email, skip_email }: Typed<'_>,
    mistake: Mistake<'_>,
    status: StatusCode,
) -> Response {
    let address = Some(mistake);
    let mistakes = Mistakes { email, skip_email, address, status, ..Mistakes::default() };
    show(reply, id, Form::Address, mistakes).await
}
