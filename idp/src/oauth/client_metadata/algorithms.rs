//! By which algorithms a client signs, and has its responses signed.

use crate::jose::Algorithm;
use crate::oauth::client_metadata::ClientMetadata;

/// What clients sign assertions with, where they have not registered one algorithm.
pub const ASSERTION_ALGORITHMS: [Algorithm; 4] = Algorithm::ALL;

/// What FAPI clients sign them with
/// ([FAPI 2.0 Security Profile section 5.4.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.4.1)).
const FAPI_ALGORITHMS: [Algorithm; 3] = [Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

impl ClientMetadata {
    /// The members that say how a response is signed, and what they say.
    pub fn signatures(&self) -> impl Iterator<Item = (&'static str, Algorithm)> {
        let members = [
            ("id_token_signed_response_alg", self.id_token_signed_response_alg),
            ("userinfo_signed_response_alg", self.userinfo_signed_response_alg),
            ("introspection_signed_response_alg", self.introspection_signed_response_alg),
            ("authorization_signed_response_alg", self.authorization_signed_response_alg),
        ];
        members.into_iter().filter_map(|(member, algorithm)| Some((member, algorithm?)))
    }

    /// The member that asks for a signature by an algorithm that this provider has no key for.
    #[must_use]
    pub fn unsignable(&self, algorithms: &[Algorithm]) -> Option<&'static str> {
        let mut without_key = self.signatures().filter(|(_, own)| !algorithms.contains(own));
        without_key.next().map(|(member, _)| member)
    }

    /// The algorithms of `private_key_jwt` that the client may use; none when it has registered
    /// something else.
    pub(in crate::oauth) fn assertion_algorithms(&self) -> &'static [Algorithm] {
        let allowed: &'static [Algorithm] =
            if self.fapi.is_some() { &FAPI_ALGORITHMS } else { &ASSERTION_ALGORITHMS };
        match &self.token_endpoint_auth_signing_alg {
            None => allowed,
            Some(registered) => Algorithm::of_stranger(registered)
                .and_then(|registered| allowed.iter().position(|known| *known == registered))
                .map_or(&[], |at| &allowed[at..=at]),
        }
    }
}
