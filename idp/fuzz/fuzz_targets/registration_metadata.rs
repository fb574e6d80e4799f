//! Client metadata, as the operator writes it and as a stranger registers it.
#![no_main]

use idp::clock::Timestamp;
use idp::jose::Algorithm;
use idp::oauth::client::dynamic::{Issued, Submitted, Terms};
use idp::oauth::client::{Client, ClientId};
use idp::oauth::client_metadata::ClientMetadata;
use idp::oauth::scope::Scope;
use idp::secret::Secret;
use idp_fuzz::{SECRET, holds, is_source};
use serde_json::{Map, Value};
use url::Url;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let supported = "openid profile email".parse().expect("a scope");
    if let Ok(members) = serde_json::from_slice::<Map<String, Value>>(data) {
        written(members, &supported);
    }
    let terms = Terms {
        required_acr: "pwd-email".to_owned(),
        require_pkce: data.len() % 2 == 0,
        front_channel_tokens: data.len() % 3 == 0,
        certificates: true,
        algorithms: Algorithm::ALL.to_vec(),
        scope: supported,
    };
    sent(data, &terms);
});

/// The operator's own file.
fn written(mut members: Map<String, Value>, supported: &Scope) {
    if !members.contains_key("client_id") {
        members.insert("client_id".to_owned(), "web".into());
    }
    if !members.contains_key("token_endpoint_auth_method") {
        members.insert("client_secret".to_owned(), SECRET.into());
    }
    let Ok(metadata) = serde_json::from_value::<ClientMetadata>(Value::Object(members)) else {
        return;
    };
    let secret = metadata.client_secret.clone();
    let client = match Client::register(metadata, supported) {
        Ok(client) => client,
        Err(error) => return holds(&error),
    };
    check(&client, supported);
    // What is written is read again as the same, and would be accepted again.
    let written = serde_json::to_value(client.metadata()).expect("JSON");
    let mut again: ClientMetadata = serde_json::from_value(written.clone()).expect("metadata");
    again.client_secret = secret;
    let again = Client::register(again, supported).expect("the same client");
    assert_eq!(serde_json::to_value(again.metadata()).expect("JSON"), written);
}

/// A stranger's request.
fn sent(body: &[u8], terms: &Terms) {
    let client = match register(body, terms) {
        Ok(Some(client)) => client,
        Ok(None) => return,
        Err(error) => return holds(&error),
    };
    check(&client, &terms.scope);
    let metadata = client.metadata();
    assert!(!metadata.first_party && metadata.fapi.is_none() && metadata.resources.is_empty());
    assert_eq!(metadata.required_acr, terms.required_acr);
    assert!(client.requires_pkce() || !terms.require_pkce);
    // RFC 7592 section 2.2: what it is told it may send back.
    let told = document(&client);
    let again = register(told.to_string().as_bytes(), terms).expect("what we told");
    assert_eq!(document(&again.expect("a client")), told);
}

fn register(body: &[u8], terms: &Terms) -> Result<Option<Client>, idp::oauth::error::Error> {
    let id = ClientId::parse("drawn").expect("a name");
    let submitted = Submitted::parse(body)?;
    if let Err(error) = submitted.secret() {
        holds(&error);
        return Ok(None);
    }
    submitted.client(&id, &Secret::new(SECRET.to_owned()), terms).map(Some)
}

fn document(client: &Client) -> Value {
    let (token, uri) = (Secret::new("t".to_owned()), "https://login.example.se/register/drawn");
    Issued { client, issued_at: Timestamp(7), secret: None, token: &token, uri }.document()
}

fn check(client: &Client, supported: &Scope) {
    let metadata = client.metadata();
    assert_eq!(metadata.scope.narrow(supported), metadata.scope);
    for uri in &metadata.redirect_uris {
        let url = Url::parse(uri).expect("a URL");
        assert!(matches!(url.scheme(), "https" | "http") || url.scheme().contains('.'), "{uri}");
    }
    let logo = client.logo_origin();
    assert!(logo.is_empty() || is_source(&logo), "{logo}");
    let _ = (client.begins_at("https://login.example.se"), client.client_name_in("sv"));
    if client.has_open_secret() {
        return;
    }
    let stored = serde_json::to_string(client).expect("JSON");
    let read: Client = serde_json::from_str(&stored).expect("a client");
    assert_eq!(serde_json::to_string(&read).expect("JSON"), stored);
}
