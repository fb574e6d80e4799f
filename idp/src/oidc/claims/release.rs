//! Which claims go out, and where: scope into the UserInfo response alone, the `claims` parameter
//! wherever it says ([OpenID Connect Core section
//! 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)).

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::oauth::scope::Scope;
use crate::oidc::claims::request::{Asked, ClaimsRequest, Wish};
use crate::oidc::claims::{CLAIMS, Claim, Form};

/// Everything that is known of the End-User and may be released.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The opaque name of the End-User at this provider.
    pub sub: &'a str,
    /// The account's standard claims by name.
    pub claims: &'a Map<String, Value>,
    /// The organisation the account belongs to.
    pub organisation: Option<Organisation<'a>>,
    /// The parties the account may report for.
    pub parties: &'a [String],
    /// The e-mail step this login rests on: when it was completed, and the role of the address.
    pub email_step: Option<(Timestamp, &'a str)>,
}

/// An organisation as claims describe it.
#[derive(Clone, Copy, Debug)]
pub struct Organisation<'a> {
    /// Ten digits.
    pub number: &'a str,
    /// As in the party parameters.
    pub name: &'a str,
}

impl Subject<'_> {
    /// What the UserInfo response holds beside `sub`.
    #[must_use]
    pub fn for_userinfo(&self, scope: &Scope, request: &ClaimsRequest) -> Map<String, Value> {
        release(scope, &request.userinfo, self)
    }

    /// What an ID token holds beside the claims of the authentication: what `claims.id_token`
    /// asked for. `scope` is empty wherever an access token gives the rest.
    #[must_use]
    pub fn for_id_token(&self, scope: &Scope, request: &ClaimsRequest) -> Map<String, Value> {
        release(scope, &request.id_token, self)
    }

    fn value(&self, name: &str) -> Option<Value> {
        match name {
            "https://id.oidc.se/claim/orgNumber" => self.organisation.map(|own| own.number.into()),
            "https://id.oidc.se/claim/orgName" => self.organisation.map(|own| own.name.into()),
            "parties" => Some(json!(self.parties)),
            "email_step_time" => self.email_step.map(|(time, _)| time.0.into()),
            "email_step_role" => self.email_step.map(|(_, role)| role.into()),
            standard => self.claims.get(standard).cloned(),
        }
    }
}

/// The claims that `scope` or `asked` ask for, that are known of `subject`, and that have the form
/// they must have. What is blank, empty, null or malformed is left out
/// ([section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).
#[must_use]
pub fn release(scope: &Scope, asked: &Asked, subject: &Subject<'_>) -> Map<String, Value> {
    CLAIMS
        .iter()
        .filter_map(|Claim(name, under, form)| {
            let wish = asked.get(*name);
            if !scope.contains(under) && wish.is_none() {
                return None;
            }
            let value = presentable(*form, subject.value(name)?)?;
            let wanted = scope.contains(under) || wish.is_some_and(|wish| fits(wish, &value));
            wanted.then(|| ((*name).to_owned(), value))
        })
        .collect()
}

/// Whether a claim that is asked for with particular values has one of them.
fn fits(wish: &Wish, value: &Value) -> bool {
    wish.values.as_ref().is_none_or(|values| values.contains(value))
}

