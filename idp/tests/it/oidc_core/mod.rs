//! [OpenID Connect Core 1.0](https://openid.net/specs/openid-connect-core-1_0.html).

mod acr;
mod auth_time;
mod authentication_request;
mod claims;
mod consent;
mod id_token;
mod offline_access;
mod pairwise;
mod prompt;
mod request_forms;
mod token_consistency;
mod userinfo;
