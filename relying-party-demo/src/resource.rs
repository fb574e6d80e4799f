//! The protected resource: a party's parameters. It judges the login by itself and answers a weak
//! or old one with the demand of [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470); pages and
//! the JSON address are two ways of asking it, a session and an access token two ways of proving
//! a login.

use crate::app::App;
use crate::assurance::{Demand, Shortfall};
use crate::identity::Identity;
use crate::party_parameters::PartyParameters;
use crate::provider::Unusable;
use crate::store::{self, Party, Saved};

/// What the resource demands of a login.
pub(crate) const DEMAND: Demand = Demand::FreshEmail;

/// What an access token must be good for: who asks, for whom they report, how they logged in.
pub(crate) const SCOPES: [&str; 3] = ["openid", "organisation", "assurance"];

/// Why the resource is not given.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The login does not meet the demand.
    InsufficientUserAuthentication(Shortfall),
    /// The account may not report for this party.
    Forbidden,
    /// There is no such party.
    Unknown,
    /// The database failed.
    Fault(store::Error),
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self::Fault(error)
    }
}

/// The login behind an access token, from the provider, which alone knows whether it is still good.
pub(crate) async fn bearer(app: &App, token: String) -> Result<Identity, Unusable> {
    let presented = app.provider.look_into(token, &SCOPES, app.clock.now()).await?;
    Ok(Identity::from_claims(&presented.token_claims, &presented.userinfo_claims))
}

/// A party's parameters, for a login that meets the demand and may report for the party.
pub(crate) async fn read(
    app: &App,
    identity: Option<&Identity>,
    party: &str,
) -> Result<Party, Refusal> {
    admit(app, identity, party)?;
    app.store.party(party).await?.ok_or(Refusal::Unknown)
}

/// Saves parameters on the same terms, if `seen` is still the stored version.
pub(crate) async fn write(
    app: &App,
    identity: Option<&Identity>,
    party: &str,
    parameters: &PartyParameters,
    seen: i64,
) -> Result<Saved, Refusal> {
    admit(app, identity, party)?;
    Ok(app.store.save_party(party, parameters, seen, app.clock.now()).await?)
}

/// A stranger to the party is refused before they are asked to log in more strongly for nothing.
fn admit(app: &App, identity: Option<&Identity>, party: &str) -> Result<(), Refusal> {
    if identity.is_some_and(|identity| !identity.reports_for(party)) {
        return Err(Refusal::Forbidden);
    }
    DEMAND
        .judge(&app.config.issuer, identity, app.clock.now())
        .map_err(Refusal::InsufficientUserAuthentication)
}