fn presentable(form: Form, value: Value) -> Option<Value> {
    match (form, value) {
        (Form::Text, Value::String(text)) => (!is_blank(&text)).then_some(Value::String(text)),
        (Form::Flag, value @ Value::Bool(_)) => Some(value),
        (Form::Seconds, value) => value.as_i64().map(Value::from),
        (Form::Address, Value::Object(members)) => {
            let members: Map<_, _> = members.into_iter().filter(is_address_member).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        (Form::Texts, Value::Array(texts)) => (!texts.is_empty()).then_some(Value::Array(texts)),
        _ => None,
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// [Section 5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim)
fn is_address_member((name, value): &(String, Value)) -> bool {
    const MEMBERS: [&str; 6] =
        ["formatted", "street_address", "locality", "region", "postal_code", "country"];
    MEMBERS.contains(&name.as_str()) && value.as_str().is_some_and(|text| !is_blank(text))
}

#[cfg(test)]
pub(in crate::oidc) mod tests {
    use super::*;

    /// An account that has every standard claim.
    pub(in crate::oidc) fn everything() -> Map<String, Value> {
        let claims = json!({
            "name": "Magnus Lange", "given_name": "Magnus", "family_name": "Lange",
            "middle_name": "M", "nickname": "Mange", "preferred_username": "202100083750",
            "profile": "https://example.se/magnus", "picture": "https://example.se/magnus.png",
            "website": "https://example.se", "gender": "male", "birthdate": "1970-01-02",
            "zoneinfo": "Europe/Stockholm", "locale": "sv-SE", "updated_at": 1_795_438_800,
            "email": "Magnus.Lange@Scb.se", "email_verified": true,
            "phone_number": "+46 10 479 40 00", "phone_number_verified": false,
            "address": {"street_address": "Klostergatan 23", "country": "SE"},
        });
        claims.as_object().unwrap().clone()
    }

    pub(in crate::oidc) fn subject<'a>(
        claims: &'a Map<String, Value>,
        parties: &'a [String],
    ) -> Subject<'a> {
        Subject {
            sub: "sub-1",
            claims,
            organisation: Some(Organisation { number: "2021000837", name: "SCB" }),
            parties,
            email_step: Some((Timestamp(1_795_438_700), "company")),
        }
    }

    fn names(released: &Map<String, Value>) -> Vec<&str> {
        let mut names: Vec<_> = released.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn request(text: &str) -> ClaimsRequest {
        ClaimsRequest::parse(Some(text)).unwrap()
    }

    #[test]
    fn section_5_4_each_scope_releases_its_own_claims_and_no_others() {
        let (claims, parties) = (everything(), ["202100083701".to_owned()]);
        let subject = subject(&claims, &parties);
        let cases: [(&str, &[&str]); 7] = [
            ("openid", &[]),
            ("openid email", &["email", "email_verified"]),
            ("openid address", &["address"]),
            ("phone openid", &["phone_number", "phone_number_verified"]),
            ("openid unknown", &[]),
            (
                "openid organisation",
                &[
                    "https://id.oidc.se/claim/orgName",
                    "https://id.oidc.se/claim/orgNumber",
                    "parties",
                ],
            ),
            ("openid assurance", &["email_step_role", "email_step_time"]),
        ];
        for (scope, expected) in cases {
            let released = subject.for_userinfo(&scope.parse().unwrap(), &ClaimsRequest::default());
            assert_eq!(names(&released), expected, "{scope}");
        }
        let profile =
            subject.for_userinfo(&"openid profile".parse().unwrap(), &ClaimsRequest::default());
        assert_eq!(profile.len(), 14, "{:?}", names(&profile));
        assert!(!profile.contains_key("email"));
    }

    #[test]
    fn claims_by_scope_are_not_in_the_id_token_and_requested_ones_only_where_requested() {
        let (claims, parties) = (everything(), []);
        let subject = subject(&claims, &parties);
        let request =
            request(r#"{"userinfo": {"name": {"essential": true}}, "id_token": {"email": null}}"#);
        let userinfo = subject.for_userinfo(&"openid".parse().unwrap(), &request);
        assert_eq!(names(&userinfo), ["name"]);
        let none = Scope::default();
        assert_eq!(names(&subject.for_id_token(&none, &request)), ["email"]);
        assert!(subject.for_id_token(&none, &ClaimsRequest::default()).is_empty());
        let alone = subject.for_id_token(&"openid phone".parse().unwrap(), &request);
        assert_eq!(names(&alone), ["email", "phone_number", "phone_number_verified"]);
    }

    #[test]
    fn section_5_5_1_a_claim_requested_with_other_values_is_omitted() {
        let (claims, parties) = (everything(), []);
        let subject = subject(&claims, &parties);
        let openid: Scope = "openid".parse().unwrap();
        let cases = [
            (r#"{"value": "male"}"#, true),
            (r#"{"values": ["female", "male"]}"#, true),
            (r#"{"value": "female", "essential": true}"#, false),
            (r#"{"values": []}"#, false),
        ];
        for (wish, expected) in cases {
            let asked = request(&format!(r#"{{"userinfo": {{"gender": {wish}}}}}"#));
            let released = subject.for_userinfo(&openid, &asked);
            assert_eq!(released.contains_key("gender"), expected, "{wish}");
            let by_scope = subject.for_userinfo(&"profile".parse().unwrap(), &asked);
            assert!(by_scope.contains_key("gender"), "the scope gives it anyway: {wish}");
        }
    }

    #[test]
    fn section_5_3_2_blank_null_and_malformed_claims_are_omitted() {
        let claims = json!({
            "name": " ", "given_name": "", "nickname": null, "gender": 1, "picture": ["x"],
            "updated_at": "yesterday", "email": "a@b.se", "email_verified": "true",
            "address": {"locality": "", "planet": "Earth", "country": null},
            "phone_number": {"x": 1}, "https://id.oidc.se/claim/orgNumber": "0000000000",
        });
        let claims = claims.as_object().unwrap();
        let subject =
            Subject { sub: "sub-1", claims, organisation: None, parties: &[], email_step: None };
        let all = crate::oidc::claims::SCOPES.join(" ").parse().unwrap();
        let released = subject.for_userinfo(&all, &ClaimsRequest::default());
        assert_eq!(names(&released), ["email"]);
    }

    #[test]
    fn an_address_claim_keeps_only_its_valid_members() {
        let claims = json!({"address": {"locality": "Örebro", "region": " ", "x": "y"}});
        let subject = subject(claims.as_object().unwrap(), &[]);
        let released = subject.for_userinfo(&"address".parse().unwrap(), &ClaimsRequest::default());
        assert_eq!(released["address"], json!({"locality": "Örebro"}));
    }
}
