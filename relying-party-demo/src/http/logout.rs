//! Logout here and at the provider (OpenID Connect RP-Initiated Logout 1.0): `/logout` and
//! `/logged-out`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::failure::Failure;
use super::fields::Fields;
use super::visitor::{Name, Visitor};
use crate::app::Shared;
use crate::entropy;
use crate::pages::Message;

/// How long the person may think about the provider's question before they come back.
const LOGOUT_SECONDS: i64 = 60 * 60;

/// `POST /logout`: ends the session here at once, then asks the provider to end its own.
pub(super) async fn logout(
    State(app): State<Shared>,
    mut visitor: Visitor,
    form: Fields,
) -> Result<Response, Failure> {
    visitor.vouch_for(&form)?;
    visitor.drop_cookie(Name::Session);
    let Some(session) = visitor.session.take() else { return Ok(visitor.redirect("/")) };
    app.store.end_session(&session.id_digest).await?;
    let state = entropy::secret();
    let (now, language) = (app.clock.now(), visitor.language);
    match app.provider.end_session_url(&session.id_token, &state, language, now).await {
        Ok(Some(url)) => {
            visitor.set_cookie(Name::Logout, state, Some(LOGOUT_SECONDS));
            Ok(visitor.redirect(url.as_str()))
        }
        Ok(None) => Err(Failure::LogoutIncomplete),
        Err(error) => {
            tracing::warn!(%error, "the provider could not be asked to log out");
            Err(Failure::LogoutIncomplete)
        }
    }
}

/// `GET /logged-out`: back from the provider, with the `state` that we sent.
pub(super) async fn logged_out(
    State(app): State<Shared>,
    mut visitor: Visitor,
) -> Result<Response, Failure> {
    let sent = visitor.cookie(Name::Logout).filter(|sent| !sent.is_empty());
    let returned = visitor.query.get("state");
    if !sent.zip(returned).is_some_and(|(sent, returned)| entropy::equal(sent, returned)) {
        return Err(Failure::LogoutUnknown);
    }
    visitor.drop_cookie(Name::Logout);
    let texts = app.pages.texts(visitor.language);
    let page = Message {
        id: "rp-logged-out",
        title: texts.get("logged_out.title"),
        text: texts.get("logged_out.text"),
        next_link: "/login".to_owned(),
        next_text: texts.get("logged_out.next"),
        code: None,
    };
    visitor.page(&app, StatusCode::OK, &page)
}
