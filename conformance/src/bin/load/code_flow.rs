//! Code flows with a session that is there already: authorize, token, userinfo.

use anyhow::ensure;
use conformance::answer::Answer;
use conformance::browser::Browser;
use conformance::judge::client::Client;
use conformance::judge::jwt;
use conformance::provider::Provider;
use conformance::request::Request;
use serde_json::Value;

use crate::rounds::Caller;
use crate::tokens::{issued, text};

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
        client: Client,
        signature: &str,
    ) -> anyhow::Result<Self> {
        let mut user = provider.user()?;
        let request = provider.request_of(&client)?;
        let login = user.sign_in(&request).await?;
        let tokens = provider.tokens(&client, &request, &login.response).await?;
        let header = jwt::header(&tokens.id_token)?;
        ensure!(header["alg"] == signature, "ID tokens are signed with {}", header["alg"]);
        Ok(Self { provider: provider.clone(), client, browser: user.browser })
    }

    /// In a session of the bare server, which asks nothing.
    pub(crate) async fn begun(provider: &Provider, client: Client) -> anyhow::Result<Self> {
        let mut browser = Browser::new()?;
        let mut url = provider.endpoint("authorization_endpoint")?;
        url.set_query(Some("begin=session"));
        browser.open(&url).await?.page()?;
        Ok(Self { provider: provider.clone(), client, browser })
    }

    /// The token response to a request that needs no page.
    pub(crate) async fn tokens(&mut self, request: &Request) -> anyhow::Result<Value> {
        let url = self.browser.open(&request.url()).await?.elsewhere()?;
        let response = self.provider.response(request, url)?;
        let redemption = self.provider.redemption(&self.client, request, response.code()?)?;
        issued(&Answer::read(redemption.send().await?).await?)
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

/// Asks for the claims of one access token.
pub(crate) struct Userinfo {
    provider: Provider,
    access_token: String,
}

impl Userinfo {
    /// A caller with a token of its own.
    pub(crate) async fn new(flow: &mut CodeFlow) -> anyhow::Result<Self> {
        let tokens = flow.tokens(&flow.provider.request_of(&flow.client)?).await?;
        let access_token = text(&tokens, "access_token")?;
        Ok(Self { provider: flow.provider.clone(), access_token })
    }
}

impl Caller for Userinfo {
    async fn call(&mut self) -> anyhow::Result<()> {
        let claims = self.provider.userinfo(&self.access_token).await?;
        ensure!(claims.status == 200, "userinfo answers {}", claims.status);
        Ok(())
    }
}
