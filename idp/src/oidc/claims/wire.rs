//! Claims as the openidconnect crate types them, which is also how they are written.

use openidconnect::core::CoreGenderClaim;
use openidconnect::{AdditionalClaims, StandardClaims, SubjectIdentifier};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::oidc::claims::known;
use crate::oidc::{Cause, Error};

/// The claims that are not standard ones.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::oidc) struct OwnClaims {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for OwnClaims {}

impl OwnClaims {
    /// Adds a claim about the authentication that the crate has no place for, if there is one.
    pub(in crate::oidc) fn add(&mut self, name: &str, value: Option<String>) {
        self.claims.extend(value.map(|value| (name.to_owned(), value.into())));
    }
}

/// Divides released claims into the crate's standard claims and our own. Only claims that can be
/// released pass, so none can stand twice or take the place of one of the authentication.
pub(in crate::oidc) fn typed(
    sub: &str,
    released: Map<String, Value>,
) -> Result<(StandardClaims<CoreGenderClaim>, OwnClaims), Error> {
    let (mut standard, claims): (Map<_, _>, Map<_, _>) = released
        .into_iter()
        .filter(|(name, _)| known(name).is_some())
        .partition(|(name, _)| is_standard(name));
    let own = OwnClaims { claims };
    if standard.is_empty() {
        return Ok((StandardClaims::new(SubjectIdentifier::new(sub.to_owned())), own));
    }
    standard.insert("sub".to_owned(), sub.into());
    let standard = serde_json::from_value(Value::Object(standard))
        .map_err(Cause::from)
        .map_err(Error::because("an account's claims are not of the form of the standard"))?;
    Ok((standard, own))
}

fn is_standard(name: &str) -> bool {
    known(name).is_some_and(|claim| ["profile", "email", "address", "phone"].contains(&claim.1))
}
