//! The edge: the route table, the security headers, and one file per page.

mod bearer;
mod cookies;
mod failure;
mod fields;
mod form_page;
mod login;
mod logout;
mod parameters;
mod resource;
mod start;
mod visitor;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::app::{App, Shared};
use crate::pages::{Frame, STYLE};
use failure::Failure;
use fields::Fields;

/// The longest form we read.
const LONGEST_BODY: usize = 64 * 1024;

/// Every address of the relying party.
pub(crate) fn router(app: Shared) -> Router {
    Router::new()
        .route("/", get(start::start))
        .route("/help", get(start::help))
        .route("/login", get(login::login))
        .route("/callback", get(login::callback))
        .route("/logout", post(logout::logout))
        .route("/logged-out", get(logout::logged_out))
        .route("/party-parameters", get(parameters::choose))
        .route("/party-parameters/{party}", get(parameters::show).post(parameters::save))
        .route("/resource/party-parameters/{party}", get(resource::read))
        .route("/style.css", get(style))
        .fallback(async || Failure::NotFound(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || Failure::NotFound(StatusCode::METHOD_NOT_ALLOWED))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(Shared::clone(&app), finish))
        .with_state(app)
}

async fn style() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=300")];
    (headers, STYLE).into_response()
}

/// Writes the page of a failure, and the headers of every answer.
async fn finish(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let query = request.uri().query().map(|query| Fields::parse(query.as_bytes()));
    let query = query.and_then(Result::ok);
    let language = visitor::language(request.headers(), query.as_ref(), app.config.is_https());
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let frame = Frame {
            language,
            language_link: "/?ui_locales=".to_owned(),
            csrf: String::new(),
            user: None,
        };
        let message = failure.message(app.pages.texts(language));
        let html = app.pages.render(&frame, &message).unwrap_or_else(|_| message.title.clone());
        response = (failure.status(), Html(html)).into_response();
        if failure.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
        }
    }
    protect(&app, response.headers_mut());
    response
}

/// No script, no frames, no foreign content, nothing kept or leaked. Browsers apply `form-action`
/// to the redirect after a form too, and ours may lead to the provider.
fn protect(app: &App, headers: &mut HeaderMap) {
    let provider = url::Url::parse(&app.config.issuer)
        .map(|issuer| issuer.origin().ascii_serialization())
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {provider}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let fixed: [(HeaderName, &'static str); 5] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.config.is_https() {
        let a_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, a_year);
    }
}
