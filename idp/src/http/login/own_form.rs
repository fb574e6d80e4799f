//! What the forms of our pages share: the extractors without which no handler gets what a form
//! holds.

use axum::RequestExt as _;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::extract::path_id::PathId;
use crate::http::login::form_token::is_own_form;
use crate::http::respond::page::Reply;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::pages::error::Kind;
use crate::provider::login::loaded::Shared;

/// The address of the form by which somebody else logs in instead.
pub(super) fn other_account(shared: &Shared) -> String {
    format!("/interaction/{}?step=password", shared.id)
}

/// A form that a browser posted. Who wants to know what it holds says whose form it must be.
pub(super) struct PostedForm {
    pub(super) call: Call,
    form: Result<Parameters, Error>,
}

impl FromRequest<App> for PostedForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(call) = Call::from_request_parts(&mut parts, app).await;
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let form = form(&call.visit.headers, &body);
        Ok(Self { call, form })
    }
}

impl PostedForm {
    /// What it holds, whichever site it comes from.
    pub(super) const fn of_any_site(&self) -> Result<&Parameters, &Error> {
        self.form.as_ref()
    }

    /// What it holds, if one of our pages sent it in this browser as the form of that name;
    /// otherwise the answer.
    pub(super) fn own(&self, name: &str) -> Result<&Parameters, Box<Response>> {
        let reply = Reply::new(&self.call);
        let form = self.form.as_ref().map_err(|error| reply.error(Kind::BadRequest, error))?;
        let token = form.get("csrf").unwrap_or_default();
        if is_own_form(&reply, token, name) {
            return Ok(form);
        }
        Err(Box::new(reply.forbidden_form()))
    }
}

/// A form of an interaction that one of its pages sent in this browser.
pub(super) struct InteractionForm {
    pub(super) call: Call,
    pub(super) id: String,
    pub(super) form: Parameters,
}

impl FromRequest<App> for InteractionForm {
    type Rejection = Response;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Response> {
        let Ok(PathId(id)) = request.extract_parts_with_state(app).await;
        let posted = PostedForm::from_request(request, app).await?;
        posted.own(&id).map_err(|response| *response)?;
        let PostedForm { call, form } = posted;
        Ok(Self { call, id, form: form.unwrap_or_default() })
    }
}
