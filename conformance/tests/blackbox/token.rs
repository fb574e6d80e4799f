//! The token endpoint (RFC 6749 sections 3.2, 4.1.3 and 5, RFC 7636 section 4.6).

use anyhow::ensure;
use conformance::answer::Answer;
use conformance::provider::{ClientAuthentication, Provider};
use conformance::settings::Client;

use crate::{Outcome, at_once, signed_in};

#[tokio::test]
async fn a_code_is_bound_to_verifier_redirect_uri_and_client() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let verifier = "a".repeat(43);
    let foreign = provider.settings.signing.first().map(|(_, client)| client.clone());
    for case in ["verifier", "no verifier", "redirect_uri", "client"] {
        let request = provider.request()?;
        let callback = at_once(&provider, &mut user, &request).await?;
        let mut fields = vec![("grant_type", "authorization_code"), ("code", callback.code()?)];
        let elsewhere = "https://elsewhere.example/";
        let redirect_uri = provider.settings.redirect_uri.as_str();
        fields
            .push(("redirect_uri", if case == "redirect_uri" { elsewhere } else { redirect_uri }));
        if case != "no verifier" {
            let right = request.verifier.as_str();
            fields.push(("code_verifier", if case == "verifier" { &verifier } else { right }));
        }
        let mut client = provider.settings.client.clone();
        if case == "client" {
            let Some(foreign) = foreign.clone() else { continue };
            client = foreign;
        }
        let answer = provider.token(&client, ClientAuthentication::Basic, &fields).await?;
        answer.refused(400, "invalid_grant").map_err(|error| error.context(case))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_code_nobody_issued_is_refused() -> Outcome {
    let provider = Provider::discover().await?;
    let request = provider.request()?;
    provider.redeem(&request, "nonsense").await?.refused(400, "invalid_grant")
}

#[tokio::test]
async fn a_client_must_prove_itself() -> Outcome {
    let provider = Provider::discover().await?;
    let fields = [("grant_type", "authorization_code"), ("code", "x")];
    let known = &provider.settings.client;
    let wrong = Client { id: known.id.clone(), secret: "wrong".to_owned() };
    let unknown = Client { id: "nobody".to_owned(), secret: known.secret.clone() };
    for (client, way) in [
        (&wrong, ClientAuthentication::Basic),
        (&unknown, ClientAuthentication::Basic),
        (&wrong, ClientAuthentication::Post),
        (known, ClientAuthentication::Public),
    ] {
        let answer = provider.token(client, way, &fields).await?;
        answer.refused(401, "invalid_client")?;
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        let basic = challenge.starts_with("Basic ");
        ensure!(basic || way != ClientAuthentication::Basic, "challenge {challenge:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_public_client_needs_its_verifier_only() -> Outcome {
    let provider = Provider::discover().await?;
    let ways = provider.supported("token_endpoint_auth_methods_supported");
    let published = ways.iter().any(|way| way == "none");
    let Some(id) = provider.settings.public_client_id.clone() else {
        ensure!(!published, "none is published and PUBLIC_CLIENT_ID is not set");
        return Ok(());
    };
    let client = Client { id, secret: String::new() };
    redeems(&provider, &client, ClientAuthentication::Public).await
}

async fn redeems(provider: &Provider, client: &Client, way: ClientAuthentication) -> Outcome {
    let (mut user, _) = signed_in(provider).await?;
    let request = provider.request_of(client)?;
    let callback = at_once(provider, &mut user, &request).await?;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", callback.code()?),
        ("redirect_uri", provider.settings.redirect_uri.as_str()),
        ("code_verifier", &request.verifier),
    ];
    let answer = provider.token(client, way, &fields).await?;
    provider.accept(&request, &answer).await.map(|_| ())
}

#[tokio::test]
async fn requests_the_endpoint_does_not_understand_get_the_right_error() -> Outcome {
    let provider = Provider::discover().await?;
    let client = &provider.settings.client;
    for (fields, error) in [
        (&[("code", "x")][..], "invalid_request"),
        (&[("grant_type", "authorization_code")], "invalid_request"),
        (&[("grant_type", "password"), ("username", "a")], "unsupported_grant_type"),
        (&[("grant_type", "nonsense")], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code"), ("code", "x"), ("code", "y")], "invalid_request"),
    ] {
        let answer = provider.token(client, ClientAuthentication::Basic, fields).await?;
        answer.refused(400, error).map_err(|wrong| wrong.context(format!("{fields:?}")))?;
    }
    Ok(())
}

#[tokio::test]
async fn two_ways_to_prove_oneself_are_one_too_many() -> Outcome {
    let provider = Provider::discover().await?;
    let client = &provider.settings.client;
    let fields =
        [("grant_type", "authorization_code"), ("code", "x"), ("client_secret", &client.secret)];
    let answer = provider.token(client, ClientAuthentication::Basic, &fields).await?;
    answer.refused(400, "invalid_request")
}

#[tokio::test]
async fn json_is_no_form() -> Outcome {
    let provider = Provider::discover().await?;
    let request = provider.http.post(provider.endpoint("token_endpoint")?);
    let answer = request.json(&serde_json::json!({"grant_type": "authorization_code"}));
    let answer = Answer::read(answer.send().await?).await?;
    ensure!((400..500).contains(&answer.status), "{}", answer.status);
    Ok(())
}
