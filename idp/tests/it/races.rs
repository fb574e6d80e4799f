//! Two at the same instant, on both back ends: exactly one wins, and the other is told sensibly.

use futures_util::future::{join, join_all};

use idp::secret::{Secret, ThrottleKey};

use crate::support::party::{call, granted, parties, refresh, text, userinfo};
use crate::support::proof::Holder;
use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, Browser, PASSWORD, Setup, TestProvider, encoded,
};

async fn providers() -> Vec<TestProvider> {
    Setup::new().start_on_both().await
}

/// Runs it on a thread of its own, so that two really meet.
async fn both<T: Send + 'static>(
    first: impl Future<Output = T> + Send + 'static,
    second: impl Future<Output = T> + Send + 'static,
) -> [T; 2] {
    let (first, second) = join(tokio::spawn(first), tokio::spawn(second)).await;
    [first.unwrap(), second.unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_parallel_confirmations_of_a_link_get_the_same_code() {
    for provider in providers().await {
        // The second click may reach another node.
        let other = provider.again().await;
        for _ in 0..5 {
            let mut browser = Browser::new(&provider);
            browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
            provider.deliver().await;
            let form = browser.get(&provider.last_link()).await.form("link-confirm");
            let click = |mut browser: Browser| {
                let form = form.clone();
                async move { browser.submit(&form).await }
            };
            let answers = both(click(browser.clone()), click(browser.clone().now_at(&other))).await;
            let [first, second] = answers;
            assert_eq!(first.code(), second.code());
            assert_eq!(first.cookies(), second.cookies());
            let idep = Application::idep();
            idep.redeem(&browser, &first.code()).await;
            let replayed = idep.token(&browser, &idep.redemption(&second.code())).await;
            assert_eq!(replayed.status, 400, "one code is redeemed once");
            provider.pass(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_parallel_links_of_a_login_completes_it() {
    for provider in providers().await {
        let mut browser = Browser::new(&provider);
        let page = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
        provider.pass(60);
        browser.press(&page, "sent-resend").await.is(200, "sent-page");
        provider.deliver().await;
        let links = provider.links();
        let forms = [
            browser.get(&links[0]).await.form("link-confirm"),
            browser.get(&links[1]).await.form("link-confirm"),
        ];
        let [first, second] = forms.map(|form| {
            let mut browser = browser.clone();
            async move { browser.submit(&form).await }
        });
        let answers = both(first, second).await;
        won_by_one(&answers, |loser| {
            loser.is(410, "link-dead-page");
        });
    }
}

/// Exactly one has the code.
fn won_by_one(answers: &[Answer; 2], loser: impl Fn(&Answer)) {
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.parameter("code").is_some());
    assert_eq!((won.len(), lost.len()), (1, 1), "{answers:?}");
    loser(lost[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_parallel_code_redemptions_succeeds_and_its_token_is_revoked_as_replayed() {
    for provider in providers().await {
        let other = provider.again().await;
        let web = Application::web();
        let mut browser = Browser::new(&provider);
        browser.log_in(&web, ANNA).await.code();
        for _ in 0..5 {
            let code = browser.begin(&web).await.code();
            let redeem = |browser: Browser| {
                let (web, code) = (web.clone(), code.clone());
                async move { web.token(&browser, &web.redemption(&code)).await }
            };
            let there = browser.clone().now_at(&other);
            let answers = both(redeem(browser.clone()), redeem(there)).await;
            let mut statuses = answers.each_ref().map(|answer| answer.status);
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400]);
            // The other node learns of it within a second.
            provider.pass(1);
            for answer in answers {
                if let Some(token) = answer.json()["access_token"].as_str() {
                    assert_eq!(Application::userinfo(&browser, token).await.status, 401);
                } else {
                    assert_eq!(answer.json()["error"], "invalid_grant");
                }
            }
        }
    }
}

/// The same with the clients that refresh.
async fn refreshing() -> Vec<TestProvider> {
    parties().start_on_both().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_parallel_refreshes_both_get_tokens_of_the_same_family() {
    for provider in refreshing().await {
        let other = provider.again().await;
        let mut browser = Browser::new(&provider);
        let mut token = text(&granted(&mut browser, "spa", "openid").await, "refresh_token");
        for _ in 0..5 {
            let ask = |provider: TestProvider| {
                let token = token.clone();
                async move { refresh(&provider, "spa", &token).await }
            };
            let answers = both(ask(provider.clone()), ask(other.clone())).await;
            let tokens = answers.each_ref().map(|answer| {
                assert_eq!(answer.status, 200, "{}", answer.body);
                answer.json()
            });
            assert_eq!(tokens[0]["refresh_token"], tokens[1]["refresh_token"]);
            for tokens in &tokens {
                assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 200);
            }
            token = text(&tokens[0], "refresh_token");
            provider.pass(60);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_refreshed_in_parallel_to_revocation_logout_or_disabling_do_not_survive() {
    for provider in refreshing().await {
        for end in ["revoke", "logout", "disable"] {
            for id in ["spa", "server"] {
                let mut browser = Browser::new(&provider);
                let tokens = granted(&mut browser, id, "openid").await;
                let token = text(&tokens, "refresh_token");
                let asked = {
                    let (provider, token) = (provider.clone(), token.clone());
                    async move { refresh(&provider, id, &token).await }
                };
                let (there, old) = (provider.clone(), token.clone());
                let ended = async move {
                    match end {
                        "revoke" => call(&there, "/revoke", id, &[("token", &old)], None).await,
                        "logout" => {
                            let page = browser.get("/end_session").await;
                            browser.press(&page, "logout-confirm").await
                        }
                        _ => {
                            there.disable(ANNA).await;
                            browser.get("/").await
                        }
                    }
                };
                let [answer, _] = both(asked, ended).await;
                let next = answer.json();
                assert!([200, 400].contains(&answer.status), "{}", answer.body);
                if answer.status == 200 {
                    assert_eq!(userinfo(&provider, &next["access_token"]).await, 401, "{end}");
                }
                let last = next["refresh_token"].as_str().unwrap_or(&token);
                assert_eq!(refresh(&provider, id, last).await.status, 400, "{end}");
                provider.store().unlock_account(ANNA, &secret("x").digest()).await.unwrap();
                assert_eq!(refresh(&provider, id, last).await.status, 400, "{end}");
            }
        }
    }
}

fn secret(value: &str) -> Secret<ThrottleKey> {
    Secret::new(value.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_parallel_uses_of_a_dpop_proof_is_accepted() {
    for provider in refreshing().await {
        let other = provider.again().await;
        let holder = Holder::new();
        for _ in 0..5 {
            let proof = holder.at_token(&provider);
            let ask = |provider: TestProvider| {
                let proof = proof.clone();
                let form = [("grant_type", "client_credentials")];
                async move { call(&provider, "/token", "server", &form, Some(&proof)).await.status }
            };
            let mut statuses = both(ask(provider.clone()), ask(other.clone())).await;
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_parallel_submissions_of_the_right_password_get_the_same_code() {
    for provider in providers().await {
        let mut browser = Browser::new(&provider);
        let page = browser.begin(&Application::web()).await;
        let form = page.form("login-submit").with("username", ANNA).with("password", PASSWORD);
        let send = |mut browser: Browser| {
            let form = form.clone();
            async move {
                let answer = browser.submit(&form).await;
                browser.follow(answer).await
            }
        };
        let [first, second] = both(send(browser.clone()), send(browser.clone())).await;
        assert_eq!(first.code(), second.code());
        assert_eq!(first.cookies(), second.cookies());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_guesses_are_all_counted() {
    for provider in providers().await {
        let mut browser = Browser::new(&provider);
        let page = browser.begin(&Application::web()).await;
        let guesses = (0..12).map(|_| {
            let (mut browser, page) = (browser.clone(), page.clone());
            tokio::spawn(async move { browser.sign_in(&page, ANNA, "fel").await.status })
        });
        let statuses: Vec<_> = join_all(guesses).await.into_iter().map(Result::unwrap).collect();
        let looked_at = statuses.iter().filter(|status| **status == 422).count();
        assert_eq!(looked_at, 5, "{statuses:?}");
        assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_parallel_sessions_completes_a_pushed_request() {
    for provider in providers().await {
        let other = provider.again().await;
        let mut browsers = [Browser::new(&provider), Browser::new(&other)];
        for browser in &mut browsers {
            browser.log_in(&Application::web(), ANNA).await.code();
        }
        for _ in 0..5 {
            let address = pushed(&browsers[0]).await;
            let [first, second] = browsers.clone().map(|mut browser| {
                let address = address.clone();
                async move { browser.get(&address).await }
            });
            let answers = both(first, second).await;
            won_by_one(&answers, |loser| {
                loser.is(400, "error-page");
                assert_eq!(loser.text("error-code"), "invalid_request_uri");
            });
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_parallel_password_logins_completes_a_pushed_request() {
    for provider in providers().await {
        let address = pushed(&Browser::new(&provider)).await;
        let mut sent = Vec::new();
        for _ in 0..2 {
            let mut browser = Browser::new(&provider);
            let page = browser.get(&address).await;
            let page = browser.follow(page).await;
            sent.push(async move { browser.sign_in(&page, ANNA, PASSWORD).await });
        }
        let (second, first) = (sent.pop().unwrap(), sent.pop().unwrap());
        let answers = both(first, second).await;
        won_by_one(&answers, |loser| {
            loser.is(200, "interaction-ended-page");
        });
    }
}

/// The address that a pushed request is opened at.
async fn pushed(browser: &Browser) -> String {
    let web = Application::web();
    let credentials = web.credentials().unwrap();
    let headers = [("authorization", credentials.as_str())];
    let answer = browser.clone().post_with("/par", &web.pairs(), &headers).await.json();
    let own = [("client_id", web.id), ("request_uri", answer["request_uri"].as_str().unwrap())];
    format!("/authorize?{}", encoded(&own))
}
