//! Clients that use tokens in every way, and what they call.

use serde_json::Value;

use super::application::SECRET;
use super::{Answer, Application, Browser, Setup, TestProvider};

/// A single-page application, one that binds its tokens, a server with a resource, one with signed
/// tokens, two of one sector that know people by other names, and a resource server.
const PARTIES: &str = r#"
[[client]]
client_id = "spa"
redirect_uris = ["https://rp.example/cb"]
token_endpoint_auth_method = "none"
grant_types = ["authorization_code", "refresh_token"]

[[client]]
client_id = "bound"
redirect_uris = ["https://rp.example/cb"]
token_endpoint_auth_method = "none"
grant_types = ["authorization_code", "refresh_token"]
dpop_bound_access_tokens = true

[[client]]
client_id = "server"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
resources = ["https://api.example/", "https://other.example/"]

[[client]]
client_id = "signed"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "client_credentials"]
access_token_format = "jwt"
id_token_signed_response_alg = "ES256"
userinfo_signed_response_alg = "EdDSA"
resources = ["https://api.example/"]

[[client]]
client_id = "pair"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
post_logout_redirect_uris = ["https://rp.example/out"]
grant_types = ["authorization_code", "refresh_token"]
subject_type = "pairwise"

[[client]]
client_id = "api"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = []
grant_types = ["client_credentials"]
resources = ["https://api.example/"]
first_party = false

[[client]]
client_id = "stranger"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = []
grant_types = ["client_credentials"]
first_party = false
"#;

/// A provider that knows them.
pub(crate) fn parties() -> Setup {
    Setup::new().settings(PARTIES)
}

/// Logs in with `openid` and these further scopes, and redeems the code.
pub(crate) async fn granted(browser: &mut Browser, id: &'static str, scope: &str) -> Value {
    let application = Application::new(id).with("scope", scope);
    let page = browser.begin(&application).await;
    let answer = if page.parameter("code").is_some() {
        page
    } else {
        browser.log_in(&application, super::ANNA).await
    };
    let code = answer.code();
    let form = application.redemption(&code);
    let answer = call(&browser.provider, "/token", id, &form, None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// Asks for tokens with a refresh token.
pub(crate) async fn refresh(provider: &TestProvider, id: &str, token: &str) -> Answer {
    refresh_with(provider, id, token, &[], None).await
}

/// The same with further fields and a proof.
pub(crate) async fn refresh_with(
    provider: &TestProvider,
    id: &str,
    token: &str,
    further: &[(&str, &str)],
    proof: Option<&str>,
) -> Answer {
    let form = [&[("grant_type", "refresh_token"), ("refresh_token", token)], further].concat();
    call(provider, "/token", id, &form, proof).await
}

/// Posts a form with the client's credentials.
pub(crate) async fn call(
    provider: &TestProvider,
    path: &str,
    id: &str,
    fields: &[(&str, &str)],
    proof: Option<&str>,
) -> Answer {
    let public = ["public", "spa", "bound"].contains(&id);
    let mut fields = fields.to_vec();
    if public && fields.iter().all(|(name, _)| *name != "client_id") {
        fields.push(("client_id", id));
    }
    let basic = super::application::basic(id, SECRET);
    let mut headers = Vec::new();
    if !public {
        headers.push(("authorization", basic.as_str()));
    }
    headers.extend(proof.map(|proof| ("dpop", proof)));
    Browser::new(provider).post_with(path, &fields, &headers).await
}

/// The status of `/userinfo` for a bearer token.
pub(crate) async fn userinfo(provider: &TestProvider, token: &Value) -> u16 {
    let browser = Browser::new(provider);
    Application::userinfo(&browser, token.as_str().unwrap()).await.status
}

/// What a client is told of a token.
pub(crate) async fn introspected(provider: &TestProvider, id: &str, token: &Value) -> Value {
    let fields = [("token", token.as_str().unwrap())];
    let answer = call(provider, "/introspect", id, &fields, None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// A text member.
#[track_caller]
pub(crate) fn text(tokens: &Value, member: &str) -> String {
    tokens[member].as_str().unwrap_or_else(|| panic!("no {member} in {tokens}")).to_owned()
}
