//! `/l/{token}`: the mailed link. GET and HEAD show, POST completes.

use axum::http::StatusCode;
use axum::response::Response;

use crate::account::link::{self, Typed};
use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::extract::path_id::RestOfPath;
use crate::http::login::form_token::interaction_form;
use crate::http::login::own_form::PostedForm;
use crate::http::respond::authorization_response::completed;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::with_cookies;
use crate::http::respond::way_on::shown;
use crate::pages::login::link::Link;
use crate::pages::login::link_dead::{LinkDead, Reason};
use crate::pages::login::other_browser::OtherBrowser;
use crate::provider::login::link::{Confirmed, Dead, LinkView};

/// What the form of a link's page is bound to, beside the browser.
const FORM: &str = "link";
/// Characters of an address without a token that the links of its page keep.
const SHOWN: usize = 64;

/// Shows the link's page; looking changes nothing.
pub(super) async fn get(call: Call, RestOfPath(rest): RestOfPath) -> Response {
    let reply = Reply::new(&call);
    let token = token_in(&rest);
    let response = match call.app.provider.link(&token, &call.visit.visitor).await {
        Ok(view) => page(reply, &token, view),
        Err(fault) => return reply.fault(&fault),
    };
    let chosen = call.visit.chosen.map(|language| Change::Language(language.as_str()));
    with_cookies(response, call.visit.cookies, chosen.as_slice())
}

/// Completes the login.
pub(super) async fn post(RestOfPath(rest): RestOfPath, posted: PostedForm) -> Response {
    let own_form = posted.own(FORM).is_ok();
    let call = posted.call;
    let reply = Reply::new(&call);
    let token = token_in(&rest);
    let confirming = call.app.provider.confirm_link(&token, own_form, &call.visit.visitor);
    match Box::pin(confirming).await {
        Ok(Confirmed::Completed(done)) => completed(&reply, &done),
        Ok(Confirmed::ForeignForm) => reply.forbidden_form(),
        Ok(Confirmed::Refused(view)) => page(reply, &token, *view),
        Err(fault) => reply.fault(&fault),
    }
}

/// The token in the address; of an address without one what its page can name.
fn token_in(rest: &str) -> String {
    match link::read(rest) {
        Typed::Whole(token) => token.expose().to_owned(),
        Typed::CutOff => rest.chars().filter(char::is_ascii_alphanumeric).take(SHOWN).collect(),
    }
}

fn page(reply: Reply<'_>, token: &str, view: LinkView) -> Response {
    let path = format!("/l/{token}");
    match view {
        LinkView::Confirm { shared, agent, started_at } => {
            let page = Link {
                action: &path,
                csrf: &interaction_form(&reply, &shared, FORM),
                application: &shared.application,
                account: &shared.account,
                started: &started_at.date_and_time(reply.app.zone),
                browser: &agent.browser,
                system: &agent.system,
            };
            let language = reply.visit.chosen.unwrap_or(shared.language);
            reply.in_language(language).page_to(StatusCode::OK, &page, &path)
        }
        LinkView::OtherBrowser { agent, language } => {
            let link = format!("{}{path}", reply.app.provider.issuer());
            let (browser, system) = (&agent.browser, &agent.system);
            let page = OtherBrowser { link: &link, browser, system };
            let language = reply.visit.chosen.unwrap_or(language);
            reply.in_language(language).page_to(StatusCode::OK, &page, &path)
        }
        LinkView::Dead(dead, way) => {
            let page = LinkDead { reason: reason(dead), application: shown(&way) };
            reply.page_to(status(dead), &page, &path)
        }
    }
}

const fn reason(dead: Dead) -> Reason {
    match dead {
        Dead::UsedHere => Reason::UsedHere,
        Dead::Used => Reason::Used,
        Dead::Expired => Reason::Expired,
        Dead::Unknown => Reason::Unknown,
        Dead::CutOff => Reason::CutOff,
        Dead::Superseded => Reason::Superseded,
    }
}

const fn status(dead: Dead) -> StatusCode {
    match dead {
        Dead::Unknown | Dead::CutOff => StatusCode::NOT_FOUND,
        Dead::UsedHere | Dead::Used | Dead::Expired | Dead::Superseded => StatusCode::GONE,
    }
}
