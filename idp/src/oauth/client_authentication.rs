//! How a client proves who it is, [RFC 6749 section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::oauth::bearer::credentials;
use crate::oauth::client::metadata::TokenEndpointAuthMethod;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::{Parameters, decode};
use crate::secret::{ClientSecret, Secret};

/// The credentials of a request, by the one method it uses.
#[derive(Clone, Debug)]
pub struct Presented {
    client_id: ClientId,
    method: TokenEndpointAuthMethod,
    secret: Option<Secret<ClientSecret>>,
}

impl Presented {
    /// Finds the credentials in the `Authorization` header or in the form.
    ///
    /// # Errors
    /// `invalid_request` for two methods or two clients at once, `invalid_client` for credentials
    /// that are missing or cannot be read.
    pub fn parse(authorization: Option<&str>, form: &Parameters) -> Result<Self, Error> {
        if form.get("client_assertion").is_some() || form.get("client_assertion_type").is_some() {
            return Err(invalid_client("client assertions are not supported"));
        }
        let presented = match authorization {
            Some(value) => Self::basic(value)?,
            None => Self::posted(form)?,
        };
        if authorization.is_some() && form.get("client_secret").is_some() {
            return Err(Error::invalid_request("the client authenticates in two ways at once"));
        }
        match form.get("client_id") {
            Some(other) if other != presented.client_id.as_str() => Err(Error::invalid_request(
                "client_id in the form is not that of the Authorization header",
            )),
            _ => Ok(presented),
        }
    }

    /// [RFC 6749 section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1): name and
    /// secret are form-encoded, then joined, then base64-encoded.
    fn basic(authorization: &str) -> Result<Self, Error> {
        let unreadable = || invalid_client("the Authorization header is not valid HTTP Basic");
        let encoded = credentials(authorization, "Basic").ok_or_else(unreadable)?;
        let joined = STANDARD.decode(encoded).map_err(|_| unreadable())?;
        let colon = joined.iter().position(|byte| *byte == b':').ok_or_else(unreadable)?;
        let client_id = decode(&joined[..colon]).ok_or_else(unreadable)?;
        let secret = decode(&joined[colon + 1..]).ok_or_else(unreadable)?;
        Ok(Self {
            client_id: ClientId::parse(&client_id).ok_or_else(failed)?,
            method: TokenEndpointAuthMethod::ClientSecretBasic,
            secret: Some(Secret::new(secret)),
        })
    }

    fn posted(form: &Parameters) -> Result<Self, Error> {
        let client_id = form
            .get("client_id")
            .ok_or_else(|| invalid_client("the client does not say who it is"))?;
        let secret = form.get("client_secret").map(|text| Secret::new(text.to_owned()));
        Ok(Self {
            client_id: ClientId::parse(client_id).ok_or_else(failed)?,
            method: match secret {
                Some(_) => TokenEndpointAuthMethod::ClientSecretPost,
                None => TokenEndpointAuthMethod::None,
            },
            secret,
        })
    }

    /// Who the request says it is from.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }
}

/// Whether `presented` proves to be `client`, by the method it has registered. `None` stands for a
/// client that is not known: the same work, the same error.
///
/// # Errors
/// `invalid_client`.
pub fn verify(client: Option<&Client>, presented: &Presented) -> Result<(), Error> {
    let digest = presented.secret.as_ref().map(Secret::digest);
    let Some(client) = client.filter(|client| *client.client_id() == presented.client_id) else {
        return Err(failed());
    };
    if presented.method != client.metadata().token_endpoint_auth_method {
        return Err(failed());
    }
    // Digests are compared in constant time; both are absent for a public client.
    if digest.as_ref() != client.secret() {
        return Err(failed());
    }
    Ok(())
}

fn failed() -> Error {
    invalid_client(
        "the client is not known, its secret is wrong, or it has registered another \
         token_endpoint_auth_method",
    )
}

