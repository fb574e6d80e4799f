//! [RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html): what a
//! logout request leads to.

use crate::jose::keyset::KeySet;
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oauth::redirect_uri::PostLogout;
use crate::oidc::id_token_hint::Hint;

/// The parameters of a logout request ([section
/// 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)). `logout_hint` is
/// not among them: a browser has one session, so nobody needs picking out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// An ID token issued before, as sent.
    pub id_token_hint: Option<String>,
    /// The client that asks.
    pub client_id: Option<String>,
    /// Where it wants the browser afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// What it wants back with it.
    pub state: Option<String>,
    /// The languages it wants the pages in.
    pub ui_locales: Option<String>,
}

impl Request {
    /// Takes the parameters of a query or a form; others are ignored.
    #[must_use]
    pub fn read(parameters: &Parameters) -> Self {
        let read = |name| parameters.get(name).map(str::to_owned);
        Self {
            id_token_hint: read("id_token_hint"),
            client_id: read("client_id"),
            post_logout_redirect_uri: read("post_logout_redirect_uri"),
            state: read("state"),
            ui_locales: read("ui_locales"),
        }
    }

    /// Whom the hint speaks of. It may have expired ([section
    /// 4](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#ValidationAndErrorHandling)).
    ///
    /// # Errors
    /// `invalid_request` when it is not an ID token of this provider.
    pub fn hint(&self, keys: &KeySet, issuer: &str) -> Result<Option<Hint>, Error> {
        let verified = self.id_token_hint.as_deref().map(|token| Hint::verify(token, keys, issuer));
        verified.transpose().map_err(|_| {
            Error::invalid_request("id_token_hint is not an ID token issued by this provider")
        })
    }

    /// The client to load: the one the hint was issued to, else the one that names itself.
    #[must_use]
    pub fn client_id<'a>(&'a self, hint: Option<&'a Hint>) -> Option<&'a str> {
        hint.map(|hint| hint.client_id.as_str()).or(self.client_id.as_deref())
    }
}

/// What is known when the decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The verified hint.
    pub hint: Option<&'a Hint>,
    /// The client that [`Request::client_id`] names, if there still is one.
    pub client: Option<&'a Client>,
    /// `sub` of the session in this browser.
    pub session: Option<&'a str>,
}

/// What happens next. Only a valid hint and an exactly registered address make a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// End the session, if there is one, without asking; then send the browser to the
    /// destination, or show the page that says so.
    LogOut(Option<PostLogout>),
    /// Ask first, since anyone may have sent the browser here. After a yes, as above.
    Ask(Option<PostLogout>),
    /// An error page; nothing is ended, and the browser goes nowhere.
    Refuse(Error),
}

/// Decides in the order of [section
/// 4](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#ValidationAndErrorHandling).
#[must_use]
pub fn decide(request: &Request, facts: &Facts<'_>) -> Decision {
    match destination(request, facts) {
        Err(error) => Decision::Refuse(error),
        Ok(destination) if needs_no_question(facts) => Decision::LogOut(destination),
        Ok(destination) => Decision::Ask(destination),
    }
}

/// [Section 3](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout):
/// without a hint nobody has shown that the request comes from a client, and the browser is not
/// redirected, even if the rest of the request is right.
fn destination(request: &Request, facts: &Facts<'_>) -> Result<Option<PostLogout>, Error> {
    let Some(hint) = facts.hint else {
        return Ok(None);
    };
    if request.client_id.as_ref().is_some_and(|sent| *sent != hint.client_id) {
        return Err(Error::invalid_request(
            "client_id is not the client that id_token_hint was issued to",
        ));
    }
    let Some(requested) = &request.post_logout_redirect_uri else {
        return Ok(None);
    };
    let issued_to = |client: &&Client| client.client_id().as_str() == hint.client_id;
    let client = facts.client.filter(issued_to).ok_or_else(|| {
        Error::invalid_request("the client that id_token_hint was issued to no longer exists")
    })?;
    PostLogout::matching(requested, client.metadata()).map(Some)
}

