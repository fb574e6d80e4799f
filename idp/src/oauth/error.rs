//! The one error that OAuth endpoints put on the wire.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// What is wrong with a request, for the developer of the client: a registered code and a
/// sentence ([RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
///
/// A description never repeats what a user typed or what a request carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}: {description}")]
pub struct Error {
    /// Member `error`.
    #[serde(rename = "error")]
    pub code: ErrorCode,
    #[serde(rename = "error_description")]
    description: Cow<'static, str>,
}

impl Error {
    /// An error with its explanation. What RFC 6749 section 5.2 does not allow in a description
    /// (quotes, backslashes, control and non-ASCII characters) becomes an apostrophe.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description = description.into();
        if description.chars().all(is_permitted) {
            return Self { code, description };
        }
        let cleaned = description.chars().map(|c| if is_permitted(c) { c } else { '\'' });
        Self { code, description: Cow::Owned(cleaned.collect()) }
    }

    /// Member `error_description`: a sentence for the developer of the client.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// [`ErrorCode::InvalidRequest`] with its explanation.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// [`ErrorCode::InvalidGrant`] with its explanation.
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// [`ErrorCode::InvalidClientMetadata`] with its explanation.
    pub fn invalid_client_metadata(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidClientMetadata, description)
    }
}

/// `%x20-21 / %x23-5B / %x5D-7E`.
const fn is_permitted(c: char) -> bool {
    matches!(c, '\x20'..='\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E')
}

named! {
    /// The error codes this provider uses: those of RFC 6749 in its order, then those of the
    /// [IANA registry](https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#extensions-error)
    /// in the registry's order.
    #[derive(Hash)]
    pub enum ErrorCode {
        /// RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1.
        InvalidRequest = "invalid_request",
        /// RFC 6749 sections 4.1.2.1 and 5.2.
        UnauthorizedClient = "unauthorized_client",
        /// RFC 6749 section 4.1.2.1.
        AccessDenied = "access_denied",
        /// RFC 6749 section 4.1.2.1.
        UnsupportedResponseType = "unsupported_response_type",
        /// RFC 6749 sections 4.1.2.1 and 5.2.
        InvalidScope = "invalid_scope",
        /// RFC 6749 section 4.1.2.1.
        ServerError = "server_error",
        /// RFC 6749 section 4.1.2.1.
        TemporarilyUnavailable = "temporarily_unavailable",
        /// RFC 6749 section 5.2.
        InvalidClient = "invalid_client",
        /// RFC 6749 section 5.2.
        InvalidGrant = "invalid_grant",
        /// RFC 6749 section 5.2.
        UnsupportedGrantType = "unsupported_grant_type",
        /// RFC 6750 section 3.1.
        InvalidToken = "invalid_token",
        /// RFC 6750 section 3.1.
        InsufficientScope = "insufficient_scope",
        /// OpenID Connect Core section 3.1.2.6.
        InteractionRequired = "interaction_required",
        /// OpenID Connect Core section 3.1.2.6.
        LoginRequired = "login_required",
        /// OpenID Connect Core section 3.1.2.6.
        AccountSelectionRequired = "account_selection_required",
        /// OpenID Connect Core section 3.1.2.6.
        ConsentRequired = "consent_required",
        /// OpenID Connect Core section 3.1.2.6, RFC 9101 section 7.
        InvalidRequestUri = "invalid_request_uri",
        /// OpenID Connect Core section 3.1.2.6, RFC 9101 section 7.
        InvalidRequestObject = "invalid_request_object",
        /// OpenID Connect Core section 3.1.2.6.
        RegistrationNotSupported = "registration_not_supported",
        /// RFC 7591 section 3.2.2.
        InvalidRedirectUri = "invalid_redirect_uri",
        /// RFC 7591 section 3.2.2.
        InvalidClientMetadata = "invalid_client_metadata",
        /// RFC 7591 section 3.2.2.
        UnapprovedSoftwareStatement = "unapproved_software_statement",
        /// RFC 8707 section 2.
        InvalidTarget = "invalid_target",
        /// RFC 9449 section 5.
        InvalidDpopProof = "invalid_dpop_proof",
        /// OpenID Connect Core Error Code unmet_authentication_requirements, section 2.
        UnmetAuthenticationRequirements = "unmet_authentication_requirements",
        /// RFC 8628 section 3.5.
        AuthorizationPending = "authorization_pending",
        /// RFC 8628 section 3.5.
        SlowDown = "slow_down",
        /// RFC 8628 section 3.5.
        ExpiredToken = "expired_token",
        /// RFC 9449 section 8.
        UseDpopNonce = "use_dpop_nonce",
        /// RFC 9470 section 3.
        InsufficientUserAuthentication = "insufficient_user_authentication",
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_5_2_the_error_json_has_error_and_error_description() {
        let error = Error::invalid_grant("The code is not known.");
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"error":"invalid_grant","error_description":"The code is not known."}"#
        );
    }

    #[test]
    fn section_5_2_a_description_holds_only_the_characters_the_grammar_permits() {
        let error = Error::invalid_request("a \"b\" \\ c\r\nd é \u{7f}".to_owned());
        assert_eq!(error.description(), "a 'b' ' c''d ' '");
        assert!(error.description().chars().all(is_permitted));
    }

    #[test]
    fn error_code_names_are_distinct_and_consist_of_lower_case_letters_and_underscores() {
        let names: std::collections::HashSet<_> =
            ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(names.iter().all(|name| name.chars().all(|c| matches!(c, 'a'..='z' | '_'))));
    }
}
