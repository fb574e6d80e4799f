//! Which addresses may be registered, and which are found.

use proptest::prelude::*;

use super::*;
use crate::oauth::client::tests::client;

#[test]
fn rfc_9700_section_4_1_3_redirect_uris_are_compared_by_exact_string_matching() {
    let client = client(r#"{"redirect_uris":["https://rp.example/cb?a=b"]}"#);
    assert!(Registered::matching("https://rp.example/cb?a=b", client.metadata()).is_ok());
    for other in [
        "https://rp.example/cb",
        "https://rp.example/cb?a=b&c=d",
        "https://rp.example/cb?a=b#",
        "https://rp.example/cb/?a=b",
        "https://rp.example/CB?a=b",
        "https://RP.example/cb?a=b",
        "https://rp.example:443/cb?a=b",
        "https://rp.example/x/../cb?a=b",
        "https://rp.example/%63b?a=b",
        "http://rp.example/cb?a=b",
        "https://rp.example.evil.example/cb?a=b",
        "https://evil.example/https://rp.example/cb?a=b",
        "//rp.example/cb?a=b",
        " https://rp.example/cb?a=b",
        "",
    ] {
        assert!(Registered::matching(other, client.metadata()).is_err(), "{other}");
    }
}

#[test]
fn rfc_8252_section_7_3_a_native_client_may_use_any_port_of_the_loopback_address() {
    let native = client(
        r#"{"application_type":"native",
            "redirect_uris":["http://127.0.0.1/cb","http://[::1]:99/cb?x=y"]}"#,
    );
    for (requested, expected) in [
        ("http://127.0.0.1:49152/cb", true),
        ("http://127.0.0.1/cb", true),
        ("http://[::1]:1/cb?x=y", true),
        ("http://[::1]/cb?x=y", true),
        ("http://127.0.0.1:49152/other", false),
        ("http://127.0.0.1:65536/cb", false),
        ("http://127.0.0.1:+80/cb", false),
        ("http://127.0.0.1:/cb", false),
        ("http://127.0.0.1:80@evil.example/cb", false),
        ("http://127.0.0.1.evil.example/cb", false),
        ("http://127.0.0.2:80/cb", false),
        ("http://localhost:80/cb", false),
        ("https://127.0.0.1:80/cb", false),
        ("http://[::1]:1/cb", false),
    ] {
        assert_eq!(
            Registered::matching(requested, native.metadata()).is_ok(),
            expected,
            "{requested}"
        );
    }
}

#[test]
fn rfc_8252_section_7_3_only_native_clients_with_loopback_ip_addresses_may_vary_the_port() {
    let web = client(r#"{"redirect_uris":["http://localhost:8401/cb"]}"#);
    assert!(Registered::matching("http://localhost:8402/cb", web.metadata()).is_err());
    let native = client(
        r#"{"application_type":"native",
            "redirect_uris":["https://rp.example/cb","http://localhost:1/cb"]}"#,
    );
    assert!(Registered::matching("https://rp.example:444/cb", native.metadata()).is_err());
    assert!(Registered::matching("http://localhost:2/cb", native.metadata()).is_err());
}

#[test]
fn rfc_8252_section_7_1_a_private_use_scheme_uri_is_matched_exactly_and_has_no_sector() {
    let native = client(
        r#"{"application_type":"native","redirect_uris":["com.example.app://bank.example/cb"]}"#,
    );
    let own = "com.example.app://bank.example/cb";
    let found = Registered::matching(own, native.metadata()).unwrap();
    assert_eq!(found.host(), "com.example.app", "what stands after it is no host");
    assert_eq!(with_query(own, [("a", "1")]), "com.example.app://bank.example/cb?a=1");
    for other in ["com.example.app://bank.example/cb/", "com.example.app:/cb", "com.example.app:"] {
        assert!(Registered::matching(other, native.metadata()).is_err(), "{other}");
    }
    assert_eq!(native.sector(), native.client_id().as_str(), "and it proves no sector");
}

