//! How a module comes by its clients: from the configuration, or registered for it alone (OpenID
//! Connect Dynamic Client Registration, RFC 7591).

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use url::Url;

use crate::answer::Answer;
use crate::judge::checks;
use crate::judge::client::{Client, random};
use crate::judge::configuration::Mtls;
use crate::judge::jwt;
use crate::judge::test::Test;

impl Test {
    /// The client of the plan: the configured one, or one registered for this module.
    pub async fn client(&mut self) -> anyhow::Result<Client> {
        if self.variant.is_dynamic() {
            let metadata = self.registration()?;
            return self.register(metadata).await;
        }
        let configuration = &self.judge.configuration;
        self.static_client(&configuration.client, configuration.mtls.as_ref(), "callback")
    }

    /// Another client of the same kind.
    pub async fn second_client(&mut self) -> anyhow::Result<Client> {
        if self.variant.is_dynamic() {
            return self.client().await;
        }
        let configuration = &self.judge.configuration;
        let callback = match self.variant.get("fapi_profile") {
            "" => "callback",
            _ => "callback?dummy1=lorem&dummy2=ipsum",
        };
        self.static_client(&configuration.client2, configuration.mtls2.as_ref(), callback)
    }

    fn static_client(
        &self,
        told: &serde_json::Map<String, Value>,
        mtls: Option<&Mtls>,
        callback: &str,
    ) -> anyhow::Result<Client> {
        let redirect_uri = self.area.url(callback)?;
        let auth = self.variant.client_auth_type();
        let mut client = Client::from_configuration(told, auth, redirect_uri)?;
        if self.variant.is("sender_constrain", "mtls") || auth == "mtls" {
            client.mtls = mtls.cloned();
        }
        Ok(client)
    }

    /// The client metadata this variant registers with (OpenID Connect Dynamic Client Registration
    /// section 2).
    pub fn registration(&self) -> anyhow::Result<Value> {
        let mut grant_types = Vec::new();
        if self.variant.has_code() {
            grant_types.push("authorization_code");
        }
        if self.variant.has_front_id_token() || self.variant.has_front_token() {
            grant_types.push("implicit");
        }
        let mut metadata = json!({
            "client_name": "Conformance judge",
            "contacts": ["conformance@example.org"],
            "redirect_uris": [self.area.url("callback")?],
            "response_types": [self.variant.response_type()],
            "grant_types": grant_types,
            "token_endpoint_auth_method": self.variant.client_auth_type(),
        });
        if let Some(name) = self.judge.configuration.client.get("client_name") {
            metadata["client_name"] = name.clone();
        }
        Ok(metadata)
    }

    /// Asks for a registration and gives the answer as it is. Metadata without keys are given one,
    /// so that nothing is refused for the lack of it.
    pub async fn ask_to_register(&self, metadata: &Value) -> anyhow::Result<Answer> {
        let (metadata, _) = with_keys(metadata.clone())?;
        let mut request = self.http.post(self.endpoint("registration_endpoint")?).json(&metadata);
        let told = &self.judge.configuration.client;
        if let Some(token) = told.get("initial_access_token").and_then(Value::as_str) {
            request = request.bearer_auth(token);
        }
        Answer::read(request.send().await?).await
    }

    /// Registers a client. One with neither `jwks` nor `jwks_uri` is given a key.
    pub async fn register(&mut self, metadata: Value) -> anyhow::Result<Client> {
        let (metadata, keys) = with_keys(metadata)?;
        let auth = metadata["token_endpoint_auth_method"].as_str().unwrap_or_default().to_owned();
        let answer = self.ask_to_register(&metadata).await?;
        checks::registration::check(&answer, &mut self.findings)?;
        let registration = answer.json()?;
        let redirect_uri = metadata["redirect_uris"][0].as_str().context("no redirect_uris")?;
        let client = Client {
            id: registration["client_id"].as_str().context("no client_id")?.to_owned(),
            secret: registration["client_secret"].as_str().map(ToOwned::to_owned),
            auth,
            redirect_uri: Url::parse(redirect_uri)?,
            keys,
            mtls: None,
            registration,
        };
        self.registered.push(client.clone());
        Ok(client)
    }

    /// Takes a client away again (RFC 7592 section 2.3).
    pub(in crate::judge) async fn unregister(&self, client: &Client) -> anyhow::Result<()> {
        let (Some(uri), Some(token)) = (
            client.registration["registration_client_uri"].as_str(),
            client.registration["registration_access_token"].as_str(),
        ) else {
            return Ok(());
        };
        let answer = self.http.delete(uri).bearer_auth(token).send().await?;
        ensure!(answer.status() == 204, "DELETE answers {}, not 204", answer.status());
        Ok(())
    }
}

/// The same with `jwks` if there is neither that nor `jwks_uri`, and its private keys.
fn with_keys(mut metadata: Value) -> anyhow::Result<(Value, Vec<Value>)> {
    let mut keys = Vec::new();
    if metadata["jwks"].is_null() && metadata["jwks_uri"].is_null() {
        keys.push(jwt::generate("RS256", &random(6))?);
        metadata["jwks"] = jwt::public_set(&keys)?;
    }
    Ok((metadata, keys))
}
