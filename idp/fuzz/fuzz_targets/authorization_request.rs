//! P30, P33: the query of an authorization request, for clients of each kind.
#![no_main]

use idp::oauth::authorization_request::{AuthorizationRequest, Refusal};
use idp::oauth::client::Client;
use idp::oauth::parameters::Parameters;
use idp::oauth::response_type::Offered;
use idp::oidc::prompt::Prompt;
use idp_fuzz::{CLIENTS, ISSUER, NOW, OUR_KEYS, goes_home, holds, is_registered};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let read = Parameters::parse_form(data);
    if let Ok(query) = std::str::from_utf8(data) {
        assert_eq!(Parameters::parse_query(query), read, "GET and POST differ");
    }
    let parameters = match read {
        Ok(parameters) => parameters,
        Err(error) => return holds(&error),
    };
    let written = parameters.to_query();
    assert_eq!(Parameters::parse_stored(&written).as_ref(), Ok(&parameters));
    for (name, value) in parameters.iter().filter(|(name, _)| *name != "resource") {
        assert!(!value.is_empty());
        let again = format!("{written}&{}", Parameters::from_pairs([(name, "x")]).to_query());
        assert!(Parameters::parse_stored(&again).is_err(), "{name} may come twice");
    }
    if let Err(error) = AuthorizationRequest::client_id(&parameters) {
        holds(&error);
    }
    for client in CLIENTS.iter() {
        for offered in [Offered::new(false), Offered::new(true)] {
            check(&parameters, client, offered);
        }
    }
});

fn check(parameters: &Parameters, client: &Client, offered: Offered) {
    let request = match AuthorizationRequest::parse(parameters, client, ISSUER, offered) {
        Ok(request) => request,
        Err(Refusal::Page(error)) => return holds(&error),
        Err(Refusal::Redirect { to, error }) => {
            holds(&error);
            let asked = parameters.get("redirect_uri").expect("an address");
            assert!(is_registered(asked, client), "{asked}");
            return goes_home(
                &to.error_response(&error, &OUR_KEYS, NOW).expect("a response"),
                client,
            );
        }
    };
    assert!(is_registered(request.redirect_uri.as_str(), client));
    assert_eq!(Some(request.redirect_uri.as_str()), parameters.get("redirect_uri"));
    assert_eq!(request.state.as_deref(), parameters.get("state"));
    assert_eq!(request.nonce.as_deref(), parameters.get("nonce"));
    assert_eq!(request.scope.narrow(&client.metadata().scope), request.scope);
    assert!(client.metadata().response_types.contains(&request.response_type));
    assert!(!request.response_type.has_id_token() || request.nonce.is_some());
    let has_challenge = request.code_challenge.is_some() || !request.response_type.has_code();
    assert!(has_challenge || !client.requires_pkce(), "no challenge");
    if let Err(error) = Prompt::parse(request.prompt.as_deref()) {
        holds(&error);
        let to = request.destination(client, ISSUER);
        goes_home(&to.error_response(&error, &OUR_KEYS, NOW).expect("a response"), client);
    }
}
