//! Small pieces around the claims: those the openidconnect crate has no field for, the payload of
//! a verified token, and the clock of the verifier.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::AdditionalClaims;
use openidconnect::core::CoreIdTokenVerifier;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How far the provider's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// Every claim beside the standard ones.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct OtherClaims {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for OtherClaims {}

/// The claims of a token whose signature has been verified.
pub(super) fn payload(token: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Lets the verifier live at the moment `now`, and refuse a token from the future.
pub(super) fn at(verifier: CoreIdTokenVerifier<'_>, now: i64) -> CoreIdTokenVerifier<'_> {
    verifier
        .set_time_fn(move || chrono::DateTime::from_timestamp(now, 0).unwrap_or_default())
        .set_issue_time_verifier_fn(move |issued: chrono::DateTime<chrono::Utc>| {
            if issued.timestamp() <= now + CLOCK_SKEW_SECONDS {
                Ok(())
            } else {
                Err("issued in the future".to_owned())
            }
        })
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}
