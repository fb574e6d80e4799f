//! Any order of any requests from any browser, against a model that knows only what was honestly
//! proven: a code is issued exactly when the model says so, and never above the evidence.

use idp::secret::{self, Secret};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, BERIT, BERIT_COMPANY, Browser, EMAIL, PASSWORD, Setup,
    TestProvider,
};

const BROWSERS: usize = 3;
/// No delays and no bounds on mails: the model does not count them.
const UNBOUNDED: &str = "[limits]\naccount_network_attempts = 1000000\naccount_attempts = 1000000\n\
                         network_attempts = 1000000\nmails_per_hour = 1000000\n";

/// One request. Logins and links are named by their number, from the last one back, and any
/// browser may try any of them.
#[derive(Clone, Copy, Debug)]
enum Act {
    Begin,
    Password { login: usize, name: &'static str, password: &'static str },
    Address { login: usize, typed: &'static str },
    Resend { login: usize },
    Cancel { login: usize },
    Look { link: usize, method: &'static str },
    Confirm { link: usize },
    Pass { seconds: i64 },
}

/// A login as the model sees it.
#[derive(Clone, Debug)]
struct Login {
    id: String,
    browser: usize,
    account: Option<&'static str>,
    wrong_addresses: usize,
    expires_at: i64,
    is_over: bool,
    /// The login that asks for the password again in its place.
    successor: Option<usize>,
    cancelled_at: Option<i64>,
}

#[derive(Clone, Debug)]
struct Link {
    login: usize,
    account: &'static str,
    url: String,
    issued_at: i64,
    is_dead: bool,
}

struct World {
    provider: TestProvider,
    browsers: Vec<Browser>,
    logins: Vec<Login>,
    links: Vec<Link>,
    codes: usize,
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let name = prop_oneof![3 => Just(ANNA), 1 => Just(BERIT)];
    let password = prop_oneof![4 => Just(PASSWORD), 1 => Just("fel")];
    let typed = prop_oneof![
        4 => Just(ANNA_COMPANY),
        1 => Just(BERIT_COMPANY),
        2 => Just("x@scb.se"),
    ];
    // Mostly the last one.
    let recent = || prop_oneof![4 => Just(0_usize), 1 => 0..4_usize];
    let seconds = prop_oneof![Just(1_i64), Just(60), Just(600), Just(1_740), Just(1_800)];
    let act = prop_oneof![
        3 => Just(Act::Begin),
        5 => (recent(), name, password)
            .prop_map(|(login, name, password)| Act::Password { login, name, password }),
        6 => (recent(), typed).prop_map(|(login, typed)| Act::Address { login, typed }),
        2 => recent().prop_map(|login| Act::Resend { login }),
        1 => recent().prop_map(|login| Act::Cancel { login }),
        2 => (recent(), prop_oneof![Just("GET"), Just("HEAD")])
            .prop_map(|(link, method)| Act::Look { link, method }),
        4 => recent().prop_map(|link| Act::Confirm { link }),
        2 => seconds.prop_map(|seconds| Act::Pass { seconds }),
    ];
    (prop_oneof![6 => Just(0_usize), 1 => 1..BROWSERS], act)
}

/// An honest login, broken off somewhere; what comes between is up to the other acts.
fn honest() -> impl Strategy<Value = Vec<(usize, Act)>> {
    (0..BROWSERS, 1..=4_usize).prop_map(|(by, steps)| {
        let acts = [
            Act::Begin,
            Act::Password { login: 0, name: ANNA, password: PASSWORD },
            Act::Address { login: 0, typed: ANNA_COMPANY },
            Act::Confirm { link: 0 },
        ];
        acts.into_iter().take(steps).map(|act| (by, act)).collect()
    })
}

impl World {
    fn now(&self) -> i64 {
        self.provider.clock.now().0
    }

    /// The number of the login or link that is meant, `back` from the last.
    fn named(length: usize, back: usize) -> Option<usize> {
        length.checked_sub(back + 1)
    }

    /// Whether the login is waiting for something.
    fn is_open(&self, login: usize) -> bool {
        !self.logins[login].is_over && self.now() < self.logins[login].expires_at
    }

    fn is_live(&self, link: &Link) -> bool {
        !link.is_dead && self.now() < link.issued_at + 1_800
    }

    fn end(&mut self, login: usize) {
        self.logins[login].is_over = true;
        self.links
            .iter_mut()
            .filter(|link| link.login == login)
            .for_each(|link| link.is_dead = true);
    }

    /// The anti-forgery token that a page of this browser would carry.
    fn token(&self, browser: usize, form: &str) -> String {
        let cookie = self.browsers[browser].cookie("browser").unwrap_or_default();
        let digest = Secret::<secret::Browser>::new(cookie).digest();
        self.provider.app.provider.form_token(digest.as_str(), form)
    }

    async fn step(
        &mut self,
        by: usize,
        login: usize,
        step: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let id = self.logins[login].id.clone();
        let token = self.token(by, &id);
        let fields = [fields, &[("csrf", token.as_str())]].concat();
        self.browsers[by].post(&format!("/interaction/{id}/{step}"), &fields).await
    }

    async fn play(&mut self, by: usize, act: Act) {
        let logins = self.logins.len();
        let answer = match act {
            Act::Begin => self.begin(by).await,
            Act::Pass { seconds } => return self.provider.pass(seconds),
            Act::Password { login, name, password } => {
                let Some(login) = Self::named(logins, login) else { return };
                let fields = [("username", name), ("password", password)];
                let answer = self.step(by, login, "password", &fields).await;
                self.password(by, login, name, password);
                answer
            }
            Act::Address { login, typed } => {
                let Some(login) = Self::named(logins, login) else { return };
                self.address(by, login, typed).await
            }
            Act::Resend { login } => {
                let Some(login) = Self::named(logins, login) else { return };
                self.resend(by, login).await
            }
            Act::Cancel { login } => {
                let Some(login) = Self::named(logins, login) else { return };
                let answer = self.step(by, login, "cancel", &[]).await;
                let open = self.is_open(login);
                // A form that comes twice is answered twice.
                let again = self.logins[login].cancelled_at.is_some_and(|at| self.now() <= at + 30);
                let may = (open || again) && by == self.logins[login].browser;
                assert_eq!(answer.parameter("error").is_some(), may, "cancel");
                if may && open {
                    self.end(login);
                    self.logins[login].cancelled_at = Some(self.now());
                }
                answer
            }
            Act::Look { link, method } => {
                let Some(link) = Self::named(self.links.len(), link) else { return };
                self.look(by, link, method).await
            }
            Act::Confirm { link } => {
                let Some(link) = Self::named(self.links.len(), link) else { return };
                return self.confirm(by, link).await;
            }
        };
        assert_eq!(answer.parameter("code"), None, "{act:?} gave a code");
        self.no_other_mail_waits().await;
    }

    /// Whoever gave the right password last is whose login it is, with nothing of another's.
    fn password(&mut self, by: usize, login: usize, name: &'static str, password: &str) {
        let mut login = login;
        while let (true, Some(successor)) =
            (self.logins[login].is_over, self.logins[login].successor)
        {
            login = successor;
        }
        let may = self.is_open(login) && by == self.logins[login].browser;
        if !may || password != PASSWORD || self.logins[login].account == Some(name) {
            return;
        }
        self.logins[login].account = Some(name);
        self.logins[login].wrong_addresses = 0;
        self.links
            .iter_mut()
            .filter(|link| link.login == login)
            .for_each(|link| link.is_dead = true);
    }

    async fn begin(&mut self, by: usize) -> Answer {
        let answer = self.browsers[by].get(&Application::idep().request()).await;
        let id = answer.location().strip_prefix("/interaction/").unwrap().to_owned();
        self.add(id, by);
        answer
    }

    fn add(&mut self, id: String, browser: usize) {
        let expires_at = self.now() + 3_600;
        self.logins.push(Login {
            id,
            browser,
            account: None,
            wrong_addresses: 0,
            expires_at,
            is_over: false,
            successor: None,
            cancelled_at: None,
        });
    }

    async fn address(&mut self, by: usize, login: usize, typed: &'static str) -> Answer {
        let sent = self.mailed(login).len();
        let answer = self.step(by, login, "email", &[("email", typed)]).await;
        let Login { account, browser, .. } = self.logins[login];
        let (true, true, Some(account)) = (self.is_open(login), by == browser, account) else {
            return answer;
        };
        let own = if account == ANNA { ANNA_COMPANY } else { BERIT_COMPANY };
        if typed != own {
            self.logins[login].wrong_addresses += 1;
            if self.logins[login].wrong_addresses == 5 {
                self.end(login);
                let id = answer.location().strip_prefix("/interaction/").unwrap().to_owned();
                self.logins[login].successor = Some(self.logins.len());
                self.add(id, browser);
            }
        } else if sent < 4 {
            self.mail(login).await;
        }
        answer
    }

    async fn resend(&mut self, by: usize, login: usize) -> Answer {
        let answer = self.step(by, login, "resend", &[]).await;
        let theirs = self.mailed(login);
        let last = theirs.iter().map(|link| link.issued_at).max();
        let waited = last.is_some_and(|at| self.now() >= at + 60);
        let is_waiting = theirs.iter().any(|link| self.is_live(link));
        let may = self.is_open(login) && by == self.logins[login].browser;
        if may && waited && is_waiting && theirs.len() < 4 {
            self.mail(login).await;
        }
        answer
    }

    /// The links of a login that went to the account whose it is now.
    fn mailed(&self, login: usize) -> Vec<&Link> {
        let account = self.logins[login].account;
        let theirs = |link: &&Link| link.login == login && Some(link.account) == account;
        self.links.iter().filter(theirs).collect()
    }

    /// Exactly one mail must have been queued; its link is known from now on.
    async fn mail(&mut self, login: usize) {
        let before = self.provider.mails().len();
        self.provider.deliver().await;
        assert_eq!(self.provider.mails().len(), before + 1, "one mail");
        let (url, now) = (self.provider.last_link(), self.now());
        let account = self.logins[login].account.unwrap();
        self.links.push(Link { login, account, url, issued_at: now, is_dead: false });
        let until = &mut self.logins[login].expires_at;
        *until = (*until).max(now + 1_860);
    }

    /// No more mails than the model knows of.
    async fn no_other_mail_waits(&self) {
        let totals = self.provider.store().outbox_totals().await.unwrap();
        assert_eq!(totals.open, 0, "a mail that nobody may have asked for");
    }

    async fn look(&mut self, by: usize, link: usize, method: &str) -> Answer {
        let known = self.links[link].clone();
        let answer = self.browsers[by].send(method, &known.url, &[], String::new().into()).await;
        let works = self.is_live(&known) && self.is_open(known.login);
        assert_eq!(answer.status, if works { 200 } else { 410 }, "{method} {known:?}");
        assert!(answer.cookies().is_empty());
        if method == "GET" && works {
            let own = by == self.logins[known.login].browser;
            assert_eq!((answer.has("link-page"), answer.has("other-browser-page")), (own, !own));
        }
        answer
    }

    async fn confirm(&mut self, by: usize, link: usize) {
        let known = self.links[link].clone();
        let token = self.token(by, "link");
        let answer = self.browsers[by].post(&known.url, &[("csrf", token.as_str())]).await;
        let login = self.logins[known.login].clone();
        let works = self.is_live(&known) && self.is_open(known.login) && by == login.browser;
        assert_eq!(answer.parameter("code").is_some(), works, "{known:?} of {login:?}");
        if works {
            let idep = Application::idep();
            let tokens = idep.redeem(&self.browsers[by], &answer.code()).await;
            assert_eq!(tokens.claims["acr"], EMAIL);
            assert_eq!(tokens.claims["sub"], format!("sub-{}", login.account.unwrap()));
            assert_eq!(tokens.claims["auth_time"], self.now());
            self.codes += 1;
            self.end(known.login);
            // Each login stands alone: what the session would bring is another test's.
            self.browsers[by].forget_cookie("session");
        }
    }
}

#[test]
fn no_order_of_requests_yields_a_higher_acr_than_was_proven() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let provider = runtime.block_on(Setup::new().settings(UNBOUNDED).start());
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let codes = std::cell::Cell::new(0);
    let acts = vec(prop_oneof![5 => act().prop_map(|act| Vec::from([act])), 2 => honest()], 1..30);
    let outcome = TestRunner::new(config).run(&acts, |acts| {
        runtime.block_on(async {
            let browsers = vec![Browser::new(&provider); BROWSERS];
            let (logins, links) = (Vec::new(), Vec::new());
            let provider = provider.clone();
            let mut world = World { provider, browsers, logins, links, codes: 0 };
            for (by, act) in acts.into_iter().flatten() {
                world.play(by, act).await;
            }
            codes.set(codes.get() + world.codes);
        });
        Ok(())
    });
    outcome.unwrap();
    assert!(codes.get() > 30, "{} codes: too few to mean something", codes.get());
}
