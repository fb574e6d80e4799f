//! The crate from outside, one folder for each specification or user story.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with its test")]
#![expect(clippy::disallowed_methods, reason = "a test starts the servers it talks to")]

mod arbitrary_input;
mod audit;
mod discovery;
mod expiry;
mod form_post;
mod headers;
mod jarm;
mod keys;
mod login;
mod logout;
mod logs;
mod mail;
mod oauth_response_types;
mod oidc_core;
mod operations;
mod outbox;
mod races;
mod rate_limits;
mod restart;
mod rfc6749;
mod rfc7009;
mod rfc7523;
mod rfc7591;
mod rfc7592;
mod rfc7662;
mod rfc8628;
mod rfc8705;
mod rfc8707;
mod rfc9068;
mod rfc9101;
mod rfc9126;
mod rfc9449;
mod rp_initiated_logout;
mod secret_leaks;
mod secret_purposes;
mod self_registered_clients;
mod signed_token_types;
mod storage_limits;
mod support;
mod sync;
mod tls;
mod two_nodes;
mod upgrade;
