//! One login is told alike wherever it is told, and for as long as it is told: `sub`, `acr`, `amr`
//! and `auth_time`.

use serde_json::{Value, json};

use crate::support::application::{CALLBACK, SECRET, claims};
use crate::support::party::{call, refresh, text};
use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Application, BERIT, Browser, EMAIL, NOW, PWD, REMEMBERED,
    Setup,
};

fn setup() -> Setup {
    let client = |id: &str, more: &str| {
        format!(
            "[[client]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\n\
             redirect_uris = [\"{CALLBACK}\"]\naccess_token_format = \"jwt\"\n\
             grant_types = [\"authorization_code\", \"refresh_token\"]\n{more}\n"
        )
    };
    Setup::new().settings(&(client("all", "") + &client("pairs", "subject_type = \"pairwise\"")))
}

/// What a token, or an answer about one, says of the login.
fn login(told: &Value) -> [Value; 4] {
    ["sub", "acr", "amr", "auth_time"].map(|name| told[name].clone())
}

/// Everything that a code leads to, now and after some time, says this of the login.
async fn agrees(browser: &Browser, id: &'static str, code: &str, expected: &[Value; 4]) {
    let provider = &browser.provider;
    let all = Application::named(id);
    let mut tokens = all.token(browser, &all.redemption(code)).await.json();
    let refresh_token = text(&tokens, "refresh_token");
    for round in 0..2 {
        for kind in ["id_token", "access_token"] {
            assert_eq!(login(&claims(&text(&tokens, kind))), *expected, "{kind} {round}");
        }
        for token in [&text(&tokens, "access_token"), &refresh_token] {
            let told = call(provider, "/introspect", id, &[("token", token)], None).await.json();
            assert_eq!(login(&told), *expected, "introspection {round}");
        }
        let userinfo = Application::userinfo(browser, &text(&tokens, "access_token")).await;
        assert_eq!(userinfo.json()["sub"], expected[0]);
        provider.pass(100);
        tokens = refresh(provider, id, &refresh_token).await.json();
    }
}

/// P20, P21 and P22.
#[tokio::test]
async fn all_tokens_and_introspection_of_a_login_have_the_same_sub_acr_amr_and_auth_time() {
    let provider = setup().start().await;
    let all = Application::named("all");
    let told = |acr: &str, amr: &[&str], at: i64| {
        [json!(format!("sub-{ANNA}")), json!(acr), json!(amr), json!(at)]
    };
    let mut browser = Browser::new(&provider);
    let code = browser.log_in(&all, ANNA).await.code();
    let mut expected = told(PWD, &["pwd"], NOW.0);
    agrees(&browser, "all", &code, &expected).await;
    provider.pass(100);
    // The same session later, and once a link has strengthened it.
    let silent = all.clone().with("prompt", "none");
    agrees(&browser, "all", &browser.clone().begin(&silent).await.code(), &expected).await;
    let page = browser.begin(&all.clone().with("acr_values", EMAIL)).await;
    browser.type_address(&page, ANNA_COMPANY, true).await.is(200, "sent-page");
    let code = browser.confirm_last_link().await.code();
    expected = told(EMAIL, &["pwd", "email"], NOW.0);
    agrees(&browser, "all", &code, &expected).await;
    agrees(&browser, "all", &browser.clone().begin(&silent).await.code(), &expected).await;
    // Another login, in the browser that is remembered.
    browser.forget_cookie("session");
    let at = provider.clock.now().0;
    let marked = all.clone().with("acr_values", REMEMBERED);
    let code = browser.log_in(&marked, ANNA).await.code();
    agrees(&browser, "all", &code, &told(REMEMBERED, &["pwd"], at)).await;
}

/// P25.
#[tokio::test]
async fn a_sub_is_stable_and_unique() {
    let provider = setup().start().await;
    for id in ["all", "pairs"] {
        let application = Application::named(id);
        let sub = async |name: &str, provider: &crate::support::TestProvider| {
            let mut browser = Browser::new(provider);
            let code = browser.log_in(&application, name).await.code();
            application.redeem(&browser, &code).await.claims["sub"].clone()
        };
        let first = sub(ANNA, &provider).await;
        assert_ne!(sub(BERIT, &provider).await, first);
        provider.pass(1);
        provider.addresses(&["new@scb.se", "", ANNA_DISPATCHES]).await;
        assert_eq!(sub(ANNA, &provider).await, first, "{id}: other addresses");
        provider.change_password(ANNA, crate::support::PASSWORD).await;
        assert_eq!(sub(ANNA, &provider).await, first, "{id}: another password");
        assert_eq!(sub(ANNA, &provider.again().await).await, first, "{id}: another process");
        provider.pass(400 * crate::support::DAY);
        assert_eq!(sub(ANNA, &provider).await, first, "{id}: another year");
    }
}
