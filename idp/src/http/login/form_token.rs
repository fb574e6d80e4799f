//! Anti-forgery tokens of forms: each is bound to a cookie of the browser and to what its form does.

use crate::http::respond::page::Reply;
use crate::provider::login::loaded::Shared;
use crate::provider::visitor::Visitor;

/// The token of a form of an interaction, bound to the browser that began it.
pub(super) fn interaction_form(reply: &Reply<'_>, shared: &Shared, form: &str) -> String {
    reply.app.provider.form_token(shared.browser.as_str(), form)
}

/// The token of a form that acts in the session at hand, as logging out does.
pub(super) fn session_form(reply: &Reply<'_>, form: &str) -> String {
    let session = reply.visit.visitor.sessions.first();
    let bound_to = session.map(|secret| secret.digest().as_str().to_owned()).unwrap_or_default();
    reply.app.provider.form_token(&bound_to, form)
}

/// Whether a form was sent by a page of ours in this browser: its token is bound to one of the
/// cookies the browser sent, or, where it sent none, to none.
pub(super) fn is_own_form(reply: &Reply<'_>, token: &str, form: &str) -> bool {
    let provider = &reply.app.provider;
    let is_bound = bindings(&reply.visit.visitor)
        .iter()
        .any(|bound_to| provider.is_form_token(token, bound_to, form));
    is_bound && !reply.visit.is_cross_site(provider.issuer())
}

fn bindings(visitor: &Visitor) -> Vec<String> {
    let browsers = visitor.browsers.iter().map(|secret| secret.digest().as_str().to_owned());
    let sessions = visitor.sessions.iter().map(|secret| secret.digest().as_str().to_owned());
    let mut all: Vec<_> = browsers.chain(sessions).collect();
    if visitor.sessions.is_empty() {
        all.push(String::new());
    }
    all
}
