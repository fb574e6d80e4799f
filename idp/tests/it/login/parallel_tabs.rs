//! Tabs that are opened at once by a browser without a cookie, in every order of requests and
//! answers; and browsers that refuse cookies.

use axum::body::Body;

use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, Browser, PASSWORD, Setup, TestProvider, encoded,
};

/// One tab: the answer to its request that is still under way, and the page it shows.
struct Tab {
    application: Application,
    under_way: Option<Answer>,
    page: Option<Answer>,
    code: Option<String>,
}

/// What happens next in a tab: its request reaches the provider, or the answer the browser.
async fn step(browser: &mut Browser, tab: &mut Tab) {
    if let Some(answer) = tab.under_way.take() {
        browser.take_cookies(&answer);
        tab.code = answer.parameter("code");
        tab.page = Some(answer);
        return;
    }
    let none: &[(&str, &str)] = &[];
    let asked = match &tab.page {
        None => browser.ask("GET", &tab.application.request(), none, Body::empty()).await,
        Some(page) if page.status == 303 => {
            let location = page.location().to_owned();
            browser.ask("GET", &location, none, Body::empty()).await
        }
        Some(page) => {
            page.is(200, "login-submit");
            let form = page.form("login-submit").with("username", ANNA).with("password", PASSWORD);
            let body = encoded(&form.fields);
            let kind = [("content-type", "application/x-www-form-urlencoded")];
            browser.ask("POST", &form.action, &kind, Body::from(body)).await
        }
    };
    tab.under_way = Some(asked);
}

/// Request and answer of `/authorize`, of the page, of the form.
const STEPS: usize = 6;

/// Plays the tabs in that order to their end.
async fn play(provider: &TestProvider, order: &[usize], tabs: usize) {
    let mut browser = Browser::new(provider);
    let mut opened: Vec<_> = (0..tabs)
        .map(|number| Tab {
            application: Application::web().with("state", &format!("tab-{number}")),
            under_way: None,
            page: None,
            code: None,
        })
        .collect();
    for number in order {
        step(&mut browser, &mut opened[*number]).await;
    }
    for (number, tab) in opened.iter().enumerate() {
        assert!(tab.code.is_some(), "tab {number} of {order:?}");
    }
    // The next tab draws no further secret.
    let before = browser.cookies("browser");
    browser.begin(&Application::web().with("prompt", "login")).await.is(200, "login-submit");
    assert_eq!(browser.cookies("browser"), before, "{order:?}");
}

/// All orders in which two tabs can take their steps.
fn orders_of_two() -> Vec<Vec<usize>> {
    let all = 0..1_usize << (2 * STEPS);
    let balanced = all.filter(|number| number.count_ones() as usize == STEPS);
    balanced.map(|number| (0..2 * STEPS).map(|at| (number >> at) & 1).collect()).collect()
}

/// The password is checked at the cost of a test.
fn cheap() -> Setup {
    Setup::new().settings(
        "[limits]\naccount_network_attempts = 1000000\naccount_attempts = 1000000\n\
         network_attempts = 1000000\nbegun_per_minute = 1000000\n",
    )
}

#[tokio::test]
async fn two_tabs_opened_at_once_both_log_in_whatever_order_requests_and_answers_come_in() {
    let provider = cheap().start().await;
    let orders = orders_of_two();
    assert_eq!(orders.len(), 924);
    // Of all orders those that differ in the first requests, and a sample of the rest.
    let telling = |order: &&Vec<usize>| {
        let first: Vec<_> = order[..5].to_vec();
        first.contains(&0) && first.contains(&1)
    };
    for order in orders.iter().filter(telling).step_by(29) {
        play(&provider, order, 2).await;
    }
}

#[tokio::test]
async fn three_and_more_tabs_opened_at_once_all_log_in() {
    let provider = cheap().start().await;
    let three: [[usize; 18]; 3] = [
        [0, 1, 2, 2, 1, 0, 0, 1, 2, 0, 1, 2, 2, 1, 0, 0, 1, 2],
        [0, 1, 2, 0, 1, 2, 2, 1, 0, 2, 1, 0, 0, 1, 2, 2, 1, 0],
        [0, 0, 0, 1, 2, 2, 1, 0, 2, 1, 2, 1, 0, 0, 1, 2, 1, 2],
    ];
    for order in three {
        play(&provider, &order, 3).await;
    }
    let twelve: Vec<_> = (0..STEPS).flat_map(|_| 0..12).collect();
    play(&provider, &twelve, 12).await;
}

#[tokio::test]
async fn links_of_tabs_that_were_opened_at_once_all_complete_their_logins() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let mut begun = Vec::new();
    for number in 0..2 {
        let application = Application::idep().with("state", &format!("tab-{number}"));
        begun.push(browser.ask("GET", &application.request(), &[], Body::empty()).await);
    }
    begun.reverse();
    begun.iter().for_each(|answer| browser.take_cookies(answer));
    assert_eq!(browser.cookies("browser").len(), 2);
    for answer in begun {
        let page = browser.follow(answer).await;
        let page = browser.sign_in(&page, ANNA, PASSWORD).await;
        browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    }
    provider.deliver().await;
    for link in provider.links() {
        let page = browser.get(&link).await;
        page.is(200, "link-page");
        browser.press(&page, "link-confirm").await.code();
    }
}

#[tokio::test]
async fn the_binding_cookie_of_the_former_version_is_accepted() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    let secret = browser.cookie("browser").unwrap();
    browser.set_cookie("browser", &secret);
    browser.sign_in(&page, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn a_browser_without_cookies_gets_an_explanation_in_its_language() {
    let provider = TestProvider::start().await;
    for (language, words) in [("sv", "Tillåt kakor"), ("en", "Allow cookies")] {
        let mut browser = Browser::new(&provider).with("accept-language", language);
        let begun = browser.ask("GET", &Application::idep().request(), &[], Body::empty()).await;
        let location = begun.location().to_owned();
        let page = browser.get(&location).await;
        page.is(400, "error-page");
        assert!(page.body.contains(words), "{}", page.body);
        assert_eq!(page.body.matches("<p>").count(), 2, "one next step, and the help desk");
        for step in ["/password", "/email", "/resend", "/consent", "/cancel"] {
            let answer = browser.post(&format!("{location}{step}"), &[("csrf", "x")]).await;
            answer.is(400, "error-page");
            assert!(answer.body.contains(words), "{step}");
        }
        let device = browser.post("/device", &[("user_code", "BCDF-GHJK"), ("csrf", "x")]).await;
        assert!(device.status == 400 && device.body.contains(words), "{}", device.status);
    }
    // One that takes cookies has come to the wrong place.
    let mut other = Browser::new(&provider);
    other.begin(&Application::idep()).await;
    other.get("/interaction/0000").await.is(404, "interaction-ended-page");
    other.post("/interaction/0000/password", &[("csrf", "x")]).await.is(403, "error-page");
}
