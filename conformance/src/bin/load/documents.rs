//! What is the same for everyone: the discovery document and the keys.

use anyhow::ensure;
use conformance::provider::Provider;
use url::Url;

use crate::rounds::Caller;

/// Asks for one document.
#[derive(Clone)]
pub(crate) struct Document {
    http: reqwest::Client,
    url: Url,
}

impl Document {
    /// The metadata.
    pub(crate) fn discovery(provider: &Provider) -> anyhow::Result<Self> {
        let base = provider.settings.issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration").parse()?;
        Ok(Self { http: provider.http.clone(), url })
    }

    /// The keys.
    pub(crate) fn jwks(provider: &Provider) -> anyhow::Result<Self> {
        Ok(Self { http: provider.http.clone(), url: provider.endpoint("jwks_uri")? })
    }
}

impl Caller for Document {
    async fn call(&mut self) -> anyhow::Result<()> {
        let answer = self.http.get(self.url.clone()).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(status == 200 && body.starts_with(b"{"), "{} answers {status}", self.url);
        Ok(())
    }
}
