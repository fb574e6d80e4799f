//! Section 6 and RFC 9700 section 4.14.2 as a whole: any history of a family of refresh tokens,
//! held against a model of it. Of what happens at once, one order must explain all answers.

mod model;

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use self::model::{Became, Event, Family, Token, Told};
use crate::support::party::{call, granted, parties, refresh, text, userinfo};
use crate::support::{ANNA, Browser, DAY, PASSWORD, TestProvider};

/// Clients that rotate and that keep their tokens, with a session and without.
const KINDS: [(&str, bool); 4] =
    [("spa", false), ("spa", true), ("server", false), ("server", true)];
const SECONDS: [i64; 8] = [1, 10, 30, 31, 599, 600, 4 * 3_600, 6 * DAY];

/// What can happen to a family. Tokens are named by their number, from the newest back.
#[derive(Clone, Copy, Debug)]
enum Act {
    Refresh(usize),
    RevokeRefresh(usize),
    RevokeAccess(usize),
    LogOut,
    Disable,
    ChangePassword,
}

#[derive(Clone, Debug)]
enum Step {
    AtOnce(Vec<Act>),
    Pass(i64),
}

/// A family and all that is known of it.
struct World {
    nodes: [TestProvider; 2],
    browser: Browser,
    id: &'static str,
    refresh: Vec<String>,
    access: Vec<String>,
    /// What it may be, as far as the answers tell.
    families: Vec<Family>,
}

impl World {
    async fn new(nodes: [TestProvider; 2], id: &'static str, offline: bool) -> Self {
        let mut browser = Browser::new(&nodes[0]);
        let now = nodes[0].clock.now().0;
        let scope = if offline { "openid offline_access" } else { "openid" };
        let tokens = granted(&mut browser, id, scope).await;
        let (refresh, access) = (text(&tokens, "refresh_token"), text(&tokens, "access_token"));
        let end = if offline { now + 30 * DAY } else { now + 12 * 3_600 };
        let first = Token {
            text: refresh.clone(),
            idle_end: end.min(now + 14 * DAY),
            became: Became::Unused,
        };
        let family = Family {
            rotates: id == "spa",
            offline,
            end,
            refresh: vec![first],
            access: vec![(access.clone(), now + 600)],
            is_dead: false,
        };
        let (refresh, access) = (vec![refresh], vec![access]);
        Self { nodes, browser, id, refresh, access, families: vec![family] }
    }

    fn event(&self, act: Act) -> Event {
        let named =
            |tokens: &[String], back: usize| tokens[tokens.len() - 1 - back % tokens.len()].clone();
        match act {
            Act::Refresh(back) => Event::Refresh(named(&self.refresh, back)),
            Act::RevokeRefresh(back) => Event::Revoke(named(&self.refresh, back)),
            Act::RevokeAccess(back) => Event::Revoke(named(&self.access, back)),
            Act::LogOut => Event::LogOut,
            Act::Disable => Event::Disable,
            Act::ChangePassword => Event::ChangePassword,
        }
    }

