//! [RFC 8705](https://www.rfc-editor.org/rfc/rfc8705): clients that prove themselves by the
//! certificate of their connection. Here the certificate stands beside the request, where the
//! listener puts it.

mod bound_tokens;

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use idp::oauth::mutual_tls::{Certificate, Presented};
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509NameBuilder};
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::{Setup, TestProvider};

/// A certificate for `CN=client`, and the key set that names it, as TOML.
struct Made {
    der: Vec<u8>,
    jwks: String,
}

fn made() -> Made {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let ec = EcKey::generate(&group).unwrap();
    let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
    let mut context = BigNumContext::new().unwrap();
    ec.public_key().affine_coordinates(&group, &mut x, &mut y, &mut context).unwrap();
    let [x, y] = [x, y].map(|n| URL_SAFE_NO_PAD.encode(n.to_vec_padded(32).unwrap()));
    let key = PKey::from_ec_key(ec).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "client").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let der = builder.build().to_der().unwrap();
    let x5c = STANDARD.encode(&der);
    let jwks = format!(
        "{{ keys = [{{ kty = \"EC\", crv = \"P-256\", x = \"{x}\", y = \"{y}\", \
         x5c = [\"{x5c}\"] }}] }}"
    );
    Made { der, jwks }
}

async fn provider(own: &Made) -> TestProvider {
    let common = "redirect_uris = [\"https://rp.example/cb\"]";
    let settings = format!(
        "[[client]]\nclient_id = \"issued\"\n{common}\n\
         token_endpoint_auth_method = \"tls_client_auth\"\n\
         tls_client_auth_subject_dn = \"CN=client\"\n\
         [[client]]\nclient_id = \"own\"\n{common}\n\
         token_endpoint_auth_method = \"self_signed_tls_client_auth\"\njwks = {}\n",
        own.jwks
    );
    Setup::new().settings(&settings).start().await
}

/// Status and error of a token request with an unknown code.
async fn called(
    provider: &TestProvider,
    client_id: &str,
    certificate: Option<(&Made, bool)>,
) -> (u16, String) {
    let body = format!(
        "grant_type=authorization_code&code=unknown&client_id={client_id}&\
         redirect_uri=https%3A%2F%2Frp.example%2Fcb"
    );
    let mut request = Request::post("/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    if let Some((made, is_trusted)) = certificate {
        let certificate = Certificate::parse(&made.der).unwrap();
        request.extensions_mut().insert(Arc::new(Presented { certificate, is_trusted }));
    }
    let response = provider.router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(json.get("access_token"), None, "{}", json!(json));
    (status, json["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn section_2_a_certificate_authenticates_only_the_client_that_registered_it() {
    let (own, other) = (made(), made());
    let provider = provider(&own).await;
    let believed = (400, "invalid_grant".to_owned());
    let refused = (401, "invalid_client".to_owned());
    for (case, client_id, certificate, outcome) in [
        ("issued by an authority", "issued", Some((&own, true)), &believed),
        ("any that bears the name", "issued", Some((&other, true)), &believed),
        ("of no authority", "issued", Some((&own, false)), &refused),
        ("none", "issued", None, &refused),
        ("its own", "own", Some((&own, false)), &believed),
        ("its own, issued", "own", Some((&own, true)), &believed),
        ("another of that name", "own", Some((&other, true)), &refused),
        ("none", "own", None, &refused),
        ("beside no secret", "web", Some((&own, true)), &refused),
        ("of a public client", "public", Some((&own, true)), &believed),
        ("of nobody", "nobody", Some((&own, true)), &refused),
    ] {
        let answer = called(&provider, client_id, certificate).await;
        assert_eq!(answer, *outcome, "{client_id}: {case}");
    }
}
