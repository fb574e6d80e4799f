//! The `claims` parameter: single claims asked for beside or in place of a scope.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::oauth::error::Error;
use crate::oauth::scope::Scope;
use crate::oidc::claims::{AUTHENTICATION, known};

/// Longer than any request that names every claim of this provider twice with values.
const LONGEST: usize = 8 * 1024;

/// More values than any claim can sensibly be one of.
const MOST_VALUES: usize = 20;

/// What is asked for, and where it is to be put
/// ([OpenID Connect Core section 5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter)).
///
/// Only claims that this provider knows are kept, with plain values, so that what is stored with
/// an interaction has a bounded size and depth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// For the UserInfo response.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: Asked,
    /// For the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: Asked,
}

/// Claims by name.
pub type Asked = BTreeMap<String, Wish>;

/// How one claim is asked for
/// ([section 5.5.1](https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Whether the client cannot do without it. Only for `acr` and `sub` does that change
    /// anything: any other claim that is missing is left out, essential or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The values of which it must have one; none of them when the list is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

/// What `claims.id_token.acr` asks for, in order of preference
/// ([section 5.5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcrWish {
    /// Nothing, or any class at all.
    Any,
    /// One of these if it can be had, like `acr_values`.
    Preferred(Vec<String>),
    /// One of these or `unmet_authentication_requirements`.
    Demanded(Vec<String>),
}

impl ClaimsRequest {
    /// Reads the parameter. Members that are not known are ignored, as the standard wants.
    ///
    /// # Errors
    /// `invalid_request` when it is too long, no JSON, or not of the form the standard gives.
    pub fn parse(parameter: Option<&str>) -> Result<Self, Error> {
        let Some(text) = parameter else {
            return Ok(Self::default());
        };
        if text.len() > LONGEST {
            return Err(Error::invalid_request("claims is longer than 8 KiB"));
        }
        let mut sent: BTreeMap<String, Value> =
            serde_json::from_str(text).map_err(|_| malformed())?;
        let mut kept = |member| match sent.remove(member) {
            None | Some(Value::Null) => Ok(Asked::new()),
            Some(Value::Object(claims)) => keep_known(claims),
            Some(_) => Err(malformed()),
        };
        Ok(Self { userinfo: kept("userinfo")?, id_token: kept("id_token")? })
    }

    /// Without the claims of scopes that the client may not ask for: this parameter is no way
    /// round the scope a client is registered with.
    #[must_use]
    pub fn narrow(mut self, allowed: &Scope) -> Self {
        let may = |name: &str| known(name).is_none_or(|claim| allowed.contains(claim.1));
        self.userinfo.retain(|name, _| may(name));
        self.id_token.retain(|name, _| may(name));
        self
    }

    /// Which authentication context class is asked for.
    #[must_use]
    pub fn acr(&self) -> AcrWish {
        let Some(Wish { essential, values: Some(values) }) = self.id_token.get("acr") else {
            return AcrWish::Any;
        };
        // A demand that no class can meet stays a demand: it must fail, not vanish.
        let names = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if *essential { AcrWish::Demanded(names) } else { AcrWish::Preferred(names) }
    }

    /// The only End-User the client will take: no one else may be signed in on this request
    /// ([section 5.5.1](https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests)).
    /// More than one `sub` cannot be demanded; such a wish has no one who fits.
    #[must_use]
    pub fn accepts_subject(&self, sub: &str) -> bool {
        let wish = self.id_token.get("sub").and_then(|wish| wish.values.as_ref());
        wish.is_none_or(|values| values.iter().any(|value| value == sub))
    }
}

fn keep_known(sent: Map<String, Value>) -> Result<Asked, Error> {
    let is_known = |name: &str| known(name).is_some() || AUTHENTICATION.contains(&name);
    sent.into_iter()
        .filter(|(name, _)| is_known(name))
        .map(|(name, wish)| Ok((name, Wish::read(wish)?)))
        .collect()
}

impl Wish {
    fn read(sent: Value) -> Result<Self, Error> {
        let mut sent = match sent {
            Value::Null => return Ok(Self::default()),
            Value::Object(sent) => sent,
            _ => return Err(malformed()),
        };
        let essential = match sent.remove("essential") {
            None => false,
            Some(Value::Bool(essential)) => essential,
            Some(_) => return Err(malformed()),
        };
        let values = match (sent.remove("value"), sent.remove("values")) {
            (None, None) => None,
            (Some(value), None) => Some(vec![value]),
            (None, Some(Value::Array(values))) => Some(values),
            _ => return Err(malformed()),
        };
        if values.as_ref().is_some_and(|values| values.len() > MOST_VALUES) {
            return Err(Error::invalid_request("claims lists more than 20 values for one claim"));
        }
        let plain = |value: &Value| !value.is_object() && !value.is_array() && !value.is_null();
        let values = values.map(|values| values.into_iter().filter(plain).collect());
        Ok(Self { essential, values })
    }
}

