use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::jose::Algorithm;
use crate::jose::certificate::tests::self_signed;
use crate::jose::jwks::PublicKeys;
use crate::jose::key::Key;
use crate::jose::keyset::KeySet;
use crate::jose::rotation::State;
use crate::jose::signed_token::tests::made_with;
use crate::oauth::client::tests::client;

const SECRET: &str = "a secret of thirty-two letters!!";
const ISSUER: &str = "https://login.example.se";
const NOW: Timestamp = Timestamp(1_800_000_000);

fn audiences() -> Audiences {
    Audiences::new(ISSUER, &[ISSUER, "https://mtls.example.se:8443"])
}

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

fn parse(authorization: Option<&str>, form: &str) -> Result<Presented, Error> {
    let form = Parameters::parse_query(form).unwrap();
    let credentials = Credentials {
        authorization,
        form: &form,
        certificate: None,
        network: "",
        request_id: "",
        now: NOW,
    };
    Presented::parse(credentials, &audiences(), NOW)
}

fn authenticate(json: &str, authorization: Option<&str>, form: &str) -> Result<(), Error> {
    let presented = parse(authorization, form)?;
    match presented.next(Some(&client(json)), None)? {
        Next::Proven => Ok(()),
        other => panic!("{other:?}"),
    }
}

/// The form of a client that sends this assertion.
fn form(assertion: &str) -> String {
    let pairs = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The claims of a good assertion, with some in place of its own.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iss": "idep", "sub": "idep", "aud": ISSUER, "jti": "j-1", "exp": NOW.0 + 60,
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[test]
fn section_2_3_1_basic_credentials_are_form_decoded() {
    let json = r#"{"client_id":"a b:c","client_secret":"100% +&= secret / secret secret :"}"#;
    let header = basic("a+b%3Ac:100%25+%2B%26%3D+secret+%2F+secret+secret+%3A");
    assert_eq!(authenticate(json, Some(&header), ""), Ok(()));
    assert_eq!(authenticate("{}", Some(&basic(&format!("idep:{SECRET}"))), ""), Ok(()));
    let lower = basic(&format!("idep:{SECRET}")).replacen("Basic", "basic", 1);
    assert_eq!(authenticate("{}", Some(&lower), "client_id=idep"), Ok(()));
}

#[test]
fn rfc_7617_basic_credentials_without_form_encoding_are_accepted() {
    for (id, secret) in [
        ("idep", "a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q"),
        ("idep", "100%-100%-100%-100%-100%-100%-100"),
        ("idep", "%41%41%41%41%41%41%41%41%41%41%41"),
        ("idep", ":a:b:c:d:e:f:g:h:i:j:k:l:m:n:o:p: "),
        ("a+b%41", "a secret of thirty-two+letters%21!"),
    ] {
        let json = json!({"client_id": id, "client_secret": secret}).to_string();
        let encode = |text| url::form_urlencoded::byte_serialize(str::as_bytes(text)).collect();
        let encoded: [String; 2] = [id, secret].map(encode);
        for header in [format!("{id}:{secret}"), encoded.join(":")] {
            assert_eq!(authenticate(&json, Some(&basic(&header)), ""), Ok(()), "{header}");
            let other = format!("{header}x");
            assert!(authenticate(&json, Some(&basic(&other)), "").is_err(), "{other}");
        }
        let named = format!("client_id={}", encoded[0]);
        assert_eq!(authenticate(&json, Some(&basic(&format!("{id}:{secret}"))), &named), Ok(()));
    }
}

#[test]
fn rfc_9101_section_10_8_a_request_object_is_refused_as_client_assertion() {
    for name in ["response_type", "response_mode", "redirect_uri", "code_challenge", "state"] {
        let object = claims(&json!({"client_id": "idep", name: "x"}));
        let error = parse(None, &form(&made_with(SECRET, &object))).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidClient, "{name}");
    }
}

