//! The public half of a JWK and its fingerprint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The members that make up the public half of each key type, in lexicographic order
/// ([RFC 7638 section 3.2](https://www.rfc-editor.org/rfc/rfc7638#section-3.2),
/// [RFC 8037 section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2)).
fn required_members(key_type: &str) -> Option<&'static [&'static str]> {
    match key_type {
        "RSA" => Some(&["e", "kty", "n"]),
        "EC" => Some(&["crv", "kty", "x", "y"]),
        "OKP" => Some(&["crv", "kty", "x"]),
        _ => None,
    }
}

/// The required members of an asymmetric key and nothing else: a list of what may be published,
/// never of what must be left out. `None` when one is missing or no text.
pub(in crate::jose) fn public_half(jwk: &Map<String, Value>) -> Option<Map<String, Value>> {
    let members = required_members(jwk.get("kty")?.as_str()?)?;
    members
        .iter()
        .map(|name| Some(((*name).to_owned(), Value::String(jwk.get(*name)?.as_str()?.to_owned()))))
        .collect()
}

/// SHA-256 over the required members
/// ([RFC 7638 section 3](https://www.rfc-editor.org/rfc/rfc7638#section-3)), in base64url.
pub(in crate::jose) fn thumbprint(jwk: &Map<String, Value>) -> Option<String> {
    // serde_json keeps the order of insertion here, and that is the lexicographic one.
    Some(digest(Value::Object(public_half(jwk)?).to_string().as_bytes()))
}

/// SHA-256 in base64url: 43 characters.
pub(in crate::jose) fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(openssl::sha::sha256(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thumbprints_of_the_examples_of_rfc_7638_section_3_1_and_rfc_8037_appendix_a_3_match() {
        let rsa = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"
        });
        let okp = json!({
            "crv": "Ed25519", "kty": "OKP",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        });
        for (jwk, expected) in [
            (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
            (okp, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        ] {
            assert_eq!(thumbprint(jwk.as_object().unwrap()).unwrap(), expected);
        }
    }

    #[test]
    fn a_jwk_that_is_symmetric_or_incomplete_has_no_public_half() {
        for jwk in [
            json!({"kty": "oct", "k": "AAAA"}),
            json!({"kty": "EC", "crv": "P-256", "x": "AA"}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": 1}),
            json!({"x": "AA"}),
        ] {
            assert_eq!(public_half(jwk.as_object().unwrap()), None, "{jwk}");
        }
    }
}
