//! The authorization response, with the provider's keys and clock.

use crate::oauth::authorization_response::{Destination, Granted, Response};
use crate::oauth::error::Error;
use crate::provider::{Fault, Provider};

impl Provider {
    /// A successful response
    /// ([OpenID Connect Core section 3.1.2.5](https://openid.net/specs/openid-connect-core-1_0.html#AuthResponse)).
    pub(crate) fn granted_response(
        &self,
        to: &Destination,
        granted: &Granted,
    ) -> Result<Response, Fault> {
        Ok(to.granted(granted, &self.keys.current(), self.clock.now())?)
    }

    /// An error response
    /// ([OpenID Connect Core section 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)).
    pub(crate) fn error_response(
        &self,
        to: &Destination,
        error: &Error,
    ) -> Result<Response, Fault> {
        Ok(to.refused(error, &self.keys.current(), self.clock.now())?)
    }
}
