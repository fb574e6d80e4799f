//! RFC 8725 section 3.11, RFC 9101 section 10.8: a signed statement is taken for what it is and for
//! nothing else. Every kind is shown at every door where one is taken.

use serde_json::{Value, json};

use crate::support::application::{CALLBACK, SECRET, basic};
use crate::support::assertion::{ClientKey, assertion, jwks, present};
use crate::support::party::text;
use crate::support::proof::Holder;
use crate::support::{ANNA, Answer, Application, Browser, ISSUER, Setup, TestProvider, encoded};

/// One that signs with its own key, and one whose answers are all signed.
fn setup(key: &ClientKey) -> Setup {
    let keys = jwks(&[key]);
    Setup::new().settings(&format!(
        "[[client]]\nclient_id = \"signer\"\nredirect_uris = [\"{CALLBACK}\"]\n\
         token_endpoint_auth_method = \"private_key_jwt\"\njwks = {keys}\n\
         [[client]]\nclient_id = \"signed\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"{CALLBACK}\"]\naccess_token_format = \"jwt\"\n\
         grant_types = [\"authorization_code\", \"client_credentials\"]\n\
         userinfo_signed_response_alg = \"ES256\"\n"
    ))
}

const DOORS: [&str; 6] =
    ["request", "client_assertion", "dpop", "id_token_hint", "bearer", "introspection"];

struct World {
    provider: TestProvider,
    /// Signed in.
    browser: Browser,
}

impl World {
    async fn takes(&self, door: &str, token: &str) -> bool {
        let mut stranger = Browser::new(&self.provider);
        match door {
            "request" => {
                let query = encoded(&[("client_id", "signer"), ("request", token)]);
                let answer = stranger.get(&format!("/authorize?{query}")).await;
                answer.location().starts_with("/interaction/")
            }
            "client_assertion" => present(&self.provider, token).await.status == 400,
            "dpop" => {
                let form = "grant_type=client_credentials";
                let answer = self.call("/token", form, &[("dpop", token)]).await;
                answer.json()["token_type"] == "DPoP"
            }
            "id_token_hint" => {
                let silent = Application::named("signed").with("prompt", "none");
                let mut browser = self.browser.clone();
                let answer = browser.begin(&silent.with("id_token_hint", token)).await;
                answer.parameter("code").is_some()
            }
            "bearer" => Application::userinfo(&stranger, token).await.status == 200,
            "introspection" => {
                let form = format!("token={token}");
                self.call("/introspect", &form, &[]).await.json()["active"] == true
            }
            door => panic!("{door}"),
        }
    }

