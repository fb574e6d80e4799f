//! P33: a request object, raw or with a good signature (see `idp_fuzz::token`). A first line
//! without a brace is taken for a `request_uri` as well.
#![no_main]

use idp::jose::signed_token::SignedToken;
use idp::oauth::authorization_request::AuthorizationRequest;
use idp::oauth::client::Client;
use idp::oauth::parameters::Parameters;
use idp::oauth::request_object::{self, Form};
use idp::oauth::response_type::Offered;
use idp_fuzz::{CLIENT_KEYS, CLIENTS, ISSUER, NOW, holds, is_registered, spoilt, token};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let object = token(text);
    for (name, other) in [("request", "request_uri"), ("request_uri", "request")] {
        let one = Parameters::from_pairs([(name, object.as_str())]);
        assert_eq!(request_object::form(&one).expect("one way") == Form::Plain, object.is_empty());
        let two = Parameters::from_pairs([(name, object.as_str()), (other, "x")]);
        assert!(request_object::form(&two).is_err() || object.is_empty());
    }
    for client in CLIENTS.iter() {
        address(text, client);
        read(&object, client);
    }
});

fn address(uri: &str, client: &Client) {
    match request_object::address(uri, client) {
        Ok(url) => {
            assert_eq!(url.as_str(), "https://rp.example/object.jwt");
            assert!(uri.starts_with(url.as_str()));
        }
        Err(error) => holds(&error),
    }
}

fn read(object: &str, client: &Client) {
    let Ok(parsed) = SignedToken::parse(object) else { return };
    let algorithms = request_object::algorithms(client);
    let rules = request_object::rules(&algorithms);
    let Ok(claims) = parsed.verify(&CLIENT_KEYS, rules) else { return };
    let other = SignedToken::parse(&spoilt(object).expect("a signature")).expect("a token");
    assert!(other.verify(&CLIENT_KEYS, rules).is_err(), "any signature is good");
    let parameters = match request_object::parameters(claims, client, ISSUER, NOW) {
        Ok(parameters) => parameters,
        Err(error) => return holds(&error),
    };
    assert!(matches!(request_object::form(&parameters), Ok(Form::Plain)), "nested");
    assert_eq!(parameters.get("client_id"), Some(client.client_id().as_str()));
    // It is stored as a query, and read again at each step.
    assert_eq!(Parameters::parse_stored(&parameters.to_query()).as_ref(), Ok(&parameters));
    match AuthorizationRequest::parse(&parameters, client, ISSUER, Offered::new(true)) {
        Ok(request) => assert!(is_registered(request.redirect_uri.as_str(), client)),
        Err(refusal) => holds(&refusal.into_error()),
    }
}
