//! Nobody is locked out by strangers: the attacks are played with a clock that stands still until it
//! is moved, and the owner gets in without waiting, in a known browser and in another.

use std::net::Ipv6Addr;

use futures_util::future::join_all;

use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, BERIT, Browser, PASSWORD, Setup, TestProvider,
};

async fn providers() -> Vec<TestProvider> {
    Setup::new().start_on_both().await
}

/// A stranger with a login page, who can be anywhere.
struct Stranger {
    browser: Browser,
    page: Answer,
    looked_at: usize,
}

impl Stranger {
    async fn new(provider: &TestProvider) -> Self {
        let mut browser = Browser::new(provider).at([198, 51, 100, 1]);
        let page = browser.begin(&Application::web()).await;
        Self { browser, page, looked_at: 0 }
    }

    async fn guess(&mut self, from: impl FnOnce(Browser) -> Browser) {
        let mut browser = from(self.browser.clone());
        match browser.sign_in(&self.page, ANNA, "fel").await.status {
            422 => self.looked_at += 1,
            status => assert_eq!(status, 429),
        }
    }
}

/// The owner's browser, after a login at home.
async fn known(provider: &TestProvider) -> Browser {
    let mut browser = Browser::new(provider).at([203, 0, 113, 200]);
    browser.log_in(&Application::web(), ANNA).await.code();
    browser.forget_cookie("session");
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ninety_guessing_networks_do_not_block_the_owner() {
    for provider in providers().await {
        let known = known(&provider).await;
        let mut stranger = Stranger::new(&provider).await;
        for round in 0..4_u8 {
            for network in 0..90 {
                stranger.guess(|browser| browser.at([198, 18, network, 7])).await;
            }
            Browser::new(&provider)
                .at([203, 0, 113, 1 + round])
                .log_in(&Application::web(), ANNA)
                .await
                .code();
            // Even where a stranger sits.
            known.clone().at([198, 18, round, 7]).log_in(&Application::web(), ANNA).await.code();
            provider.pass(10);
        }
        // One guess for each network that had none, then 50 and one in ten seconds for all together.
        assert!(stranger.looked_at <= 90 + 50 + 4, "{} were looked at", stranger.looked_at);
    }
}

#[tokio::test]
async fn one_ipv6_site_with_five_guesses_a_second_does_not_block_the_owner() {
    let provider = TestProvider::start().await;
    let known = known(&provider).await;
    let mut stranger = Stranger::new(&provider).await;
    let at = |number: u16| Ipv6Addr::new(0x2001, 0xdb8, 7, number % 256, 0, 0, 0, number);
    for second in 0..60_u16 {
        for request in 0..5 {
            stranger.guess(|browser| browser.at(at(second * 5 + request))).await;
        }
        if second % 20 == 19 {
            let elsewhere = Ipv6Addr::new(0x2001, 0xdb8, 8, second, 0, 0, 0, 1);
            Browser::new(&provider).at(elsewhere).log_in(&Application::web(), ANNA).await.code();
            known.clone().at(at(second)).log_in(&Application::web(), ANNA).await.code();
        }
        provider.pass(1);
    }
    assert!(stranger.looked_at <= 31, "{} were looked at", stranger.looked_at);
}

#[tokio::test]
async fn one_guessing_address_does_not_block_its_network() {
    let provider = TestProvider::start().await;
    let mut stranger = Stranger::new(&provider).await;
    for second in 0..120 {
        for _ in 0..5 {
            stranger.guess(|browser| browser.at([203, 0, 113, 66])).await;
        }
        if second % 40 == 39 {
            let mut owner = Browser::new(&provider).at([203, 0, 113, 7]);
            let page = owner.begin(&Application::web()).await;
            owner.sign_in(&page, ANNA, "fel").await.is(422, "login-submit");
            owner.sign_in(&page, ANNA, PASSWORD).await.code();
        }
        provider.pass(1);
    }
    assert!(stranger.looked_at <= 5 + 6, "{} were looked at", stranger.looked_at);
}

#[tokio::test]
async fn a_known_browser_has_delays_of_its_own() {
    let provider = TestProvider::start().await;
    let mut known = known(&provider).await;
    let page = known.begin(&Application::web()).await;
    for _ in 0..5 {
        known.sign_in(&page, ANNA, "fel").await.is(422, "login-submit");
    }
    known.sign_in(&page, ANNA, PASSWORD).await.is(429, "login-submit");
    // It is known for one account alone, and its mistakes are not its network's.
    let mut other = known.clone();
    other.log_in(&Application::web(), BERIT).await.code();
    let mut beside = Browser::new(&provider).at([203, 0, 113, 200]);
    beside.log_in(&Application::web(), ANNA).await.code();
    provider.pass(2);
    known.sign_in(&page, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn a_remembered_browser_without_known_cookie_counts_as_known() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), true).await.code();
    browser.forget_cookie("session");
    browser.forget_cookie("known");
    let mut stranger = Stranger::new(&provider).await;
    for _ in 0..6 {
        stranger.guess(|browser| browser.at([192, 0, 2, 1])).await;
    }
    Browser::new(&provider).log_in(&Application::web(), ANNA).await.is(429, "login-submit");
    browser.log_in(&Application::web(), ANNA).await.code();
}

