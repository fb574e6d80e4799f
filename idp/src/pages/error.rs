//! Errors that the application cannot be sent.

use serde::Serialize;

use super::Page;
use super::login::form_post::Field;
use super::rehearsed::Rehearsed;

/// The error page: plain words for the End-User, a code and a description for developers.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage<'a> {
    /// Which plain words.
    pub kind: Kind,
    /// The error code, such as `invalid_request`.
    pub code: &'a str,
    /// What a developer needs to know; may be empty.
    pub description: &'a str,
    /// The id under which the request was logged; may be empty.
    pub request_id: &'a str,
    /// After how many seconds to try again.
    pub seconds: Option<u64>,
    /// The page of ours that a form stood on, to go back to; empty when there is none.
    pub back: &'a str,
    /// The way to the application, where it is the person's choice to go there.
    pub onward: Option<Onward<'a>>,
}

/// The way to an application that registered itself.
#[derive(Clone, Debug, Serialize)]
pub struct Onward<'a> {
    /// Its host.
    pub host: &'a str,
    /// Where the link or the form leads.
    pub address: &'a str,
    /// What the form brings; none for a link.
    pub fields: Vec<Field<'a>>,
}

/// Which plain words an error gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The application sent something that cannot be accepted.
    BadRequest,
    /// The same, when it asked to log out.
    BadLogout,
    /// There is no such page.
    NotFound,
    /// The page exists, but not for this method.
    MethodNotAllowed,
    /// The request is larger than any of ours can be.
    TooLarge,
    /// Too much to do at the moment.
    Busy,
    /// The fault is ours.
    ServerFault,
    /// The anti-forgery token is missing or false.
    ForbiddenForm,
    /// The browser sends no cookies.
    NoCookies,
    /// This network or account asks too often.
    TooMany,
}

impl Page for ErrorPage<'_> {
    const FILE: &'static str = "pages/error.html";
}

impl Rehearsed for ErrorPage<'static> {
    fn samples() -> Vec<Self> {
        let page = |kind, code| ErrorPage {
            kind,
            code,
            description: "",
            request_id: "0pf6c2m4sajg",
            seconds: None,
            onward: None,
            back: "",
        };
        let bad = page(Kind::BadRequest, "invalid_request");
        let description = "redirect_uri is not one of those registered for this client";
        let busy = page(Kind::Busy, "temporarily_unavailable");
        let many = page(Kind::TooMany, "too_many_requests");
        let link = Onward {
            host: "idep.example.org",
            address: "https://idep.example.org/cb?error=invalid_request&state=s",
            fields: Vec::new(),
        };
        let form = Onward {
            address: "https://idep.example.org/cb",
            fields: vec![Field { name: "error", value: "invalid_request" }],
            ..link.clone()
        };
        vec![
            ErrorPage { description, ..bad.clone() },
            ErrorPage { onward: Some(link), ..bad.clone() },
            ErrorPage { onward: Some(form), ..bad.clone() },
            ErrorPage { request_id: "", ..bad.clone() },
            bad,
            page(Kind::BadLogout, "invalid_request"),
            page(Kind::NotFound, "not_found"),
            page(Kind::MethodNotAllowed, "method_not_allowed"),
            page(Kind::TooLarge, "too_large"),
            ErrorPage { seconds: Some(1), ..busy.clone() },
            ErrorPage { seconds: Some(30), ..busy.clone() },
            busy,
            page(Kind::ServerFault, "server_error"),
            page(Kind::ForbiddenForm, "forbidden"),
            page(Kind::NoCookies, "invalid_request"),
            ErrorPage { back: "/interaction/4kq2", ..page(Kind::ForbiddenForm, "forbidden") },
            ErrorPage { seconds: Some(90), ..many.clone() },
            many,
        ]
    }
}
