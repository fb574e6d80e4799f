//! The grants, and the only place that drives oxide-auth: its state machines decide the code grant
//! and PKCE on facts that were loaded before, without waiting. Client authentication, expiry by
//! our clock, single use and the wording of errors are ours.
//!
//! | file | owns |
//! | --- | --- |
//! | [`authorization_code`] | whether a code may be redeemed: once, in time, by its client and key |
//! | [`client_credentials`] | what a client may have on its own behalf |
//! | [`issued_code`] | what is known of a code, and what is sent to redeem it |
//! | [`refresh_token`] | which access token a refresh token buys, and when its second use is a theft |
//! | [`validity`] | what is left of a grant for its client as it is registered now |
//! | `negotiation_machine`, `redemption_machine` | oxide-auth's two machines |

pub mod authorization_code;
pub mod client_credentials;
pub mod issued_code;
pub(super) mod negotiation_machine;
mod redemption_machine;
pub mod refresh_token;
pub mod validity;
