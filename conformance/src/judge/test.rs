//! What one module works with: a provider freshly discovered, a browser that has never been
//! anywhere, an area of the judge's site, and a list of findings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail, ensure};
use reqwest::Certificate;
use serde_json::Value;
use url::Url;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::judge::checks;
use crate::judge::client::{Client, random};
use crate::judge::configuration::{Configuration, Mtls};
use crate::judge::site::{Area, Site};
use crate::judge::variant::Variant;
use crate::judge::verdict::{Findings, Skip};
use crate::request::Request;

/// What is the same for all modules of a run.
pub struct Judge {
    /// Exactly as the provider writes it.
    pub issuer: String,
    /// What the run was told.
    pub configuration: Configuration,
    /// The judge's own site.
    pub site: Site,
    /// Certificate authorities to trust beside those of the system, as PEM.
    authorities: Vec<String>,
    /// One client for each certificate, since reading the system's authorities takes its time.
    clients: Mutex<HashMap<String, reqwest::Client>>,
}

impl Judge {
    /// A judge of one issuer; `authorities` are to be trusted beside those of the system, as PEM.
    #[must_use]
    pub fn new(
        issuer: &str,
        configuration: Configuration,
        site: Site,
        authorities: Vec<String>,
    ) -> Self {
        let clients = Mutex::default();
        Self { issuer: issuer.to_owned(), configuration, site, authorities, clients }
    }

    /// A client without cookies and redirects, with a certificate if there is one.
    pub fn http(&self, identity: Option<&Mtls>) -> anyhow::Result<reqwest::Client> {
        let name = identity.map(|identity| identity.cert.clone()).unwrap_or_default();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&name) {
            return Ok(client.clone());
        }
        let client = self.new_http(identity)?;
        clients.insert(name, client.clone());
        Ok(client)
    }

    fn new_http(&self, identity: Option<&Mtls>) -> anyhow::Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        for authority in &self.authorities {
            let certificates = Certificate::from_pem_bundle(authority.as_bytes())?;
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(identity) = identity {
            let pem = format!("{}\n{}", identity.cert, identity.key);
            builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes())?);
        }
        Ok(builder.build()?)
    }
}

/// What one module works with.
pub struct Test {
    /// What is the same for all modules.
    pub judge: Arc<Judge>,
    /// What the plan runs it with.
    pub variant: Variant,
    /// The discovery document.
    pub metadata: Value,
    /// The provider's JWK Set.
    pub jwks: Value,
    /// Direct requests.
    pub http: reqwest::Client,
    /// The person's browser.
    pub browser: Browser,
    /// Its part of the judge's site.
    pub area: Area,
    /// What was noticed.
    pub findings: Findings,
    /// The answer of discovery, for its headers.
    pub discovered: Answer,
    /// The clients that were registered for it.
    pub(in crate::judge) registered: Vec<Client>,
}

impl Test {
    /// Reads discovery document and keys, and checks the keys as the official suite does before
    /// each module.
    pub async fn begin(judge: Arc<Judge>, variant: Variant) -> anyhow::Result<Self> {
        let http = judge.http(None)?;
        let suffix = match variant.is("openid", "plain_oauth") {
            true => ".well-known/oauth-authorization-server",
            false => ".well-known/openid-configuration",
        };
        let url = format!("{}/{suffix}", judge.issuer.trim_end_matches('/'));
        let discovered = Answer::read(http.get(&url).send().await.context(url)?).await?;
        ensure!(discovered.status == 200, "discovery answers {}", discovered.status);
        let metadata: Value = serde_json::from_str(&discovered.body).context("discovery")?;
        let mut findings = Findings::default();
        let keys = metadata["jwks_uri"].as_str().context("discovery has no jwks_uri")?;
        let keys = Answer::read(http.get(keys).send().await?).await?;
        ensure!(keys.status == 200, "jwks_uri answers {}", keys.status);
        let jwks = serde_json::from_str(&keys.body).context("the JWK Set")?;
        checks::jwks::check(&jwks, &mut findings);
        let alias = match judge.configuration.alias.as_str() {
            "" => "conformance",
            alias => alias,
        };
        let area = match variant.is_dynamic() {
            true => judge.site.area(&random(9)),
            false => judge.site.area(&format!("a/{alias}")),
        };
        let browser = Browser::on(http.clone()).stopping_at(judge.site.base());
        let registered = Vec::new();
        Ok(Self {
            judge,
            variant,
            metadata,
            jwks,
            http,
            browser,
            area,
            findings,
            discovered,
            registered,
        })
    }

