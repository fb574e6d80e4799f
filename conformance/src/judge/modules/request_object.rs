//! Request objects, by value and by reference (OpenID Connect Core section 6).

use serde_json::{Map, Value, json};

use crate::judge::authorization::End;
use crate::judge::client::{Client, random};
use crate::judge::jwt;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::judge::verdict::Skip;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported" => by_value,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported" => by_reference,
    "oidcc-ensure-request-object-with-redirect-uri" => other_redirect_uri,
    "oidcc-request-uri-unsigned" => unsigned_by_reference,
    "oidcc-request-uri-signed-rs256" => signed_by_reference,
};

const ALGORITHMS: &str = "request_object_signing_alg_values_supported";

/// A published list without `none` says that unsigned objects are refused.
fn skip_unless_unsigned(test: &Test) -> anyhow::Result<()> {
    let refused = test.list(ALGORITHMS).is_some() && !test.lists(ALGORITHMS, "none");
    test.skip_unless(!refused, "unsigned request objects are not offered")
}

/// The claims of a request object: the parameters of the request.
fn claims(request: &Request) -> Value {
    let pairs = request.parameters.iter();
    Value::Object(pairs.map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>())
}

/// What stays outside: what OAuth demands there (section 6.1).
fn outside(request: &Request, name: &str, value: &str) -> Request {
    let mut outside = request.clone();
    let demanded = ["client_id", "response_type", "scope", "redirect_uri", "response_mode"];
    outside.parameters.retain(|(name, _)| demanded.contains(&name.as_str()));
    outside.with(name, value)
}

/// Section 6.1, unsigned: supported, or `request_not_supported`.
async fn by_value(test: &mut Test) -> anyhow::Result<()> {
    skip_unless_unsigned(test)?;
    let client = test.client().await?;
    let request = test.request(&client)?;
    let sent = outside(&request, "request", &jwt::unsecured(&claims(&request)));
    finish(test, &client, &request, &sent, "request").await
}

/// Section 6.2, unsigned: supported, or `request_uri_not_supported`.
async fn by_reference(test: &mut Test) -> anyhow::Result<()> {
    skip_unless_unsigned(test)?;
    let (client, request, uri) = referenced(test, &json!("none")).await?;
    let sent = outside(&request, "request_uri", &uri);
    finish(test, &client, &request, &sent, "request_uri").await
}

/// Follows `sent`, whose object says what `request` says.
async fn finish(
    test: &mut Test,
    client: &Client,
    request: &Request,
    sent: &Request,
    parameter: &str,
) -> anyhow::Result<()> {
    let visit = test.visit(sent).await?;
    if let End::Response(response) = &visit.end
        && response.value("error") == Some(&format!("{parameter}_not_supported"))
    {
        return Err(Skip(format!("{parameter} is refused as unsupported")).into());
    }
    let flag = format!("{parameter}_parameter_supported");
    let published = &test.metadata[&flag];
    // Discovery section 3: left out, the one means false and the other true.
    let on = published == true || (published.is_null() && parameter == "request_uri");
    test.findings.prefer(on, || format!("{parameter} is processed, and {flag} is {published}"));
    test.finish_login(client, request, visit).await?;
    Ok(())
}

/// A client with a registered request URI, and a request whose object is published there.
async fn referenced(
    test: &mut Test,
    algorithm: &Value,
) -> anyhow::Result<(Client, Request, String)> {
    let page = format!("requests/{}", random(12));
    // Section 6.2: the fragment names the version.
    let uri = format!("{}#{}", test.area.url(&page)?, random(12));
    let mut metadata = test.registration()?;
    metadata["request_uris"] = json!([uri]);
    if algorithm != "none" {
        metadata["request_object_signing_alg"] = algorithm.clone();
    }
    let client = test.register(metadata).await?;
    let request = test.request(&client)?;
    let mut claims = claims(&request);
    let object = match algorithm.as_str() {
        Some("none") => jwt::unsecured(&claims),
        _ => {
            claims["iss"] = json!(client.id);
            claims["aud"] = json!(test.judge.issuer);
            jwt::sign_as(client.key()?, None, &claims)?
        }
    };
    test.area.publish(&page, "application/jwt", &object)?;
    Ok((client, request, uri))
}

/// Section 6.1: the object's redirect URI counts. Where objects are not processed, the one outside,
/// which is not registered, must not be passed over for the registered one.
async fn other_redirect_uri(test: &mut Test) -> anyhow::Result<()> {
    skip_unless_unsigned(test)?;
    let client = test.client().await?;
    let request = test.request(&client)?;
    let sent = outside(&request, "request", &jwt::unsecured(&claims(&request)))
        .with("redirect_uri", &format!("{}_invalid", client.redirect_uri));
    let visit = test.visit(&sent).await?;
    if let End::Page(page) = &visit.end {
        test.expect_error_page(page);
        return Ok(());
    }
    test.finish_login(&client, &request, visit).await?;
    Ok(())
}

/// Section 6.2, unsigned, where it is offered.
async fn unsigned_by_reference(test: &mut Test) -> anyhow::Result<()> {
    let offered = test.lists(ALGORITHMS, "none");
    test.skip_unless(offered, "unsigned request objects are not offered")?;
    let (client, request, uri) = referenced(test, &json!("none")).await?;
    let sent = outside(&request, "request_uri", &uri);
    finish(test, &client, &request, &sent, "request_uri").await
}

/// Section 6.2, signed with RS256: demanded of dynamic providers (section 15.2).
async fn signed_by_reference(test: &mut Test) -> anyhow::Result<()> {
    let offered = test.lists(ALGORITHMS, "RS256");
    test.findings.require(offered, || format!("{ALGORITHMS} lacks RS256"));
    let supported = &test.metadata["request_uri_parameter_supported"];
    let supported = supported.is_null() || supported == true;
    test.findings.require(supported, || "request_uri_parameter_supported is false".to_owned());
    let (client, request, uri) = referenced(test, &json!("RS256")).await?;
    let sent = outside(&request, "request_uri", &uri);
    let visit = test.visit(&sent).await?;
    test.finish_login(&client, &request, visit).await?;
    Ok(())
}
