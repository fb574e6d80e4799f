//! The project's own judge: the modules of the OpenID Foundation's certification plans, under their
//! official names, written from the specifications. It meets any issuer over HTTP.
//!
//! A [`plan`] runs [`modules`], each on a [`test::Test`]: a provider freshly discovered, a browser
//! ([`person`]), an area of the judge's own [`site`]. [`flow`] goes from request to tokens and
//! applies the shared [`checks`]; what a module finds becomes a [`verdict`].

pub mod authorization;
pub mod certificates;
pub mod checks;
pub mod client;
pub mod configuration;
pub mod fapi_clients;
pub mod flow;
pub mod jwt;
pub mod modules;
pub mod person;
pub mod plan;
pub mod plans;
pub mod proof;
pub mod registration;
pub mod run;
pub mod site;
pub mod test;
#[cfg(test)]
mod tests;
pub mod variant;
pub mod verdict;
