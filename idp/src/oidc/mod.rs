//! The rules of [OpenID Connect](https://openid.net/specs/openid-connect-core-1_0.html), built on
//! `oauth` and `jose`: facts in, verdict out. `provider` calls them; nothing here waits, stores or
//! sends. The only place that knows the types of the openidconnect crate.

pub mod back_channel_logout;
pub mod claims;
pub mod consent;
pub mod discovery;
pub mod id_token;
pub mod id_token_hint;
pub mod logout;
pub mod logout_token;
pub mod prompt;
pub mod session_state;
pub mod subject;
pub mod userinfo;

/// What was put into a document or token does not have the form the standard asks for, or a key
/// failed. A fault for the operator, never for the client.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
    #[source]
    source: Option<Cause>,
}

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    fn because(message: &str) -> impl FnOnce(Cause) -> Self {
        move |source| Self { message: message.to_owned(), source: Some(source) }
    }
}

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Key(#[from] crate::jose::Error),
    #[error(transparent)]
    Token(#[from] openidconnect::JsonWebTokenError),
    #[error(transparent)]
    Url(#[from] url::ParseError),
}
