//! Resource indicators at the token endpoint
//! ([RFC 8707 section 2.2](https://www.rfc-editor.org/rfc/rfc8707#section-2.2)).

use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;

/// The audience of the access token: what the request asks for of that which was `granted`, else
/// all of that. Where nothing in particular was granted, a request may still ask for what the
/// client has `registered`. The `issuer` may always be asked for: what it tells by itself is bound
/// by the scope that was granted, and a token for other resources is none for UserInfo.
///
/// # Errors
/// `invalid_target` when it asks for more.
pub fn audience(
    form: &Parameters,
    granted: &[String],
    registered: &[String],
    issuer: &str,
) -> Result<Vec<String>, Error> {
    let allowed = if granted.is_empty() { registered } else { granted };
    let mut audience: Vec<String> = Vec::new();
    for resource in form.resources() {
        if resource != issuer && !allowed.iter().any(|own| own == resource) {
            return Err(Error::new(
                ErrorCode::InvalidTarget,
                "a resource is not among those that were granted",
            ));
        }
        if audience.iter().all(|known| known != resource) {
            audience.push(resource.to_owned());
        }
    }
    Ok(if audience.is_empty() { granted.to_vec() } else { audience })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://a.se";

    #[test]
    fn section_2_2_a_request_may_narrow_the_resources_and_never_widen_them() {
        let granted = ["https://a.example/".to_owned(), "https://b.example/".to_owned()];
        let registered = [&granted[..], &["https://d.example/".to_owned()]].concat();
        let audience_of = |form: &str, granted: &[String], registered: &[String]| {
            audience(&Parameters::parse_query(form).unwrap(), granted, registered, ISSUER)
        };
        let asked = |form: &str| audience_of(form, &granted, &registered);
        assert_eq!(asked("").unwrap(), granted);
        assert_eq!(asked("resource=https://b.example/").unwrap(), granted[1..]);
        for other in
            ["https://c.example/", "https://d.example/", "https://a.example", "https://a.se/"]
        {
            let error = asked(&format!("resource={other}")).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidTarget, "{other}");
        }
        assert_eq!(audience_of("", &[], &registered), Ok(Vec::new()));
        let form = "resource=https://d.example/";
        assert_eq!(audience_of(form, &[], &registered).unwrap(), registered[2..]);
        assert!(audience_of(form, &[], &granted).is_err());
    }

    #[test]
    fn the_issuer_is_always_an_accepted_resource() {
        let granted = ["https://a.example/".to_owned()];
        let asked = |form: &str, granted: &[String]| {
            audience(&Parameters::parse_query(form).unwrap(), granted, &[], ISSUER).unwrap()
        };
        assert_eq!(asked("resource=https://a.se", &granted), [ISSUER]);
        assert_eq!(asked("resource=https://a.se", &[]), [ISSUER]);
        let both = asked("resource=https://a.example/&resource=https://a.se", &granted);
        assert_eq!(both, ["https://a.example/", ISSUER]);
    }
}
