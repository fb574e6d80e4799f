//! P30: what may be registered, and what matches it. The first line is registered, the second
//! requested.
#![no_main]

use idp::oauth::authorization_request::{AuthorizationRequest, Refusal};
use idp::oauth::client::Client;
use idp::oauth::error::Error;
use idp::oauth::parameters::Parameters;
use idp::oauth::redirect_uri::{PostLogout, Registered};
use idp_fuzz::{ISSUER, NOW, OUR_KEYS, SECRET, goes_home, holds, is_registered, is_source};
use serde_json::json;
use url::Url;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (registered, requested) = text.split_once('\n').unwrap_or((text, text));
    for kind in ["web", "native"] {
        let metadata = json!({
            "client_id": "web", "client_secret": SECRET, "application_type": kind,
            "redirect_uris": [registered], "post_logout_redirect_uris": [registered],
        });
        let metadata = serde_json::from_value(metadata).expect("metadata");
        match Client::register(metadata, &"openid".parse().expect("a scope")) {
            Ok(client) => check(&client, registered, requested, kind),
            Err(error) => holds(&error),
        }
    }
});

fn check(client: &Client, registered: &str, requested: &str, kind: &str) {
    let url = Url::parse(registered).expect("a URL");
    let private = kind == "native" && url.scheme().contains('.');
    let local = match url.host_str() {
        Some("localhost") => true,
        Some("127.0.0.1" | "[::1]") => kind == "native",
        Some(host) => kind == "native" && host.starts_with("127."),
        None if private => false,
        None => panic!("no host"),
    };
    let web = url.scheme() == "https" || (url.scheme() == "http" && local);
    assert!(web || private, "{registered}");
    assert!(url.fragment().is_none() && url.username().is_empty(), "{registered}");

    let own = Registered::matching(registered, client.metadata()).expect("its own");
    assert!((private || is_source(&own.origin())) && !own.host().is_empty(), "{registered}");
    let matched = outcome(Registered::matching(requested, client.metadata()));
    assert!(matched.is_none() || is_registered(requested, client), "{requested}");
    let left = outcome(PostLogout::matching(requested, client.metadata()));
    assert_eq!(left.is_some(), requested == registered, "{requested}");
    for state in [None, Some("a b&c=#\u{e5}\r\n")] {
        let Some(to) = left.as_ref().map(|left| left.location(state)) else { continue };
        let to = Url::parse(&to).expect("a URL");
        assert_eq!((to.origin(), to.path()), (url.origin(), url.path()), "{to}");
    }
    let pairs = [("client_id", "web"), ("redirect_uri", requested), ("state", "a\r\nb c")];
    let parameters = Parameters::from_pairs(pairs);
    let error = Error::invalid_request("x");
    match AuthorizationRequest::refusal(&parameters, client, ISSUER, error.clone()) {
        Refusal::Page(_) => assert!(matched.is_none()),
        Refusal::Redirect { to, .. } => {
            goes_home(&to.error_response(&error, &OUR_KEYS, NOW).expect("a response"), client);
        }
    }
}

fn outcome<T>(result: Result<T, Error>) -> Option<T> {
    result.inspect_err(holds).ok()
}
