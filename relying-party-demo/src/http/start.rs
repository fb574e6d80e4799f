//! The start page and the help page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::failure::Failure;
use super::visitor::{Name, Visitor};
use crate::app::Shared;
use crate::pages::{Help, Start, User};

/// `GET /`
pub(super) async fn start(
    State(app): State<Shared>,
    mut visitor: Visitor,
) -> Result<Response, Failure> {
    let user = visitor.session.as_ref().map(|session| {
        User::new(&session.identity, &session.id_token_claims, &session.userinfo_claims)
    });
    let may = |party: &&str| visitor.identity().is_some_and(|it| it.reports_for(party));
    let saved = visitor.cookie(Name::Saved).filter(may).map(str::to_owned);
    if saved.is_some() {
        visitor.drop_cookie(Name::Saved);
    }
    visitor.page(&app, StatusCode::OK, &Start { user, saved })
}

/// `GET /help`
pub(super) async fn help(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Failure> {
    visitor.page(&app, StatusCode::OK, &Help {})
}
