//! P60, P61: the headers of a browser, at pages with and without an interaction. Each line is a
//! header; the first byte chooses the page and the browser.
#![no_main]

use axum::body::Body;
use axum::http::Request;
use idp_fuzz::provider::PROVIDER;

const PAGES: [&str; 7] = [
    "/authorize?client_id=web&redirect_uri=https://rp.example/cb&response_type=code&prompt=none",
    "/interaction/$ID",
    "/end_session",
    "/check_session",
    "/l/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "/userinfo",
    "/device?user_code=BCDF-GHJK",
];

const NAMES: [&str; 8] = [
    "cookie",
    "accept-language",
    "user-agent",
    "forwarded",
    "x-forwarded-for",
    "authorization",
    "origin",
    "sec-fetch-site",
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((page, lines)) = data.split_first() else { return };
    let browser = PROVIDER.browser(page & 0x80 != 0);
    let mut request = Request::get(browser.filled(PAGES[usize::from(page & 0x7f) % PAGES.len()]));
    for (name, value) in NAMES.into_iter().zip(lines.split(|byte| *byte == b'\n')) {
        if !value.is_empty() {
            request = request.header(name, browser.filled_bytes(value));
        }
    }
    PROVIDER.ask(request.body(Body::empty()));
});
