//! Section 2: `auth_time` is when the password was given last, in whatever order tabs go on.

use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, Browser, EMAIL, PASSWORD, TestProvider,
};

/// What a tab does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// Begins a step-up by e-mail in the session, up to the mailed link.
    Begin,
    /// Gives the password anew.
    Password,
    /// Opens the link of the step-up.
    Confirm,
    /// Goes back to the application without a question.
    Silent,
}

/// Every order of the four in which a link is opened after it was mailed.
fn orders() -> Vec<[Act; 4]> {
    use Act::{Begin, Confirm, Password, Silent};
    let acts = [Begin, Password, Confirm, Silent];
    let mut orders = Vec::new();
    for number in 0..256 {
        let order = [0, 2, 4, 6].map(|shift| acts[(number >> shift) & 3]);
        let at = |act| order.iter().position(|other| *other == act);
        let whole = acts.iter().all(|act| at(*act).is_some());
        if whole && at(Begin) < at(Confirm) {
            orders.push(order);
        }
    }
    orders
}

async fn told(browser: &Browser, application: &Application, answer: &Answer) -> i64 {
    let tokens = application.redeem(browser, &answer.code()).await;
    tokens.claims["auth_time"].as_i64().unwrap()
}

#[tokio::test]
async fn section_2_an_email_step_never_sets_auth_time_back_in_any_order_of_tabs() {
    let provider = TestProvider::start().await;
    let orders = orders();
    assert_eq!(orders.len(), 12);
    for order in orders {
        provider.pass(3_600);
        let (web, strong) = (Application::web(), Application::web().with("acr_values", EMAIL));
        let mut browser = Browser::new(&provider);
        browser.log_in(&web, ANNA).await.code();
        let mut password_at = provider.clock.now().0;
        for act in order {
            provider.pass(7);
            match act {
                Act::Begin => {
                    let page = browser.begin(&strong).await;
                    page.is(200, "email-submit");
                    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
                }
                Act::Password => {
                    let page = browser.begin(&web.clone().with("prompt", "login")).await;
                    let answer = browser.sign_in(&page, ANNA, PASSWORD).await;
                    password_at = provider.clock.now().0;
                    assert_eq!(told(&browser, &web, &answer).await, password_at, "{order:?}");
                }
                Act::Confirm => {
                    let answer = browser.confirm_last_link().await;
                    assert_eq!(told(&browser, &strong, &answer).await, password_at, "{order:?}");
                }
                Act::Silent => {
                    let answer = browser.begin(&web.clone().with("prompt", "none")).await;
                    assert_eq!(told(&browser, &web, &answer).await, password_at, "{order:?}");
                }
            }
        }
        let last = browser.begin(&web).await;
        assert_eq!(told(&browser, &web, &last).await, password_at, "{order:?}");
    }
}