    /// Takes the clients away again (RFC 7592 section 2.3) and gives what was noticed.
    pub async fn finish(mut self) -> Findings {
        for client in std::mem::take(&mut self.registered) {
            if let Err(error) = self.unregister(&client).await {
                self.findings.warn(format!("a client was not deleted: {error:#}"));
            }
        }
        self.findings
    }

    /// An endpoint by its metadata name.
    pub fn endpoint(&self, name: &str) -> anyhow::Result<Url> {
        let value = self.metadata[name].as_str();
        Ok(Url::parse(value.with_context(|| format!("discovery has no {name}"))?)?)
    }

    /// The endpoint a client uses: with a certificate, one of `mtls_endpoint_aliases` if it is
    /// there (RFC 8705 section 5).
    pub fn endpoint_of(&self, client: &Client, name: &str) -> anyhow::Result<Url> {
        match self.metadata["mtls_endpoint_aliases"][name].as_str() {
            Some(alias) if client.mtls.is_some() => Ok(Url::parse(alias)?),
            _ => self.endpoint(name),
        }
    }

    /// The connection a client uses.
    pub fn http_of(&self, client: &Client) -> anyhow::Result<reqwest::Client> {
        match &client.mtls {
            Some(mtls) => self.judge.http(Some(mtls)),
            None => Ok(self.http.clone()),
        }
    }

    /// The values of a metadata list; `None` when it is not published.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let values = self.metadata[name].as_array()?.iter();
        Some(values.filter_map(Value::as_str).map(ToOwned::to_owned).collect())
    }

    /// Whether a metadata list is published and has the value.
    #[must_use]
    pub fn lists(&self, name: &str, value: &str) -> bool {
        self.list(name).is_some_and(|values| values.iter().any(|one| one == value))
    }

    /// Ends the module as skipped unless the condition holds.
    pub fn skip_unless(&self, holds: bool, reason: &str) -> anyhow::Result<()> {
        if holds { Ok(()) } else { Err(Skip(reason.to_owned()).into()) }
    }

    /// The authorization request of this variant, with state and nonce.
    pub fn request(&self, client: &Client) -> anyhow::Result<Request> {
        let mut request = Request {
            endpoint: self.endpoint("authorization_endpoint")?,
            parameters: Vec::new(),
            redirect_uri: client.redirect_uri.clone(),
            verifier: None,
            iss_promised: self.metadata["authorization_response_iss_parameter_supported"] == true,
        }
        .with("client_id", &client.id)
        .with("redirect_uri", client.redirect_uri.as_str())
        .with("scope", "openid")
        .with("state", &random(9))
        .with("nonce", &random(9))
        .with("response_type", self.variant.response_type());
        if self.variant.is_form_post() {
            request = request.with("response_mode", "form_post");
        }
        Ok(request)
    }

    /// Waits as long as the official module does.
    pub async fn pause(&self, seconds: u64) {
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    }

    /// The name and value a person types into the field with this id.
    pub(in crate::judge) fn typed(
        page: &crate::page::Page,
        id: &str,
        value: &str,
    ) -> anyhow::Result<(String, String)> {
        let field = page.document.element(id).and_then(|field| field.attribute("name"));
        let Some(name) = field else { bail!("no field #{id} with a name on {}", page.url) };
        Ok((name.to_owned(), value.to_owned()))
    }
}
