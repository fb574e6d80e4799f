//! A standalone OpenID Connect identity provider: password, then a one-time link mailed to one of
//! the organisation's own contact addresses, then an ID token that says truthfully how strong the
//! login was.
//!
//! The floors, from the ground up. A floor names only floors below it (`tests/architecture`).
//!
//! | floor | modules | what they may do |
//! | --- | --- | --- |
//! | 0 ground | `named`, [`clock`], [`secret`], [`entropy`], [`config`], [`measures`], [`database`] | names, time, chance, secrets, settings, reaching a database server |
//! | 1 rules | [`oauth`], [`oidc`], [`jose`], [`account`], [`contact`], [`grant`], [`audit`] | decide, purely: facts in, verdict out |
//! | 2 resources | [`store`], [`source`], [`fetch`], [`hashing`], [`breached`], [`pages`], [`mail`] | load and commit, read, render, send |
//! | 3 provider | [`provider`] | one method per endpoint or user story: no HTTP, no SQL |
//! | 4 edges | [`app`], [`http`], [`jobs`], [`cli`], `demo` | the outside world |

#[macro_use]
mod named;

pub mod account;
pub mod app;
pub mod audit;
pub mod breached;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contact;
pub mod database;
#[cfg(feature = "demo")]
pub mod demo;
pub mod entropy;
pub mod fetch;
pub mod grant;
pub mod hashing;
pub mod http;
pub mod jobs;
pub mod jose;
pub mod mail;
pub mod measures;
pub mod oauth;
pub mod oidc;
pub mod pages;
pub mod provider;
pub mod secret;
pub mod source;
pub mod store;
pub mod telemetry;
