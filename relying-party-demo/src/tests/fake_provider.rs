//! A provider small enough to be wrong on purpose: it signs whatever claims a test gives it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};
use url::Url;

pub(super) const CLIENT: (&str, &str) = ("idep-web", "s3cret:%");

/// What the provider will say for one code.
struct Grant {
    code_challenge: String,
    id_token: Value,
    userinfo: Value,
}

pub(super) struct FakeProvider {
    pub(super) issuer: String,
    state: Shared,
}

#[derive(Default)]
struct Inner {
    issuer: String,
    key_number: u8,
    grants: BTreeMap<String, Grant>,
    userinfo: Value,
    tokens: BTreeMap<String, Value>,
    troubled: bool,
}

type Shared = Arc<Mutex<Inner>>;

impl FakeProvider {
    #[expect(clippy::disallowed_methods, reason = "the provider runs beside the test")]
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Shared::default();
        state.lock().unwrap().issuer.clone_from(&issuer);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks.json", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/introspect", post(introspect))
            .with_state(Shared::clone(&state));
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { issuer, state }
    }

    /// Begins to sign with another key.
    pub(super) fn rotate(&self) {
        self.state.lock().unwrap().key_number += 1;
    }

    /// Lets the token endpoint answer 503.
    pub(super) fn trouble(&self) {
        self.state.lock().unwrap().troubled = true;
    }

    /// Issues an access token, for which introspection will say `answer`, to an account that
    /// reports for `parties`.
    pub(super) fn issue(&self, token: &str, answer: Value, parties: &[&str]) {
        let mut state = self.state.lock().unwrap();
        state.tokens.insert(token.to_owned(), answer);
        state.userinfo = userinfo_of(parties);
        state.userinfo["email_step_time"] = json!(state.tokens[token]["auth_time"]);
    }

    /// What a login gives when nothing is wrong. `now` is the relying party's time.
    pub(super) fn claims(&self, class: &str, now: i64) -> Value {
        json!({
            "iss": self.issuer, "aud": CLIENT.0, "sub": "subject-1", "iat": now, "exp": now + 300,
            "acr": format!("{}/acr/{class}", self.issuer), "auth_time": now,
            "email_step_time": now, "amr": ["pwd"],
        })
    }

    /// Answers an authorization request with a code for `id_token`, to which the request's nonce
    /// is added unless it has one; gives the query of the callback.
    pub(super) fn authorize(&self, request: &str, mut id_token: Value, parties: &[&str]) -> String {
        let request = parameters(request);
        let code = format!("code-{}", request["nonce"]);
        if id_token.get("nonce").is_none() {
            id_token["nonce"] = json!(request["nonce"]);
        }
        let userinfo = userinfo_of(parties);
        let code_challenge = request["code_challenge"].clone();
        let grant = Grant { code_challenge, id_token, userinfo };
        self.state.lock().unwrap().grants.insert(code.clone(), grant);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("code", &code).append_pair("state", &request["state"]);
        query.append_pair("iss", &self.issuer).finish()
    }
}

fn userinfo_of(parties: &[&str]) -> Value {
    json!({
        "sub": "subject-1", "preferred_username": "202100083750", "parties": parties,
        "https://id.oidc.se/claim/orgNumber": "2021000837",
        "https://id.oidc.se/claim/orgName": "Statistiska centralbyrån",
    })
}

/// The query parameters of an address.
pub(super) fn parameters(url: &str) -> BTreeMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

fn key(number: u8) -> CoreEdDsaPrivateSigningKey {
    let mut document = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEIA==").unwrap();
    document.extend([number + 1; 32]);
    let (label, body) = ("PRIVATE KEY", STANDARD.encode(document));
    let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let kid = JsonWebKeyId::new(format!("key-{number}"));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(kid)).unwrap()
}

fn json_answer(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let body = serde_json::to_string(body).unwrap();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

async fn discovery(State(state): State<Shared>) -> Response {
    let issuer = state.lock().unwrap().issuer.clone();
    let at = |path: &str| format!("{issuer}/{path}");
    let document = json!({
        "issuer": issuer, "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"), "userinfo_endpoint": at("userinfo"),
        "introspection_endpoint": at("introspect"),
        "jwks_uri": at("jwks.json"), "end_session_endpoint": at("end_session"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
    });
    json_answer(StatusCode::OK, &document)
}

async fn jwks(State(state): State<Shared>) -> Response {
    let key = key(state.lock().unwrap().key_number);
    let keys = CoreJsonWebKeySet::new(vec![key.as_verification_key()]);
    json_answer(StatusCode::OK, &keys)
}

/// The form of our client, which has proven who it is.
fn form_of_client(headers: &HeaderMap, body: &Bytes) -> BTreeMap<String, String> {
    let encoded: String = url::form_urlencoded::byte_serialize(CLIENT.1.as_bytes()).collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{encoded}", CLIENT.0)));
    assert_eq!(headers[AUTHORIZATION], basic);
    url::form_urlencoded::parse(body).into_owned().collect()
}

async fn introspect(State(state): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let form = form_of_client(&headers, &body);
    let state = state.lock().unwrap();
    if state.troubled {
        return json_answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "server_error" }));
    }
    let unknown = json!({ "active": false });
    json_answer(StatusCode::OK, state.tokens.get(&form["token"]).unwrap_or(&unknown))
}

async fn token(State(state): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let form = form_of_client(&headers, &body);
    let mut state = state.lock().unwrap();
    if state.troubled {
        return json_answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "server_error" }));
    }
    let grant = state.grants.remove(&form["code"]).filter(|grant| {
        let verifier = form["code_verifier"].as_bytes();
        grant.code_challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
    });
    let Some(mut grant) = grant else {
        return json_answer(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_grant" }));
    };
    let access_token = "access-token";
    if grant.id_token.get("at_hash").is_none() {
        let hash = Sha512::digest(access_token);
        grant.id_token["at_hash"] = json!(URL_SAFE_NO_PAD.encode(&hash[..32]));
    }
    state.userinfo = grant.userinfo;
    let answer = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 600,
        "id_token": sign(state.key_number, &grant.id_token),
    });
    json_answer(StatusCode::OK, &answer)
}

async fn userinfo(State(state): State<Shared>, headers: HeaderMap) -> Response {
    let state = state.lock().unwrap();
    let token = headers[AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    assert!(token == "access-token" || state.tokens.contains_key(token), "{token}");
    json_answer(StatusCode::OK, &state.userinfo)
}

/// A claim `broken_signature` spoils the signature.
fn sign(key_number: u8, claims: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "kid": format!("key-{key_number}") });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", encode(&header), encode(claims));
    let mut signature =
        key(key_number).sign(&CoreJwsSigningAlgorithm::EdDsa, input.as_bytes()).unwrap();
    if claims.get("broken_signature").is_some() {
        signature[0] ^= 1;
    }
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
