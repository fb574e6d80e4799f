//! `/userinfo`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::{form, is_form};
use crate::http::respond::fault;
use crate::http::respond::json::{bearer_error, json};
use crate::oauth::bearer::www_authenticate;
use crate::provider::userinfo::UserinfoError;

/// Answers a `UserInfo` request by GET or POST, with the token in the header or the form.
pub(super) async fn any(call: Call, body: Bytes) -> Response {
    let parsed = is_form(&call.visit.headers).then(|| form(&call.visit.headers, &body)).transpose();
    let form = match parsed {
        Ok(form) => form,
        Err(error) => return bearer_error(Some(&error), &www_authenticate(Some(&error))),
    };
    match call.app.provider.userinfo(call.visit.authorization(), form.as_ref()).await {
        Ok(claims) => json(StatusCode::OK, claims),
        Err(UserinfoError::Refused(error)) => {
            bearer_error(error.as_ref(), &www_authenticate(error.as_ref()))
        }
        Err(UserinfoError::Fault(fault)) => fault::to_program(&fault, call.request_id.as_str()),
    }
}