    async fn call(&self, path: &str, form: &str, further: &[(&str, &str)]) -> Answer {
        let basic = basic("signed", SECRET);
        let own = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", basic.as_str()),
        ];
        let headers = [&own[..], further].concat();
        let body = form.to_owned().into();
        Browser::new(&self.provider).send("POST", path, &headers, body).await
    }

    /// Everything that this provider signs.
    async fn own(&mut self) -> Vec<(&'static str, String, &'static [&'static str])> {
        let signed = Application::named("signed");
        let code = self.browser.begin(&signed).await.code();
        let tokens = signed.token(&self.browser, &signed.redemption(&code)).await.json();
        let access = text(&tokens, "access_token");
        let jarm = self.browser.begin(&signed.clone().with("response_mode", "query.jwt")).await;
        let userinfo = Application::userinfo(&self.browser, &access).await.into_inner().body;
        let accept = [("accept", "application/token-introspection+jwt")];
        let told =
            self.call("/introspect", &format!("token={access}"), &accept).await.into_inner().body;
        vec![
            ("ID token", text(&tokens, "id_token"), &["id_token_hint"]),
            ("access token", access, &["bearer", "introspection"]),
            ("authorization response", jarm.parameter("response").unwrap(), &[]),
            ("userinfo", userinfo, &[]),
            ("introspection", told, &[]),
        ]
    }

    /// Everything that a client signs.
    fn of_client(&self, key: &ClientKey) -> Vec<(&'static str, String, &'static [&'static str])> {
        let header = |typ: &str| match typ {
            "" => json!({"alg": "ES256", "kid": "own"}),
            typ => json!({"alg": "ES256", "kid": "own", "typ": typ}),
        };
        let now = self.provider.clock.now().0;
        let mut object = json!({"iss": "signer", "aud": ISSUER, "nbf": now, "exp": now + 60});
        for (name, value) in Application::named("signer").pairs() {
            object[name] = value.into();
        }
        let fresh = || assertion(&self.provider, "signer");
        let with = |mut claims: Value, more: Value| {
            for (name, value) in more.as_object().unwrap() {
                claims[name] = value.clone();
            }
            claims
        };
        let both = with(object.clone(), json!({"sub": "signer", "jti": "both", "iat": now}));
        let to_token = with(object.clone(), json!({"aud": format!("{ISSUER}/token")}));
        let sign = |typ: &str, claims: &Value| key.sign_as(&header(typ), claims);
        let holder = Holder::new();
        vec![
            ("object, typed", sign("oauth-authz-req+jwt", &object), &["request"]),
            ("object, JWT", sign("JWT", &object), &["request"]),
            ("object, untyped", sign("", &object), &["request"]),
            (
                "assertion, typed",
                sign("client-authentication+jwt", &fresh()),
                &["client_assertion"],
            ),
            ("assertion, JWT", sign("JWT", &fresh()), &["client_assertion"]),
            ("assertion, untyped", sign("", &fresh()), &["client_assertion"]),
            ("object typed as assertion", sign("client-authentication+jwt", &object), &[]),
            ("assertion typed as object", sign("oauth-authz-req+jwt", &fresh()), &[]),
            ("object typed as proof", sign("dpop+jwt", &object), &[]),
            ("assertion typed as logout token", sign("logout+jwt", &fresh()), &[]),
            ("assertion typed as access token", sign("at+jwt", &fresh()), &[]),
            ("object that is an assertion as well", sign("", &both), &[]),
            ("the same, typed as the one", sign("oauth-authz-req+jwt", &both), &[]),
            ("the same, typed as the other", sign("client-authentication+jwt", &both), &[]),
            ("object for an endpoint", sign("", &to_token), &[]),
            ("proof", holder.at_token(&self.provider), &["dpop"]),
        ]
    }
}

#[tokio::test]
async fn a_signed_token_is_accepted_only_where_its_type_belongs() {
    let key = ClientKey::new("own");
    let provider = setup(&key).start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::named("signed"), ANNA).await.code();
    let mut world = World { provider, browser };
    let mut kinds = world.own().await;
    kinds.extend(world.of_client(&key));
    // What is taken at its door may be used up by that.
    for belongs in [false, true] {
        for (kind, token, doors) in &kinds {
            for door in DOORS {
                if doors.contains(&door) == belongs {
                    assert_eq!(world.takes(door, token).await, belongs, "{kind} at {door}");
                }
            }
        }
    }
}

#[tokio::test]
async fn rfc_9101_section_10_2_an_unsigned_request_object_is_refused_as_unsigned() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let key = ClientKey::new("own");
    let provider = setup(&key).start().await;
    // Whether or not the client has keys.
    for id in ["signer", "signed"] {
        for alg in ["none", "None", "NONE", "ES256"] {
            let header = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"{alg}\"}}"));
            let claims = json!({"client_id": id, "iss": id, "aud": ISSUER}).to_string();
            let object = format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims));
            let mut browser = Browser::new(&provider);
            let asked = Application::named(id).with("request", &object);
            let answer = browser.get(&asked.request()).await;
            assert_eq!(answer.error(), "invalid_request_object", "{id} {alg}");
            let description = answer.parameter("error_description").unwrap();
            assert!(description.starts_with("unsigned request objects"), "{description}");
        }
    }
}
