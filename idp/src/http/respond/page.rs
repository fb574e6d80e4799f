//! The answers that people read: HTML in their language, with a strict content security policy.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::account::language::Language;
use crate::app::App;
use crate::http::extract::call::Call;
use crate::http::extract::request_id::RequestId;
use crate::http::extract::visit::Visit;
use crate::http::respond::fault;
use crate::oauth::error::Error;
use crate::pages::about::{ACCESSIBILITY, PRIVACY};
use crate::pages::error::{ErrorPage, Kind};
use crate::pages::{Foot, Frame, HelpDesk, Page};
use crate::provider::Fault;

/// Renders pages for one visit.
#[derive(Clone, Copy)]
pub(crate) struct Reply<'a> {
    pub(crate) app: &'a App,
    pub(crate) visit: &'a Visit,
    pub(crate) request_id: &'a RequestId,
    /// The language, when the page belongs to an interaction that has its own.
    pub(crate) language: Option<Language>,
    /// The one origin beside ours that images come from.
    image: &'a str,
}

impl<'a> Reply<'a> {
    /// The answer to a call.
    pub(crate) const fn new(call: &'a Call) -> Self {
        let Call { app, visit, request_id } = call;
        Self { app, visit, request_id, language: None, image: "" }
    }

    /// The same in the language of an interaction.
    pub(crate) const fn in_language(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }

    /// The same with images of that origin.
    pub(crate) const fn with_image<'b>(&self, origin: &'b str) -> Reply<'b>
    where
        'a: 'b,
    {
        Reply { image: origin, ..*self }
    }

    /// The language of the page.
    pub(crate) fn language(&self) -> Language {
        self.language.unwrap_or(self.visit.visitor.language)
    }

    /// A page whose forms lead back here alone.
    pub(crate) fn page<P: Page>(&self, status: StatusCode, page: &P) -> Response {
        self.page_to(status, page, &self.visit.path)
    }

    /// A page at `path`, whose forms lead back here alone: also through redirects, which browsers
    /// check against `form-action` as well.
    pub(crate) fn page_to<P: Page>(&self, status: StatusCode, page: &P, path: &str) -> Response {
        self.rendered(status, page, path, "form-action 'self'; ")
    }

    /// A page whose form brings a response to an application, which may redirect it to where no
    /// list could tell beforehand: `form-action` cannot be limited
    /// ([Content Security Policy Level 3 section 6.5.1](https://www.w3.org/TR/CSP3/#directive-form-action)).
    pub(crate) fn page_posting_away<P: Page>(&self, status: StatusCode, page: &P) -> Response {
        self.rendered(status, page, &self.visit.path, "")
    }

    fn rendered<P: Page>(
        &self,
        status: StatusCode,
        page: &P,
        path: &str,
        form_action: &str,
    ) -> Response {
        let helpdesk = &self.app.helpdesk;
        let links = &self.app.links;
        let frame = Frame {
            language: self.language(),
            service: &self.app.service,
            path,
            foot: Foot {
                accessibility: or_own(&links.accessibility_url, ACCESSIBILITY),
                privacy: or_own(&links.privacy_url, PRIVACY),
            },
            help_desk: HelpDesk {
                name: &helpdesk.name,
                email: &helpdesk.email,
                phone: &helpdesk.phone,
            },
        };
        match self.app.pages.render_framed(page, &frame) {
            Ok(html) => html_response(status, html, (form_action, self.image), frame.language),
            Err(error) => {
                let request_id = self.request_id.as_str();
                tracing::error!(request_id, fault = %error, "a page failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// The error page, at the address that was asked for.
    pub(crate) fn error(&self, kind: Kind, error: &Error) -> Response {
        let page = ErrorPage {
            kind,
            code: error.code.as_str(),
            description: error.description(),
            request_id: self.request_id.as_str(),
            seconds: None,
            onward: None,
            back: back(kind, &self.visit.path),
        };
        self.page(status_of(kind), &page)
    }

    /// The page of a fault.
    pub(crate) fn fault(&self, fault: &Fault) -> Response {
        fault::log(fault, self.request_id.as_str());
        let status = fault::status(fault);
        let kind = match status {
            StatusCode::TOO_MANY_REQUESTS => Kind::TooMany,
            StatusCode::SERVICE_UNAVAILABLE => Kind::Busy,
            _ => Kind::ServerFault,
        };
        let page = ErrorPage {
            kind,
            code: fault::code(fault),
            description: "",
            request_id: self.request_id.as_str(),
            seconds: (kind == Kind::Busy).then_some(fault::RETRY_AFTER),
            onward: None,
            back: back(kind, &self.visit.path),
        };
        fault::with_patience(self.page(status, &page), fault)
    }

    /// The page for a browser that sends none of our cookies where one is needed.
    pub(crate) fn no_cookies(&self) -> Response {
        let error = Error::invalid_request("the request came without a cookie of this provider");
        self.error(Kind::NoCookies, &error)
    }

    /// The page for a form without its anti-forgery token.
    pub(crate) fn forbidden_form(&self) -> Response {
        if !self.visit.visitor.has_cookies {
            return self.no_cookies();
        }
        let error = Error::invalid_request("the form was not sent by a page of this provider");
        self.error(Kind::ForbiddenForm, &error)
    }
}

/// The operator's address, or that of our own page.
const fn or_own<'a>(address: &'a str, own: &'a str) -> &'a str {
    if address.is_empty() { own } else { address }
}

/// The page of ours to go back to from an error that another try may not meet; empty when the
/// path belongs to none.
fn back(kind: Kind, path: &str) -> &str {
    let passes =
        matches!(kind, Kind::ForbiddenForm | Kind::TooMany | Kind::Busy | Kind::ServerFault);
    let path = path.split('?').next().unwrap_or_default();
    let part = |from: usize| path[from..].find('/').map_or(path.len(), |at| from + at);
    match path {
        _ if !passes => "",
        "/end_session" | "/device" => path,
        _ if path.starts_with("/l/") => &path[..part("/l/".len())],
        _ if path.starts_with("/interaction/") => &path[..part("/interaction/".len())],
        _ => "",
    }
}

/// Lets a page show others in frames, from the given origins.
pub(crate) fn framing(mut response: Response, origins: &str) -> Response {
    let headers = response.headers_mut();
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|own| own.to_str().ok());
    let policy = policy.map(|own| format!("{own}; frame-src {origins}")).unwrap_or_default();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

const fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::BadRequest | Kind::BadLogout | Kind::NoCookies => StatusCode::BAD_REQUEST,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::ServerFault => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::ForbiddenForm => StatusCode::FORBIDDEN,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// Images come from this provider and the given origin.
fn html_response(
    status: StatusCode,
    html: String,
    (form_action, images): (&str, &str),
    language: Language,
) -> Response {
    let images = format!("'self' {images}");
    let images = images.trim_end();
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src {images}; \
         connect-src 'self'; {form_action}base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.as_str()));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_page_of_a_rejected_form_links_back_to_the_page_of_the_form() {
        for (path, page) in [
            ("/interaction/4kq2/password", "/interaction/4kq2"),
            ("/interaction/4kq2?step=email", "/interaction/4kq2"),
            ("/l/abc", "/l/abc"),
            ("/end_session?state=x", "/end_session"),
            ("/device", "/device"),
            ("/authorize?client_id=x", ""),
            ("//example.org/l/x", ""),
        ] {
            assert_eq!(back(Kind::ForbiddenForm, path), page, "{path}");
            assert_eq!(back(Kind::NotFound, path), "", "{path}");
        }
    }
}
