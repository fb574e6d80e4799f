//! The clients of the FAPI 2.0 plans: for each way to prove oneself and to bind tokens two clients
//! with keys of their own, as the provider's configuration and as the judge's.

use std::fmt::Write as _;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcKeyPair;
use josekit::jwk::alg::rsa::RsaKeyPair;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Map, Value, json};

use crate::judge::certificates::{Authority, Certificate};
use crate::judge::jwt;

const PROFILES: [(&str, &str); 2] =
    [("security", "security-profile"), ("message_signing", "message-signing")];

/// Two clients that prove themselves and bind their tokens in the same way.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The plan's word, as `security-profile`.
    pub plan: &'static str,
    /// `client_auth_type`.
    pub auth: &'static str,
    /// `sender_constrain`.
    pub bound: &'static str,
    /// The tables `[[client]]` of the provider's configuration.
    pub registered: String,
    /// The judge's configuration, with private keys.
    pub configuration: Value,
}

impl Kind {
    /// How the kind is called: `fapi-security-profile-private_key_jwt-dpop`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("fapi-{}-{}-{}", self.plan, self.auth, self.bound)
    }
}

/// What is the same for all kinds.
#[derive(Clone, Copy, Debug)]
pub struct Common<'a> {
    /// Where answers go.
    pub callback: &'a str,
    /// The judge's `alias`.
    pub alias: &'a str,
    /// Seconds that a code lasts.
    pub code_seconds: u64,
}

/// All kinds of clients.
pub fn kinds(authority: &Authority, common: Common<'_>) -> anyhow::Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    for (fapi, plan) in PROFILES {
        for auth in ["private_key_jwt", "mtls"] {
            for bound in ["dpop", "mtls"] {
                kinds.push(kind(authority, common, (fapi, plan), (auth, bound))?);
            }
        }
    }
    Ok(kinds)
}

fn kind(
    authority: &Authority,
    common: Common<'_>,
    (fapi, plan): (&str, &'static str),
    (auth, bound): (&'static str, &'static str),
) -> anyhow::Result<Kind> {
    let mut configuration = json!({
        "alias": common.alias,
        "server": { "code_seconds": common.code_seconds },
        "user": { "username": "{USERNAME}", "password": "{PASSWORD}" },
    });
    let mut registered = String::new();
    let second = format!("{}?dummy1=lorem&dummy2=ipsum", common.callback);
    let clients = [("", "PS256", common.callback), ("2", "ES256", second.as_str())];
    for (number, algorithm, redirect_uri) in clients {
        let id = format!("fapi-{fapi}-{auth}-{bound}{number}");
        let key = jwt::generate(algorithm, &id)?;
        // One client is known to the authority, the other one is its own.
        let certificate = match number {
            "" => authority.client(&id)?,
            _ => Certificate::self_signed(&id, &private_pem(&key)?)?,
        };
        let mut metadata = json!({
            "client_id": id,
            "client_name": "Conformance FAPI",
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "id_token_signed_response_alg": "PS256",
            "authorization_signed_response_alg": "PS256",
            "required_acr": "pwd",
            "fapi": fapi,
            "jwks": public_set(&key, &certificate)?,
        });
        prove(&mut metadata, auth, number);
        let flag = match bound {
            "dpop" => "dpop_bound_access_tokens",
            _ => "tls_client_certificate_bound_access_tokens",
        };
        metadata[flag] = json!(true);
        registered.push_str(&table(&metadata)?);
        configuration[format!("client{number}")] = json!({
            "client_id": id, "scope": "openid profile email", "jwks": { "keys": [key] },
        });
        configuration[format!("mtls{number}")] =
            json!({ "cert": certificate.pem, "key": certificate.key });
    }
    Ok(Kind { plan, auth, bound, registered, configuration })
}

/// RFC 8705 section 2: the first client is known by a name that the authority vouches for, the
/// second one by its certificate.
fn prove(metadata: &mut Value, auth: &str, number: &str) {
    let method = match (auth, number) {
        ("mtls", "") => {
            let name = format!("CN={}", metadata["client_id"].as_str().unwrap_or_default());
            metadata["tls_client_auth_subject_dn"] = json!(name);
            "tls_client_auth"
        }
        ("mtls", _) => "self_signed_tls_client_auth",
        (other, _) => other,
    };
    metadata["token_endpoint_auth_method"] = json!(method);
}

/// The public key, with the certificate that is made for it if it is (RFC 8705 section 2.2.2).
fn public_set(key: &Value, certificate: &Certificate) -> anyhow::Result<Value> {
    let mut public = jwt::public(key)?;
    if certificate.key == private_pem(key)? {
        let der = CertificateDer::from_pem_slice(certificate.pem.as_bytes())?;
        public["x5c"] = json!([STANDARD.encode(der)]);
    }
    Ok(json!({ "keys": [public] }))
}

fn private_pem(key: &Value) -> anyhow::Result<String> {
    let jwk = Jwk::from_map(key.as_object().context("a key is an object")?.clone())?;
    let pem = match key["kty"].as_str() {
        Some("RSA") => RsaKeyPair::from_jwk(&jwk)?.to_pem_private_key(),
        _ => EcKeyPair::from_jwk(&jwk)?.to_pem_private_key(),
    };
    Ok(String::from_utf8(pem)?)
}

/// A table of the provider's configuration file, which is TOML.
fn table(members: &Value) -> anyhow::Result<String> {
    let mut text = "\n[[client]]\n".to_owned();
    for (name, value) in members.as_object().context("a client is an object")? {
        writeln!(text, "{name} = {}", inline(value))?;
    }
    Ok(text)
}

/// A value as TOML writes it: as JSON does, but for objects.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) => format!("{{ {} }}", members_of(members)),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn members_of(members: &Map<String, Value>) -> String {
    let pairs = members.iter().map(|(name, value)| format!("\"{name}\" = {}", inline(value)));
    pairs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::configuration::Configuration;

    #[test]
    fn every_fapi_variant_has_a_configuration_with_two_clients() {
        let folder = std::env::temp_dir().join(crate::judge::client::random(9));
        let authority = Authority::open(&folder).expect("an authority");
        std::fs::remove_dir_all(&folder).expect("a folder");
        let callback = "https://rp.example/test/a/own/callback";
        let common = Common { callback, alias: "own", code_seconds: 60 };
        let kinds = kinds(&authority, common).expect("clients");
        assert_eq!(kinds.len(), 8);
        for kind in kinds {
            let name = kind.name();
            assert_eq!(kind.registered.matches("[[client]]").count(), 2, "{name}");
            assert_eq!(kind.registered.matches("x5c").count(), 1, "{name}");
            assert!(!kind.registered.contains("\"d\""), "{name}: a private key");
            let text = kind.configuration.to_string();
            let read = Configuration::read(&text, &[]).expect("a configuration");
            assert!(read.mtls.is_some() && read.mtls2.is_some(), "{name}");
            assert_eq!(read.client["jwks"]["keys"][0]["alg"], "PS256", "{name}");
        }
    }
}