fn malformed() -> Error {
    Error::invalid_request(
        "claims must be a JSON object with the members userinfo and id_token, each an object of \
         claim names with null or an object of essential and either value or values",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> ClaimsRequest {
        ClaimsRequest::parse(Some(text)).unwrap()
    }

    #[test]
    fn section_5_5_the_example_of_the_standard_is_understood() {
        let request = parse(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null,
                "email": {"essential": true}, "email_verified": {"essential": true},
                "picture": null, "http://example.info/claims/groups": null},
                "id_token": {"auth_time": {"essential": true},
                "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}"#,
        );
        let names: Vec<_> = request.userinfo.keys().map(String::as_str).collect();
        assert_eq!(names, ["email", "email_verified", "given_name", "nickname", "picture"]);
        assert!(request.userinfo["email"].essential && !request.userinfo["picture"].essential);
        let silver = vec!["urn:mace:incommon:iap:silver".to_owned()];
        assert_eq!(request.acr(), AcrWish::Preferred(silver));
    }

    #[test]
    fn section_5_5_unknown_claims_and_members_are_ignored() {
        let cases = [
            "{}",
            r#"{"userinfo": null, "id_token": {}}"#,
            r#"{"verified": {"x": [1]}, "purpose": "x"}"#,
            r#"{"userinfo": {"unknown": {"essential": true}}}"#,
            r#"{"id_token": {"constructor": null, "": null}}"#,
        ];
        for text in cases {
            assert_eq!(parse(text), ClaimsRequest::default(), "{text}");
        }
        let odd = parse(r#"{"userinfo": {"name": {"purpose": "x", "essential": true}}}"#);
        assert!(odd.userinfo["name"].essential);
        assert_eq!(ClaimsRequest::parse(None).unwrap(), ClaimsRequest::default());
    }

    #[test]
    fn section_5_5_a_malformed_claims_parameter_is_an_invalid_request() {
        let deep = format!(r#"{{"userinfo": {}1{}}}"#, "[".repeat(200), "]".repeat(200));
        let long = format!(r#"{{"x": "{}"}}"#, "x".repeat(LONGEST));
        let many = format!(r#"{{"id_token": {{"acr": {{"values": [{}0]}}}}}}"#, "0,".repeat(20));
        let cases = [
            "",
            "null",
            "[]",
            "{",
            r#"{"userinfo": "name"}"#,
            r#"{"userinfo": ["name"]}"#,
            r#"{"userinfo": {"name": true}}"#,
            r#"{"userinfo": {"name": {"essential": "yes"}}}"#,
            r#"{"id_token": {"acr": {"values": "a"}}}"#,
            r#"{"id_token": {"acr": {"value": "a", "values": ["b"]}}}"#,
            r#"{"userinfo": [["name", null]]}"#,
            r#"{"userinfo": {"name": [true]}}"#,
            r#"{"id_token": 1}"#,
            r#"{"id_token": {"acr": {"essential": null}}}"#,
            &deep,
            &long,
            &many,
        ];
        for text in cases {
            let error = ClaimsRequest::parse(Some(text)).unwrap_err();
            assert_eq!(error.code.as_str(), "invalid_request", "{text:.60}");
        }
    }

    #[test]
    fn section_5_5_1_1_an_essential_acr_is_required_and_a_voluntary_one_preferred() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let cases = [
            ("null", AcrWish::Any),
            (r#"{"essential": true}"#, AcrWish::Any),
            (r#"{"value": "a"}"#, AcrWish::Preferred(names(&["a"]))),
            (r#"{"essential": true, "value": "a"}"#, AcrWish::Demanded(names(&["a"]))),
            (r#"{"essential": true, "values": ["b", "a"]}"#, AcrWish::Demanded(names(&["b", "a"]))),
            (r#"{"essential": true, "values": [1, ["a"], null]}"#, AcrWish::Demanded(vec![])),
            (r#"{"essential": true, "values": []}"#, AcrWish::Demanded(vec![])),
        ];
        for (wish, expected) in cases {
            let request = parse(&format!(r#"{{"id_token": {{"acr": {wish}}}}}"#));
            assert_eq!(request.acr(), expected, "{wish}");
        }
        let elsewhere = parse(r#"{"userinfo": {"acr": {"essential": true, "value": "a"}}}"#);
        assert_eq!(elsewhere.acr(), AcrWish::Any);
    }

    #[test]
    fn section_5_5_1_a_requested_sub_value_accepts_only_that_subject() {
        let cases = [
            (r#"{}"#, true),
            (r#"{"id_token": {"sub": null}}"#, true),
            (r#"{"id_token": {"sub": {"value": "alice"}}}"#, true),
            (r#"{"id_token": {"sub": {"value": "bob"}}}"#, false),
            (r#"{"id_token": {"sub": {"value": ["alice"]}}}"#, false),
        ];
        for (text, accepted) in cases {
            assert_eq!(parse(text).accepts_subject("alice"), accepted, "{text}");
        }
    }

    #[test]
    fn the_claims_parameter_is_narrowed_to_the_registered_scope_of_the_client() {
        let text = r#"{"userinfo": {"email": null, "parties": null, "name": null},
                       "id_token": {"acr": {"value": "a"}, "email_step_role": null}}"#;
        let narrowed = parse(text).narrow(&"openid email".parse().unwrap());
        assert_eq!(narrowed.userinfo.keys().collect::<Vec<_>>(), ["email"]);
        assert_eq!(narrowed.id_token.keys().collect::<Vec<_>>(), ["acr"]);
    }

    #[test]
    fn a_stored_claims_request_is_read_back_unchanged_and_without_nested_values() {
        let nested = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let text = format!(
            r#"{{"userinfo": {{"name": {{"value": {nested}}}, "email": {{"value": "a"}}}}}}"#
        );
        let request = parse(&text);
        let stored = serde_json::to_value(&request).unwrap();
        assert_eq!(
            stored,
            json!({"userinfo": {"email": {"values": ["a"]}, "name": {"values": []}}})
        );
        assert_eq!(serde_json::from_value::<ClaimsRequest>(stored).unwrap(), request);
    }
}
