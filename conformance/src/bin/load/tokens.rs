//! Calls of clients alone: a token refreshed, looked into, had on the client's own behalf.

use anyhow::{Context as _, ensure};
use conformance::answer::Answer;
use conformance::judge::client::Client;
use conformance::provider::Provider;
use serde_json::Value;

use crate::code_flow::CodeFlow;
use crate::rounds::Caller;

/// Refreshes ([RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
pub(crate) struct Refresh {
    provider: Provider,
    client: Client,
    refresh_token: String,
}

impl Refresh {
    /// A caller with a grant of its own.
    pub(crate) async fn new(flow: &mut CodeFlow) -> anyhow::Result<Self> {
        let request =
            flow.provider.request_of(&flow.client)?.with("scope", "openid offline_access");
        let tokens = flow.tokens(&request).await?;
        let refresh_token = text(&tokens, "refresh_token")?;
        Ok(Self { provider: flow.provider.clone(), client: flow.client.clone(), refresh_token })
    }
}

impl Caller for Refresh {
    async fn call(&mut self) -> anyhow::Result<()> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &*self.refresh_token)];
        let request = self.provider.post(&self.client, "token_endpoint", &fields)?;
        let tokens = issued(&Answer::read(request.send().await?).await?)?;
        // A client that authenticates may keep its token.
        if let Some(successor) = tokens["refresh_token"].as_str() {
            successor.clone_into(&mut self.refresh_token);
        }
        Ok(())
    }
}

/// Looks into an access token ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).
#[derive(Clone)]
pub(crate) struct Introspection {
    provider: Provider,
    client: Client,
    access_token: String,
}

impl Introspection {
    /// A caller that asks about a token of its own.
    pub(crate) async fn new(flow: &mut CodeFlow) -> anyhow::Result<Self> {
        let tokens = flow.tokens(&flow.provider.request_of(&flow.client)?).await?;
        let access_token = text(&tokens, "access_token")?;
        Ok(Self { provider: flow.provider.clone(), client: flow.client.clone(), access_token })
    }
}

impl Caller for Introspection {
    async fn call(&mut self) -> anyhow::Result<()> {
        let fields = [("token", &*self.access_token)];
        let request = self.provider.post(&self.client, "introspection_endpoint", &fields)?;
        let told = Answer::read(request.send().await?).await?.json()?;
        ensure!(told["active"] == true, "introspection tells {told}");
        Ok(())
    }
}

/// Has a token on the client's own behalf, by `private_key_jwt`
/// ([RFC 6749 section 4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
#[derive(Clone)]
pub(crate) struct ClientCredentials {
    pub(crate) provider: Provider,
    pub(crate) client: Client,
}

impl Caller for ClientCredentials {
    async fn call(&mut self) -> anyhow::Result<()> {
        let fields = [("grant_type", "client_credentials")];
        let request = self.provider.post(&self.client, "token_endpoint", &fields)?;
        issued(&Answer::read(request.send().await?).await?).map(drop)
    }
}

/// The token response, if it is one.
pub(crate) fn issued(answer: &Answer) -> anyhow::Result<Value> {
    let tokens = answer.json()?;
    ensure!(answer.status == 200, "the token endpoint answers {} {tokens}", answer.status);
    text(&tokens, "access_token")?;
    Ok(tokens)
}

/// A member that has to be there.
pub(crate) fn text(tokens: &Value, name: &str) -> anyhow::Result<String> {
    let value = tokens[name].as_str().with_context(|| format!("no {name} in {tokens}"))?;
    Ok(value.to_owned())
}