#[test]
fn section_2_3_1_form_credentials_are_accepted_only_for_client_secret_post() {
    let form = format!("client_id=idep&client_secret={}", SECRET.replace(' ', "+"));
    let json = r#"{"token_endpoint_auth_method":"client_secret_post"}"#;
    assert_eq!(authenticate(json, None, &form), Ok(()));
    assert!(authenticate("{}", None, &form).is_err());
    assert!(authenticate(json, Some(&basic(&format!("idep:{SECRET}"))), "").is_err());
}

#[test]
fn section_2_3_a_public_client_sends_client_id_and_no_secret() {
    let json = r#"{"token_endpoint_auth_method":"none","client_secret":null}"#;
    assert_eq!(authenticate(json, None, "client_id=idep"), Ok(()));
    assert!(authenticate(json, None, "client_id=idep&client_secret=x").is_err());
    assert!(authenticate(json, Some(&basic("idep:")), "").is_err());
    assert!(authenticate("{}", None, "client_id=idep").is_err());
}

#[test]
fn section_2_3_one_method_and_one_client_at_a_time() {
    let header = basic(&format!("idep:{SECRET}"));
    let assertion = form(&made_with(SECRET, &claims(&json!({}))));
    for form in
        ["client_secret=x", "client_id=idep&client_secret=x", "client_id=another", &assertion]
    {
        let error = parse(Some(&header), form).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{form}");
    }
    for form in [
        format!("client_secret=x&{assertion}"),
        "client_id=idep&client_assertion=a.b.c".to_owned(),
        format!("client_id=idep&client_assertion_type={JWT_BEARER}"),
    ] {
        assert_eq!(parse(None, &form).unwrap_err().code, ErrorCode::InvalidRequest, "{form}");
    }
}

#[test]
fn section_5_2_malformed_credentials_are_invalid_client() {
    let other_kind = form("a.b.c").replace("jwt-bearer", "saml2-bearer");
    let not_a_token = form("a.b.c");
    for (authorization, form) in [
        (None, ""),
        (None, "client_id=%C3%A5"),
        (None, "client_secret=x"),
        (None, other_kind.as_str()),
        (None, not_a_token.as_str()),
        (Some("Bearer abc"), "client_id=idep"),
        (Some("Basic"), ""),
        (Some("Basic !!!"), ""),
        (Some("Basic aWRlcA=="), ""),
    ] {
        let error = parse(authorization, form).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidClient, "{authorization:?} {form}");
    }
}

#[test]
fn section_5_2_an_unknown_client_and_wrong_credentials_have_the_same_error() {
    let unknown = parse(Some(&basic("nobody:x")), "").unwrap().next(None, None).unwrap_err();
    assert_eq!(unknown.code, ErrorCode::InvalidClient);
    for header in [basic("idep:x"), basic("idep:"), basic(&format!("another:{SECRET}"))] {
        assert_eq!(authenticate("{}", Some(&header), ""), Err(unknown.clone()));
    }
    let assertion = form(&made_with(SECRET, &claims(&json!({}))));
    assert_eq!(authenticate("{}", None, &assertion), Err(unknown.clone()));
    let stranger = parse(None, &assertion).unwrap().next(None, None).unwrap_err();
    assert_eq!(stranger, unknown);
}

