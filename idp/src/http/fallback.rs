//! The answers where there is no route.

use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::respond::page::Reply;
use crate::oauth::error::Error;
use crate::pages::error::Kind;

/// The answer where nothing is.
pub(super) async fn not_found(call: Call) -> Response {
    let error = Error::invalid_request("there is nothing at this address");
    Reply::new(&call).error(Kind::NotFound, &error)
}

/// The answer to a method that an address does not take.
pub(super) async fn method_not_allowed(call: Call) -> Response {
    let error = Error::invalid_request("this address does not take this method");
    Reply::new(&call).error(Kind::MethodNotAllowed, &error)
}
