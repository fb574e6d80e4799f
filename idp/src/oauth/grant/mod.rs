//! The grants, and the only place that drives oxide-auth: its state machines decide the code grant
//! and PKCE on facts that were loaded before, without waiting. Client authentication, expiry by
//! our clock, single use and the wording of errors are ours.

pub mod authorization_code;
pub mod client_credentials;
pub mod code;
pub(super) mod negotiation;
mod redemption;
pub mod refresh_token;
pub mod validity;
