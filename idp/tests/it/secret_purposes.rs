//! P12: what was made for one purpose is worth nothing for any other. Every value that is handed
//! out is shown in every place where one is taken.

use serde_json::Value;

use crate::rfc7591::{metadata, register};
use crate::support::application::{SECRET, basic};
use crate::support::party::{call, text};
use crate::support::{ANNA, ANNA_COMPANY, Application, Browser, Setup, TestProvider, encoded};

const INITIAL: &str = "an-initial-access-token-of-some-length";
const REFERENCE: &str = "urn:ietf:params:oauth:request_uri:";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn setup() -> Setup {
    Setup::new().settings(&format!(
        "[registration]\nmode = \"token\"\ninitial_access_token = \"{INITIAL}\"\n\
         [limits]\nregistration_attempts = 1000\n\
         [[client]]\nclient_id = \"all\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"https://rp.example/cb\"]\naccess_token_format = \"jwt\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\", \"{DEVICE}\"]\n"
    ))
}

/// A place where a value is shown, and the names of those that are taken there.
const PLACES: [(&str, &[&str]); 15] = [
    ("introspection", &["access token", "refresh token"]),
    ("userinfo", &["access token"]),
    ("id_token_hint", &["ID token"]),
    ("request_uri", &["pushed request"]),
    ("link", &["link"]),
    ("user_code", &["user code"]),
    ("device_code", &["device code"]),
    ("registration", &["initial access token"]),
    ("management", &["registration access token"]),
    ("client secret", &["client secret"]),
    ("browser cookie", &["browser cookie"]),
    ("session cookie", &["session cookie"]),
    ("mark cookie", &["mark"]),
    ("code", &["code"]),
    ("refresh_token", &["refresh token"]),
];

struct World {
    provider: TestProvider,
    /// Signed in.
    browser: Browser,
    /// A login that waits for its link.
    waiting: String,
    registered: String,
}

impl World {
    /// A provider, and one value of each kind.
    async fn new() -> (Self, Vec<(&'static str, String)>) {
        let provider = setup().start().await;
        let all = Application::named("all");
        let mut browser = Browser::new(&provider);
        let idep = Application::idep();
        browser.log_in_by_mail(&idep, (ANNA, ANNA_COMPANY), true).await.code();
        let code = browser.begin(&all).await.code();
        let tokens = all.token(&browser, &all.redemption(&code)).await.json();
        let mut owner = Browser::new(&provider);
        let waiting = owner.ask_for_link(&idep, ANNA, ANNA_COMPANY).await.path;
        provider.deliver().await;
        let link = provider.last_link().rsplit('/').next().unwrap().to_owned();
        let pushed = text(&post(&provider, "/par", &all.pairs()).await, "request_uri");
        let device = post(&provider, "/device_authorization", &[("scope", "openid")]).await;
        let client = register(&provider, Some(INITIAL), &metadata()).await.json();
        let values = vec![
            ("access token", text(&tokens, "access_token")),
            ("refresh token", text(&tokens, "refresh_token")),
            ("ID token", text(&tokens, "id_token")),
            ("pushed request", pushed.strip_prefix(REFERENCE).unwrap().to_owned()),
            ("link", link),
            ("user code", text(&device, "user_code")),
            ("device code", text(&device, "device_code")),
            ("initial access token", INITIAL.to_owned()),
            ("registration access token", text(&client, "registration_access_token")),
            ("client secret", SECRET.to_owned()),
            ("browser cookie", owner.cookie("browser").unwrap()),
            ("session cookie", browser.cookie("session").unwrap()),
            ("mark", browser.cookie("remembered").unwrap()),
            ("code", browser.begin(&all).await.code()),
        ];
        let registered = text(&client, "client_id");
        (Self { provider, browser, waiting, registered }, values)
    }

    /// Whether a value is taken in a place.
    async fn takes(&self, place: &str, value: &str) -> bool {
        let mut stranger = Browser::new(&self.provider);
        let all = Application::named("all");
        match place {
            "introspection" => {
                post(&self.provider, "/introspect", &[("token", value)]).await["active"] == true
            }
            "userinfo" => Application::userinfo(&stranger, value).await.status == 200,
            "id_token_hint" => {
                let hinted = all.with("prompt", "none").with("id_token_hint", value);
                self.browser.clone().begin(&hinted).await.parameter("code").is_some()
            }
            "request_uri" => {
                let uri = format!("{REFERENCE}{value}");
                let query = encoded(&[("client_id", "all"), ("request_uri", &uri)]);
                let answer = stranger.get(&format!("/authorize?{query}")).await;
                answer.location().starts_with("/interaction/")
            }
            "link" => stranger.get(&format!("/l/{value}")).await.status == 200,
            "user_code" => stranger.get(&format!("/device?user_code={value}")).await.status == 303,
            "device_code" => {
                let form = [("grant_type", DEVICE), ("device_code", value)];
                let error = post(&self.provider, "/token", &form).await["error"].clone();
                ["authorization_pending", "slow_down"].contains(&error.as_str().unwrap_or_default())
            }
            "registration" => {
                register(&self.provider, Some(value), &metadata()).await.status == 201
            }
            "management" => {
                let bearer = format!("Bearer {value}");
                let uri = format!("/register/{}", self.registered);
                let headers = [("authorization", bearer.as_str())];
                let answer = stranger.send("GET", &uri, &headers, String::new().into()).await;
                answer.status == 200
            }
            "client secret" => {
                let basic = basic("all", value);
                let headers = [("authorization", basic.as_str())];
                stranger.post_with("/introspect", &[("token", "x")], &headers).await.status == 200
            }
            "code" => all.token(&stranger, &all.redemption(value)).await.status == 200,
            "refresh_token" => {
                let form = [("grant_type", "refresh_token"), ("refresh_token", value)];
                post(&self.provider, "/token", &form).await.get("access_token").is_some()
            }
            cookie => self.takes_cookie(cookie, value).await,
        }
    }

    async fn takes_cookie(&self, place: &str, value: &str) -> bool {
        let mut stranger = Browser::new(&self.provider);
        match place {
            "browser cookie" => {
                stranger.set_cookie("browser", value);
                stranger.get(&self.waiting).await.has("sent-page")
            }
            "session cookie" => {
                stranger.set_cookie("session", value);
                let silent = Application::named("all").with("prompt", "none");
                stranger.begin(&silent).await.parameter("code").is_some()
            }
            "mark cookie" => {
                stranger.set_cookie("remembered", value);
                let answer = stranger.log_in(&Application::idep(), ANNA).await;
                answer.parameter("code").is_some()
            }
            _ => panic!("{place}"),
        }
    }
}

async fn post(provider: &TestProvider, path: &str, fields: &[(&str, &str)]) -> Value {
    call(provider, path, "all", fields, None).await.json()
}

#[tokio::test]
async fn a_secret_value_is_accepted_only_for_its_own_purpose() {
    let (world, values) = World::new().await;
    // All that must fail comes first: it does no harm to what is then shown where it belongs.
    for belongs in [false, true] {
        for (name, value) in &values {
            for (place, taken) in PLACES {
                if taken.contains(name) == belongs {
                    assert_eq!(world.takes(place, value).await, belongs, "{name} as {place}");
                }
            }
        }
    }
}
