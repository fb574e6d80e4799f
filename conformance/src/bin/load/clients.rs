//! The clients that calls are made as: registered by the operator from files written here, with
//! secrets and keys that `load calls` reads back.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use clap::Args;
use conformance::judge::jwt;
use conformance::settings::Client;
use openidconnect::CsrfToken;
use serde_json::{Value, json};

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
            fs::write(at("private"), json!({ "secret": secret, "key": key }).to_string())?;
        }
    }
    Ok(())
}

fn id(name: &str, signature: &str) -> String {
    format!("load-{name}-{}", signature.to_lowercase())
}

/// One of them, as it knows itself.
#[derive(Clone)]
pub(crate) struct Own {
    pub(crate) client: Client,
    /// Its private key, when it authenticates with one.
    pub(crate) key: Value,
}

impl Own {
    /// Reads what was written.
    pub(crate) fn read(folder: &Path, name: &str, signature: &str) -> anyhow::Result<Self> {
        let id = id(name, signature);
        let file = folder.join(format!("{id}.private"));
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let private: Value = serde_json::from_str(&text)?;
        let secret = private["secret"].as_str().unwrap_or_default().to_owned();
        Ok(Self { client: Client { id, secret }, key: private["key"].clone() })
    }

    /// The two fields of a client assertion ([RFC 7523 section 2.2]), good for one use.
    ///
    /// [RFC 7523 section 2.2]: https://www.rfc-editor.org/rfc/rfc7523#section-2.2
    pub(crate) fn assertion(&self, issuer: &str) -> anyhow::Result<[(&'static str, String); 2]> {
        ensure!(self.key.is_object(), "{} has no key", self.client.id);
        let (now, jti) = (conformance::clock::now(), CsrfToken::new_random());
        let claims = json!({
            "iss": self.client.id, "sub": self.client.id, "aud": issuer, "jti": jti.secret(),
            "iat": now, "exp": now + 60,
        });
        let assertion = jwt::sign_as(&self.key, None, &claims)?;
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned();
        Ok([("client_assertion_type", kind), ("client_assertion", assertion)])
    }
}
