//! No secret and no full address leaves by the log, the metrics or the database: a whole login is
//! made, everything that clients do beside it is done, everything secret in it is collected, and
//! then looked for.

use idp::mail::{Cause, Outcome};

use crate::rfc7591::{metadata, register};
use crate::support::application::{SECRET, VERIFIER};
use crate::support::log::Log;
use crate::support::party::{call, refresh, text};
use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Application, Browser, PASSWORD, Setup, TestProvider,
};

const INITIAL: &str = "an-initial-access-token-of-some-length";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn setup() -> Setup {
    Setup::new().settings(&format!(
        "[registration]\nmode = \"token\"\ninitial_access_token = \"{INITIAL}\"\n\
         [[client]]\nclient_id = \"all\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"https://rp.example/cb\"]\naccess_token_format = \"jwt\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\", \"{DEVICE}\"]\n\
         [[client]]\nclient_id = \"spa\"\nredirect_uris = [\"https://rp.example/cb\"]\n\
         token_endpoint_auth_method = \"none\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\"]\n"
    ))
}

/// Everything secret in a login and around it, by name.
async fn whole_life(provider: &TestProvider) -> Vec<(&'static str, String)> {
    let mut secrets = vec![
        ("password", PASSWORD.to_owned()),
        ("wrong password", "ett felaktigt lösenord".to_owned()),
        ("client secret", SECRET.to_owned()),
        ("code verifier", VERIFIER.to_owned()),
    ];
    let idep = Application::idep();
    let mut browser = Browser::new(provider);
    let page = browser.begin(&idep).await;
    browser.sign_in(&page, ANNA, &secrets[1].1).await;
    let page = browser.sign_in(&page, ANNA, PASSWORD).await;
    browser.type_address(&page, "guess.at.it@scb.se", false).await;
    browser.type_address(&page, ANNA_COMPANY, true).await.is(200, "sent-page");
    let reply = format!("451 <{ANNA_COMPANY}> try later");
    provider.relay.answer(Outcome::Deferred { cause: Cause::Busy, reply });
    provider.deliver().await;
    provider.pass(100);
    provider.deliver().await;
    let link = provider.last_link();
    let token = link.rsplit('/').next().unwrap().to_owned();
    Browser::new(provider).get(&link).await.is(200, "other-browser-page");
    let back = browser.confirm_last_link().await;
    let code = back.code();
    let tokens = idep.redeem(&browser, &code).await;
    Application::userinfo(&browser, &tokens.access_token).await;
    for (name, cookie) in
        [("browser cookie", "browser"), ("session cookie", "session"), ("mark", "remembered")]
    {
        secrets.push((name, browser.cookie(cookie).unwrap()));
    }
    // Errors on the way: a replay, a lost database page, a refused token.
    idep.token(&browser, &idep.redemption(&code)).await;
    Application::userinfo(&browser, &tokens.access_token).await;
    browser.get(&format!("/authorize?client_id=x&redirect_uri={ANNA_DISPATCHES}")).await;
    secrets.extend([("link", token), ("code", code), ("access token", tokens.access_token)]);
    secrets.push(("ID token", tokens.id_token));
    secrets
}

