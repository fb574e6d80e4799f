//! `/accessibility` and `/privacy`: the pages that every page's foot links to, where the operator has
//! none of their own.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::with_cookies;
use crate::pages::Page;
use crate::pages::about::{Accessibility, Privacy};

/// How accessible the service is.
pub(super) async fn accessibility(call: Call) -> Response {
    show(&call, &Accessibility {})
}

/// Which cookies and personal data are kept.
pub(super) async fn privacy(call: Call) -> Response {
    let (step_up, kept) = (&call.app.step_up, call.app.provider.kept_days());
    let page = Privacy {
        session_hours: call.app.session_hours,
        remember_days: step_up.remember_days,
        keep_days: kept.keep_days,
        frequent_days: kept.frequent_days,
    };
    show(&call, &page)
}

fn show<P: Page>(call: &Call, page: &P) -> Response {
    let response = Reply::new(call).page(StatusCode::OK, page);
    let chosen = call.visit.chosen.map(|language| Change::Language(language.as_str()));
    with_cookies(response, call.visit.cookies, chosen.as_slice())
}
