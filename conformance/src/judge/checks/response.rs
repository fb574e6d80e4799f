//! Authorization responses (OpenID Connect Core section 3.1.2.5 and 3.1.2.6, RFC 9207).

use std::collections::BTreeSet;

use crate::answer::is_error_text;
use crate::judge::authorization::{Mode, Response};
use crate::judge::checks::shannon_bits;
use crate::judge::verdict::Findings;
use crate::request::Request;

/// Notes what is wrong with any authorization response: place, mode, `state`, `iss`.
pub fn check(request: &Request, response: &Response, issuer: &str, findings: &mut Findings) {
    check_place(request, response, findings);
    check_mode(request, response, findings);
    let (sent, back) = (request.value("state"), response.value("state"));
    findings.require(sent == back, || format!("state {sent:?} came back as {back:?}"));
    match response.value("iss") {
        Some(iss) => findings.require(iss == issuer, || format!("iss is {iss}, not {issuer}")),
        // RFC 9207 section 2.4: a signed response names the issuer itself.
        None => {
            let signed = ["id_token", "response"].iter().any(|name| response.value(name).is_some());
            let due = request.iss_promised && !signed;
            findings.require(!due, || "iss is promised and missing".to_owned());
        }
    }
}

/// The response must arrive at the registered address, whose own query survives.
fn check_place(request: &Request, response: &Response, findings: &mut Findings) {
    let (due, came) = (&request.redirect_uri, &response.url);
    let same = due.origin() == came.origin() && due.path() == came.path();
    findings.require(same, || format!("sent to {came}, not {due}"));
    let query: BTreeSet<_> = came.query_pairs().collect();
    for pair in due.query_pairs() {
        findings.require(query.contains(&pair), || format!("{pair:?} is missing in {came}"));
    }
    if response.mode != Mode::Query {
        let own: BTreeSet<_> = due.query_pairs().collect();
        for (name, value) in query.difference(&own) {
            findings.fail(format!("{name}={value} in the query of {came}"));
        }
    }
    let mut names = BTreeSet::new();
    for (name, _) in &response.parameters {
        findings.require(names.insert(name), || format!("{name} comes twice"));
    }
}

/// OAuth 2.0 Multiple Response Type Encoding Practices section 2.1: the fragment is the default as
/// soon as a token comes this way.
fn check_mode(request: &Request, response: &Response, findings: &mut Findings) {
    let due = match (request.value("response_mode"), request.value("response_type")) {
        (Some("form_post"), _) => Mode::FormPost,
        (Some("fragment"), _) => Mode::Fragment,
        (Some("query"), _) | (_, None | Some("code")) => Mode::Query,
        _ => Mode::Fragment,
    };
    let came = response.mode;
    findings.require(came == due, || format!("the response came by {came:?}, not {due:?}"));
    findings.require(response.sends_itself, || "the form does not send itself".to_owned());
}

/// Notes what is wrong with what a successful response issues.
pub fn check_issued(request: &Request, response: &Response, findings: &mut Findings) {
    let asked = request.value("response_type").unwrap_or("code").split(' ').collect::<Vec<_>>();
    for (word, name) in [("code", "code"), ("id_token", "id_token"), ("token", "access_token")] {
        let (due, came) = (asked.contains(&word), response.value(name).is_some());
        findings.require(due == came, || format!("{name} asked: {due}, given: {came}"));
    }
    if let Some(code) = response.value("code") {
        check_secret("the code", code, findings);
    }
    if response.value("access_token").is_some() {
        let kind = response.value("token_type").unwrap_or_default();
        let bearer = kind.eq_ignore_ascii_case("bearer");
        findings.require(bearer, || format!("token_type is {kind:?}, not Bearer"));
        match response.value("expires_in").map(str::parse::<u64>) {
            None => findings.warn("expires_in is missing beside the access token"),
            Some(Ok(1..=31_536_000)) => {}
            Some(other) => findings.fail(format!("expires_in of the response: {other:?}")),
        }
    }
    let mut known =
        vec!["code", "state", "iss", "session_state", "id_token", "access_token", "token_type"];
    known.extend(["expires_in", "scope"]);
    check_names(request, response, &known, findings);
}

/// At least 128 bits long and 96 bits of entropy (RFC 6749 section 10.10).
pub fn check_secret(what: &str, text: &str, findings: &mut Findings) {
    findings.require(text.len() * 6 >= 128, || format!("{what} is shorter than 128 bits: {text}"));
    let bits = shannon_bits(text);
    findings.require(bits >= 96.0, || format!("{what} holds {bits:.0} bits, not 96: {text}"));
}

