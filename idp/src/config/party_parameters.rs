//! `[party_parameters]`.
use serde::Deserialize;
/// The source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyParameters {
    /// Where.
    pub url: String,
}
