//! The least that a provider can cost: a bare server that makes the same signatures and writes the
//! same rows as one, and checks nothing. `load calls` measures it beside the provider, so that the
//! figures of different machines compare.

mod store;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clap::Parser;
use conformance::judge::client::random;
use conformance::judge::jwt;
use josekit::jws::{ES256, JwsHeader, JwsSigner, JwsVerifier};
use rusqlite::params;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::store::{Store, run};

/// The claims of a login, as a provider keeps them with each grant.
const FACTS: &str = r#"{"scope":"openid","redirect_uri":"https://127.0.0.1/cb","nonce":"n","proofs":[{"factor":"password","at":1795438800}]}"#;
const SECONDS: i64 = 600;

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    listen: SocketAddr,
    /// A file that does not exist yet.
    #[arg(long)]
    database: PathBuf,
}

struct Floor {
    issuer: String,
    metadata: Bytes,
    keys: Bytes,
    signer: Box<dyn JwsSigner>,
    verifier: Box<dyn JwsVerifier>,
    header: JwsHeader,
    store: Store,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let issuer = format!("http://{}", arguments.listen);
    let at = |path: &str| format!("{issuer}{path}");
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "introspection_endpoint": at("/introspect"),
        "jwks_uri": at("/jwks.json"),
    });
    let key = jwt::generate("ES256", "floor")?;
    let jwk = josekit::jwk::Jwk::from_map(key.as_object().cloned().unwrap_or_default())?;
    let mut header = JwsHeader::new();
    header.set_key_id("floor");
    let floor = Floor {
        metadata: metadata.to_string().into(),
        keys: jwt::public_set(&[key])?.to_string().into(),
        signer: Box::new(ES256.signer_from_jwk(&jwk)?),
        verifier: Box::new(ES256.verifier_from_jwk(&jwk)?),
        header,
        store: Store::create(&arguments.database)?,
        issuer,
    };
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(metadata_document))
        .route("/jwks.json", get(keys))
        .route("/authorize", get(authorize))
        .route("/interaction/{id}", get(page))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/introspect", post(introspect))
        .with_state(Arc::new(floor));
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    Ok(axum::serve(listener, routes).await?)
}

/// Any error at all.
struct Failed;

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(_: E) -> Self {
        Self
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

type Answer = Result<Response, Failed>;

async fn metadata_document(State(floor): State<Arc<Floor>>) -> Response {
    as_json(floor.metadata.clone())
}

async fn keys(State(floor): State<Arc<Floor>>) -> Response {
    as_json(floor.keys.clone())
}

/// A code in a session, or the page of a login; `begin` makes the session.
async fn authorize(
    State(floor): State<Arc<Floor>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = query.unwrap_or_default();
    let asked: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let cookie = headers.get(header::COOKIE).and_then(|cookie| cookie.to_str().ok());
    let Some((_, session)) = cookie.and_then(|cookie| cookie.split_once('=')) else {
        return floor.begin(&asked, query).await;
    };
    let found = "SELECT account, proofs FROM sessions WHERE digest = ?";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found: Option<(String, String)> = floor.store.row(found, [digest(session)], read)?;
    let (_, facts) = found.ok_or(Failed)?;
    let (id, code, client) = (random(16), random(32), value(&asked, "client_id").to_owned());
    let stored = digest(&code);
    let insert = "INSERT INTO grants VALUES (?, ?, ?, ?, NULL, ?)";
    let review = now() + 86_400;
    floor.store.write(move |c| run(c, insert, params![id, stored, client, facts, review])).await?;
    let mut back = url::Url::parse(value(&asked, "redirect_uri"))?;
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", value(&asked, "state"))
        .append_pair("iss", &floor.issuer);
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, String::from(back))]).into_response())
}

async fn page(State(floor): State<Arc<Floor>>, Path(id): Path<String>) -> Answer {
    let sql = "SELECT request FROM interactions WHERE id = ?";
    let request: Option<String> = floor.store.row(sql, [&id], |row| row.get(0))?;
    request.ok_or(Failed)?;
    let page = format!("<!doctype html><title>{id}</title>{}", "<p>A page</p>".repeat(300));
    Ok(([(header::CONTENT_TYPE, "text/html")], page).into_response())
}

async fn token(State(floor): State<Arc<Floor>>, headers: HeaderMap, body: Bytes) -> Answer {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let _proof = headers.get(header::AUTHORIZATION).map(|shown| digest_of(shown.as_bytes()));
    match value(&form, "grant_type") {
        "authorization_code" => floor.redeem(value(&form, "code")).await,
        "refresh_token" => floor.refresh(value(&form, "refresh_token")).await,
        _ => floor.grant_to_client(value(&form, "client_assertion")).await,
    }
}