    /// Returns what the events were answered.
    async fn at_once(&mut self, acts: &[Act]) -> Vec<Told> {
        let events: Vec<_> = acts.iter().map(|act| self.event(*act)).collect();
        let mut tasks = Vec::new();
        for (number, event) in events.iter().enumerate() {
            let browser = self.browser.clone().now_at(&self.nodes[number % 2]);
            tasks.push(tokio::spawn(happened(browser, self.id, event.clone())));
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let now = self.nodes[0].clock.now().0;
        let mut explained = Vec::new();
        for order in orders(events.len()) {
            for family in &self.families {
                let mut family = family.clone();
                let fits = order
                    .iter()
                    .all(|number| family.explains(&events[*number], &answers[*number], now));
                if fits && !explained.contains(&family) {
                    explained.push(family);
                }
            }
        }
        assert!(!explained.is_empty(), "{events:?} {answers:?} of {:?}", self.families);
        self.families = explained;
        for told in &answers {
            if let Told::Tokens(access, refresh) = told {
                self.access.push(access.clone());
                let new = refresh.iter().filter(|new| !self.refresh.contains(new));
                let new: Vec<_> = new.cloned().collect();
                self.refresh.extend(new);
            }
        }
        answers
    }

    /// The last access tokens work as they should, a second later: either node may have ended them.
    async fn looked_at(&mut self) {
        self.nodes[0].pass(1);
        let now = self.nodes[0].clock.now().0;
        for access in self.access.iter().rev().take(3) {
            let works = userinfo(&self.nodes[1], &access.as_str().into()).await == 200;
            let before = self.families.clone();
            self.families.retain(|family| family.lives(access, now) == works);
            assert!(!self.families.is_empty(), "works: {works}, of {before:?}");
        }
    }
}

/// Every order of so many.
fn orders(length: usize) -> Vec<Vec<usize>> {
    (0..length).fold(vec![Vec::new()], |orders, last| {
        let with = |order: &Vec<usize>| {
            let order = order.clone();
            (0..=order.len()).map(move |at| [&order[..at], &[last], &order[at..]].concat())
        };
        orders.iter().flat_map(with).collect()
    })
}

async fn happened(mut browser: Browser, id: &'static str, event: Event) -> Told {
    let provider = browser.provider.clone();
    match event {
        Event::Refresh(token) => {
            let answer = refresh(&provider, id, &token).await;
            let tokens = answer.json();
            if answer.status == 400 {
                assert_eq!(tokens["error"], "invalid_grant");
                return Told::Refused;
            }
            assert_eq!(answer.status, 200, "{}", answer.body);
            let next = tokens["refresh_token"].as_str().map(str::to_owned);
            return Told::Tokens(text(&tokens, "access_token"), next);
        }
        Event::Revoke(token) => {
            let answer = call(&provider, "/revoke", id, &[("token", &token)], None).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        Event::LogOut => {
            let page = browser.get("/end_session").await;
            if page.has("logout-confirm") {
                browser.press(&page, "logout-confirm").await;
            }
        }
        Event::Disable => {
            let now = provider.clock.now();
            provider.store().disable_account(ANNA, now).await.unwrap();
            let none = idp::secret::Secret::new("x".to_owned()).digest();
            provider.store().unlock_account(ANNA, &none).await.unwrap();
        }
        Event::ChangePassword => provider.change_password(ANNA, PASSWORD).await,
    }
    Told::Done
}

fn step() -> impl Strategy<Value = Step> {
    let recent = || prop_oneof![5 => Just(0_usize), 3 => Just(1_usize), 1 => 0..5_usize];
    let act = move || {
        prop_oneof![
            24 => recent().prop_map(Act::Refresh),
            2 => recent().prop_map(Act::RevokeAccess),
            1 => recent().prop_map(Act::RevokeRefresh),
            1 => Just(Act::LogOut),
            1 => Just(Act::Disable),
            1 => Just(Act::ChangePassword),
        ]
    };
    prop_oneof![
        4 => act().prop_map(|act| Step::AtOnce(vec![act])),
        3 => vec(act(), 2..4).prop_map(Step::AtOnce),
        3 => proptest::sample::select(&SECONDS[..]).prop_map(Step::Pass),
    ]
}

/// P15, P16 and P17.
fn held_to_the_model(nodes: &[TestProvider; 2], runtime: &tokio::runtime::Runtime) {
    let histories = (proptest::sample::select(&KINDS[..]), vec(step(), 1..16));
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let (refreshed, refused) = (Cell::new(0), Cell::new(0));
    let outcome = TestRunner::new(config).run(&histories, |((id, offline), steps)| {
        runtime.block_on(async {
            let mut world = World::new(nodes.clone(), id, offline).await;
            for step in steps {
                match step {
                    Step::Pass(seconds) => nodes[0].pass(seconds),
                    Step::AtOnce(acts) => {
                        let answers = world.at_once(&acts).await;
                        let count = answers.iter().filter(|told| **told == Told::Refused).count();
                        refused.set(refused.get() + count);
                        refreshed.set(refreshed.get() + answers.len() - count);
                    }
                }
                world.looked_at().await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
    assert!(refreshed.get() > 40 && refused.get() > 10, "too few to mean something");
}

#[test]
fn every_parallel_history_of_a_refresh_token_family_is_linearizable() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    for provider in runtime.block_on(parties().start_on_both()) {
        let nodes = [provider.clone(), runtime.block_on(provider.again())];
        held_to_the_model(&nodes, &runtime);
    }
}