#[test]
fn registrable_redirect_uris_depend_on_the_application_type() {
    for (uri, web, native) in [
        ("https://rp.example", true, true),
        ("https://rp.example/cb?x=y", true, true),
        ("http://localhost:8401/cb", true, true),
        ("http://127.0.0.1/cb", false, true),
        ("http://[::1]/cb", false, true),
        ("http://rp.example/cb", false, false),
        ("https://rp.example/cb#", false, false),
        ("https://rp.example/cb#x", false, false),
        ("https://user@rp.example/cb", false, false),
        ("https://rp.example/å", false, false),
        ("https://rp.example/a b", false, false),
        ("https://rp.example\\@evil.example/", false, false),
        ("https://rp.example;sandbox/cb", false, false),
        ("https://rp.example,evil.example/cb", false, false),
        ("https://*.example/cb", false, false),
        ("https://'self'/cb", false, false),
        ("https://rp%3bsandbox.example/cb", false, false),
        ("https://under_score.example/cb", true, true),
        ("https:rp.example/cb", false, false),
        ("https://", false, false),
        ("https:///rp.example/cb", false, false),
        ("https:////rp.example/cb", false, false),
        ("https://rp%2eexample/cb", false, false),
        ("https://rp.example./cb", false, false),
        ("/cb", false, false),
        ("javascript:alert(1)", false, false),
        ("com.example.app:/cb", false, true),
        ("com.example.app:/cb?x=y", false, true),
        ("com.example.app://cb", false, true),
        ("se.scb.idep-web:/", false, true),
        ("com.example.app:cb", false, false),
        ("com.example.app:/cb#x", false, false),
        ("com.example.app://user@cb", false, false),
        ("COM.example.app:/cb", false, false),
        ("com.example.:/cb", false, false),
        ("com..app:/cb", false, false),
        (".example:/cb", false, false),
        ("1com.example:/cb", false, false),
        ("myapp:/cb", false, false),
        ("data:/x.y", false, false),
        ("javascript:/x.y", false, false),
        ("file:///x.y", false, false),
        ("intent://x.y/", false, false),
        ("blob:/x.y", false, false),
        ("", false, false),
    ] {
        assert_eq!(registrable(uri, ApplicationType::Web).is_ok(), web, "{uri}");
        assert_eq!(registrable(uri, ApplicationType::Native).is_ok(), native, "{uri}");
    }
}

#[test]
fn rp_initiated_logout_section_3_the_post_logout_redirect_uri_is_matched_exactly() {
    let client = client(r#"{"post_logout_redirect_uris":["https://rp.example/bye?x=y"]}"#);
    let found = PostLogout::matching("https://rp.example/bye?x=y", client.metadata()).unwrap();
    assert_eq!(found.location(Some("a b&c")), "https://rp.example/bye?x=y&state=a%20b%26c");
    assert_eq!(found.location(None), "https://rp.example/bye?x=y");
    for other in ["https://rp.example/bye", "https://rp.example/bye?x=y&z", "https://rp.example/"] {
        assert!(PostLogout::matching(other, client.metadata()).is_err(), "{other}");
    }
}

#[test]
fn rfc_6749_section_3_1_2_the_query_of_the_uri_is_kept() {
    for (uri, expected) in [
        ("https://rp.example/cb", "https://rp.example/cb?a=1"),
        ("https://rp.example/cb?", "https://rp.example/cb?a=1"),
        ("https://rp.example/cb?x=%41", "https://rp.example/cb?x=%41&a=1"),
        ("https://rp.example/cb?x&", "https://rp.example/cb?x&a=1"),
    ] {
        assert_eq!(with_query(uri, [("a", "1")]), expected);
    }
}

/// A URI that is like `uri`: cut somewhere, with something in the place of a few characters.
fn like(uri: &'static str) -> impl Strategy<Value = String> {
    let between = "[/.:@?#&%a-zA-Z0-9 -]{0,3}|%2e|//|\\.\\./|\\\\|:80|:65536|@evil\\.example";
    (0..=uri.len(), 0..4_usize, between).prop_map(move |(at, gone, text)| {
        format!("{}{text}{}", &uri[..at], &uri[(at + gone).min(uri.len())..])
    })
}

proptest! {
    /// P30.
    #[test]
    fn only_a_registered_redirect_uri_matches_except_for_the_loopback_port(
        web in like("https://rp.example/cb?a=b"),
        loopback in like("http://127.0.0.1:8401/cb?x"),
    ) {
        let registered = r#""redirect_uris":["https://rp.example/cb?a=b","http://localhost/"]"#;
        let of_web = client(&format!("{{{registered}}}"));
        let found = Registered::matching(&web, of_web.metadata());
        prop_assert_eq!(found.is_ok(), web == "https://rp.example/cb?a=b");
        let native = client(
            r#"{"application_type":"native","redirect_uris":["http://127.0.0.1:8401/cb?x"]}"#,
        );
        if let Ok(found) = Registered::matching(&loopback, native.metadata()) {
            prop_assert_eq!(found.as_str(), &loopback);
            let url = Url::parse(&loopback).unwrap();
            prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
            prop_assert_eq!((url.scheme(), url.username(), url.fragment()), ("http", "", None));
            prop_assert_eq!((url.path(), url.query()), ("/cb", Some("x")));
        }
    }
}
