//! The edge to browsers and applications: parses requests, calls one method of the provider,
//! writes the answer. One file per endpoint, named as the provider's.

mod acr;
mod assets;
mod authorization;
mod check_session;
mod consent;
mod device;
mod discovery;
mod email_step;
mod end_session;
mod events;
mod extract;
mod form_token;
mod interaction;
mod introspection;
mod link;
pub mod management;
mod middleware;
mod pushed_authorization;
mod registration;
mod respond;
mod revocation;
pub mod router;
pub mod serve;
mod sign_in;
mod token;
mod userinfo;
