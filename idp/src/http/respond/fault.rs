//! Faults: logged once, here, with the request id; shown as "try again" or "our fault", never as a
//! verdict about who asks.

use axum::http::{HeaderValue, StatusCode, header};
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
    if matches!(fault, Fault::TooMany) {
        tracing::info!(request_id, event = "too_much_begun", "a network was held back");
        return;
    }
    tracing::error!(request_id, fault = chain, "a request failed");
}

/// The status of a fault.
pub(crate) fn status(fault: &Fault) -> StatusCode {
    match fault {
        Fault::TooMany => StatusCode::TOO_MANY_REQUESTS,
        fault if fault.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Its error code
/// ([RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
pub(crate) fn code(fault: &Fault) -> &'static str {
    match status(fault) {
        StatusCode::INTERNAL_SERVER_ERROR => "server_error",
        _ => "temporarily_unavailable",
    }
}

/// Says when a network that was held back may go on: in the next minute.
pub(crate) fn with_patience(mut response: Response, fault: &Fault) -> Response {
    if matches!(fault, Fault::TooMany) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(60));
    }
    response
}

/// The answer to a program.
pub(crate) fn to_program(fault: &Fault, request_id: &str) -> Response {
    log(fault, request_id);
    let status = status(fault);
    let description = match fault {
        Fault::TooMany => fault.to_string(),
        _ => format!("the provider is at fault; request {request_id}"),
    };
    let body = serde_json::json!({ "error": code(fault), "error_description": description });
    with_patience(json(status, body.to_string().into_bytes()), fault)
}
