//! Flows as FAPI 2.0 has them: pushed request, code, token and userinfo, with client assertions and
//! proofs of possession.

use anyhow::ensure;
use conformance::answer::{Answer, Callback};
use conformance::clock::now;
use conformance::judge::jwt;
use openidconnect::CsrfToken;
use reqwest::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::clients::Own;
use crate::code_flow::CodeFlow;
use crate::rounds::Caller;
use crate::tokens::{issued, text};

/// PAR and DPoP ([RFC 9126](https://www.rfc-editor.org/rfc/rfc9126),
/// [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)).
#[derive(Clone)]
pub(crate) struct PushedFlow {
    flow: CodeFlow,
    own: Own,
    /// The key of the proofs.
    key: Value,
}

impl PushedFlow {
    /// A caller in the browser of someone who is signed in.
    pub(crate) fn new(flow: &CodeFlow, own: &Own) -> anyhow::Result<Self> {
        let flow = CodeFlow { client: own.client.clone(), ..flow.clone() };
        Ok(Self { flow, own: own.clone(), key: jwt::generate("ES256", "proof")? })
    }

    /// A proof for one request (RFC 9449 section 4.2).
    fn proof(&self, method: &str, url: &Url, access_token: Option<&str>) -> anyhow::Result<String> {
        let mut jwk = jwt::public(&self.key)?;
        if let Some(members) = jwk.as_object_mut() {
            members.retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        }
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let jti = CsrfToken::new_random();
        let mut claims = json!({ "jti": jti.secret(), "htm": method, "htu": url, "iat": now() });
        if let Some(token) = access_token {
            claims["ath"] = json!(jwt::base64url(Sha256::digest(token)));
        }
        jwt::sign(&self.key, &header, &claims)
    }

    /// Posts as the client, with an assertion; with a proof where tokens are had.
    async fn post(
        &self,
        url: Url,
        fields: &[(String, String)],
        proof: Option<String>,
    ) -> anyhow::Result<Response> {
        let assertion = self.own.assertion(&self.flow.provider.settings.issuer)?;
        let mut form = fields.to_vec();
        form.extend(assertion.map(|(name, value)| (name.to_owned(), value)));
        let mut request = self.flow.provider.http.post(url).form(&form);
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        Ok(request.send().await?)
    }
}

impl Caller for PushedFlow {
    async fn call(&mut self) -> anyhow::Result<()> {
        let provider = self.flow.provider.clone();
        let request = provider.request_of(&self.flow.client)?;
        let par = provider.endpoint("pushed_authorization_request_endpoint")?;
        let pushed = Answer::read(self.post(par, request.parameters(), None).await?).await?;
        ensure!(pushed.status == 201, "PAR answers {} {}", pushed.status, pushed.body);
        let mut url = request.endpoint().clone();
        let request_uri = text(&pushed.json()?, "request_uri")?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.flow.client.id)
            .append_pair("request_uri", &request_uri);
        let back = self.flow.browser.open(&url).await?.elsewhere()?;
        let callback = Callback::read(&back, &request, &provider.settings.issuer)?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", callback.code()?),
            ("redirect_uri", request.value("redirect_uri").unwrap_or_default()),
            ("code_verifier", &request.verifier),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let endpoint = provider.endpoint("token_endpoint")?;
        let proof = self.proof("POST", &endpoint, None)?;
        let answer = self.post(endpoint, &fields, Some(proof)).await?;
        let tokens = issued(&Answer::read(answer).await?)?;
        ensure!(tokens["token_type"] == "DPoP", "the token is not bound: {tokens}");
        let (token, userinfo) =
            (text(&tokens, "access_token")?, provider.endpoint("userinfo_endpoint")?);
        let proof = self.proof("GET", &userinfo, Some(&token))?;
        let asked = provider.http.get(userinfo).header("authorization", format!("DPoP {token}"));
        let status = asked.header("dpop", proof).send().await?.status();
        ensure!(status == 200, "userinfo answers {status}");
        Ok(())
    }
}
