//! The HTTP client for the provider: no redirects followed, bounded time and size.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::http::StatusCode;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST_BODY: usize = 1024 * 1024;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("the call failed")]
    Call(#[from] reqwest::Error),
    #[error("the answer is longer than {LONGEST_BODY} bytes")]
    TooLong,
    #[error("it answers {0}")]
    Troubled(StatusCode),
}

pub(super) struct Outbound(reqwest::Client);

impl Outbound {
    pub(super) fn new() -> error::Result<Self> {
        // Someone in this process may have chosen a provider already; then theirs is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()
            .map(Self)
            .map_err(|error| error::Error::Configuration(super::claims::chain(&error)))
    }
}

impl<'c> AsyncHttpClient<'c> for Outbound {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(self.0.clone(), request))
    }
}

async fn send(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Error> {
    let mut response = client.execute(request.try_into()?).await?;
    if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS {
        return Err(Error::Troubled(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_BODY {
            return Err(Error::TooLong);
        }
    }
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}