/// Everything secret in what clients do, by name.
async fn clients(provider: &TestProvider) -> Vec<(&'static str, String)> {
    let post = async |path: &str, fields: &[(&str, &str)]| {
        call(provider, path, "all", fields, None).await.json()
    };
    let mut browser = Browser::new(provider);
    let (all, spa) = (Application::named("all"), Application::named("spa"));
    let pushed = text(&post("/par", &all.pairs()).await, "request_uri");
    let address = format!("/authorize?client_id=all&request_uri={pushed}");
    let page = browser.get(&address).await;
    let page = browser.follow(page).await;
    let code = browser.sign_in(&page, ANNA, PASSWORD).await.code();
    let tokens = all.token(&browser, &all.redemption(&code)).await.json();
    browser.get(&address).await.is(400, "error-page");
    let kept = text(&tokens, "refresh_token");
    let signed = text(&refresh(provider, "all", &kept).await.json(), "access_token");
    for path in ["/introspect", "/revoke"] {
        post(path, &[("token", &signed)]).await;
    }
    let rotating = browser.begin(&spa).await.code();
    let rotating = spa.token(&browser, &spa.redemption(&rotating)).await.json();
    let first = text(&rotating, "refresh_token");
    let second = text(&refresh(provider, "spa", &first).await.json(), "refresh_token");
    refresh(provider, "spa", &second).await;
    provider.pass(31);
    assert_eq!(refresh(provider, "spa", &first).await.status, 400, "it was used before");
    let device = post("/device_authorization", &[("scope", "openid")]).await;
    let (device_code, user_code) = (text(&device, "device_code"), text(&device, "user_code"));
    post("/token", &[("grant_type", DEVICE), ("device_code", &device_code)]).await;
    let answer = browser.get(&format!("/device?user_code={user_code}")).await;
    browser.follow(answer).await.is(200, "consent-allow");
    let client = register(provider, Some(INITIAL), &metadata()).await.json();
    register(provider, Some("a-wrong-initial-access-token"), &metadata()).await;
    vec![
        ("pushed request", pushed.rsplit(':').next().unwrap().to_owned()),
        ("code of a pushed request", code),
        ("kept refresh token", kept),
        ("signed access token", signed),
        ("used refresh token", first),
        ("rotated refresh token", second),
        ("device code", device_code),
        ("bare user code", user_code.replace('-', "")),
        ("user code", user_code),
        ("initial access token", INITIAL.to_owned()),
        ("registration access token", text(&client, "registration_access_token")),
        ("drawn client secret", text(&client, "client_secret")),
    ]
}

/// Whether the text, or it in the forms in which it travels, occurs.
pub(crate) fn holds(haystack: &[u8], needle: &str) -> bool {
    let encoded = url::form_urlencoded::byte_serialize(needle.as_bytes()).collect::<String>();
    let upper = needle.to_uppercase();
    [needle, encoded.as_str(), upper.as_str()]
        .iter()
        .any(|form| haystack.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[tokio::test]
async fn no_secret_and_no_full_address_is_logged_counted_or_stored_in_clear() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // Of every thread, so of every test that runs meanwhile: none of them may log a secret.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    for provider in setup().start_on_both().await {
        let mut secrets = whole_life(&provider).await;
        secrets.extend(clients(&provider).await);
        let metrics = provider.metrics().await;
        let logged = log.bytes();
        let stored = stored(&provider).await;
        is_clean(&secrets, &logged, &metrics, &stored);
    }
}

/// Every row, and with SQLite every byte of its files.
async fn stored(provider: &TestProvider) -> Vec<u8> {
    let rows = provider.rows().await;
    assert!(rows.values().filter(|rows| !rows.is_empty()).count() > 8, "{:?}", rows.keys());
    let mut stored = rows.into_values().collect::<Vec<_>>().join("\n").into_bytes();
    stored.extend(provider.stored());
    stored
}

fn is_clean(secrets: &[(&str, String)], logged: &[u8], metrics: &str, stored: &[u8]) {
    let text = String::from_utf8_lossy(logged);
    for told in ["answered a request", "tried to send a mail", "token_revoked"] {
        assert!(text.contains(told), "{told} is not in the log: {} bytes", text.len());
    }
    assert!(holds(stored, ANNA_COMPANY), "the database is what was read");
    for (name, secret) in secrets {
        assert!(!holds(logged, secret), "{name} is in the log");
        assert!(!holds(metrics.as_bytes(), secret), "{name} is in the metrics");
        assert!(!holds(stored, secret), "{name} is in the database");
    }
    for address in [ANNA_COMPANY, ANNA_DISPATCHES, "guess.at.it@scb.se", "magnus.lange@scb.se"] {
        let line = text.lines().find(|line| holds(line.as_bytes(), address));
        assert_eq!(line, None, "{address} is in the log");
        assert!(!holds(metrics.as_bytes(), address), "{address} is in the metrics");
    }
    assert!(!holds(stored, "guess.at.it@scb.se"), "what was guessed is not kept");
}
