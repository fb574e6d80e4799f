//! Client metadata as it is written in a file, or sent to the registration endpoint.

mod algorithms;
mod id;
mod names;
mod values;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::jose::Algorithm;
use crate::oauth::grant_type::GrantType;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::response_type::ResponseType;
use crate::oauth::scope::Scope;
use crate::secret::{ClientSecret, Secret};

pub use algorithms::ASSERTION_ALGORITHMS;
pub use id::ClientId;
pub use values::{AccessTokenFormat, ApplicationType, Fapi, SubjectType, TokenEndpointAuthMethod};

/// The members of [RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2) and
/// [OpenID Connect Dynamic Client Registration section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)
/// that this provider knows, those of further standards where they are named, and a few of its
/// own. A member it does not know is an error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// The client's name at this provider.
    pub client_id: ClientId,
    /// Its secret; never written again.
    #[serde(default, deserialize_with = "secret", skip_serializing)]
    pub client_secret: Option<Secret<ClientSecret>>,
    /// Where authorization responses may go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Where a browser may go after logout (RP-Initiated Logout section 3.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// How it authenticates at the token endpoint.
    #[serde(default)]
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// How it signs its assertions; any algorithm that fits its key when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// The subject of its certificate, as RFC 4514 writes it (RFC 8705 section 2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name in its certificate (RFC 8705 section 2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI in its certificate (RFC 8705 section 2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address in its certificate (RFC 8705 section 2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// An e-mail address in its certificate (RFC 8705 section 2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// The grants it uses.
    #[serde(default = "authorization_code")]
    pub grant_types: Vec<GrantType>,
    /// The response types it uses.
    #[serde(default = "code")]
    pub response_types: Vec<ResponseType>,
    /// The most it may ask for; all this provider knows when left out.
    #[serde(default)]
    pub scope: Scope,
    /// Its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Where its public keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Whether all clients know the End-User by one name.
    #[serde(default)]
    pub subject_type: SubjectType,
    /// The document that lists the redirect URIs which share a pairwise name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// How its ID tokens are signed; RS256 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<Algorithm>,
    /// How its `UserInfo` responses are signed; plain JSON when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// How its introspection responses are signed (RFC 9701 section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<Algorithm>,
    /// How its authorization responses are signed (JARM section 3); RS256 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<Algorithm>,
    /// The one algorithm its request objects are signed with; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Whether its authorization requests must be signed (RFC 9101 section 10.5).
    #[serde(default)]
    pub require_signed_request_object: bool,
    /// Where request objects may be fetched from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// Whether its authorization requests must be pushed (RFC 9126 section 6).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// Whether its tokens must be bound to a DPoP key (RFC 9449 section 5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether its tokens must be bound to its certificate (RFC 8705 section 3.4).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether it runs on a server or on the user's machine.
    #[serde(default)]
    pub application_type: ApplicationType,
    /// How old a login may be, in seconds, when a request does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether `auth_time` is required. It is always there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_auth_time: bool,
    /// The acr values it asks for when a request does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where a third party can have it begin a login (OpenID Connect Core section 4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Where this provider notifies it that a session ended (Back-Channel Logout section 2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` for that. It is always there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// What a browser loads when its session ended (Front-Channel Logout section 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it needs `iss` and `sid` for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frontchannel_logout_session_required: bool,
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What it does with people's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Whom to write to about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Identifies its software, whichever copy of it this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// The version of its software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Short name of the least class of login it accepts; none for the weakest. Our own member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_acr: Option<String>,
    /// Whether it belongs to the organisation that runs this provider. Our own member.
    #[serde(default = "yes")]
    pub first_party: bool,
    /// Whether it must use PKCE. Our own member.
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// The FAPI 2.0 profile it keeps to, with all that the profile demands. Our own member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fapi: Option<Fapi>,
    /// How responses may travel to it; in any way when left out. Our own member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_modes: Option<Vec<ResponseMode>>,
    /// What its access tokens look like. Our own member.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// The resources it may ask for (RFC 8707 section 2). Our own member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// `client_name` under the empty tag, and each `client_name#tag` under its language tag
    /// ([RFC 7591 section 2.2](https://www.rfc-editor.org/rfc/rfc7591#section-2.2)).
    #[serde(flatten, serialize_with = "names::write", deserialize_with = "names::read")]
    pub client_name: BTreeMap<String, String>,
}

