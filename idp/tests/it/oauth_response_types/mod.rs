//! [OAuth 2.0 Multiple Response Type Encoding Practices](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html),
//! with the signed modes of JARM beside the plain ones.

mod modes;
mod refusals;
mod tokens;

use crate::support::application::{CALLBACK, SECRET};
use crate::support::{Application, Setup, TestProvider};

/// All response types, in the order in which they are published.
const TYPES: [&str; 6] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// A deployment with clients from before: `old` with RS256, `older` with `EdDSA` and access tokens
/// that can be read, and `stranger`, which belongs to others.
async fn legacy() -> TestProvider {
    let client = |id: &str, algorithm: &str| {
        format!(
            "[[client]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\n\
             redirect_uris = [\"{CALLBACK}\"]\nid_token_signed_response_alg = \"{algorithm}\"\n\
             grant_types = [\"authorization_code\", \"implicit\"]\nresponse_types = {TYPES:?}\n"
        )
    };
    let older = client("older", "EdDSA") + "access_token_format = \"jwt\"\n";
    let stranger = client("stranger", "RS256") + "first_party = false\n";
    let clients = client("old", "RS256") + &older + &stranger;
    let settings = format!("[legacy]\nfront_channel_tokens = true\n{clients}");
    Setup::new().settings(&settings).start().await
}

fn old(response_type: &str) -> Application {
    Application::named("old").with("response_type", response_type)
}

/// Whether a response type asks for something.
fn asks(response_type: &str, word: &str) -> bool {
    response_type.split(' ').any(|own| own == word)
}
