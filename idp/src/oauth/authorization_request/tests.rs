use proptest::prelude::*;

use super::*;
use crate::clock::Timestamp;
use crate::oauth::authorization_response::tests::{location, no_keys};
use crate::oauth::client::tests::{client, register_with};

const ISSUER: &str = "https://login.example.se";

/// A good request, with the parameters of `changes` in place of its own.
fn parse_with(changes: &[(&str, &str)]) -> Result<AuthorizationRequest, Refusal> {
    parse_for(&client("{}"), changes)
}

fn parse_for(client: &Client, changes: &[(&str, &str)]) -> Result<AuthorizationRequest, Refusal> {
    let good = [
        ("client_id", "idep"),
        ("redirect_uri", "https://rp.example/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "af0ifjsldkj"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .extend_pairs(changes)
        .finish();
    let parameters = Parameters::parse_query(&query).unwrap();
    AuthorizationRequest::parse(&parameters, client, ISSUER, Offered::All)
}

#[test]
fn rfc_6749_section_4_1_1_all_parameters_of_a_valid_request_are_read() {
    let request = parse_with(&[
        ("nonce", "n-0S6_WzA2Mj"),
        ("max_age", "3600"),
        ("prompt", "login"),
        ("login_hint", "202100083750"),
        ("ui_locales", "se sv"),
        ("acr_values", "a b"),
        ("claims", "{}"),
        ("id_token_hint", "a.b.c"),
        ("display", "popup"),
        ("extra", "foobar"),
    ])
    .unwrap();
    assert_eq!(request.redirect_uri.as_str(), "https://rp.example/cb");
    assert_eq!(request.scope.to_string(), "openid");
    assert_eq!(request.state.as_deref(), Some("af0ifjsldkj"));
    assert_eq!(request.nonce.as_deref(), Some("n-0S6_WzA2Mj"));
    assert_eq!(request.max_age, Some(3600));
    assert_eq!(request.prompt.as_deref(), Some("login"));
    assert_eq!(request.login_hint.as_deref(), Some("202100083750"));
    assert_eq!(request.ui_locales.as_deref(), Some("se sv"));
    assert_eq!(request.acr_values.as_deref(), Some("a b"));
    assert_eq!(request.claims.as_deref(), Some("{}"));
    assert_eq!(request.id_token_hint.as_deref(), Some("a.b.c"));
}

#[test]
fn rfc_6749_section_4_1_2_1_an_invalid_client_id_or_redirect_uri_causes_no_redirect() {
    for (changes, code) in [
        (&[("redirect_uri", "https://evil.example/cb")][..], ErrorCode::InvalidRequest),
        (&[("redirect_uri", "")], ErrorCode::InvalidRequest),
        (&[("client_id", "another")], ErrorCode::InvalidClient),
        (&[("client_id", "")], ErrorCode::InvalidClient),
        (
            &[("redirect_uri", "https://rp.example/cb/"), ("response_type", "token")],
            ErrorCode::InvalidRequest,
        ),
        (&[("redirect_uri", "/cb"), ("registration", "{}")], ErrorCode::InvalidRequest),
    ] {
        match parse_with(changes).unwrap_err() {
            Refusal::Page(error) => assert_eq!(error.code, code, "{changes:?}"),
            Refusal::Redirect { .. } => panic!("{changes:?} was redirected"),
        }
    }
}

#[test]
fn rfc_6749_section_4_1_2_1_other_errors_are_redirected_to_the_client_with_state() {
    let long = "x".repeat(4097);
    for (changes, code) in [
        (&[("response_type", "")][..], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unauthorized_client"),
        (&[("response_mode", "form-post")], "invalid_request"),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "cosmos")], "invalid_scope"),
        (&[("scope", "offline_access")], "invalid_scope"),
        (&[("scope", "openid \"")], "invalid_scope"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("max_age", "+1")], "invalid_request"),
        (&[("max_age", "1.5")], "invalid_request"),
        (&[("max_age", "99999999999999999999")], "invalid_request"),
        (&[("nonce", &long)], "invalid_request"),
    ] {
        let Refusal::Redirect { to, error } = parse_with(changes).unwrap_err() else {
            panic!("{changes:?} ended on a page");
        };
        assert_eq!(error.code.as_str(), code, "{changes:?}");
        let location = location(to.error_response(&error, &no_keys(), Timestamp(0)));
        let fragment = changes.contains(&("response_type", "code id_token"))
            || changes.contains(&("response_type", "token"));
        let mark = if fragment { '#' } else { '?' };
        let expected = format!("https://rp.example/cb{mark}error={code}&error_description=");
        assert!(location.starts_with(&expected), "{location}");
        assert!(
            location.ends_with("&state=af0ifjsldkj&iss=https%3A%2F%2Flogin.example.se"),
            "{location}"
        );
    }
}

