//! [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).

use crate::support::{ANNA, Answer, Application, Brought, Browser, TestProvider};

fn web() -> Application {
    Application::web().with("response_mode", "form_post")
}

async fn logged_in(provider: &TestProvider, application: &Application) -> Answer {
    Browser::new(provider).log_in(application, ANNA).await
}

#[tokio::test]
async fn section_2_the_form_post_page_submits_itself_by_script_and_has_a_button() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&web(), ANNA).await;
    page.is(200, "form-post-submit").is(200, "form-post");
    let script = page.body.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(script.starts_with("/static/form_post.js?v="), "{script}");
    let script = browser.get(script).await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(script.body.contains("document.getElementById(\"form-post\").submit();"));
    let modern = ["=>", "const ", "let ", "`", "import"];
    assert!(modern.iter().all(|word| !script.body.contains(word)), "any browser reads it");
    assert!(!page.body.contains("language-sv"), "it has no address to be asked for again");
}

#[tokio::test]
async fn section_4_the_form_post_page_is_not_cached_and_has_no_form_action_restriction() {
    let provider = TestProvider::start().await;
    let page = logged_in(&provider, &web()).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
         connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
}

#[tokio::test]
async fn section_2_request_parameters_are_escaped_in_the_form_post_page() {
    let provider = TestProvider::start().await;
    for state in
        ["\"><script>alert(1)</script>", "'x' onfocus=a", "&quot;&#34;", "å\r\nb", "</form>"]
    {
        let page = logged_in(&provider, &web().with("state", state)).await;
        assert_eq!(
            Brought::by(&page).get("state").replace("\r\n", "\n"),
            state.replace("\r\n", "\n")
        );
        assert_eq!(page.body.matches("<script").count(), 1, "{state}");
        assert_eq!(page.body.matches("</form>").count(), 1, "{state}");
    }
}

#[tokio::test]
async fn the_form_post_page_is_in_the_language_of_the_browser() {
    let provider = TestProvider::start().await;
    for (language, title) in [("sv", "Du skickas vidare"), ("en", "You are being sent on")] {
        let mut browser = Browser::new(&provider).with("accept-language", language);
        let page = browser.log_in(&web(), ANNA).await;
        assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{}", page.body);
        assert!(page.body.contains("https://rp.example"), "it says where");
    }
}

#[tokio::test]
async fn a_form_post_login_creates_a_session_used_with_prompt_none() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&web(), ANNA).await.is(200, "form-post-submit");
    let silent = browser.get(&web().with("prompt", "none").request()).await;
    assert_eq!(Brought::by(&silent).names(), ["code", "iss", "state"]);
}
