//! The part of the metadata document that tells what tokens do once they are issued.

use openidconnect::core::{CoreClientAuthMethod, CoreJwsSigningAlgorithm};
use serde::{Deserialize, Serialize};

use crate::jose::Algorithm;
use crate::oauth::dpop;
use crate::oidc::id_token::wire_name;

/// The members of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::oidc) struct TokenMetadata {
    /// RFC 8414 section 2, RFC 7662.
    introspection_endpoint: String,
    /// RFC 8414 section 2: a client without credentials learns nothing of tokens.
    introspection_endpoint_auth_methods_supported: Vec<CoreClientAuthMethod>,
    /// RFC 8414 section 2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    introspection_endpoint_auth_signing_alg_values_supported: Vec<CoreJwsSigningAlgorithm>,
    /// RFC 9701 section 7.
    introspection_signing_alg_values_supported: Vec<CoreJwsSigningAlgorithm>,
    /// RFC 8414 section 2, RFC 7009.
    revocation_endpoint: String,
    /// RFC 8414 section 2.
    revocation_endpoint_auth_methods_supported: Vec<CoreClientAuthMethod>,
    /// RFC 8414 section 2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    revocation_endpoint_auth_signing_alg_values_supported: Vec<CoreJwsSigningAlgorithm>,
    /// RFC 9449 section 5.1.
    dpop_signing_alg_values_supported: Vec<CoreJwsSigningAlgorithm>,
}

/// How clients authenticate: by which methods, and with which algorithms they sign.
pub(in crate::oidc) struct Authentication {
    pub(in crate::oidc) methods: Vec<CoreClientAuthMethod>,
    pub(in crate::oidc) algorithms: Vec<CoreJwsSigningAlgorithm>,
}

impl TokenMetadata {
    /// Of a provider at `base` that signs with `algorithms`.
    pub(in crate::oidc) fn new(
        base: &str,
        algorithms: &[Algorithm],
        authentication: Authentication,
    ) -> Self {
        let names = |algorithms: &[Algorithm]| algorithms.iter().copied().map(wire_name).collect();
        let Authentication { methods, algorithms: assertions } = authentication;
        let proven = methods.iter().filter(|method| **method != CoreClientAuthMethod::None);
        Self {
            introspection_endpoint: format!("{base}/introspect"),
            introspection_endpoint_auth_methods_supported: proven.cloned().collect(),
            introspection_endpoint_auth_signing_alg_values_supported: assertions.clone(),
            introspection_signing_alg_values_supported: names(algorithms),
            revocation_endpoint: format!("{base}/revoke"),
            revocation_endpoint_auth_methods_supported: methods,
            revocation_endpoint_auth_signing_alg_values_supported: assertions,
            dpop_signing_alg_values_supported: names(&dpop::ALGORITHMS),
        }
    }
}
