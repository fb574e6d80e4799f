//! The protected resource, asked with tokens that are bound to a key (FAPI 2.0 Security Profile
//! section 5.3.3).

use anyhow::Context as _;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::party::Party;
use crate::answer::Answer;
use crate::judge::checks::fapi;
use crate::judge::client::random;
use crate::judge::proof::Proof;
use crate::judge::test::Test;

impl Test {
    /// The protected resource.
    pub(super) fn resource_url(&self, party: &Party) -> anyhow::Result<Url> {
        match self.judge.configuration.resource.get("resourceUrl").and_then(Value::as_str) {
            Some(url) => Ok(Url::parse(url)?),
            None if party.key.is_none() => self.endpoint_of(&party.client, "userinfo_endpoint"),
            None => self.endpoint("userinfo_endpoint"),
        }
    }

    /// Asks the protected resource, with headers as they are.
    pub(super) async fn ask_resource(
        &self,
        party: &Party,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let http = match party.key {
            Some(_) => self.http.clone(),
            None => self.http_of(&party.client)?,
        };
        let mut request = http.request(Method::GET, self.resource_url(party)?);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.context("the resource")?).await
    }

    /// A right proof for the protected resource, if the variant has proofs.
    pub(super) fn resource_proof(&self, party: &Party, token: &str) -> anyhow::Result<Proof> {
        let url = self.resource_url(party)?;
        Proof::new(party.key()?, "GET", url.as_str(), Some(token))
    }

    /// Asks the protected resource as the client should, under a scheme written like this; with a
    /// nonce if the resource wants one.
    pub(super) async fn use_token(
        &self,
        party: &Party,
        token: &str,
        scheme: &str,
        interaction: &str,
    ) -> anyhow::Result<Answer> {
        let authorization = format!("{scheme} {token}");
        let mut headers =
            vec![("Authorization", authorization.as_str()), ("x-fapi-interaction-id", interaction)];
        if party.key.is_none() {
            return self.ask_resource(party, &headers).await;
        }
        let proof = self.resource_proof(party, token)?;
        let text = proof.sign()?;
        headers.push(("DPoP", &text));
        let answer = self.ask_resource(party, &headers).await?;
        let Some(nonce) = answer.header("dpop-nonce").filter(|_| answer.status == 401) else {
            return Ok(answer);
        };
        let again = proof.claims(&json!({ "nonce": nonce, "jti": random(16) })).sign()?;
        headers.pop();
        headers.push(("DPoP", &again));
        self.ask_resource(party, &headers).await
    }

    /// Notes a failure unless the protected resource takes the token.
    pub(super) async fn expect_use(&mut self, party: &Party, token: &str) -> anyhow::Result<()> {
        let id = interaction_id();
        let answer = self.use_token(party, token, party.scheme(), &id).await?;
        fapi::check_resource(&answer, &id, &mut self.findings);
        Ok(())
    }
}

/// A new UUID (RFC 9562 section 5.4).
pub(super) fn interaction_id() -> String {
    let digest = Sha256::digest(random(16));
    let mut hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    hex.replace_range(12..13, "4");
    hex.replace_range(16..17, "a");
    for at in [20, 16, 12, 8] {
        hex.insert(at, '-');
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interaction_id_is_a_uuid_of_version_4() {
        let id = interaction_id();
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
        assert!(id[14..].starts_with('4') && id[19..].starts_with('a'), "{id}");
    }
}
