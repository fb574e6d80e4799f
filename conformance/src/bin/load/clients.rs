//! The clients that calls are made as: registered by the operator from files written here, with
//! secrets and keys that `load calls` reads back.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use conformance::judge::client::Client;
use conformance::judge::jwt;
use openidconnect::CsrfToken;
use serde_json::json;
use url::Url;

/// The signatures that are measured.
pub(crate) const SIGNATURES: [&str; 2] = ["ES256", "RS256"];

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where the files are written, one a client.
    folder: std::path::PathBuf,
    /// The redirect URI of all of them.
    #[arg(long)]
    redirect_uri: String,
}

/// Writes a registration for each client, as `idp client add --file` takes them, and beside each
/// what only the client knows.
pub(crate) fn write(arguments: &Arguments) -> anyhow::Result<()> {
    for signature in SIGNATURES {
        let key = jwt::generate(signature, "load")?;
        let (codes, own) = ("authorization_code", "client_credentials");
        for (name, grants, key) in [
            ("code", vec![codes], None),
            ("refresh", vec![codes, "refresh_token"], None),
            ("key", vec![codes, own], Some(&key)),
        ] {
            let id = id(name, signature);
            let secret = CsrfToken::new_random_len(32).secret().clone();
            let mut metadata = json!({
                "client_id": id,
                "client_name": "Load",
                "redirect_uris": [arguments.redirect_uri],
                "response_types": ["code"],
                "grant_types": grants,
                "token_endpoint_auth_method": "client_secret_basic",
                "id_token_signed_response_alg": signature,
                "scope": "openid profile offline_access",
                "required_acr": "pwd",
                "first_party": true,
            });
            match key {
                Some(key) => {
                    metadata["token_endpoint_auth_method"] = json!("private_key_jwt");
                    metadata["token_endpoint_auth_signing_alg"] = json!(signature);
                    metadata["jwks"] = jwt::public_set(std::slice::from_ref(key))?;
                }
                None => metadata["client_secret"] = json!(secret),
            }
            let at = |kind: &str| arguments.folder.join(format!("{id}.{kind}"));
            fs::write(at("json"), metadata.to_string())?;
            let own =
                json!({ "client_id": id, "client_secret": secret, "jwks": { "keys": [key] } });
            fs::write(at("private"), own.to_string())?;
        }
    }
    Ok(())
}

fn id(name: &str, signature: &str) -> String {
    format!("load-{name}-{}", signature.to_lowercase())
}

/// One of them, as it knows itself.
pub(crate) fn own(
    folder: &Path,
    name: &str,
    signature: &str,
    redirect_uri: &Url,
) -> anyhow::Result<Client> {
    let file = folder.join(id(name, signature)).with_extension("private");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let auth = if name == "key" { "private_key_jwt" } else { "client_secret_basic" };
    Client::from_configuration(&serde_json::from_str(&text)?, auth, redirect_uri.clone())
}