#[test]
fn rfc_6749_section_3_3_scope_values_not_registered_for_the_client_are_dropped() {
    let request = parse_with(&[("scope", "email cosmos openid phone")]).unwrap();
    assert_eq!(request.scope.to_string(), "email openid");
}

#[test]
fn rfc_8707_section_2_only_registered_resources_may_be_asked_for() {
    let (api, forms) = ("https://api.example/", "https://forms.example/");
    let client = client(&format!(r#"{{"resources":["{api}","{forms}"]}}"#));
    let resources = |asked: &[(&str, &str)]| parse_for(&client, asked).map(|r| r.resources);
    assert_eq!(resources(&[]).unwrap(), Vec::<String>::new());
    let doubled = [("resource", forms), ("resource", api), ("resource", forms)];
    assert_eq!(resources(&doubled).unwrap(), [forms, api]);
    let own = [("resource", api), ("resource", ISSUER)];
    assert_eq!(resources(&own).unwrap(), [api, ISSUER], "UserInfo is the issuer's");
    for other in ["https://api.example", "https://other.example/", "api"] {
        let refusal = resources(&[("resource", api), ("resource", other)]).unwrap_err();
        let Refusal::Redirect { error, .. } = refusal else { panic!("{other}") };
        assert_eq!(error.code, ErrorCode::InvalidTarget, "{other}");
    }
}

#[test]
fn rfc_9449_section_10_dpop_jkt_is_read_and_a_malformed_thumbprint_is_refused() {
    let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let bound = parse_with(&[("dpop_jkt", jkt)]).unwrap().dpop_jkt.unwrap();
    assert_eq!(bound.as_str(), jkt);
    for malformed in ["x", &jkt[1..], &format!("{}=", &jkt[1..])] {
        assert!(parse_with(&[("dpop_jkt", malformed)]).is_err(), "{malformed}");
    }
}

#[test]
fn core_section_3_2_2_1_front_channel_id_tokens_require_a_nonce_and_only_codes_require_pkce() {
    let client = client(
        r#"{"grant_types":["authorization_code","implicit"],"response_types":["code","id_token",
            "id_token token","code id_token","code token","code id_token token"]}"#,
    );
    let no_pkce = [("code_challenge", ""), ("code_challenge_method", "")];
    for response_type in ResponseType::ALL {
        let asked = [("response_type", response_type.as_str())];
        let bare = parse_for(&client, &asked);
        assert_eq!(bare.is_err(), response_type.has_id_token(), "{response_type:?}");
        let asked = [asked[0], ("nonce", "n")];
        let request = parse_for(&client, &asked).unwrap();
        assert_eq!(request.response_type, response_type);
        assert_eq!(request.code_challenge.is_some(), response_type.has_code());
        let without = parse_for(&client, &[asked.as_slice(), &no_pkce].concat());
        assert_eq!(without.is_err(), response_type.has_code(), "{response_type:?}");
    }
}

#[test]
fn core_section_11_offline_access_is_dropped_if_the_response_type_has_no_code() {
    let client = client(
        r#"{"grant_types":["authorization_code","implicit"],"response_types":["id_token"]}"#,
    );
    let asked = [("response_type", "id_token"), ("nonce", "n"), ("scope", "email openid x")];
    let request = parse_for(&client, &asked).unwrap();
    assert_eq!(request.scope.to_string(), "email openid");
    let malformed = [asked[0], asked[1], ("scope", "openid \"")];
    assert!(parse_for(&client, &malformed).is_err());
}

