//! P30, P33, P61: form bodies and JSON at every endpoint that takes one. The first byte chooses
//! the endpoint, the second the content type, the credentials and the browser.
#![no_main]

use axum::body::Body;
use axum::http::Request;
use idp_fuzz::provider::PROVIDER;

const ENDPOINTS: [&str; 16] = [
    "/authorize",
    "/token",
    "/par",
    "/userinfo",
    "/end_session",
    "/introspect",
    "/revoke",
    "/register",
    "/interaction/$ID/password",
    "/interaction/$ID/email",
    "/interaction/$ID/resend",
    "/interaction/$ID/consent",
    "/device_authorization",
    "/l/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "/interaction/$ID/cancel",
    "/device",
];

const TYPES: [&str; 4] = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=UTF-8",
    "application/json",
    "text/plain",
];

/// `web` and its secret.
const BASIC: &str = "Basic d2ViOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [endpoint, kind, body @ ..] = data else { return };
    let browser = PROVIDER.browser(kind & 8 != 0);
    let path = browser.filled(ENDPOINTS[usize::from(*endpoint) % ENDPOINTS.len()]);
    let mut request = Request::post(path)
        .header("content-type", TYPES[usize::from(*kind) % TYPES.len()])
        .header("cookie", &browser.cookies);
    if kind & 4 != 0 {
        request = request.header("authorization", BASIC);
    }
    PROVIDER.ask(request.body(Body::from(browser.filled_bytes(body))));
});
