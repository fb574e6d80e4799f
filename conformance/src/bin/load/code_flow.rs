//! Code flows with a session that is there already: authorize, token, userinfo.

use anyhow::ensure;
use conformance::answer::Callback;
use conformance::browser::Browser;
use conformance::provider::{Provider, part};
use conformance::request::AuthorizationRequest;
use conformance::settings::Client;
use serde_json::Value;

use crate::rounds::Caller;

/// A client and a person who is signed in.
#[derive(Clone)]
pub(crate) struct CodeFlow {
    pub(crate) provider: Provider,
    pub(crate) client: Client,
    pub(crate) browser: Browser,
}

impl CodeFlow {
    /// Signs in and runs one flow with all checks, so that no wrong answer is measured.
    pub(crate) async fn signed_in(
        provider: &Provider,
        client: &Client,
        signature: &str,
    ) -> anyhow::Result<Self> {
        let mut user = provider.user()?;
        let request = provider.request_of(client)?;
        let login = user.sign_in(&request).await?;
        let tokens = provider.tokens(&request, &login.callback).await?;
        let header = part(&tokens.id_token, 0)?;
        ensure!(header["alg"] == signature, "ID tokens are signed with {}", header["alg"]);
        Ok(Self { provider: provider.clone(), client: client.clone(), browser: user.browser })
    }

    /// The token response to a request that needs no page.
    pub(crate) async fn tokens(&mut self, request: &AuthorizationRequest) -> anyhow::Result<Value> {
        let url = self.browser.open(&request.url()).await?.elsewhere()?;
        let callback = Callback::read(&url, request, &self.provider.settings.issuer)?;
        let answer = self.provider.redeem(request, callback.code()?).await?;
        let tokens = answer.json()?;
        ensure!(answer.status == 200, "the token endpoint answers {} {tokens}", answer.status);
        Ok(tokens)
    }
}

impl Caller for CodeFlow {
    async fn call(&mut self) -> anyhow::Result<()> {
        let request = self.provider.request_of(&self.client)?;
        let tokens = self.tokens(&request).await?;
        let token = tokens["access_token"].as_str().unwrap_or_default();
        let claims = self.provider.userinfo(token).await?;
        ensure!(claims.status == 200, "userinfo answers {}: {tokens}", claims.status);
        Ok(())
    }
}
