//! What a client asks the authorization endpoint for.

use crate::oauth::error::{Error, ErrorCode};

/// [RFC 6749 section 3.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// An authorization code.
    Code,
}

impl ResponseType {
    /// Reads the parameter `response_type`.
    ///
    /// # Errors
    /// `invalid_request` when it is missing, `unsupported_response_type` for anything but `code`.
    pub fn parse(response_type: Option<&str>) -> Result<Self, Error> {
        match response_type {
            Some("code") => Ok(Self::Code),
            Some(_) => Err(Error::new(
                ErrorCode::UnsupportedResponseType,
                "response_type must be code; this provider has no implicit or hybrid flow",
            )),
            None => Err(Error::invalid_request("response_type is missing; it must be code")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_3_1_1_only_code_is_known_and_its_absence_is_another_error() {
        assert_eq!(ResponseType::parse(Some("code")), Ok(ResponseType::Code));
        assert_eq!(ResponseType::parse(None).unwrap_err().code, ErrorCode::InvalidRequest);
        for other in ["token", "id_token", "code id_token", "CODE", "code code", "none"] {
            let error = ResponseType::parse(Some(other)).unwrap_err();
            assert_eq!(error.code, ErrorCode::UnsupportedResponseType, "{other}");
        }
    }
}
