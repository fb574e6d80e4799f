//! Proofs at a protected resource that are wrong in one thing each (RFC 9449 sections 4.3 and 7).

use anyhow::Context as _;
use serde_json::{Value, json};
use url::Url;

use super::code::token_request;
use super::party::Party;
use crate::clock::now;
use crate::judge::checks;
use crate::judge::client::random;
use crate::judge::jwt;
use crate::judge::plan::Module;
use crate::judge::proof::Proof;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-dpop-negative-tests" => negative,
};

/// Each wrong proof is refused; after all of them a right one works.
async fn negative(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let answer = token_request(test, &party).await?.send(test, &party).await?;
    let tokens = checks::token::check(&answer, &mut test.findings)?;
    let token = tokens["access_token"].as_str().context("no access_token")?.to_owned();
    test.expect_use(&party, &token).await?;
    for (what, proof) in wrong_proofs(test, &party, &token)? {
        let headers = [("DPoP", proof.as_str())];
        expect_refused(test, &party, &token, ("DPoP", what), &headers).await?;
    }
    let right = || test_proof(test, &party, &token);
    let (one, other) = (right()?, right()?);
    let twice = [("DPoP", one.as_str()), ("DPoP", other.as_str())];
    expect_refused(test, &party, &token, ("DPoP", "two proofs"), &twice).await?;
    expect_refused(test, &party, &token, ("DPoP", "no proof"), &[]).await?;
    expect_refused(test, &party, &token, ("Bearer", "no proof and Bearer"), &[]).await?;
    let bearer = [("DPoP", one.as_str())];
    expect_refused(test, &party, &token, ("Bearer", "a proof and Bearer"), &bearer).await?;
    replay(test, &party, &token).await?;
    tolerated(test, &party, &token).await?;
    test.expect_use(&party, &token).await
}

fn test_proof(test: &Test, party: &Party, token: &str) -> anyhow::Result<String> {
    test.resource_proof(party, token)?.sign()
}

async fn ask(
    test: &Test,
    party: &Party,
    token: &str,
    scheme: &str,
    further: &[(&str, &str)],
) -> anyhow::Result<u16> {
    let authorization = format!("{scheme} {token}");
    let mut headers = vec![("Authorization", authorization.as_str())];
    headers.extend(further);
    Ok(test.ask_resource(party, &headers).await?.status)
}

async fn expect_refused(
    test: &mut Test,
    party: &Party,
    token: &str,
    (scheme, what): (&str, &str),
    further: &[(&str, &str)],
) -> anyhow::Result<()> {
    let status = ask(test, party, token, scheme, further).await?;
    let refused = [400, 401].contains(&status);
    test.findings.require(refused, || format!("{what}: the resource answers {status}"));
    Ok(())
}

/// Proofs with one thing wrong, by what is wrong.
fn wrong_proofs(
    test: &Test,
    party: &Party,
    token: &str,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let right = || test.resource_proof(party, token);
    let mut wrong = vec![("no JWT", "not.a jwt".to_owned())];
    for (what, changes) in [
        ("no typ", json!({ "typ": null })),
        ("another typ", json!({ "typ": "JWT" })),
        ("no jwk", json!({ "jwk": null })),
        ("a private jwk", json!({ "jwk": party.key()? })),
    ] {
        wrong.push((what, right()?.header(&changes).sign()?));
    }
    for (what, changes) in [
        ("no jti", json!({ "jti": null })),
        ("no htm", json!({ "htm": null })),
        ("no htu", json!({ "htu": null })),
        ("no iat", json!({ "iat": null })),
        ("no ath", json!({ "ath": null })),
        ("another method", json!({ "htm": "PUT" })),
        ("another address", json!({ "htu": "https://other.example/resource" })),
        ("another path", json!({ "htu": format!("{}x", test.resource_url(party)?) })),
        ("the ath of another token", json!({ "ath": jwt::base64url([7; 32]) })),
        ("an hour ago", json!({ "iat": now() - 3600 })),
        ("in an hour", json!({ "iat": now() + 3600 })),
    ] {
        wrong.push((what, right()?.claims(&changes).sign()?));
    }
    wrong.extend(wrong_signatures(test, party, token)?);
    Ok(wrong)
}

