//! How an authorization response travels.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::oauth::error::Error;

/// What carries the parameters of a response to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The query component of the redirect URI.
    Query,
    /// Its fragment component, which browsers keep to themselves.
    Fragment,
    /// A form that the browser posts to it.
    FormPost,
}

/// [OAuth 2.0 Multiple Response Type Encoding Practices section 2.1](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes),
/// [OAuth 2.0 Form Post Response Mode section 2](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode)
/// and [JARM section 2.3](https://openid.net/specs/oauth-v2-jarm-final.html#section-2.3). `jwt` is
/// read as the mode it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseMode {
    carrier: Carrier,
    signed: bool,
}

/// The values of `response_mode`, in the order in which they are published.
const NAMES: [(&str, ResponseMode); 6] = [
    ("query", ResponseMode { carrier: Carrier::Query, signed: false }),
    ("fragment", ResponseMode { carrier: Carrier::Fragment, signed: false }),
    ("form_post", ResponseMode { carrier: Carrier::FormPost, signed: false }),
    ("query.jwt", ResponseMode { carrier: Carrier::Query, signed: true }),
    ("fragment.jwt", ResponseMode { carrier: Carrier::Fragment, signed: true }),
    ("form_post.jwt", ResponseMode { carrier: Carrier::FormPost, signed: true }),
];

/// The signed mode that fits the response type.
const JWT: &str = "jwt";

impl ResponseMode {
    /// All values of `response_mode`, for publication.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name).chain([JWT])
    }

    /// Reads the parameter `response_mode` of a request for `response_type`, which need not be one
    /// that is granted: its error has to travel as well.
    ///
    /// # Errors
    /// `invalid_request` for a mode that discovery does not advertise, and for a query that would
    /// show a token to servers and histories (section 2.1, JARM section 2.3.1).
    pub fn parse(response_mode: Option<&str>, response_type: Option<&str>) -> Result<Self, Error> {
        let default = Self::default_for(response_type);
        let mode = match response_mode {
            None => return Ok(default),
            Some(JWT) => Self { signed: true, ..default },
            Some(name) => NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, mode)| *mode)
                .ok_or_else(|| Error::invalid_request("response_mode is not a known one"))?,
        };
        if mode.carrier == Carrier::Query && default.carrier == Carrier::Fragment {
            return Err(Error::invalid_request(
                "response_mode cannot put a token into a query; use fragment or form_post",
            ));
        }
        Ok(mode)
    }

    /// The mode of a request that names none: the fragment where a token is asked for, else the
    /// query (section 5).
    #[must_use]
    pub fn default_for(response_type: Option<&str>) -> Self {
        let words = response_type.unwrap_or_default().split(' ');
        let token = words.into_iter().any(|word| ["token", "id_token"].contains(&word));
        let carrier = if token { Carrier::Fragment } else { Carrier::Query };
        Self { carrier, signed: false }
    }

    /// What carries the response.
    #[must_use]
    pub const fn carrier(self) -> Carrier {
        self.carrier
    }

    /// Whether all of it stands in one signed token (JARM section 2.1).
    #[must_use]
    pub const fn is_signed(self) -> bool {
        self.signed
    }
}

impl Serialize for ResponseMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = NAMES.iter().find(|(_, mode)| mode == self).map_or("query", |(name, _)| *name);
        serializer.serialize_str(name)
    }
}

impl<'de> Deserialize<'de> for ResponseMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, mode)| *mode)
            .ok_or_else(|| serde::de::Error::custom("a response mode that is not known"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name under which a parsed mode is stored.
    fn parsed(response_mode: Option<&str>, response_type: &str) -> Option<String> {
        let mode = ResponseMode::parse(response_mode, Some(response_type)).ok()?;
        serde_json::from_value(serde_json::to_value(mode).unwrap()).unwrap()
    }

    #[test]
    fn section_5_the_default_mode_is_fragment_if_the_response_type_contains_a_token() {
        for (response_type, default) in [
            ("code", "query"),
            ("none", "query"),
            ("", "query"),
            ("id_token", "fragment"),
            ("token", "fragment"),
            ("code token", "fragment"),
            ("id_token code", "fragment"),
            ("code id_token token", "fragment"),
        ] {
            assert_eq!(parsed(None, response_type).unwrap(), default, "{response_type}");
            let signed = format!("{default}.jwt");
            assert_eq!(parsed(Some("jwt"), response_type).unwrap(), signed, "{response_type}");
        }
        let missing = ResponseMode::parse(None, None).unwrap();
        assert_eq!((missing.carrier(), missing.is_signed()), (Carrier::Query, false));
    }

    #[test]
    fn section_2_1_only_published_response_modes_are_accepted() {
        assert_eq!(ResponseMode::names().count(), 7);
        for name in ResponseMode::names().filter(|name| *name != "jwt") {
            assert_eq!(parsed(Some(name), "code").unwrap(), name);
            let mode = ResponseMode::parse(Some(name), Some("code")).unwrap();
            assert_eq!(mode.is_signed(), name.ends_with(".jwt"));
        }
        for name in ["Query", "form-post", "web_message", "jwt.query", "query.", ".jwt", "none"] {
            assert_eq!(parsed(Some(name), "code"), None, "{name}");
        }
    }

    #[test]
    fn jarm_section_2_3_1_query_modes_are_refused_for_response_types_with_tokens() {
        for response_type in ["id_token", "token", "code id_token", "code id_token token"] {
            for mode in ["query", "query.jwt"] {
                assert_eq!(parsed(Some(mode), response_type), None, "{response_type} {mode}");
            }
            for mode in ["fragment", "form_post", "fragment.jwt", "form_post.jwt"] {
                assert_eq!(parsed(Some(mode), response_type).unwrap(), mode, "{response_type}");
            }
        }
    }
}