async fn userinfo(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Answer {
    let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    let token = shown.and_then(|shown| shown.strip_prefix("Bearer ")).ok_or(Failed)?;
    let facts = floor.facts(token)?;
    Ok(as_json(json!({ "sub": "floor", "scope": facts["scope"] }).to_string().into()))
}

async fn introspect(State(floor): State<Arc<Floor>>, headers: HeaderMap, body: Bytes) -> Answer {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let _proof = headers.get(header::AUTHORIZATION).map(|shown| digest_of(shown.as_bytes()));
    let facts = floor.facts(value(&form, "token"))?;
    let told = json!({
        "active": true, "iss": floor.issuer, "sub": "floor", "client_id": "floor",
        "scope": facts["scope"], "exp": now() + SECONDS, "iat": now(), "token_type": "Bearer",
    });
    Ok(as_json(told.to_string().into()))
}

impl Floor {
    async fn begin(&self, asked: &[(String, String)], request: String) -> Answer {
        if value(asked, "begin") == "session" {
            let session = random(32);
            let stored = digest(&session);
            let insert = "INSERT INTO sessions VALUES (?, 'floor', ?)";
            self.store.write(move |c| run(c, insert, params![stored, FACTS])).await?;
            let cookie = [(header::SET_COOKIE, format!("session={session}; Path=/"))];
            return Ok((cookie, [(header::CONTENT_TYPE, "text/html")], "<p>begun").into_response());
        }
        let id = random(16);
        let page = [(header::LOCATION, format!("/interaction/{id}"))];
        let insert = "INSERT INTO interactions VALUES (?, ?, ?)";
        self.store.write(move |c| run(c, insert, params![id, request, now() + 3_600])).await?;
        Ok((StatusCode::SEE_OTHER, page).into_response())
    }

    async fn redeem(&self, code: &str) -> Answer {
        let sql = "SELECT id, client, facts FROM grants WHERE code = ?";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let found: Option<(String, String, String)> = self.store.row(sql, [digest(code)], read)?;
        let (grant, client, facts) = found.ok_or(Failed)?;
        let facts: Value = serde_json::from_str(&facts)?;
        let (token, refresh) = (random(32), random(32));
        let (access, kept) = (digest(&token), digest(&refresh));
        let offline = client.contains("refresh");
        self.store
            .write(move |c| {
                let used = "UPDATE grants SET used_at = ? WHERE id = ? AND used_at IS NULL";
                run(c, used, params![now(), grant])?;
                insert_access(c, &access, &grant)?;
                if offline {
                    let insert = "INSERT INTO refresh_tokens VALUES (?, ?, ?)";
                    run(c, insert, params![kept, grant, now() + 1_209_600])?;
                }
                Ok(())
            })
            .await?;
        self.issued(&token, offline.then_some(refresh), Some(&facts))
    }

    async fn refresh(&self, refresh_token: &str) -> Answer {
        let sql = "SELECT t.grant_id, g.facts FROM refresh_tokens t JOIN grants g ON g.id = t.grant_id \
                   WHERE t.digest = ?";
        let kept = digest(refresh_token);
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found: Option<(String, String)> = self.store.row(sql, [&kept], read)?;
        let (grant, facts) = found.ok_or(Failed)?;
        let facts: Value = serde_json::from_str(&facts)?;
        let token = random(32);
        let access = digest(&token);
        self.store
            .write(move |c| {
                let used = "UPDATE refresh_tokens SET idle_expires_at = ? WHERE digest = ?";
                run(c, used, params![now() + 1_209_600, kept])?;
                insert_access(c, &access, &grant)
            })
            .await?;
        self.issued(&token, None, Some(&facts))
    }

    /// The signature of an assertion is verified, by whatever key there is.
    async fn grant_to_client(&self, assertion: &str) -> Answer {
        let (signed, signature) = assertion.rsplit_once('.').ok_or(Failed)?;
        let signature = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes())?;
        let _another_key = self.verifier.verify(signed.as_bytes(), &signature);
        let (grant, token) = (random(16), random(32));
        let (access, used) = (digest(&token), digest(assertion));
        self.store
            .write(move |c| {
                run(c, "INSERT INTO used_ids VALUES (?, ?)", params![used, now() + SECONDS])?;
                let insert = "INSERT INTO grants VALUES (?, NULL, 'floor', ?, NULL, ?)";
                run(c, insert, params![grant, FACTS, now() + 86_400])?;
                insert_access(c, &access, &grant)
            })
            .await?;
        self.issued(&token, None, None)
    }

    /// The token response, with an ID token where there was a login.
    fn issued(&self, token: &str, refresh: Option<String>, facts: Option<&Value>) -> Answer {
        let mut response = json!({
            "access_token": token, "token_type": "Bearer", "expires_in": SECONDS, "scope": "openid",
        });
        if let Some(refresh) = refresh {
            response["refresh_token"] = refresh.into();
        }
        if let Some(facts) = facts {
            let hash = data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(token)[..16]);
            let claims = json!({
                "iss": self.issuer, "sub": "floor", "aud": "floor", "iat": now(),
                "exp": now() + SECONDS, "auth_time": facts["proofs"][0]["at"],
                "nonce": facts["nonce"], "acr": "pwd", "amr": ["pwd"], "at_hash": hash,
            });
            let signed = josekit::jws::serialize_compact(
                claims.to_string().as_bytes(),
                &self.header,
                &*self.signer,
            )?;
            response["id_token"] = signed.into();
        }
        Ok(as_json(response.to_string().into()))
    }

    /// What the grant of an access token holds.
    fn facts(&self, token: &str) -> Result<Value, Failed> {
        let sql = "SELECT g.facts FROM access_tokens t JOIN grants g ON g.id = t.grant_id \
                   WHERE t.digest = ? AND t.expires_at > ?";
        let facts: Option<String> =
            self.store.row(sql, params![digest(token), now()], |row| row.get(0))?;
        Ok(serde_json::from_str(&facts.ok_or(Failed)?)?)
    }
}

fn insert_access(c: &rusqlite::Connection, access: &str, grant: &str) -> rusqlite::Result<()> {
    let insert = "INSERT INTO access_tokens VALUES (?, ?, 'openid', ?)";
    run(c, insert, params![access, grant, now() + SECONDS])
}

fn as_json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn now() -> i64 {
    i64::try_from(conformance::clock::now()).unwrap_or(i64::MAX)
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
}

fn digest(text: &str) -> String {
    digest_of(text.as_bytes())
}

fn digest_of(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(bytes))
}