#[tokio::test]
async fn attempts_refused_for_lack_of_capacity_are_not_counted() {
    let settings = "[limits]\npassword_threads = 1\npassword_queue = 1\n\
                    account_network_attempts = 20\n";
    let provider = Setup::new().settings(settings).start().await;
    let known = known(&provider).await;
    let stranger = Stranger::new(&provider).await;
    let guess = |_| {
        let (mut browser, page) = (stranger.browser.clone(), stranger.page.clone());
        async move { browser.sign_in(&page, ANNA, "fel").await.status }
    };
    let owner = async {
        let mut known = known.clone();
        known.log_in(&Application::web(), ANNA).await.status
    };
    let (statuses, owner) = futures_util::future::join(join_all((0..20).map(guess)), owner).await;
    assert_eq!(owner, 200, "the known browser is served, whatever strangers do");
    let of = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert!(of(503) > 0 && of(422) + of(503) == 20, "{statuses:?}");
    provider.pass(2);
    let mut left = 0;
    while guess(0).await == 422 {
        left += 1;
    }
    assert_eq!(left, 20 - of(422), "{statuses:?}");
}

/// As far as the page for the address, somewhere.
async fn at_the_address(provider: &TestProvider, network: u8) -> (Browser, Answer) {
    let mut browser = Browser::new(provider).at([198, 18, network, 7]);
    let page = browser.log_in(&Application::idep(), ANNA).await;
    page.is(200, "email-submit");
    (browser, page)
}

#[tokio::test]
async fn wrong_addresses_of_one_account_are_counted_over_all_networks() {
    for provider in providers().await {
        let mut known = Browser::new(&provider);
        known.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), false).await.code();
        known.forget_cookie("session");
        let mut looked_at = 0;
        for network in 0..12 {
            let (mut browser, page) = at_the_address(&provider, network).await;
            for _ in 0..2 {
                let status = browser.type_address(&page, "x@scb.se", false).await.status;
                looked_at += usize::from(status == 422);
            }
        }
        assert!((18..=20).contains(&looked_at), "{looked_at}");
        let (mut fresh, page) = at_the_address(&provider, 99).await;
        if looked_at == 20 {
            fresh.type_address(&page, ANNA_COMPANY, false).await.is(429, "email-submit");
        }
        let page = known.log_in(&Application::idep(), ANNA).await;
        known.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
        provider.pass(900 * 11);
        let (mut later, page) = at_the_address(&provider, 98).await;
        later.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    }
}

#[tokio::test]
async fn a_right_address_resets_wrong_attempts_only_if_a_mail_was_sent() {
    let provider = Setup::new().settings("[limits]\nmails_per_hour = 1\n").start().await;
    let (mut browser, page) = at_the_address(&provider, 1).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    let (mut browser, page) = at_the_address(&provider, 1).await;
    for _ in 0..5 {
        browser.type_address(&page, ANNA_COMPANY, false).await.is(429, "email-submit");
    }
    let wrong = browser.type_address(&page, "x@scb.se", false).await;
    assert_eq!(wrong.status, 429, "the five count, since no mail went out for them");
}
