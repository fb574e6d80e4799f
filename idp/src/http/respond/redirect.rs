//! Redirects. Always 303, so that a form with a password is never sent on
//! ([RFC 9700 section 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12)).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use url::{Origin, Url};

use crate::http::extract::cookies::{Change, Cookies};
use crate::http::respond::page::Reply;
use crate::pages::login::leave::Leave;

/// A redirect to an address that the provider made or found registered.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Answers a form of ours: leads to another site by a page, since browsers check a redirect against
/// the `form-action` of the page that the form stood on; and to a page of our own by a redirect.
/// Browsers put what a page leads to without delay in its place, so that *back* does not repeat it
/// ([HTML section 7.4.2.2](https://html.spec.whatwg.org/multipage/browsing-the-web.html)).
pub(crate) fn lead_on(reply: &Reply<'_>, location: &str) -> Response {
    if is_own(location, reply.app.provider.issuer()) {
        return see_other(location);
    }
    let site = site(location);
    let page = Leave { address: location, site: &site };
    refreshed(reply.page(StatusCode::OK, &page), 0, location)
}

fn is_own(location: &str, issuer: &str) -> bool {
    location.strip_prefix(issuer).unwrap_or(location).starts_with('/')
}

/// The origin of an address; empty when an application of the device answers to its scheme.
fn site(location: &str) -> String {
    let origin = Url::parse(location).map(|url| url.origin());
    match origin {
        Ok(origin @ Origin::Tuple(..)) => origin.unicode_serialization(),
        _ => String::new(),
    }
}

/// Has the browser go on from a page by itself, after so many seconds. The address is not quoted:
/// it begins with a scheme, and so reaches to the end of the value
/// ([HTML section 4.2.5.3](https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-refresh)).
pub(crate) fn refreshed(mut response: Response, seconds: u32, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("{seconds}; url={location}")) {
        response.headers_mut().insert(header::REFRESH, value);
    }
    response
}

/// Adds cookies to a response.
pub(crate) fn with_cookies(
    mut response: Response,
    cookies: Cookies,
    set: &[Change<'_>],
) -> Response {
    for change in set {
        if let Ok(value) = HeaderValue::from_str(&cookies.set(change)) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_below_the_issuer_is_distinguished_from_other_sites() {
        let issuer = "https://a.se/idp";
        for (location, own) in [
            ("/interaction/1", true),
            ("https://a.se/idp/device?state=1", true),
            ("https://a.se/idpx", false),
            ("https://a.se/cb", false),
            ("se.a.app:/cb", false),
        ] {
            assert_eq!(is_own(location, issuer), own, "{location}");
        }
    }

    #[test]
    fn the_displayed_site_of_a_redirect_uri_is_its_http_origin_or_empty() {
        assert_eq!(site("https://rp.example:8443/cb?code=x"), "https://rp.example:8443");
        assert_eq!(site("http://[::1]:49152/cb"), "http://[::1]:49152");
        assert_eq!(site("se.example.app:/cb?code=x"), "");
    }
}