/// Nothing to end, or the hint names the End-User whose session would end: a stranger's page
/// cannot have such a hint ([section
/// 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
fn needs_no_question(facts: &Facts<'_>) -> bool {
    facts.session.is_none_or(|sub| facts.hint.is_some_and(|hint| hint.sub == sub))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Algorithm;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;
    use crate::oidc::claims::SCOPES;

    const REGISTERED: &str = "https://idep.example.se/logged-out";
    const ISSUER: &str = "https://login.example.se";

    fn client(id: &str) -> Client {
        let metadata = serde_json::json!({
            "client_id": id,
            "client_secret": "0123456789abcdef0123456789abcdef0123456789a",
            "redirect_uris": ["https://idep.example.se/callback"],
            "post_logout_redirect_uris": [REGISTERED],
        });
        let scope = SCOPES.join(" ").parse().unwrap();
        Client::register(serde_json::from_value(metadata).unwrap(), &scope).unwrap()
    }

    fn request(query: &str) -> Request {
        Request::read(&Parameters::parse_query(query).unwrap())
    }

    fn hint(client_id: &str) -> Hint {
        Hint { sub: "alice".to_owned(), client_id: client_id.to_owned() }
    }

    /// What a decision is, and where it leads.
    fn outcome(decision: Decision) -> (&'static str, Option<String>) {
        let location = |to: Option<PostLogout>| to.map(|to| to.location(Some("x y")));
        match decision {
            Decision::LogOut(to) => ("log out", location(to)),
            Decision::Ask(to) => ("ask", location(to)),
            Decision::Refuse(error) => ("refuse", Some(error.code.as_str().to_owned())),
        }
    }

    #[test]
    fn section_2_to_4_logout_depends_on_hint_redirect_uri_client_and_session() {
        let idep = client("idep");
        let (hint, session) = (Some(hint("idep")), Some("alice"));
        let there = "post_logout_redirect_uri=https://idep.example.se/logged-out";
        let added = format!("{there}?foo=bar");
        let named = format!("{there}&client_id=idep");
        let misnamed = format!("{there}&client_id=other");
        let to = Some("https://idep.example.se/logged-out?state=x%20y");
        let (refused, none) = (Some("invalid_request"), None);
        let cases = [
            ("everything fits", there, &hint, session, "log out", to),
            ("client_id fits too", &named, &hint, session, "log out", to),
            ("the session ended before", there, &hint, None, "log out", to),
            ("someone else is signed in", there, &hint, Some("bob"), "ask", to),
            ("another address", &added, &hint, session, "refuse", refused),
            ("another client_id", &misnamed, &hint, session, "refuse", refused),
            ("client_id alone does not fit", "client_id=x", &hint, session, "refuse", refused),
            ("no address", "", &hint, session, "log out", none),
            ("no hint", there, &None, session, "ask", none),
            ("no hint, but a client_id", &named, &None, session, "ask", none),
            ("no hint and no session", there, &None, None, "log out", none),
            ("no parameters", "", &None, session, "ask", none),
            ("only state", "state=x", &None, session, "ask", none),
        ];
        for (name, query, hint, session, decision, leads_to) in cases {
            let facts = Facts { hint: hint.as_ref(), client: Some(&idep), session };
            let expected = (decision, leads_to.map(str::to_owned));
            assert_eq!(outcome(decide(&request(query), &facts)), expected, "{name}");
        }
    }

    #[test]
    fn section_3_the_redirect_uri_must_be_registered_for_the_client_of_the_hint() {
        let query = "post_logout_redirect_uri=https://idep.example.se/logged-out";
        let other = client("other");
        for client in [None, Some(&other)] {
            let facts = Facts { hint: Some(&hint("idep")), client, session: Some("alice") };
            let (decision, _) = outcome(decide(&request(query), &facts));
            assert_eq!(decision, "refuse", "{client:?}");
        }
        let gone = Facts { hint: Some(&hint("idep")), client: None, session: Some("alice") };
        assert_eq!(decide(&request(""), &gone), Decision::LogOut(None));
    }

    #[test]
    fn section_4_an_expired_hint_is_accepted_and_a_hint_not_signed_by_this_issuer_is_refused() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        let keys = KeySet::new(&[(key, State::Active)]).unwrap();
        let claims = br#"{"iss":"https://login.example.se","sub":"alice","aud":["idep"],"exp":1,
            "auth_time":0}"#;
        let token = keys.sign(Algorithm::ES256, None, claims).unwrap();
        let read = |token: &str| request(&format!("id_token_hint={token}")).hint(&keys, ISSUER);
        assert_eq!(read(&token).unwrap(), Some(hint("idep")));
        assert_eq!(request("").hint(&keys, ISSUER).unwrap(), None);

        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        for token in [unsigned.as_str(), "x", &token[..token.len() - 4]] {
            let error = read(token).unwrap_err();
            assert_eq!(error.code.as_str(), "invalid_request", "{token}");
        }
    }

    #[test]
    fn the_client_of_the_hint_takes_precedence_over_client_id() {
        let asked = request("client_id=other");
        assert_eq!(asked.client_id(Some(&hint("idep"))), Some("idep"));
        assert_eq!(asked.client_id(None), Some("other"));
        assert_eq!(request("").client_id(None), None);
    }
}
