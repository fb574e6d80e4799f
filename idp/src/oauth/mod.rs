//! The rules of OAuth 2.0: [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749) and its family, one
//! file for each term of the standards. Facts in, verdict out: nothing here waits, stores or
//! sends. `provider` calls it; OpenID Connect (`oidc`) is built on it and unknown to it.

pub mod authorization_request;
pub mod authorization_response;
pub mod bearer;
pub mod client;
pub mod client_authentication;
pub mod client_metadata;
pub mod confirmation;
pub mod device;
pub mod dpop;
pub mod error;
pub mod grant;
pub mod grant_type;
mod host;
pub mod introspection;
pub mod jwt_access_token;
pub mod mutual_tls;
pub mod parameters;
pub mod pkce;
pub mod pushed_authorization;
pub mod redirect_uri;
pub mod request_object;
pub mod resource;
pub mod response_mode;
pub mod response_type;
pub mod scope;
pub mod sender_constraint;
pub mod token;
