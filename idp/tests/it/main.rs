//! The crate from outside, one folder for each specification or user story.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with its test")]
#![expect(clippy::disallowed_methods, reason = "a test starts the servers it talks to")]

mod login;
mod mail;
mod oidc_core;
mod rfc6749;
mod support;
mod sync;
