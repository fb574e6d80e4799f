//! No secret and no full address leaves by the log, the metrics or the database: a whole login is
//! made, everything secret in it is collected, and then looked for.

use std::io::Write;
use std::sync::{Arc, Mutex};

use idp::mail::{Cause, Outcome};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::application::{SECRET, VERIFIER};
use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Application, Browser, PASSWORD, TestProvider,
};

/// All that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
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
    let provider = TestProvider::start().await;
    let secrets = whole_life(&provider).await;
    let metrics = provider.metrics().await;
    let logged = log.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&logged).into_owned();
    for told in ["answered a request", "tried to send a mail"] {
        assert!(text.contains(told), "{told} is not in the log: {} bytes", text.len());
    }
    let stored = provider.stored();
    assert!(holds(&stored, ANNA_COMPANY), "the database is what was read");
    for (name, secret) in &secrets {
        assert!(!holds(&logged, secret), "{name} is in the log");
        assert!(!holds(metrics.as_bytes(), secret), "{name} is in the metrics");
        assert!(!holds(&stored, secret), "{name} is in the database");
    }
    for address in [ANNA_COMPANY, ANNA_DISPATCHES, "guess.at.it@scb.se", "magnus.lange@scb.se"] {
        let line = text.lines().find(|line| holds(line.as_bytes(), address));
        assert_eq!(line, None, "{address} is in the log");
        assert!(!holds(metrics.as_bytes(), address), "{address} is in the metrics");
    }
    assert!(!holds(&stored, "guess.at.it@scb.se"), "what was guessed is not kept");
}