impl ClientMetadata {
    /// The member that leads us or browsers to this machine by http.
    #[must_use]
    pub fn at_this_machine(&self) -> Option<&'static str> {
        let members = [
            ("jwks_uri", &self.jwks_uri),
            ("sector_identifier_uri", &self.sector_identifier_uri),
            ("initiate_login_uri", &self.initiate_login_uri),
            ("backchannel_logout_uri", &self.backchannel_logout_uri),
            ("frontchannel_logout_uri", &self.frontchannel_logout_uri),
        ];
        let single = members.into_iter().filter_map(|(member, uri)| Some((member, uri.as_ref()?)));
        let mut given = single.chain(self.request_uris.iter().map(|uri| ("request_uris", uri)));
        // Registration takes http for nothing else.
        given.find(|(_, uri)| uri.starts_with("http://")).map(|(member, _)| member)
    }
}

fn authorization_code() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode]
}

fn code() -> Vec<ResponseType> {
    vec![ResponseType::Code]
}

const fn yes() -> bool {
    true
}

fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret<ClientSecret>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_omitted_members_have_their_default_values() {
        let metadata: ClientMetadata = serde_json::from_str(r#"{"client_id":"idep"}"#).unwrap();
        assert_eq!(metadata.token_endpoint_auth_method, TokenEndpointAuthMethod::ClientSecretBasic);
        assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(metadata.response_types, [ResponseType::Code]);
        assert_eq!(metadata.application_type, ApplicationType::Web);
        assert_eq!(metadata.required_acr, None);
        assert!(metadata.first_party && metadata.require_pkce);
    }

    #[test]
    fn section_2_2_client_names_keep_their_language_tags() {
        let json = r##"{"client_id":"idep","client_name":"IDEP","client_name#sv-SE":"Idep"}"##;
        let metadata: ClientMetadata = serde_json::from_str(json).unwrap();
        assert_eq!(metadata.client_name[""], "IDEP");
        assert_eq!(metadata.client_name["sv-SE"], "Idep");
        let again = serde_json::to_value(&metadata).unwrap();
        assert_eq!(again["client_name"], "IDEP");
        assert_eq!(again["client_name#sv-SE"], "Idep");
    }

    #[test]
    fn an_unknown_member_is_an_error_that_names_it() {
        for json in
            [r#"{"client_id":"a","fapy":true}"#, r##"{"client_id":"a","client_name#":"b"}"##]
        {
            let fault = serde_json::from_str::<ClientMetadata>(json).unwrap_err().to_string();
            assert!(fault.contains("unknown client metadata"), "{fault}");
        }
        let json = r#"{"client_id":"a","redirect_uri":"https://rp.example/"}"#;
        let fault = serde_json::from_str::<ClientMetadata>(json).unwrap_err().to_string();
        assert!(fault.contains("`redirect_uri`"), "{fault}");
    }

    #[test]
    fn an_unknown_response_mode_is_refused() {
        for mode in ["web_message", "jwt", "Query", ""] {
            let json = serde_json::json!({"client_id": "a", "response_modes": ["query", mode]});
            assert!(serde_json::from_value::<ClientMetadata>(json).is_err(), "{mode}");
        }
    }

    #[test]
    fn a_secret_is_read_and_never_written() {
        let json = r#"{"client_id":"a","client_secret":"hush hush"}"#;
        let metadata: ClientMetadata = serde_json::from_str(json).unwrap();
        assert_eq!(metadata.client_secret.as_ref().unwrap().expose(), "hush hush");
        assert!(!serde_json::to_string(&metadata).unwrap().contains("hush"));
        assert!(!format!("{metadata:?}").contains("hush"));
    }
}
