//! Client metadata as it is written in a file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::jose::Algorithm;
use crate::oauth::client::ClientId;
use crate::oauth::scope::Scope;
use crate::secret::{ClientSecret, Secret};

/// The members of [RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2) and
/// [OpenID Connect Dynamic Client Registration section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)
/// that this provider knows, and a few of its own. A member it does not know is an error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// The client's name at this provider.
    pub client_id: ClientId,
    /// Its secret; never written again.
    #[serde(default, deserialize_with = "secret", skip_serializing)]
    pub client_secret: Option<Secret<ClientSecret>>,
    /// Where authorization responses may go.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where a browser may go after logout (RP-Initiated Logout section 3.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// How it authenticates at the token endpoint.
    #[serde(default)]
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// The grants it uses.
    #[serde(default = "authorization_code")]
    pub grant_types: Vec<String>,
    /// The response types it uses.
    #[serde(default = "code")]
    pub response_types: Vec<String>,
    /// The most it may ask for; all this provider knows when left out.
    #[serde(default)]
    pub scope: Scope,
    /// How its ID tokens are signed.
    #[serde(default = "rs256")]
    pub id_token_signed_response_alg: Algorithm,
    /// Whether it runs on a server or on the user's machine.
    #[serde(default)]
    pub application_type: ApplicationType,
    /// How old a login may be, in seconds, when a request does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
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
    /// Short name of the least class of login it accepts. Our own member.
    #[serde(default = "pwd")]
    pub required_acr: String,
    /// Whether it belongs to the organisation that runs this provider. Our own member.
    #[serde(default = "yes")]
    pub first_party: bool,
    /// Whether it must use PKCE. Our own member.
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// `client_name` under the empty tag, and each `client_name#tag` under its language tag
    /// ([RFC 7591 section 2.2](https://www.rfc-editor.org/rfc/rfc7591#section-2.2)).
    #[serde(flatten, serialize_with = "write_names", deserialize_with = "read_names")]
    pub client_name: BTreeMap<String, String>,
}

/// [OpenID Connect Core section 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the form.
    ClientSecretPost,
    /// A public client.
    None,
}

/// [OpenID Connect Dynamic Client Registration section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// An application on the user's own machine (RFC 8252).
    Native,
    /// A web application.
    #[default]
    Web,
}

fn authorization_code() -> Vec<String> {
    vec!["authorization_code".to_owned()]
}

fn code() -> Vec<String> {
    vec!["code".to_owned()]
}

const fn rs256() -> Algorithm {
    Algorithm::RS256
}

fn pwd() -> String {
    "pwd".to_owned()
}

const fn yes() -> bool {
    true
}

fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret<ClientSecret>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

fn write_names<S: Serializer>(
    names: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(names.iter().map(|(tag, name)| match tag.as_str() {
        "" => ("client_name".to_owned(), name),
        tag => (format!("client_name#{tag}"), name),
    }))
}

fn read_names<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    deserializer.deserialize_map(Names)
}

/// Reads what no other member took: names in several languages, and nothing else.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("client metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = BTreeMap::new();
        while let Some(member) = map.next_key::<String>()? {
            let tag = match member.strip_prefix("client_name") {
                Some("") => "",
                Some(tagged) if tagged.len() > 1 && tagged.starts_with('#') => &tagged[1..],
                _ => return Err(A::Error::custom(format!("unknown client metadata `{member}`"))),
            };
            let name = map
                .next_value::<String>()
                .map_err(|fault| A::Error::custom(format!("{member}: {fault}")))?;
            names.insert(tag.to_owned(), name);
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_what_is_left_out_gets_the_default_of_the_standard() {
        let metadata: ClientMetadata = serde_json::from_str(r#"{"client_id":"idep"}"#).unwrap();
        assert_eq!(metadata.token_endpoint_auth_method, TokenEndpointAuthMethod::ClientSecretBasic);
        assert_eq!(metadata.grant_types, ["authorization_code"]);
        assert_eq!(metadata.response_types, ["code"]);
        assert_eq!(metadata.id_token_signed_response_alg, Algorithm::RS256);
        assert_eq!(metadata.application_type, ApplicationType::Web);
        assert_eq!(metadata.required_acr, "pwd");
        assert!(metadata.first_party && metadata.require_pkce);
    }

    #[test]
    fn section_2_2_names_are_read_and_written_with_their_language_tags() {
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
            [r#"{"client_id":"a","fapi":true}"#, r##"{"client_id":"a","client_name#":"b"}"##]
        {
            let fault = serde_json::from_str::<ClientMetadata>(json).unwrap_err().to_string();
            assert!(fault.contains("unknown client metadata"), "{fault}");
        }
        let json = r#"{"client_id":"a","redirect_uri":"https://rp.example/"}"#;
        let fault = serde_json::from_str::<ClientMetadata>(json).unwrap_err().to_string();
        assert!(fault.contains("`redirect_uri`"), "{fault}");
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
