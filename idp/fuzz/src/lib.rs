//! What the fuzz targets share: clients, a key, and properties that hold of every answer.
#![allow(clippy::missing_panics_doc, reason = "a property that does not hold is a panic")]

pub mod answer;
pub mod provider;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use idp::clock::Timestamp;
use idp::jose::Algorithm;
use idp::jose::jwks::PublicKeys;
use idp::jose::key::Key;
use idp::jose::keyset::KeySet;
use idp::jose::rotation::State;
use idp::oauth::authorization_response::Response;
use idp::oauth::bearer::{Scheme, www_authenticate};
use idp::oauth::client::Client;
use idp::oauth::error::Error;
use serde_json::{Value, json};

pub const ISSUER: &str = "https://login.example.se";
pub const NOW: Timestamp = Timestamp(1_800_000_000);
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The client's key: that of RFC 7515 appendix A.3.
static KEY: LazyLock<KeySet> = LazyLock::new(|| {
    let key = Key::parse(
        r#"{"kty":"EC","crv":"P-256","alg":"ES256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#,
    )
    .expect("the key of the standard");
    KeySet::new(&[(key, State::Active)]).expect("a key set")
});

/// Our own keys, for what is signed on the way back.
pub static OUR_KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let keys = [Algorithm::ES256, Algorithm::RS256]
        .map(|algorithm| (Key::generate(algorithm).expect("a key"), State::Active));
    KeySet::new(&keys).expect("a key set")
});

/// The public half of the client's key.
pub fn public_key() -> Value {
    KEY.signing(Algorithm::ES256).expect("a key").public().clone()
}

/// The client's key set, as it registers it.
pub static CLIENT_KEYS: LazyLock<PublicKeys> = LazyLock::new(|| {
    PublicKeys::from_value(&json!({ "keys": [public_key()] })).expect("a key set")
});

/// Registers a client with these members beside its name.
pub fn client(members: &Value) -> Client {
    let mut metadata = json!({ "client_id": "web" });
    for (name, value) in members.as_object().expect("members") {
        metadata[name] = value.clone();
    }
    let metadata = serde_json::from_value(metadata).expect("metadata");
    let scope = "openid profile email offline_access".parse().expect("a scope");
    Client::register(metadata, &scope).expect("a client")
}

/// Clients of each kind: with a secret, native, signing, and the two of FAPI.
pub static CLIENTS: LazyLock<Vec<Client>> = LazyLock::new(|| {
    let uris = json!(["https://rp.example/cb", "https://rp.example/other?x=y"]);
    let keys = json!({ "keys": [public_key()] });
    [
        json!({
            "redirect_uris": uris, "client_secret": SECRET, "require_pkce": false,
            "response_types": ["code", "id_token", "code id_token", "code id_token token"],
            "grant_types": ["authorization_code", "implicit", "refresh_token"],
            "request_uris": ["https://rp.example/object.jwt#1"],
            "resources": ["https://api.example/"],
        }),
        json!({
            "redirect_uris": ["http://127.0.0.1/cb", "http://[::1]:80/cb?a", "http://localhost/x"],
            "application_type": "native", "token_endpoint_auth_method": "none",
        }),
        json!({
            "redirect_uris": uris, "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
        }),
        json!({
            "redirect_uris": uris, "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
            "fapi": "security", "dpop_bound_access_tokens": true,
        }),
        json!({
            "redirect_uris": uris, "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
            "fapi": "message_signing", "dpop_bound_access_tokens": true,
            "authorization_signed_response_alg": "ES256",
        }),
    ]
    .iter()
    .map(client)
    .collect()
});

/// A signed token. Text that begins with a brace is a header, a line break, and a payload, and
/// gets a good signature of the client; any other text is the token itself. So the fuzzer reaches
/// what lies behind the signature without having to forge one.
pub fn token(text: &str) -> String {
    if !text.starts_with('{') {
        return text.to_owned();
    }
    let (header, payload) = text.split_once('\n').unwrap_or((text, "{}"));
    let header = header.replace("$JWK", &public_key().to_string());
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = KEY.signing(Algorithm::ES256).expect("a key");
    let signature = key.signature(message.as_bytes()).expect("a signature");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The same token with another signature, or `None` when it has none to spoil.
pub fn spoilt(token: &str) -> Option<String> {
    let (message, signature) = token.rsplit_once('.')?;
    let mut signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    *signature.first_mut()? ^= 1;
    Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// [RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2): the characters of
/// an `error_description`.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

pub fn holds(error: &Error) {
    assert!(!error.description().is_empty() && is_plain(error.description()), "{error:?}");
}

/// P30: whether `uri` is registered for `client`, told with other means than the provider's: byte
/// for byte, or for native clients on a loopback address with another port.
pub fn is_registered(uri: &str, client: &Client) -> bool {
    let metadata = client.metadata();
    let native = serde_json::to_value(metadata.application_type).is_ok_and(|kind| kind == "native");
    let portless = |text: &str| {
        let mut url = url::Url::parse(text).ok()?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
        (loopback && url.scheme() == "http" && url.set_port(None).is_ok()).then_some(url)
    };
    metadata.redirect_uris.iter().any(|own| {
        own == uri || (native && portless(own).is_some() && portless(own) == portless(uri))
    })
}

/// P30 of an authorization response: it goes to a registered address, and its parameters cannot
/// end a header line.
pub fn goes_home(response: &Response, client: &Client) {
    match response {
        Response::Redirect(location) => {
            assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
            let end = |at: usize| is_registered(&location[..at], client);
            let mut separators = location.match_indices(['?', '&', '#']);
            assert!(separators.any(|(at, _)| end(at) || end(at + 1)), "{location}");
        }
        Response::FormPost { action, origin, .. } => {
            assert!(is_registered(action, client), "{action}");
            assert!(is_source(origin), "{origin}");
        }
    }
}

/// Whether a content security policy can name it without growing another directive.
pub fn is_source(origin: &str) -> bool {
    !origin.is_empty()
        && origin.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"*".contains(&byte))
}

/// The challenges that go with an error are header values, each of one scheme.
pub fn challenges(error: &Error) {
    for shown in [None, Some(Scheme::Bearer), Some(Scheme::Dpop)] {
        let told = www_authenticate(shown, Some(error));
        assert!(!told.is_empty());
        for challenge in told {
            let known = ["Bearer ", "DPoP "].iter().any(|scheme| challenge.starts_with(scheme));
            assert!(known && challenge.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            // An error code, a description and the algorithms: nothing got in between.
            assert!(challenge.matches('"').count() <= 6, "{challenge}");
        }
    }
}
