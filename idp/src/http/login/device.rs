//! `/device`, where a person types a device's code.

use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::extract::form::query;
use crate::http::login::form_token::session_form;
use crate::http::login::own_form::PostedForm;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::{see_other, with_cookies};
use crate::pages::error::Kind;
use crate::pages::login::consent::Consent;
use crate::pages::login::device::{Device, DeviceDone, Mistake};
use crate::provider::device::DeviceView;

/// Shows the field for the code, or, with a code, what the device asks for. A login leads back here
/// with the code in `state`.
pub(super) async fn get(call: Call, uri: Uri) -> Response {
    let reply = Reply::new(&call);
    let parameters = match query(&uri) {
        Ok(parameters) => parameters,
        Err(error) => return reply.error(Kind::BadRequest, &error),
    };
    let given_up = parameters.get("error").is_some();
    let code = parameters.get("user_code").or_else(|| parameters.get("state"));
    let code = code.filter(|_| !given_up).unwrap_or_default();
    match call.app.provider.device(code, &call.visit.visitor).await {
        Ok(view) => show(&reply, view, code),
        Err(fault) => reply.fault(&fault),
    }
}

/// Takes the person's answer. What is not a yes is a no.
pub(super) async fn post(posted: PostedForm) -> Response {
    let call = &posted.call;
    let reply = Reply::new(call);
    let code = posted.of_any_site().ok().and_then(|form| form.get("user_code")).unwrap_or_default();
    let form = match posted.own(&format!("device {code}")) {
        Ok(form) => form,
        Err(response) => return *response,
    };
    let allow = form.get("decision") == Some("allow");
    match call.app.provider.answer_device(code, allow, &call.visit.visitor).await {
        Ok(view) => show(&reply, view, code),
        Err(fault) => reply.fault(&fault),
    }
}

fn show(reply: &Reply<'_>, view: DeviceView, code: &str) -> Response {
    let enter = |status, mistake| reply.page_to(status, &Device { code, mistake }, "/device");
    match view {
        DeviceView::Enter { wait: Some(until), .. } => {
            let until = until.hour_minute_and_second(reply.app.zone);
            enter(StatusCode::TOO_MANY_REQUESTS, Some(Mistake::Wait { until: &until }))
        }
        DeviceView::Enter { unknown: true, .. } => enter(StatusCode::OK, Some(Mistake::Unknown)),
        DeviceView::Enter { .. } => enter(StatusCode::OK, None),
        DeviceView::LogIn(location) => see_other(&location),
        DeviceView::Confirm { application, asked, code } => {
            let own = |token: &&str| *token != "offline_access";
            let (known, others) =
                asked.scope.iter().filter(own).partition(|token| Consent::KNOWN.contains(token));
            let csrf = session_form(reply, &format!("device {code}"));
            let page = Consent {
                action: "/device",
                csrf: &csrf,
                application: &application,
                host: &asked.host,
                self_registered: asked.self_registered,
                code: &code,
                account: &asked.account,
                other_account: "",
                known,
                others,
                offline_days: asked.offline_days,
                policy: &asked.policy,
                terms: &asked.terms,
            };
            let path = format!("/device?user_code={code}");
            reply.page_to(StatusCode::OK, &page, &path)
        }
        DeviceView::Done { allowed, application, remembered } => {
            let page = DeviceDone { allowed, application: &application };
            let response = reply.page_to(StatusCode::OK, &page, "/device");
            let set: Vec<_> = remembered.iter().map(Change::Remembered).collect();
            with_cookies(response, reply.visit.cookies, &set)
        }
    }
}
