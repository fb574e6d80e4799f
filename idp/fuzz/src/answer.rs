//! What holds of each answer of a provider, whatever it was asked (P61).

use std::collections::BTreeSet;

use axum::http::{HeaderMap, StatusCode};

use crate::is_plain;
use crate::provider::REGISTERED;

/// Endpoints whose answers are read by programs.
const FOR_PROGRAMS: [&str; 7] =
    ["/token", "/par", "/userinfo", "/introspect", "/revoke", "/register", "/device_authorization"];

/// Whom a page may name in its policy: nobody, itself, and the one application there is.
const SOURCES: [&str; 3] = ["'none'", "'self'", "https://rp.example"];

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Fails when something does not hold of the answer of `path`.
pub fn check(path: &str, answer: &Answer) {
    let status = answer.status;
    assert!(!status.is_server_error(), "{path}: {status}");
    assert_eq!(answer.text("x-content-type-options"), Some("nosniff"));
    for name in ["referrer-policy", "x-request-id"] {
        assert!(answer.headers.contains_key(name), "{path}: {name} is missing");
    }
    policy(path, answer.text("content-security-policy").expect("a policy"));
    redirect(path, answer);
    cookies(answer);
    let kind = answer.text("content-type").unwrap_or_default();
    if kind.starts_with("application/json") {
        let value: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        let description = value.get("error_description").map(|told| told.as_str().expect("text"));
        assert!(description.is_none_or(is_plain), "{path}: {description:?}");
    }
    if kind.starts_with("text/html") {
        assert!(!FOR_PROGRAMS.contains(&path), "{path}: {status} is a page");
        let page = std::str::from_utf8(&answer.body).expect("text");
        let mut scripts = page.split("<script").skip(1);
        assert!(scripts.all(|script| script.starts_with(" src=\"/static/")), "{path}: {page}");
    }
}

/// No input grows the policy: each directive is there once, and holds known sources alone.
fn policy(path: &str, policy: &str) {
    let mut seen = BTreeSet::new();
    for directive in policy.split(';') {
        let mut words = directive.split_ascii_whitespace();
        assert!(seen.insert(words.next().expect("a directive")), "{path}: {policy}");
        assert!(words.all(|source| SOURCES.contains(&source)), "{path}: {policy}");
    }
    assert!(seen.contains("default-src") && seen.contains("frame-ancestors"), "{path}: {policy}");
}

/// Browsers are sent to pages of ours, or to addresses that are registered.
fn redirect(path: &str, answer: &Answer) {
    let refreshed = answer.text("refresh").and_then(|told| told.split_once("url="));
    let to = answer.text("location").or(refreshed.map(|(_, to)| to));
    assert!(!answer.status.is_redirection() || to.is_some(), "{path} leads nowhere");
    let Some(to) = to else { return };
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    let theirs = REGISTERED.iter().any(|own| {
        to.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#']))
    });
    assert!(ours || theirs, "{path} leads to {to}");
}

fn cookies(answer: &Answer) {
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().expect("ASCII");
        assert!(cookie.starts_with("__Host-idp-"), "{cookie}");
        assert!(cookie.contains("; Secure") && cookie.contains("; Path=/"), "{cookie}");
        // Only Session Management's own cookie is for scripts.
        assert!(cookie.contains("HttpOnly") != cookie.starts_with("__Host-idp-state="), "{cookie}");
    }
}

impl Answer {
    fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }
}
