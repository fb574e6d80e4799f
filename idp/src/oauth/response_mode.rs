//! How an authorization response travels.

use serde::{Deserialize, Serialize};

use crate::oauth::error::Error;

/// [OAuth 2.0 Multiple Response Type Encoding Practices section 2.1](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query component of the redirect URI, the default for `code`.
    #[default]
    Query,
}

impl ResponseMode {
    /// Reads the parameter `response_mode`.
    ///
    /// # Errors
    /// `invalid_request` for a mode that discovery does not advertise.
    pub fn parse(response_mode: Option<&str>) -> Result<Self, Error> {
        match response_mode {
            None | Some("query") => Ok(Self::Query),
            Some(_) => Err(Error::invalid_request("response_mode must be query or left out")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_1_query_is_the_default_and_all_there_is() {
        assert_eq!(ResponseMode::parse(None), Ok(ResponseMode::Query));
        assert_eq!(ResponseMode::parse(Some("query")), Ok(ResponseMode::Query));
        for mode in ["fragment", "form_post", "Query", "query.jwt"] {
            assert!(ResponseMode::parse(Some(mode)).is_err(), "{mode}");
        }
    }
}
