//! The edge to browsers and applications: parses requests, calls one method of the provider,
//! writes the answer. One file per endpoint, named as the provider's.

mod extract;
mod fallback;
mod login;
pub mod management;
mod middleware;
mod program;
mod respond;
pub mod router;
pub mod serve;
mod site;