#[test]
fn oidc_core_section_11_offline_access_needs_refresh_token_grant_and_consent_or_first_party() {
    let scope = |json: &str, changes: &[(&str, &str)]| {
        let client = register_with(json, "openid offline_access").unwrap();
        let asked = [&[("scope", "openid offline_access")], changes].concat();
        parse_for(&client, &asked).unwrap().scope.to_string()
    };
    let both = r#""grant_types":["authorization_code","refresh_token"]"#;
    let (own, other) = (format!("{{{both}}}"), format!(r#"{{{both},"first_party":false}}"#));
    for (json, changes, expected) in [
        (own.as_str(), &[][..], "openid offline_access"),
        (&other, &[("prompt", "login consent")], "openid offline_access"),
        (&other, &[], "openid"),
        ("{}", &[("prompt", "consent")], "openid"),
    ] {
        assert_eq!(scope(json, changes), expected, "{json} {changes:?}");
    }
}

#[test]
fn rfc_6749_section_3_3_a_request_without_scope_openid_is_a_plain_oauth_request() {
    assert_eq!(parse_with(&[("scope", "profile")]).unwrap().scope.to_string(), "profile");
}

#[test]
fn long_state_nonce_and_claims_values_are_accepted() {
    // A server that keeps its whole login state, sealed, in the request; a nonce with a time; an ID
    // token with many claims.
    let (state, nonce) = ("a-._~".repeat(400), "7".repeat(256));
    let claims = format!(
        r#"{{"id_token":{{"acr":{{"essential":true,"values":["{}"]}}}}}}"#,
        "x".repeat(1_500)
    );
    let request = parse_with(&[
        ("state", &state),
        ("nonce", &nonce),
        ("claims", &claims),
        ("id_token_hint", &"e".repeat(2_000)),
        ("login_hint", "a.person.with.a.long.name@department.organisation.example"),
    ])
    .unwrap();
    assert_eq!(request.state.as_deref(), Some(state.as_str()));
    assert_eq!(request.nonce.as_deref(), Some(nonce.as_str()));
    assert_eq!(request.claims.as_deref(), Some(claims.as_str()));
}

#[test]
fn a_parameter_longer_than_its_limit_is_refused_by_name() {
    for (name, longest) in AuthorizationRequest::LONGEST_VALUES {
        let error = parse_with(&[(name, &"x".repeat(longest + 1))]).unwrap_err().into_error();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{name}");
        let named = error.description().starts_with(&format!("{name} is longer than"));
        // A long redirect_uri is none that was registered.
        assert!(named || name == "redirect_uri", "{name}: {error}");
    }
    let names = AuthorizationRequest::LONGEST_VALUES.map(|(name, _)| name);
    let bounded_elsewhere = ["client_id", "resource", "dpop_jkt", "registration"];
    for name in AuthorizationRequest::PARAMETERS {
        assert!(names.contains(&name) || bounded_elsewhere.contains(&name), "{name}");
    }
}

#[test]
fn rfc_9700_section_2_1_1_pkce_is_required_unless_disabled_for_a_confidential_client() {
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let public = client(r#"{"token_endpoint_auth_method":"none","client_secret":null}"#);
    let excused = client(r#"{"require_pkce":false}"#);
    assert!(parse_with(&none).is_err());
    assert!(parse_for(&public, &none).is_err());
    assert_eq!(parse_for(&excused, &none).unwrap().code_challenge, None);
    assert!(parse_for(&public, &[]).unwrap().code_challenge.is_some());
}

#[test]
fn unknown_parameters_are_removed_and_the_remaining_request_has_a_size_limit() {
    let sent = "client_id=idep&resource=a&client_secret=hush&resource=b&extra=x&dpop_jkt=y";
    let counting = AuthorizationRequest::counting(&Parameters::parse_query(sent).unwrap());
    assert_eq!(counting.to_query(), "client_id=idep&resource=a&resource=b&dpop_jkt=y");
    let long = "x".repeat(AuthorizationRequest::LONGEST);
    assert!(parse_with(&[("extra", &long)]).is_ok());
    for name in ["claims", "login_hint", "scope", "id_token_hint"] {
        let refusal = parse_with(&[(name, &long)]).unwrap_err();
        assert_eq!(refusal.into_error().code, ErrorCode::InvalidRequest, "{name}");
    }
}

#[test]
fn a_request_is_refused_if_its_total_length_exceeds_the_limit() {
    let client = client(r#"{"scope":"openid","require_pkce":true}"#);
    let longest = |name: &str| {
        let (_, longest) =
            AuthorizationRequest::LONGEST_VALUES.into_iter().find(|(other, _)| *other == name)?;
        Some("x".repeat(longest))
    };
    let names = ["id_token_hint", "state", "acr_values", "login_hint", "nonce", "ui_locales"];
    let values: Vec<_> = names.iter().map(|name| (*name, longest(name).unwrap())).collect();
    let pairs: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let error = parse_for(&client, &pairs).unwrap_err().into_error();
    assert!(error.description().starts_with("the request is longer than"), "{error}");
    // One of them shorter, and the rest counts for itself.
    assert!(parse_for(&client, &pairs[1..]).is_ok());
}

#[test]
fn max_age_of_the_request_overrides_default_max_age_of_the_client() {
    let client = client(r#"{"default_max_age":600}"#);
    assert_eq!(parse_for(&client, &[]).unwrap().max_age, Some(600));
    assert_eq!(parse_for(&client, &[("max_age", "0")]).unwrap().max_age, Some(0));
}

#[test]
fn a_stored_request_parses_to_the_same_request_and_is_validated_again() {
    let sent = "client_id=idep&redirect_uri=https://rp.example/cb&response_type=code&scope=openid\
                &state=s%26t&extra=x\
                &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                &code_challenge_method=S256";
    let sent = Parameters::parse_query(sent).unwrap();
    let stored = AuthorizationRequest::counting(&sent).to_query();
    let stored = Parameters::parse_stored(&stored).unwrap();
    let parse = |parameters, client: &Client| {
        AuthorizationRequest::parse(parameters, client, ISSUER, Offered::Code)
    };
    let own = client("{}");
    assert_eq!(parse(&stored, &own).unwrap(), parse(&sent, &own).unwrap());
    let changed = client(r#"{"redirect_uris":["https://rp.example/new"]}"#);
    assert!(matches!(parse(&stored, &changed), Err(Refusal::Page(_))));
}

proptest! {
    #[test]
    fn an_arbitrary_query_never_panics_and_redirects_only_to_the_registered_uri(
        query in "((client_id|redirect_uri|state|scope|max_age|nonce|claims|x)=[ -~]{0,20}&){0,6}",
        whole in any::<bool>(),
    ) {
        let own = "client_id=idep&redirect_uri=https://rp.example/cb&";
        let query = if whole { format!("{own}{query}") } else { query };
        if let Ok(parameters) = Parameters::parse_query(&query) {
            let read = AuthorizationRequest::parse(&parameters, &client("{}"), ISSUER, Offered::Code);
            if let Err(Refusal::Redirect { to, error }) = read {
                let location = location(to.error_response(&error, &no_keys(), Timestamp(0)));
                prop_assert!(location.starts_with("https://rp.example/cb?error="));
            }
        }
    }
}

#[test]
fn a_response_mode_not_registered_for_the_client_is_refused() {
    let any = client("{}");
    let some = client(r#"{"response_modes":["form_post","query.jwt"]}"#);
    let plain = client(r#"{"response_modes":["query"]}"#);
    for (client, changes, carried) in [
        (&any, &[("response_mode", "fragment")][..], Some("fragment")),
        (&some, &[("response_mode", "form_post")], Some("form_post")),
        (&some, &[("response_mode", "jwt")], Some("query.jwt")),
        (&some, &[("response_mode", "fragment")], None),
        (&some, &[], None),
        (&plain, &[], Some("query")),
        (&plain, &[("response_mode", "fragment")], None),
        (&plain, &[("response_mode", "jwt")], None),
    ] {
        match (parse_for(client, changes), carried) {
            (Ok(request), Some(mode)) => {
                assert_eq!(serde_json::to_value(request.response_mode).unwrap(), mode);
            }
            // The error travels as if no mode had been asked for.
            (Err(Refusal::Redirect { to, error }), None) => {
                let location = location(to.error_response(&error, &no_keys(), Timestamp(0)));
                let begins = "https://rp.example/cb?error=invalid_request&";
                assert!(location.starts_with(begins), "{changes:?}: {location}");
            }
            (found, _) => panic!("{changes:?}: {found:?}"),
        }
    }
}
