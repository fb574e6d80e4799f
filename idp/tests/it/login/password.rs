//! User name and password.

use crate::support::{
    ANNA, Answer, Application, BERIT, Browser, PASSWORD, Setup, TestProvider, encoded,
};

/// The page that answers a wrong try in a new browser, without what must differ.
async fn refused(provider: &TestProvider, name: &str, password: &str) -> (u16, String) {
    let mut browser = Browser::new(provider);
    let page = browser.begin(&Application::web()).await;
    let answer = browser.sign_in(&page, name, password).await;
    let id = page.path.clone();
    (answer.status, answer.neutral(&[&id, name]))
}

#[tokio::test]
async fn unknown_name_wrong_password_disabled_account_and_endless_password_look_the_same() {
    let provider = TestProvider::start().await;
    provider.disable(BERIT).await;
    let wrong = refused(&provider, ANNA, "fel").await;
    assert_eq!(wrong.0, 422);
    let endless = "x".repeat(5_000);
    let cases = [
        ("unknown name", "202100089999", PASSWORD),
        ("a name that no account can have", "a\u{1}b", PASSWORD),
        ("disabled account", BERIT, PASSWORD),
        ("over-long password", ANNA, endless.as_str()),
    ];
    for (case, name, password) in cases {
        assert_eq!(refused(&provider, name, password).await, wrong, "{case}");
    }
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
}

#[tokio::test]
async fn an_empty_field_is_a_field_error_and_no_attempt() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    for _ in 0..10 {
        let answer = browser.sign_in(&page, ANNA, "").await;
        answer.is(422, "login-password-error");
        assert!(!answer.has("login-username-error"));
    }
    browser.sign_in(&page, " ", PASSWORD).await.is(422, "login-username-error");
    browser.sign_in(&page, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn the_user_name_is_kept_after_a_mistake_and_accepted_with_surrounding_blanks() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    let answer = browser.sign_in(&page, "<b>\"x", "fel").await;
    assert!(answer.body.contains("value=\"&lt;b&gt;&quot;x\""), "{}", answer.body);
    assert!(!answer.body.contains("fel\""), "the password is never sent back");
    browser.sign_in(&page, &format!(" {ANNA}\t"), PASSWORD).await.code();
}

#[tokio::test]
async fn password_guesses_are_delayed_only_in_their_network_and_for_their_account() {
    let provider = TestProvider::start().await;
    let mut guesser = Browser::new(&provider).at([198, 51, 100, 7]);
    let page = guesser.begin(&Application::web()).await;
    for _ in 0..5 {
        assert_eq!(guesser.sign_in(&page, ANNA, "fel").await.status, 422);
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let mut waited = 0;
        while guesser.sign_in(&page, ANNA, "fel").await.status == 429 {
            provider.pass(1);
            waited += 1;
        }
        waits.push(waited);
    }
    assert_eq!(waits, [2, 4, 8, 16], "the delay grows");
    let delayed: Answer = guesser.sign_in(&page, ANNA, PASSWORD).await;
    delayed.is(429, "login-submit");
    let mut next_door = Browser::new(&provider).at([198, 51, 100, 250]);
    next_door.log_in(&Application::web(), ANNA).await.code();
    let mut owner = Browser::new(&provider).at([203, 0, 113, 1]);
    owner.log_in(&Application::web(), ANNA).await.code();
    // Another account in the guesser's network is as free as ever.
    guesser.sign_in(&page, BERIT, PASSWORD).await.code();
}

#[tokio::test]
async fn a_right_password_ends_the_delay() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    for _ in 0..5 {
        browser.sign_in(&page, ANNA, "fel").await;
    }
    provider.pass(2);
    browser.sign_in(&page, ANNA, PASSWORD).await.code();
    let mut second = Browser::new(&provider);
    let page = second.begin(&Application::web()).await;
    for _ in 0..4 {
        assert_eq!(second.sign_in(&page, ANNA, "fel").await.status, 422);
    }
    second.sign_in(&page, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_is_refused() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    let form = page.form("login-submit").with("username", ANNA).with("password", PASSWORD);
    let fields = |token: &str| {
        let form = form.clone().with("csrf", token);
        encoded(&form.fields)
    };
    let own = form.fields[0].1.clone();
    let mut stranger = Browser::new(&provider);
    let foreign =
        stranger.begin(&Application::web()).await.form("login-submit").fields[0].1.clone();
    let sent = ("content-type", "application/x-www-form-urlencoded");
    let cases: [(&str, &str, (&str, &str)); 6] = [
        ("no token", "", ("accept", "*/*")),
        ("a made up token", "AAAAAAAAAAAAAAAAAAAAAA", ("accept", "*/*")),
        ("a stranger's token", &foreign, ("accept", "*/*")),
        ("another origin", &own, ("origin", "https://evil.example")),
        ("a longer origin", &own, ("origin", "https://login.example.se.evil.example")),
        ("another site", &own, ("sec-fetch-site", "cross-site")),
    ];
    for (case, token, header) in cases {
        let answer =
            browser.send("POST", &form.action, &[sent, header], fields(token).into()).await;
        assert_eq!(answer.status, 403, "{case}");
        assert!(answer.has("error-page") && answer.cookies().is_empty(), "{case}");
    }
    for header in [("origin", "https://login.example.se"), ("origin", "null")] {
        let mut again = browser.clone();
        let answer = again.send("POST", &form.action, &[sent, header], fields(&own).into()).await;
        assert!(answer.has("leave-page"), "{header:?}");
    }
}

#[tokio::test]
async fn passwords_beyond_capacity_get_503_with_retry_after() {
    let provider = Setup::new().settings("[limits]\npassword_threads = 1\npassword_queue = 1\n");
    let provider = provider.start().await;
    let mut page_of = Browser::new(&provider);
    let page = page_of.begin(&Application::web()).await;
    let tries = (0..8).map(|number| {
        let (mut browser, page) = (page_of.clone(), page.clone());
        async move { browser.sign_in(&page, &format!("unknown{number}"), "fel").await }
    });
    let answers = futures_util::future::join_all(tries).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!busy.is_empty() && busy.len() < 8, "{}", busy.len());
    for answer in busy {
        answer.is(503, "error-page");
        assert_eq!(answer.header("retry-after"), "5");
    }
    assert!(answers.iter().all(|answer| [422, 503].contains(&answer.status)));
}