fn invalid_client(description: &'static str) -> Error {
    Error::new(ErrorCode::InvalidClient, description)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::client::tests::client;

    const SECRET: &str = "a secret of thirty-two letters!!";

    fn basic(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    fn parse(authorization: Option<&str>, form: &str) -> Result<Presented, Error> {
        Presented::parse(authorization, &Parameters::parse_query(form).unwrap())
    }

    fn authenticate(json: &str, authorization: Option<&str>, form: &str) -> Result<(), Error> {
        verify(Some(&client(json)), &parse(authorization, form)?)
    }

    #[test]
    fn section_2_3_1_basic_credentials_are_form_decoded() {
        let json = r#"{"client_id":"a b:c","client_secret":"100% +&= secret å secret secret :"}"#;
        let header = basic("a+b%3Ac:100%25+%2B%26%3D+secret+%C3%A5+secret+secret+%3A");
        assert_eq!(authenticate(json, Some(&header), ""), Ok(()));
        assert_eq!(authenticate("{}", Some(&basic(&format!("idep:{SECRET}"))), ""), Ok(()));
        let lower = basic(&format!("idep:{SECRET}")).replacen("Basic", "basic", 1);
        assert_eq!(authenticate("{}", Some(&lower), "client_id=idep"), Ok(()));
    }

    #[test]
    fn section_2_3_1_credentials_may_stand_in_the_form_of_a_client_that_registered_it() {
        let form = format!("client_id=idep&client_secret={}", SECRET.replace(' ', "+"));
        let json = r#"{"token_endpoint_auth_method":"client_secret_post"}"#;
        assert_eq!(authenticate(json, None, &form), Ok(()));
        assert!(authenticate("{}", None, &form).is_err());
        assert!(authenticate(json, Some(&basic(&format!("idep:{SECRET}"))), "").is_err());
    }

    #[test]
    fn section_2_3_a_public_client_only_says_its_name() {
        let json = r#"{"token_endpoint_auth_method":"none","client_secret":null}"#;
        assert_eq!(authenticate(json, None, "client_id=idep"), Ok(()));
        assert!(authenticate(json, None, "client_id=idep&client_secret=x").is_err());
        assert!(authenticate(json, Some(&basic("idep:")), "").is_err());
        assert!(authenticate("{}", None, "client_id=idep").is_err());
    }

    #[test]
    fn section_2_3_one_method_and_one_client_at_a_time() {
        let header = basic(&format!("idep:{SECRET}"));
        for form in ["client_secret=x", "client_id=idep&client_secret=x", "client_id=another"] {
            let error = parse(Some(&header), form).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{form}");
        }
    }

    #[test]
    fn section_5_2_credentials_that_cannot_be_read_are_invalid_client() {
        for (authorization, form) in [
            (None, ""),
            (None, "client_id=%C3%A5"),
            (None, "client_secret=x"),
            (None, "client_id=idep&client_assertion=a.b.c"),
            (Some("Bearer abc"), "client_id=idep"),
            (Some("Basic"), ""),
            (Some("Basic !!!"), ""),
            (Some(basic("idep").as_str()), ""),
            (Some(basic("%FF:x").as_str()), ""),
            (Some(basic(":x").as_str()), ""),
        ] {
            let error = parse(authorization, form).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClient, "{authorization:?} {form}");
        }
    }

    #[test]
    fn section_5_2_no_error_tells_an_unknown_client_from_a_wrong_secret() {
        let unknown = verify(None, &parse(Some(&basic("nobody:x")), "").unwrap()).unwrap_err();
        assert_eq!(unknown.code, ErrorCode::InvalidClient);
        for header in [basic("idep:x"), basic("idep:"), basic(&format!("another:{SECRET}"))] {
            assert_eq!(authenticate("{}", Some(&header), ""), Err(unknown.clone()));
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(header in "\\PC{0,40}", bytes in any::<Vec<u8>>()) {
            let _ = parse(Some(&header), "");
            let _ = parse(Some(&format!("Basic {}", STANDARD.encode(bytes))), "");
        }
    }
}
