//! Which members a stranger may set.

use serde_json::{Map, Value};

use crate::oauth::client::ClientId;
use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::error::{Error, ErrorCode};

/// Those of the standards. Every other is ignored
/// ([RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)), our own among them.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "application_type", "authorization_signed_response_alg",
    "backchannel_logout_session_required", "backchannel_logout_uri", "client_name", "client_uri",
    "contacts", "default_acr_values", "default_max_age", "dpop_bound_access_tokens",
    "frontchannel_logout_session_required", "frontchannel_logout_uri", "grant_types",
    "id_token_signed_response_alg", "initiate_login_uri", "introspection_signed_response_alg",
    "jwks", "jwks_uri", "logo_uri", "policy_uri", "post_logout_redirect_uris", "redirect_uris",
    "request_object_signing_alg", "request_uris", "require_auth_time",
    "require_pushed_authorization_requests", "require_signed_request_object", "response_types",
    "scope", "sector_identifier_uri", "software_id", "software_version", "subject_type",
    "tls_client_auth_san_dns", "tls_client_auth_san_email", "tls_client_auth_san_ip",
    "tls_client_auth_san_uri", "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens", "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg", "tos_uri", "userinfo_signed_response_alg",
];

/// Reads the known members.
pub(super) fn read(
    members: &Map<String, Value>,
    client_id: &ClientId,
) -> Result<ClientMetadata, Error> {
    if let Some(member) = members.keys().find(|member| is_encryption(member)) {
        return Err(Error::invalid_client_metadata(format!(
            "{member} is not supported: this provider does not encrypt"
        )));
    }
    let mut known: Map<_, _> = members
        .iter()
        .filter(|(member, _)| is_known(member))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    let fault = known.iter().find(|(member, value)| !is_readable(member, value));
    if let Some((member, _)) = fault {
        return Err(malformed(member));
    }
    known.insert("client_id".to_owned(), client_id.as_str().into());
    // Each member can be read by itself, so all can.
    serde_json::from_value(Value::Object(known)).map_err(|_| malformed("the metadata"))
}

fn is_known(member: &str) -> bool {
    KNOWN.contains(&member)
        || member.strip_prefix("client_name#").is_some_and(|tag| !tag.is_empty())
}

/// The members that ask for encryption of any kind of answer or request. To leave them out would
/// mean to send in clear what the client wants sealed.
fn is_encryption(member: &str) -> bool {
    member.contains("_encrypted_response_") || member.starts_with("request_object_encryption_")
}

fn is_readable(member: &str, value: &Value) -> bool {
    let mut alone = Map::new();
    alone.insert("client_id".to_owned(), "x".into());
    alone.insert(member.to_owned(), value.clone());
    serde_json::from_value::<ClientMetadata>(Value::Object(alone)).is_ok()
}

fn malformed(member: &str) -> Error {
    let code = match member {
        "redirect_uris" => ErrorCode::InvalidRedirectUri,
        _ => ErrorCode::InvalidClientMetadata,
    };
    Error::new(
        code,
        format!("{} has a value that is malformed or not supported", member_name(member)),
    )
}

/// A language tag is the stranger's own text.
fn member_name(member: &str) -> &str {
    member.split('#').next().unwrap_or_default()
}