#[test]
fn rfc_7523_section_3_an_assertion_must_have_valid_iss_sub_aud_exp_and_jti() {
    let token = format!("{ISSUER}/token");
    let long = "j".repeat(513);
    for (changes, good) in [
        (json!({}), true),
        (json!({"aud": token}), true),
        (json!({"aud": format!("{ISSUER}/par")}), true),
        (json!({"aud": "https://mtls.example.se:8443/token"}), true),
        (json!({"aud": [ISSUER]}), true),
        (json!({"aud": [token, ISSUER]}), true),
        (json!({"aud": [ISSUER, "https://another.example.se"]}), false),
        (json!({"aud": []}), false),
        (json!({"aud": null}), false),
        (json!({"aud": 1}), false),
        (json!({"aud": format!("{ISSUER}/")}), false),
        (json!({"aud": "https://another.example.se"}), false),
        (json!({"iss": null}), false),
        (json!({"sub": null}), false),
        (json!({"iss": "another"}), false),
        (json!({"sub": "another"}), false),
        (json!({"sub": ""}), false),
        (json!({"jti": null}), false),
        (json!({"jti": ""}), false),
        (json!({"jti": 1}), false),
        (json!({"jti": long}), false),
        (json!({"exp": null}), false),
        (json!({"exp": NOW.0 - 300}), false),
        (json!({"exp": NOW.0 + 3_600}), true),
        (json!({"exp": NOW.0 + 86_400}), false),
        (json!({"nbf": NOW.0 + 8}), true),
        (json!({"nbf": NOW.0 + 61}), false),
        (json!({"iat": NOW.0 + 8}), true),
        (json!({"iat": NOW.0 + 61}), false),
        (json!({"iat": NOW.0 - 86_400}), true),
    ] {
        let parsed = parse(None, &form(&made_with(SECRET, &claims(&changes))));
        assert_eq!(parsed.is_ok(), good, "{changes} {parsed:?}");
        if let Err(error) = parsed {
            assert_eq!(error.code, ErrorCode::InvalidClient, "{changes}");
        }
    }
}

#[test]
fn rfc_7521_section_4_2_client_id_must_equal_the_subject_of_the_assertion() {
    let assertion = form(&made_with(SECRET, &claims(&json!({}))));
    assert!(parse(None, &format!("client_id=idep&{assertion}")).is_ok());
    let error = parse(None, &format!("client_id=another&{assertion}")).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidClient);
}

#[test]
fn core_section_9_client_secret_jwt_is_made_with_the_shared_secret() {
    let client = client(r#"{"token_endpoint_auth_method":"client_secret_jwt"}"#);
    let presented = parse(None, &form(&made_with(SECRET, &claims(&json!({}))))).unwrap();
    let Ok(Next::VerifyBySecret(assertion)) = presented.next(Some(&client), None) else {
        panic!("another method")
    };
    assert!(assertion.is_made_with(&Secret::new(SECRET.to_owned())));
    assert!(!assertion.is_made_with(&Secret::new("x".repeat(32))));
    assert_eq!(assertion.used_until(), NOW.plus(90));
}

/// A client with a key of that algorithm, and what it signs.
fn signing(algorithm: Algorithm, more: &Value, claims: &Value) -> (Client, Presented) {
    let key = Key::generate(algorithm, 2_048).unwrap();
    let set = KeySet::new(&[(key, State::Active)]).unwrap();
    let mut json = json!({
        "token_endpoint_auth_method": "private_key_jwt", "client_secret": null,
        "jwks": serde_json::from_slice::<Value>(set.jwks()).unwrap(),
    });
    for (name, value) in more.as_object().unwrap() {
        json[name] = value.clone();
    }
    let token = set.sign(algorithm, Some("JWT"), claims.to_string().as_bytes()).unwrap();
    (client(&json.to_string()), parse(None, &form(&token)).unwrap())
}

fn is_proven(client: &Client, presented: &Presented) -> bool {
    let Ok(Next::VerifyByKeys(assertion)) = presented.next(Some(client), None) else {
        return false;
    };
    let metadata = client.metadata();
    let keys = PublicKeys::from_value(metadata.jwks.as_ref().unwrap()).unwrap();
    assertion.token().verify(&keys, rules(metadata)).is_ok()
}

#[test]
fn rfc_7523_section_2_2_private_key_jwt_is_signed_by_a_key_of_the_client() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256] {
        let (client, presented) = signing(algorithm, &json!({}), &claims(&json!({})));
        assert!(is_proven(&client, &presented), "{algorithm}");
        let (_, other) = signing(algorithm, &json!({}), &claims(&json!({})));
        assert!(!is_proven(&client, &other), "{algorithm}");
    }
    let wanted = json!({"token_endpoint_auth_signing_alg": "ES256"});
    let (client, presented) = signing(Algorithm::ES256, &wanted, &claims(&json!({})));
    assert!(is_proven(&client, &presented));
    let (_, other) = signing(Algorithm::EdDSA, &json!({}), &claims(&json!({})));
    assert!(!is_proven(&client, &other));
}

