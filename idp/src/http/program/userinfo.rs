//! `/userinfo`.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::{form, is_form};
use crate::http::respond::fault;
use crate::http::respond::json::{bearer_error, json, signed};
use crate::http::respond::program::with_nonce;
use crate::oauth::bearer::www_authenticate;
use crate::provider::resource::userinfo::{Userinfo, UserinfoError};

/// Answers a `UserInfo` request by GET or POST, with the token in the header or the form.
pub(super) async fn any(call: Call, method: Method, body: Bytes) -> Response {
    // What comes with a GET has no meaning (RFC 9110 section 9.3.1, RFC 6750 section 2.2).
    let posts_form = method == Method::POST && is_form(&call.visit.headers);
    let parsed = posts_form.then(|| form(&call.visit.headers, &body)).transpose();
    let form = match parsed {
        Ok(form) => form,
        Err(error) => return bearer_error(Some(&error), &www_authenticate(None, Some(&error))),
    };
    let sender = call.sender(method.as_str(), "userinfo");
    let authorization = call.visit.authorization();
    let now = call.visit.visitor.now;
    let told = call.app.provider.userinfo(authorization, form.as_ref(), &sender, now).await;
    let response = match told {
        Ok(Userinfo::Json(claims)) => json(StatusCode::OK, claims),
        Ok(Userinfo::Jwt(claims)) => signed("application/jwt", claims),
        Err(UserinfoError::Refused(scheme, error)) => {
            bearer_error(error.as_ref(), &www_authenticate(scheme, error.as_ref()))
        }
        Err(UserinfoError::Fault(fault)) => fault::to_program(&fault, call.request_id.as_str()),
    };
    with_nonce(response, &call)
}
