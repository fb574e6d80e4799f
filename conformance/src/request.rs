//! Authorization requests (OpenID Connect Core section 3.1.2.1, RFC 7636 section 4.3).

use openidconnect::PkceCodeChallenge;
use url::Url;

/// Names and values, in order.
pub type Parameters = Vec<(String, String)>;

/// An authorization request (OpenID Connect Core section 3.1.2.1), as the client keeps it until the
/// answer comes.
#[derive(Clone, Debug)]
pub struct Request {
    /// `authorization_endpoint`.
    pub endpoint: Url,
    /// What is sent.
    pub parameters: Parameters,
    /// Where the answer is due, also when the request does not say so.
    pub redirect_uri: Url,
    /// The `code_verifier` for the token request.
    pub verifier: Option<String>,
    /// Whether the metadata promise `iss` in each answer (RFC 9207 section 3).
    pub iss_promised: bool,
}

impl Request {
    /// The same request with a parameter set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same request without a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(key, _)| key != name);
        self
    }

    /// The same request with a code challenge (RFC 7636 section 4.3).
    #[must_use]
    pub fn with_pkce(mut self) -> Self {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        self.verifier = Some(verifier.secret().clone());
        self.with("code_challenge", challenge.as_str()).with("code_challenge_method", "S256")
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        value(&self.parameters, name)
    }

    /// The address the client redirects to.
    #[must_use]
    pub fn url(&self) -> Url {
        let mut url = self.endpoint.clone();
        url.query_pairs_mut().extend_pairs(&self.parameters);
        url
    }
}

/// The value of the first parameter of that name.
#[must_use]
pub fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
