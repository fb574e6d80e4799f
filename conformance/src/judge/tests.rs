//! The judge against a provider that is wrong on purpose: the judge's own site plays it, with pages
//! that say what each test wants said.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::judge::certificates::Authority;
use crate::judge::configuration::Configuration;
use crate::judge::jwt;
use crate::judge::plan;
use crate::judge::site::{Area, Site};
use crate::judge::test::{Judge, Test};
use crate::judge::variant::Variant;
use crate::judge::verdict::Verdict;

struct Provider {
    judge: Arc<Judge>,
    area: Area,
    key: Value,
    _tasks: JoinSet<()>,
}

impl Provider {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = std::env::temp_dir().join(crate::judge::client::random(9));
        let authority = Authority::open(&folder).expect("an authority");
        std::fs::remove_dir_all(&folder).expect("a folder");
        let mut tasks = JoinSet::new();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let certificate = authority.server().expect("a certificate");
        let site = Site::start(listen, None, &certificate, &mut tasks).await.expect("a site");
        let area = site.area("op");
        let issuer = area.url("").expect("a URL").to_string();
        let issuer = issuer.trim_end_matches('/');
        let key = jwt::generate("RS256", "1").expect("a key");
        let text = json!({ "client": { "client_id": "c", "client_secret": "s" },
            "user": { "username": "u", "password": "p" } });
        let configuration = Configuration::read(&text.to_string(), &[]).expect("a configuration");
        let judge = Judge::new(issuer, configuration, site, vec![authority.pem.clone()]);
        let provider = Self { judge: Arc::new(judge), area, key, _tasks: tasks };
        provider.say(".well-known/openid-configuration", &provider.metadata().to_string());
        provider.say(
            "jwks",
            &jwt::public_set(std::slice::from_ref(&provider.key)).expect("keys").to_string(),
        );
        provider
    }

    fn metadata(&self) -> Value {
        let at = |page: &str| self.area.url(page).expect("a URL");
        json!({
            "issuer": self.judge.issuer, "jwks_uri": at("jwks"),
            "authorization_endpoint": at("authorize"), "token_endpoint": at("token"),
            "userinfo_endpoint": at("userinfo"), "end_session_endpoint": at("end"),
            "scopes_supported": ["openid"], "claims_supported": ["sub"],
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
        })
    }

    fn say(&self, page: &str, body: &str) {
        self.area.publish(page, "application/json", body).expect("published");
    }

    fn show(&self, status: u16, body: &str) {
        self.area.publish_status("authorize", status, "text/html", body).expect("published");
    }

    async fn judged(&self, module: &str, variant: &str) -> Verdict {
        let (_, variant) = Variant::parse(variant).expect("a variant");
        let module = plan::module(module).expect("a module");
        let mut test = Test::begin(Arc::clone(&self.judge), variant).await.expect("a test");
        let end = (module.run)(&mut test).await;
        Verdict::of(test.finish().await, end)
    }
}

#[tokio::test]
async fn a_document_that_is_wrong_fails_its_module() {
    let provider = Provider::start().await;
    let module = "oidcc-backchannel-logout-discovery-endpoint-verification";
    assert_eq!(provider.judged(module, "").await, Verdict::Passed);
    let mut metadata = provider.metadata();
    metadata["backchannel_logout_session_supported"] = json!(false);
    provider.say(".well-known/openid-configuration", &metadata.to_string());
    assert_eq!(provider.judged(module, "").await.word(), "FAILED");
    let module = "oidcc-discovery-endpoint-verification";
    assert_eq!(provider.judged(module, "").await, Verdict::Passed);
    metadata["own"] = json!(true);
    provider.say(".well-known/openid-configuration", &metadata.to_string());
    assert_eq!(provider.judged(module, "").await.word(), "WARNING");
}

#[tokio::test]
async fn a_published_private_key_fails_the_discovery_module() {
    let provider = Provider::start().await;
    provider.say("jwks", &json!({ "keys": [provider.key] }).to_string());
    let verdict = provider.judged("oidcc-discovery-endpoint-verification", "").await;
    assert_eq!(verdict.word(), "FAILED");
}

#[tokio::test]
async fn only_an_error_page_passes_if_a_redirect_is_forbidden() {
    let provider = Provider::start().await;
    let module = "oidcc-ensure-registered-redirect-uri";
    let page = r#"<html><body><p id="error-page">No</p></body></html>"#;
    provider.show(400, page);
    assert_eq!(provider.judged(module, "").await, Verdict::Passed);
    for (status, page) in [
        (200, page),
        (400, "<html><body>No</body></html>"),
        (200, r#"<form><input id="login-username"><input id="login-password"></form>"#),
    ] {
        provider.show(status, page);
        assert_eq!(provider.judged(module, "").await.word(), "FAILED", "{status} {page}");
    }
}

#[tokio::test]
async fn an_error_response_must_have_the_expected_code_and_response_mode() {
    let provider = Provider::start().await;
    let module = "oidcc-prompt-none-not-logged-in";
    let callback = provider.judge.site.area("a/conformance").url("callback").expect("a URL");
    let form = |error: &str, rest: &str| {
        format!(
            "<html><body><form method=post action='{callback}'>\
             <input type=hidden name=error value={error}></form>{rest}</body></html>"
        )
    };
    let script = "<script src=s.js></script>";
    // A page cannot know the state: that is the one thing still wrong with it.
    provider.show(200, &form("login_required", script));
    let verdict = provider.judged(module, "[response_mode=form_post]").await;
    assert_eq!(verdict.reasons().len(), 1, "{verdict:?}");
    assert!(verdict.reasons()[0].starts_with("state "), "{verdict:?}");
    for (page, variant) in [
        (form("server_error", script), "[response_mode=form_post]"),
        (form("login_required", ""), "[response_mode=form_post]"),
        (form("login_required", script), ""),
    ] {
        provider.show(200, &page);
        let verdict = provider.judged(module, variant).await;
        assert_eq!(verdict.reasons().len(), 2, "{verdict:?}");
    }
}
