//! Flows as FAPI 2.0 has them: pushed request, code, token and userinfo, with client assertions and
//! proofs of possession.

use anyhow::ensure;
use conformance::answer::Answer;
use conformance::judge::client::Client;
use conformance::judge::jwt;
use conformance::judge::proof::Proof;
use serde_json::Value;

use crate::code_flow::CodeFlow;
use crate::rounds::Caller;
use crate::tokens::{issued, text};

/// PAR and DPoP ([RFC 9126](https://www.rfc-editor.org/rfc/rfc9126),
/// [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)).
#[derive(Clone)]
pub(crate) struct PushedFlow {
    flow: CodeFlow,
    /// The key of the proofs.
    key: Value,
}

impl PushedFlow {
    /// A caller in the browser of someone who is signed in, as a client with a key.
    pub(crate) fn new(flow: CodeFlow, client: Client) -> anyhow::Result<Self> {
        Ok(Self { flow: CodeFlow { client, ..flow }, key: jwt::generate("ES256", "proof")? })
    }

    /// A proof for one request.
    fn proof(&self, method: &str, url: &str, token: Option<&str>) -> anyhow::Result<String> {
        Proof::new(&self.key, method, url, token)?.sign()
    }
}

impl Caller for PushedFlow {
    async fn call(&mut self) -> anyhow::Result<()> {
        let (provider, client) = (self.flow.provider.clone(), self.flow.client.clone());
        let request = provider.request_of(&client)?;
        let parameters: Vec<_> = request
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let par = provider.post(&client, "pushed_authorization_request_endpoint", &parameters)?;
        let pushed = Answer::read(par.send().await?).await?;
        ensure!(pushed.status == 201, "PAR answers {} {}", pushed.status, pushed.body);
        let mut url = request.endpoint.clone();
        let request_uri = text(&pushed.json()?, "request_uri")?;
        url.query_pairs_mut()
            .append_pair("client_id", &client.id)
            .append_pair("request_uri", &request_uri);
        let back = self.flow.browser.open(&url).await?.elsewhere()?;
        let response = provider.response(&request, back)?;
        let proof = self.proof("POST", provider.endpoint("token_endpoint")?.as_str(), None)?;
        let redemption = provider.redemption(&client, &request, response.code()?)?;
        let answer = Answer::read(redemption.header("dpop", proof).send().await?).await?;
        let tokens = issued(&answer)?;
        ensure!(tokens["token_type"] == "DPoP", "the token is not bound: {tokens}");
        let (token, userinfo) =
            (text(&tokens, "access_token")?, provider.endpoint("userinfo_endpoint")?);
        let proof = self.proof("GET", userinfo.as_str(), Some(&token))?;
        let asked = provider.http.get(userinfo).header("authorization", format!("DPoP {token}"));
        let status = asked.header("dpop", proof).send().await?.status();
        ensure!(status == 200, "userinfo answers {status}");
        Ok(())
    }
}
