//! Claims about the person (OpenID Connect Core section 5.1), at userinfo and in ID tokens.

use serde_json::Value;

use crate::judge::verdict::Findings;

/// The claims of a scope (OpenID Connect Core section 5.4).
#[must_use]
pub fn claims_of(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &[
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// Notes what is wrong with a userinfo answer of a person known by their ID token.
pub fn check(claims: &Value, subject: &Value, findings: &mut Findings) {
    let sub = &claims["sub"];
    findings.require(sub.is_string(), || format!("userinfo has no sub: {claims}"));
    if subject.is_string() {
        findings.require(sub == subject, || format!("sub {sub} at userinfo, {subject} before"));
    }
    check_types(claims, findings);
}

/// Notes claims of the wrong type, blank texts and nulls.
pub fn check_types(claims: &Value, findings: &mut Findings) {
    let members = claims.as_object().into_iter().flatten();
    for (name, value) in members {
        let right = match name.as_str() {
            "updated_at" => value.as_f64().is_some_and(|time| (631_152_000.0..4e9).contains(&time)),
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "address" => is_address(value),
            "birthdate" => value.as_str().is_some_and(is_birthdate),
            name if is_text(name) => value.as_str().is_some_and(|text| !text.trim().is_empty()),
            _ => !value.is_null(),
        };
        findings.require(right, || format!("the claim {name} is {value}"));
    }
}

fn is_text(name: &str) -> bool {
    ["sub", "email", "phone_number"].contains(&name) || claims_of("profile").contains(&name)
}

fn is_address(value: &Value) -> bool {
    let known = ["formatted", "street_address", "locality", "region", "postal_code", "country"];
    value.as_object().is_some_and(|address| {
        !address.is_empty()
            && address.iter().all(|(name, part)| {
                known.contains(&name.as_str())
                    && part.as_str().is_some_and(|text| !text.trim().is_empty())
            })
    })
}

/// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY` (OpenID Connect Core section 5.1).
fn is_birthdate(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    match parts.as_slice() {
        [year] => number(year, 4).is_some_and(|year| (1850..2200).contains(&year)),
        [year, month, day] => {
            number(year, 4).is_some_and(|year| year == 0 || (1850..2200).contains(&year))
                && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
                && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    }
}

/// Notes a warning for each claim of these scopes that is missing.
pub fn check_complete(claims: &Value, scopes: &str, place: &str, findings: &mut Findings) {
    for scope in scopes.split(' ') {
        for name in claims_of(scope) {
            findings.prefer(!claims[*name].is_null(), || {
                format!("scope {scope} was given, and {place} has no {name}")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(claims: &Value) -> Findings {
        let mut findings = Findings::default();
        check(claims, &json!("1"), &mut findings);
        findings
    }

    #[test]
    fn valid_userinfo_passes_and_each_invalid_claim_fails() {
        let right = json!({ "sub": "1", "name": "A", "updated_at": 1_700_000_000,
            "email_verified": false, "address": { "locality": "B" }, "birthdate": "0000-02-28" });
        assert!(judged(&right).is_empty(), "{:?}", judged(&right));
        for (name, value) in [
            ("sub", json!("2")),
            ("sub", json!(null)),
            ("name", json!("")),
            ("name", json!(null)),
            ("updated_at", json!("1700000000")),
            ("updated_at", json!(1_700_000_000_000_i64)),
            ("email_verified", json!("true")),
            ("address", json!("B")),
            ("address", json!({})),
            ("birthdate", json!("1970-13-01")),
            ("birthdate", json!("70-01-01")),
            ("locale", json!(null)),
        ] {
            let mut wrong = right.clone();
            wrong[name] = value.clone();
            assert!(!judged(&wrong).failures.is_empty(), "{name}: {value}");
        }
    }

    #[test]
    fn a_claim_missing_for_its_scope_warns() {
        let mut findings = Findings::default();
        let claims = json!({ "email": "a@b.se", "email_verified": true });
        check_complete(&claims, "openid email", "userinfo", &mut findings);
        assert!(findings.is_empty());
        check_complete(&claims, "openid profile phone", "userinfo", &mut findings);
        assert_eq!(findings.warnings.len(), 16);
    }
}