#[test]
fn fapi_2_section_5_3_2_1_the_assertion_audience_is_the_issuer_as_a_single_string() {
    let fapi = json!({"fapi": "security"});
    for (aud, good) in [
        (json!(ISSUER), true),
        (json!([ISSUER]), false),
        (json!(format!("{ISSUER}/token")), false),
        (json!(format!("{ISSUER}/par")), false),
    ] {
        let made = claims(&json!({"aud": aud}));
        let (client, presented) = signing(Algorithm::ES256, &fapi, &made);
        assert_eq!(is_proven(&client, &presented), good, "{aud}");
        let (client, presented) = signing(Algorithm::ES256, &json!({}), &made);
        assert!(is_proven(&client, &presented), "{aud}");
    }
}

#[test]
fn the_replay_key_of_an_assertion_depends_on_client_and_jti_only() {
    let key = |changes: Value| {
        let presented = parse(None, &form(&made_with(SECRET, &claims(&changes)))).unwrap();
        let Proof::Assertion(assertion) = presented.proof else { panic!("no assertion") };
        assertion.use_key()
    };
    assert_eq!(key(json!({})), key(json!({"exp": NOW.0 + 90})));
    assert_ne!(key(json!({})), key(json!({"jti": "j-2"})));
    assert_ne!(key(json!({})), key(json!({"iss": "idep2", "sub": "idep2"})));
}

#[test]
fn rfc_8705_section_2_a_certificate_authenticates_only_clients_registered_for_mtls() {
    let (der, jwk) = self_signed("CN=client");
    let certificate = Certificate::parse(&der).unwrap();
    let trusted = mutual_tls::Presented { certificate, is_trusted: true };
    let untrusted = mutual_tls::Presented { is_trusted: false, ..trusted.clone() };
    let by_name = r#"{"token_endpoint_auth_method":"tls_client_auth","client_secret":null,
        "tls_client_auth_subject_dn":"CN=client"}"#;
    let mut named = jwk;
    named["x5c"] = json!([STANDARD.encode(&der)]);
    let by_key = json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth", "client_secret": null,
        "jwks": {"keys": [named]},
    });
    let presented = parse(None, "client_id=idep").unwrap();
    let next = |json: &str, certificate| match presented.next(Some(&client(json)), certificate) {
        Ok(Next::Proven) => "proven",
        Ok(Next::FindCertificate(_)) => "by key",
        Ok(_) => "by assertion",
        Err(_) => "refused",
    };
    for (json, certificate, outcome) in [
        (by_name, Some(&trusted), "proven"),
        (by_name, Some(&untrusted), "refused"),
        (by_name, None, "refused"),
        (&by_key.to_string(), Some(&untrusted), "by key"),
        (&by_key.to_string(), None, "refused"),
        ("{}", Some(&trusted), "refused"),
    ] {
        assert_eq!(next(json, certificate), outcome, "{json}");
    }
}

proptest! {
    #[test]
    fn parsing_basic_credentials_never_panics(header in "\\PC{0,40}", bytes in any::<Vec<u8>>()) {
        let _ = parse(Some(&header), "");
        let _ = parse(Some(&format!("Basic {}", STANDARD.encode(bytes))), "");
    }

    #[test]
    fn parsing_a_client_assertion_never_panics(
        text in "\\PC{0,60}",
        number in any::<f64>(),
        name in prop_oneof![Just("exp"), Just("nbf"), Just("iat"), Just("aud"), Just("jti")],
    ) {
        let _ = parse(None, &form(&text));
        for value in [json!(text), json!(number), json!([text, number])] {
            let _ = parse(None, &form(&made_with(SECRET, &claims(&json!({ name: value })))));
        }
    }
}
