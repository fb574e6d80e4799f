//! [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749): the code flow and its errors, with PKCE
//! ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).

mod authorization;
mod changed_client;
mod client_credentials;
mod family;
mod headers;
mod refresh;
mod token;
