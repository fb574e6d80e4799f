//! The decoded parameters of a query or a form, before anyone looks for meaning in them.

use std::collections::HashSet;
use std::fmt;

use url::form_urlencoded;

use crate::oauth::error::Error;

/// The one parameter that may come more than once.
const REPEATABLE: &str = "resource";

/// Name and value pairs in the order in which they came. No name comes twice but `resource`
/// ([RFC 8707 section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)), no value is empty
/// ([RFC 6749 section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)); unknown names
/// are kept, and ignored where they are not known; they are not stored.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Longest query or form that is read, in bytes as sent.
    pub const LIMIT: usize = 32 * 1024;

    /// Reads the query component of a URI, without its question mark.
    ///
    /// # Errors
    /// `invalid_request` for a repeated parameter, invalid UTF-8, NUL, and too long a query.
    pub fn parse_query(query: &str) -> Result<Self, Error> {
        Self::parse(query.as_bytes())
    }

    /// Reads what [`Parameters::to_query`] wrote, however long: encoding makes it longer.
    ///
    /// # Errors
    /// When something else wrote it.
    pub fn parse_stored(query: &str) -> Result<Self, Error> {
        Self::decoded(query.as_bytes())
    }

    /// Takes pairs of which no name comes twice but `resource`; empty values are left out.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Self(filled.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Reads a body of type `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// `invalid_request` for a repeated parameter, invalid UTF-8, NUL, and too long a form.
    pub fn parse_form(body: &[u8]) -> Result<Self, Error> {
        Self::parse(body)
    }

    fn parse(encoded: &[u8]) -> Result<Self, Error> {
        if encoded.len() > Self::LIMIT {
            return Err(Error::invalid_request(format!(
                "the request is longer than {} bytes",
                Self::LIMIT
            )));
        }
        Self::decoded(encoded)
    }

    fn decoded(encoded: &[u8]) -> Result<Self, Error> {
        let mut seen = HashSet::new();
        let mut pairs = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let decoded = decode(&pair[..at]).zip(decode(pair.get(at + 1..).unwrap_or_default()));
            let Some((name, value)) = decoded else {
                return Err(Error::invalid_request(
                    "a parameter is not UTF-8, or it contains the character NUL",
                ));
            };
            if !seen.insert(name.clone()) && name != REPEATABLE {
                return Err(Error::invalid_request("a parameter is sent more than once"));
            }
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        Ok(Self(pairs))
    }

    /// The value of the parameter `name`; never an empty one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find_map(|(own, value)| (own == name).then_some(value))
    }

    /// All values of the one parameter that may be repeated, `resource`.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|(name, _)| *name == REPEATABLE).map(|(_, value)| value)
    }

    /// Those of these names, in their order.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        Self::from_pairs(self.iter().filter(|(name, _)| names.contains(name)))
    }

    /// All pairs in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The pairs encoded again, as a query or a form.
    #[must_use]
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

impl fmt::Debug for Parameters {
    /// The names alone: values may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Undoes `application/x-www-form-urlencoded` for one name or value
/// ([RFC 6749 appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B)). As in the
/// [URL standard](https://url.spec.whatwg.org/#percent-decode) a percent sign that begins no
/// escape stands for itself. `None` for invalid UTF-8 and for NUL.
pub(super) fn decode(encoded: &[u8]) -> Option<String> {
    let digit = |at: usize| encoded.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(byte) = encoded.get(at) {
        at += 1;
        let escape = digit(at).zip(digit(at + 1)).filter(|_| *byte == b'%');
        bytes.push(match (byte, escape) {
            (_, Some((high, low))) => {
                at += 2;
                u8::try_from(high * 16 + low).ok()?
            }
            (b'+', None) => b' ',
            (other, None) => *other,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::error::ErrorCode;

    fn parse(query: &str) -> Parameters {
        Parameters::parse_query(query).unwrap()
    }

    #[test]
    fn appendix_b_plus_and_percent_are_decoded_as_utf_8() {
        let parameters = parse("state=a+b%2Bc%20%C3%A5&x=%E2%82%AC");
        assert_eq!(parameters.get("state"), Some("a b+c å"));
        assert_eq!(parameters.get("x"), Some("€"));
    }

    #[test]
    fn section_3_1_a_parameter_without_value_counts_as_left_out() {
        let parameters = parse("nonce=&state&scope=openid&&");
        assert_eq!(parameters.get("nonce"), None);
        assert_eq!(parameters.get("state"), None);
        assert_eq!(parameters.iter().count(), 1);
    }

    #[test]
    fn section_3_1_a_repeated_parameter_is_refused_even_if_percent_encoded_or_empty() {
        for query in ["state=a&state=a", "state=&state=a", "state=a&st%61te=b", "new=1&new=2"] {
            let error = Parameters::parse_query(query).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{query}");
        }
    }

    #[test]
    fn rfc_8707_section_2_only_the_resource_parameter_may_be_repeated() {
        let parameters = parse("resource=https%3A%2F%2Fa.example&scope=x&resource=b&resource=");
        assert_eq!(parameters.resources().collect::<Vec<_>>(), ["https://a.example", "b"]);
        assert!(Parameters::parse_query("resources=a&resources=b").is_err());
    }

    #[test]
    fn section_3_1_unknown_parameters_are_kept_and_harmless() {
        assert_eq!(parse("extra=foobar").get("extra"), Some("foobar"));
    }

    #[test]
    fn invalid_utf_8_and_nul_are_refused_in_names_and_values() {
        for body in [&b"a=%FF"[..], b"%C3=a", b"a=\xFF", b"a=%00", b"%00=a", b"a=\0"] {
            let error = Parameters::parse_form(body).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{body:?}");
        }
    }

    #[test]
    fn a_percent_sign_without_two_hex_digits_is_kept_literally() {
        assert_eq!(
            parse("a=100%&b=%zz&c=%4").iter().collect::<Vec<_>>(),
            [("a", "100%"), ("b", "%zz"), ("c", "%4")]
        );
    }

    #[test]
    fn a_request_longer_than_the_limit_is_refused() {
        let fits = format!("a={}", "x".repeat(Parameters::LIMIT - 2));
        assert_eq!(parse(&fits).iter().count(), 1);
        assert!(Parameters::parse_query(&format!("{fits}x")).is_err());
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(format!("{:?}", parse("client_secret=hush")), r#"{"client_secret"}"#);
    }

    proptest! {
        #[test]
        fn parsing_arbitrary_bytes_never_panics_and_parsed_parameters_survive_encoding_again(
            body in proptest::collection::vec(any::<u8>(), 0..200)
        ) {
            if let Ok(parameters) = Parameters::parse_form(&body) {
                prop_assert_eq!(Parameters::parse_query(&parameters.to_query()), Ok(parameters));
            }
        }

        #[test]
        fn arbitrary_parameters_survive_encoding_and_parsing(name in "[^\0]{1,9}", value in "[^\0]{1,40}") {
            let parameters = Parameters(vec![(name, value)]);
            prop_assert_eq!(Parameters::parse_query(&parameters.to_query()), Ok(parameters));
        }
    }
}
