//! `/userinfo`.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::http::extract::form::{form, is_form};
use crate::http::program::caller::Caller;
use crate::http::respond::json::{bearer_error, json, signed};
use crate::oauth::bearer::www_authenticate;
use crate::provider::resource::userinfo::{Userinfo, UserinfoError};

/// Answers a `UserInfo` request by GET or POST, with the token in the header or the form.
pub(super) async fn any(caller: Caller, method: Method, body: Bytes) -> Response {
    // What comes with a GET has no meaning (RFC 9110 section 9.3.1, RFC 6750 section 2.2).
    let posts_form = method == Method::POST && is_form(&caller.headers);
    let parsed = posts_form.then(|| form(&caller.headers, &body)).transpose();
    let form = match parsed {
        Ok(form) => form,
        Err(error) => return bearer_error(Some(&error), &www_authenticate(None, Some(&error))),
    };
    let sender = caller.sender(method.as_str(), "userinfo");
    let authorization = caller.authorization();
    let provider = &caller.app.provider;
    let answer = provider.userinfo(authorization, form.as_ref(), &sender, caller.now).await;
    let response = match answer {
        Ok(Userinfo::Json(claims)) => json(StatusCode::OK, claims),
        Ok(Userinfo::Jwt(claims)) => signed("application/jwt", claims),
        Err(UserinfoError::Refused(scheme, error)) => {
            bearer_error(error.as_ref(), &www_authenticate(scheme, error.as_ref()))
        }
        Err(UserinfoError::Fault(fault)) => caller.fault(&fault),
    };
    caller.with_nonce(response)
}