fn wrong_signatures(
    test: &Test,
    party: &Party,
    token: &str,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let right = test.resource_proof(party, token)?;
    let other = party.with_new_key(test)?;
    let foreign = test.resource_proof(&other, token)?;
    let posing = Proof { key: other.key()?.clone(), ..right.clone() };
    let rsa = jwt::generate("RS256", "rsa")?;
    let url = test.resource_url(party)?;
    let old = Proof::new(&rsa, "GET", url.as_str(), Some(token))?;
    let mut headless = right.header.clone();
    if let Some(members) = headless.as_object_mut() {
        members.remove("alg");
    }
    let signature = right.sign()?;
    let signature = signature.rsplit('.').next().unwrap_or_default();
    let with_header = |header: &Value| {
        let parts = [header, &right.claims].map(|part| jwt::base64url(part.to_string()));
        format!("{}.{}", parts[0], parts[1])
    };
    let mut unsigned = right.header.clone();
    unsigned["alg"] = json!("none");
    Ok(vec![
        ("no alg", format!("{}.{signature}", with_header(&headless))),
        ("alg none", format!("{}.", with_header(&unsigned))),
        ("a bad signature", posing.sign()?),
        ("another key", foreign.sign()?),
        ("RS256", old.sign()?),
    ])
}

/// RFC 9449 section 11.1: a proof is best taken once.
async fn replay(test: &mut Test, party: &Party, token: &str) -> anyhow::Result<()> {
    let proof = test_proof(test, party, token)?;
    let headers = [("DPoP", proof.as_str())];
    let first = ask(test, party, token, "DPoP", &headers).await?;
    test.findings.require(first == 200, || format!("a right proof is answered {first}"));
    let second = ask(test, party, token, "DPoP", &headers).await?;
    test.findings.prefer(second != 200, || "the same proof is taken twice".to_owned());
    Ok(())
}

/// What must be taken, or had better be.
async fn tolerated(test: &mut Test, party: &Party, token: &str) -> anyhow::Result<()> {
    let right = test.resource_proof(party, token)?;
    let url = test.resource_url(party)?;
    let (extra, query) = (json!({ "own": true }), format!("{url}?own=1#own"));
    let id = || json!(random(16));
    let must = [
        ("further members", right.clone().header(&extra).claims(&extra)),
        ("query and fragment", right.clone().claims(&json!({ "htu": query, "jti": id() }))),
    ];
    for (what, proof) in must {
        let text = proof.sign()?;
        let status = ask(test, party, token, "DPoP", &[("DPoP", &text)]).await?;
        test.findings.require(status == 200, || format!("{what}: answered {status}"));
    }
    let loud = right.claims(&json!({ "htu": in_capitals(&url), "jti": id() })).sign()?;
    let status = ask(test, party, token, "DPoP", &[("DPoP", &loud)]).await?;
    test.findings.prefer(status == 200, || format!("an address in capitals: answered {status}"));
    Ok(())
}

/// RFC 3986 section 6.2.2.1: scheme and host mean the same in capitals; so does the default port.
fn in_capitals(url: &Url) -> String {
    let port = url.port().map_or_else(|| ":443".to_owned(), |port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default().to_uppercase();
    format!("{}://{host}{port}{}", url.scheme().to_uppercase(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_host_are_uppercased_and_the_default_port_is_added() {
        let judged = |text: &str| in_capitals(&Url::parse(text).expect("a URL"));
        assert_eq!(judged("https://op.example/a"), "HTTPS://OP.EXAMPLE:443/a");
        assert_eq!(judged("https://op.example:8443/a"), "HTTPS://OP.EXAMPLE:8443/a");
    }
}
