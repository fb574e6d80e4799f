//! Faults: logged once, here, with the request id; told as "try again" or "our fault", never as a
//! verdict about who asks.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::respond::json::json;
use crate::provider::Fault;

/// Seconds after which to try again; every 503 says so.
pub(crate) const RETRY_AFTER: u64 = 5;

/// Writes the fault and all its sources into the log, once.
pub(crate) fn log(fault: &Fault, request_id: &str) {
    let mut chain = fault.to_string();
    let mut source = std::error::Error::source(fault);
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(request_id, fault = chain, "a request failed");
}

/// The status of a fault.
pub(crate) fn status(fault: &Fault) -> StatusCode {
    if fault.is_unavailable() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

/// The answer to a program.
pub(crate) fn to_program(fault: &Fault, request_id: &str) -> Response {
    log(fault, request_id);
    let status = status(fault);
    let code = match status {
        StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
        _ => "server_error",
    };
    let body = serde_json::json!({
        "error": code,
        "error_description": format!("the provider is at fault; request {request_id}"),
    });
    json(status, body.to_string().into_bytes())
}
