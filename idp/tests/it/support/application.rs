//! A relying party: what it asks, and what it makes of a code.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Answer, Browser, encoded};

/// The verifier of every request, and its S256 challenge.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const CALLBACK: &str = "https://rp.example/cb";

/// The applications that every provider knows.
pub(crate) const CLIENTS: &str = r#"
[[client]]
client_id = "web"
client_name = "Webben"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb", "https://rp.example/other"]
post_logout_redirect_uris = ["https://rp.example/out"]

[[client]]
client_id = "idep"
client_name = "IDEP.WEB"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
post_logout_redirect_uris = ["https://rp.example/out"]
token_endpoint_auth_method = "client_secret_post"
id_token_signed_response_alg = "ES256"
grant_types = ["authorization_code", "refresh_token"]
required_acr = "pwd-email-remembered"

[[client]]
client_id = "public"
redirect_uris = ["https://rp.example/cb"]
token_endpoint_auth_method = "none"
id_token_signed_response_alg = "PS256"

[[client]]
client_id = "eddsa"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
id_token_signed_response_alg = "EdDSA"
authorization_signed_response_alg = "ES256"
scope = "openid profile"
"#;

/// An application, and the request it sends its users with.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) id: &'static str,
    pairs: Vec<(String, String)>,
}

impl Application {
    /// A client that asks in the usual way.
    pub(crate) fn new(id: &'static str) -> Self {
        let pairs = [
            ("client_id", id),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "st-1"),
            ("nonce", "no-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        Self { id, pairs: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into() }
    }

    /// A client of the test's own settings, which uses HTTP Basic and the common secret.
    pub(crate) fn named(id: &'static str) -> Self {
        Self::new(id)
    }

    /// The password is enough for it.
    pub(crate) fn web() -> Self {
        Self::new("web")
    }

    /// It wants at least a remembered browser, as IDEP.WEB does.
    pub(crate) fn idep() -> Self {
        Self::new("idep")
    }

    /// A client without a secret.
    pub(crate) fn public() -> Self {
        Self::new("public")
    }

    /// A client with few scopes.
    pub(crate) fn eddsa() -> Self {
        Self::new("eddsa")
    }

    /// The same with a parameter set.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.retain(|(other, _)| other != name);
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a parameter once more.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(other, _)| other != name);
        self
    }

    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The address of the request.
    pub(crate) fn request(&self) -> String {
        format!("/authorize?{}", encoded(&self.pairs))
    }

    /// The good token request for a code.
    pub(crate) fn redemption<'a>(&self, code: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        match self.id {
            "idep" => form.extend([("client_id", "idep"), ("client_secret", SECRET)]),
            public if is_public(public) => form.push(("client_id", public)),
            _ => {}
        }
        form
    }

    /// The `Authorization` header, for those that use it.
    pub(crate) fn credentials(&self) -> Option<String> {
        let uses_it = self.id != "idep" && !is_public(self.id);
        uses_it.then(|| basic(self.id, SECRET))
    }

    /// Sends a token request of these fields, with its own credentials.
    pub(crate) async fn token(&self, from: &Browser, fields: &[(&str, &str)]) -> Answer {
        token(from, self.credentials().as_deref(), fields).await
    }

    /// Buys tokens with a code.
    pub(crate) async fn redeem(&self, from: &Browser, code: &str) -> Tokens {
        let answer = self.token(from, &self.redemption(code)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        let id_token = json["id_token"].as_str().unwrap().to_owned();
        Tokens {
            access_token: json["access_token"].as_str().unwrap().to_owned(),
            claims: claims(&id_token),
            id_token,
        }
    }

    /// Asks for claims with an access token.
    pub(crate) async fn userinfo(from: &Browser, access_token: &str) -> Answer {
        let bearer = format!("Bearer {access_token}");
        let headers = [("authorization", bearer.as_str())];
        from.without_cookies().send("GET", "/userinfo", &headers, axum::body::Body::empty()).await
    }
}

/// The clients of the tests that do not authenticate.
fn is_public(id: &str) -> bool {
    matches!(id, "public" | "spa" | "bound")
}

/// A `Basic` header.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Sends a token request.
pub(crate) async fn token(
    from: &Browser,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> Answer {
    let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
    from.without_cookies().post_with("/token", fields, &headers).await
}

/// What a code buys.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: String,
    /// The claims of the ID token.
    pub(crate) claims: Value,
}

/// The claims of an ID token, unverified.
pub(crate) fn claims(id_token: &str) -> Value {
    let payload = id_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
