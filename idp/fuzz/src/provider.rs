//! A whole provider in memory, and what holds of each of its answers (P61).

use std::path::Path;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use idp::account::credential::{Credential, SetBy};
use idp::account::password;
use idp::account::user::Account;
use idp::app::{App, Ground};
use idp::clock::Clock;
use idp::config;
use idp::entropy::Entropy;
use idp::http::router::router;
use idp::secret::Secret;
use idp::store::Store;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use crate::answer::{self, Answer};
use crate::{ISSUER, NOW, SECRET};

/// The addresses a browser may be sent to from here.
pub const REGISTERED: [&str; 2] = ["https://rp.example/cb", "https://rp.example/out"];

const PASSWORD: &str = "correct horse battery staple";

/// What the client asks of everybody.
const AUTHORIZE: &str = "/authorize?client_id=web&redirect_uri=https://rp.example/cb\
                         &response_type=code&scope=openid&prompt=";

/// What HTTP makes of an input: it may be no request at all.
pub type Asked = Result<Request<Body>, axum::http::Error>;

pub struct Provider {
    runtime: Runtime,
    router: axum::Router,
    /// The cookies of a browser in which nobody, and of one in which Anna has signed in.
    strange: String,
    signed_in: String,
}

/// A browser before the page of an interaction that it has just begun.
pub struct Browser {
    pub cookies: String,
    interaction: String,
    form_token: String,
}

pub static PROVIDER: LazyLock<Provider> = LazyLock::new(Provider::start);

impl Provider {
    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let router = runtime.block_on(built());
        let mut own = Self { runtime, router, strange: String::new(), signed_in: String::new() };
        own.strange = own.cookies(Request::get(format!("{AUTHORIZE}login")).body(Body::empty()));
        let stranger = own.browser(false);
        let form = stranger.filled(&format!("csrf=$CSRF&username=anna&password={PASSWORD}"));
        let signing_in = Request::post(stranger.filled("/interaction/$ID/password"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &own.strange)
            .body(Body::from(form));
        own.signed_in = format!("{}; {}", own.strange, own.cookies(signing_in));
        assert!(own.signed_in.contains("session"), "{}", own.signed_in);
        own
    }

    /// The cookies that an answer sets.
    fn cookies(&self, request: Asked) -> String {
        let answer = self.send(request);
        let set = answer.headers.get_all("set-cookie").iter();
        let pairs: Vec<_> = set
            .map(|cookie| cookie.to_str().expect("text").split(';').next().expect("a pair"))
            .collect();
        pairs.join("; ")
    }

    /// Begins an interaction: before the password page, or, when signed in, before consent.
    pub fn browser(&self, signed_in: bool) -> Browser {
        let (cookies, prompt) =
            if signed_in { (&self.signed_in, "consent") } else { (&self.strange, "login") };
        let get = |path: String| {
            self.send(Request::get(path).header("cookie", cookies).body(Body::empty()))
        };
        let begun = get(format!("{AUTHORIZE}{prompt}"));
        let location = begun.headers["location"].to_str().expect("text");
        let interaction = location.rsplit('/').next().expect("a path").to_owned();
        let page = String::from_utf8(get(location.to_owned()).body).expect("a page");
        let field = page.split("name=\"csrf\"").nth(1).expect("a form token");
        let form_token = field.split('"').nth(1).expect("a value").to_owned();
        Browser { cookies: cookies.clone(), interaction, form_token }
    }

    /// Sends a request, if it is one that HTTP knows, and checks what holds of every answer.
    pub fn ask(&self, request: Asked) {
        let Ok(request) = request else { return };
        let path = request.uri().path().to_owned();
        answer::check(&path, &self.send(Ok(request)));
    }

    fn send(&self, request: Asked) -> Answer {
        let request = request.expect("a request");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a body").to_bytes().to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }
}

impl Browser {
    /// Puts in the names that only a running provider knows.
    pub fn filled(&self, text: &str) -> String {
        let text = text.replace("$ID", &self.interaction).replace("$CSRF", &self.form_token);
        text.replace("$BROWSER", &self.cookies)
    }

    /// The same of an input, which may be no text.
    pub fn filled_bytes(&self, input: &[u8]) -> Vec<u8> {
        std::str::from_utf8(input).map_or(input.to_vec(), |text| self.filled(text).into_bytes())
    }
}

async fn built() -> axum::Router {
    let folder = std::env::temp_dir().join(format!("idp-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let [callback, out] = REGISTERED;
    let text = format!(
        "issuer = \"{ISSUER}\"\n\
         [mail]\nfrom = \"Helpdesk <no-reply@example.se>\"\n\
         [helpdesk]\nname = \"Helpdesk\"\nemail = \"helpdesk@example.se\"\n\
         [keys]\nsecret = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n\
         algorithms = [\"ES256\", \"RS256\"]\n\
         [registration]\nmode = \"open\"\n\
         [limits]\nrequest_seconds = 600\nregistration_attempts = 1000000000\n\
         begun_per_minute = 1000000000\n\
         [database]\nurl = \"sqlite://{}/idp.db\"\npool_size = 1\n\
         [[client]]\nclient_id = \"web\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"{callback}\"]\npost_logout_redirect_uris = [\"{out}\"]\n\
         require_pkce = false\n",
        folder.display(),
    );
    let config = config::parse(&text, Path::new("idp.toml"), std::iter::empty());
    let config = config.expect("a configuration");
    let store = Store::open(&config.database).expect("a store");
    store.migrate().await.expect("a schema");
    let hash = password::hash(&Secret::new(PASSWORD.to_owned()), [7; password::SALT]);
    let password = Credential::new(hash.expect("a hash"), SetBy::Operator, NOW);
    assert!(store.add_account(&anna(), Some(&password), &[]).await.expect("a store"));
    let ground = Ground { clock: Clock::manual(NOW), entropy: Entropy::Os };
    router(App::new(&config, store, ground).await.expect("a provider"))
}

fn anna() -> Account {
    Account {
        id: "anna".to_owned(),
        username: "anna".to_owned(),
        subject: "sub-anna".to_owned(),
        organisation: "2021000837".to_owned(),
        organisation_name: "Statistiska centralbyr\u{e5}n".to_owned(),
        claims: serde_json::Map::new(),
        created_at: NOW,
        disabled_at: None,
    }
}