/// Notes what is wrong with an error response.
pub fn check_error(response: &Response, findings: &mut Findings) {
    findings.require(response.value("code").is_none(), || "an error and a code".to_owned());
    let known = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
    for (name, value) in &response.parameters {
        let own = response.mode == Mode::Query && !known.contains(&name.as_str());
        findings.prefer(known.contains(&name.as_str()) || own, || {
            format!("unexpected {name}={value} in an error response")
        });
    }
    for name in ["error", "error_description"] {
        let Some(text) = response.value(name) else { continue };
        findings.require(is_error_text(text), || format!("forbidden character in {name}: {text}"));
    }
}

fn check_names(request: &Request, response: &Response, known: &[&str], findings: &mut Findings) {
    for (name, value) in &response.parameters {
        let own = request.redirect_uri.query_pairs().any(|(own, _)| own == name.as_str());
        findings.prefer(own || known.contains(&name.as_str()), || {
            format!("unexpected {name}={value} in the response")
        });
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    const CODE: &str = "Zx8Qw3vB7nM1kL5jH9gF2d";

    fn request(response_type: &str) -> Request {
        let redirect_uri = Url::parse("https://rp.example/cb?own=1").expect("a URL");
        Request {
            endpoint: Url::parse("https://op.example/authorize").expect("a URL"),
            parameters: Vec::new(),
            redirect_uri,
            verifier: None,
            iss_promised: true,
        }
        .with("state", "s-._~")
        .with("response_type", response_type)
    }

    fn judged(request: &Request, url: &str) -> Findings {
        let response = Response::from_url(Url::parse(url).expect("a URL"));
        let mut findings = Findings::default();
        check(request, &response, "https://op.example", &mut findings);
        match response.value("error") {
            Some(_) => check_error(&response, &mut findings),
            None => check_issued(request, &response, &mut findings),
        }
        findings
    }

    #[test]
    fn a_right_response_passes_in_query_and_fragment() {
        let base = "https://rp.example/cb?own=1";
        let rest = format!("code={CODE}&state=s-._~&iss=https%3A%2F%2Fop.example");
        let found = judged(&request("code"), &format!("{base}&{rest}"));
        assert!(found.is_empty(), "{found:?}");
        let url = format!("{base}#{rest}&access_token=a&token_type=bearer&expires_in=600");
        let found = judged(&request("code token"), &url);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn each_invalid_response_parameter_fails() {
        let iss = "iss=https%3A%2F%2Fop.example";
        for (wrong, what) in [
            (format!("https://rp.example/cb?code={CODE}&state=s-._~&{iss}"), "own"),
            (format!("https://rp.example/x?own=1&code={CODE}&state=s-._~&{iss}"), "sent to"),
            (format!("https://rp.example/cb?own=1&code={CODE}&state=S&{iss}"), "state"),
            (format!("https://rp.example/cb?own=1&code={CODE}&{iss}"), "state"),
            (format!("https://rp.example/cb?own=1&code={CODE}&state=s-._~"), "iss"),
            (format!("https://rp.example/cb?own=1&code={CODE}&state=s-._~&iss=x"), "iss"),
            (format!("https://rp.example/cb?own=1#code={CODE}&state=s-._~&{iss}"), "Fragment"),
            (format!("https://rp.example/cb?own=1&code=123&state=s-._~&{iss}"), "128 bits"),
            (
                format!("https://rp.example/cb?own=1&code={}&state=s-._~&{iss}", "a".repeat(64)),
                "96",
            ),
            (format!("https://rp.example/cb?own=1&state=s-._~&{iss}"), "code asked"),
        ] {
            let found = judged(&request("code"), &wrong);
            assert!(found.failures.iter().any(|text| text.contains(what)), "{wrong}: {found:?}");
        }
        let found = judged(
            &request("code"),
            &format!("https://rp.example/cb?own=1&code={CODE}&state=s-._~&{iss}&extra=1"),
        );
        assert_eq!((found.failures.len(), found.warnings.len()), (0, 1));
    }

    #[test]
    fn error_description_with_a_forbidden_character_fails() {
        let base = "https://rp.example/cb?own=1&state=s-._~&iss=https%3A%2F%2Fop.example";
        assert!(judged(&request("code"), &format!("{base}&error=login_required")).is_empty());
        for description in ["a%22b", "a%5Cb", "a%0Ab", "%C3%A5"] {
            let url = format!("{base}&error=invalid_request&error_description={description}");
            assert_eq!(judged(&request("code"), &url).failures.len(), 1, "{description}");
        }
    }
}
