//! The time of a refusal tells nothing: neither whether there is an account, nor whether it is
//! disabled, nor where its hash was made. What is computed is held by the tests of
//! `account::password`; here the whole way is measured.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use idp::account::credential::{Credential, SetBy};
use idp::account::user::Account;

use crate::support::{
    ANNA, Answer, Application, BERIT, Browser, NOW, PASSWORD, Setup, TestProvider,
};

const UNBOUNDED: &str = "[limits]\naccount_network_attempts = 1000000\naccount_attempts = 1000000\n\
                         network_attempts = 1000000\n";
const DEAR: &str = "imported-dear";
const CHEAP: &str = "imported-cheap";
const NONE: &str = "imported-without";

async fn import(provider: &TestProvider, name: &str, parameters: Option<(u32, u32)>) {
    let hash = parameters.map(|(memory, passes)| {
        let params = Params::new(memory, passes, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string()
    });
    let account = Account {
        id: format!("a{name}"),
        username: name.to_owned(),
        subject: format!("sub-{name}"),
        organisation: "2021000837".to_owned(),
        organisation_name: String::new(),
        claims: serde_json::Map::new(),
        created_at: NOW,
        disabled_at: None,
    };
    let password = hash.map(|hash| Credential::new(hash, SetBy::Import, NOW));
    let added = provider.store().add_account(&account, password.as_ref(), &[]).await;
    assert!(added.unwrap());
}

async fn refusal(browser: &Browser, page: &Answer, name: &str, password: &str) -> Duration {
    let mut browser = browser.clone();
    let begun = Instant::now();
    let answer = browser.sign_in(page, name, password).await;
    let took = begun.elapsed();
    assert_eq!(answer.status, 422, "{name}");
    took
}

#[tokio::test]
async fn a_refused_login_takes_equally_long_for_every_reason_and_hash() {
    let provider = Setup::new().settings(UNBOUNDED).start().await;
    import(&provider, DEAR, Some((40_960, 3))).await;
    import(&provider, CHEAP, Some((8, 1))).await;
    import(&provider, NONE, None).await;
    let mut owner = Browser::new(&provider);
    owner.log_in(&Application::web(), ANNA).await.code();
    provider.disable(BERIT).await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    let cases = [
        ("202100089999", PASSWORD),
        (ANNA, "fel"),
        (BERIT, PASSWORD),
        (DEAR, "fel"),
        (CHEAP, "fel"),
        (NONE, PASSWORD),
        ("a name that no account can have\u{1}", PASSWORD),
    ];
    let mut shortest = [Duration::MAX; 7];
    // The shortest of many is the work itself, whatever else the machine does; runs alternate, and
    // there are more of them until the numbers are near one another or it is too late.
    for run in 0..40 {
        for (shortest, (name, password)) in shortest.iter_mut().zip(cases) {
            *shortest = (*shortest).min(refusal(&browser, &page, name, password).await);
        }
        let (least, most) = (shortest.iter().min().unwrap(), shortest.iter().max().unwrap());
        if run >= 4 && most.as_secs_f64() / least.as_secs_f64() < 1.25 {
            return;
        }
    }
    panic!("refusals can be told apart: {shortest:?}");
}
