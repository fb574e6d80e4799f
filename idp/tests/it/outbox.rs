//! The worker that sends mails: nobody's mail waits for somebody else's.

use idp::account::message::{Delivery, Kind, NoticePayload, Occasion, QueuedMessage};
use idp::clock::Timestamp;
use idp::mail::Outcome;

use crate::support::{
    ANNA, ANNA_COMPANY, Application, BERIT, BERIT_COMPANY, Browser, NOW, TestProvider,
};

fn notice(id: &str, address: &str) -> QueuedMessage {
    let payload = NoticePayload {
        event: Occasion::PasswordChanged,
        subject: "202100083701".to_owned(),
        at: NOW,
    };
    QueuedMessage {
        id: id.to_owned(),
        kind: Kind::Notice,
        link_id: None,
        account_id: None,
        address: address.to_owned(),
        language: "sv".to_owned(),
        payload: payload.to_json(),
        delivery: Delivery::Queued,
        reply: None,
        attempts: 0,
        queued_at: NOW,
        changed_at: NOW,
        next_attempt_at: NOW,
        expires_at: Timestamp(NOW.0 + 1_800),
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').unwrap().1
}

#[tokio::test]
async fn a_domain_that_does_not_answer_stops_no_mail_of_another() {
    let provider = TestProvider::start().await;
    let own = domain(BERIT_COMPANY);
    provider.relay.silence("hung.example", true);
    let hung: Vec<_> =
        (0..20).map(|n| notice(&format!("n{n}"), &format!("n{n}@hung.example"))).collect();
    provider.store().enqueue(&hung).await.unwrap();
    let (stop, worker) = provider.mailing();
    provider.relay.wait_for_silence(2).await;
    assert_ne!(own, "hung.example");
    for accepted in 1..=3 {
        let mut browser = Browser::new(&provider);
        browser.ask_for_link(&Application::idep(), BERIT, BERIT_COMPANY).await;
        provider.relay.wait_for(accepted).await;
        provider.pass(60);
    }
    assert!(provider.mails().iter().all(|mail| domain(mail.recipient()) == own));
    provider.relay.silence("hung.example", false);
    provider.relay.wait_for(23).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_link_never_waits_behind_notices_that_hang() {
    let provider = TestProvider::start().await;
    let hung: Vec<_> = (0..20)
        .map(|n| {
            let domain = format!("hung{n}.example");
            provider.relay.silence(&domain, true);
            notice(&format!("n{n}"), &format!("info@{domain}"))
        })
        .collect();
    provider.store().enqueue(&hung).await.unwrap();
    let (stop, worker) = provider.mailing();
    provider.relay.wait_for_silence(3).await;
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.relay.wait_for(1).await;
    assert_eq!(provider.mails()[0].recipient(), ANNA_COMPANY);
    for n in 0..20 {
        provider.relay.silence(&format!("hung{n}.example"), false);
    }
    provider.relay.wait_for(21).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_stopping_worker_releases_a_hanging_mail_and_another_node_sends_it() {
    let provider = TestProvider::start().await;
    provider.relay.silence(domain(ANNA_COMPANY), true);
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let (stop, worker) = provider.mailing();
    provider.relay.wait_for_silence(1).await;
    let begun = std::time::Instant::now();
    stop.send(true).unwrap();
    worker.await.unwrap();
    assert!(begun.elapsed().as_secs() < 15, "a mail that hangs keeps no node from stopping");
    provider.relay.silence(domain(ANNA_COMPANY), false);
    provider.again().await.deliver().await;
    assert_eq!(provider.mails().len(), 1);
}

fn crowded(alone: bool) -> Outcome {
    Outcome::Crowded { alone, reply: "421 4.7.0 too many connections".to_owned() }
}

#[tokio::test]
async fn a_mail_refused_by_a_crowded_relay_is_sent_next_and_counted_as_one_attempt() {
    for alone in [false, true] {
        let provider = TestProvider::start().await;
        let mut browser = Browser::new(&provider);
        let sent = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
        provider.relay.answer(crowded(alone));
        provider.deliver().await;
        assert_eq!(provider.mails().len(), usize::from(!alone), "at once, if others get through");
        provider.pass(10);
        provider.deliver().await;
        assert_eq!(provider.mails().len(), 1);
        let id = sent.path.rsplit('/').next().unwrap();
        let mails = provider.store().messages_of(id).await.unwrap();
        assert_eq!((mails[0].delivery, mails[0].attempts), (Delivery::Sent, 1), "{alone}");
    }
}

#[tokio::test]
async fn parallel_mails_are_reduced_to_what_a_crowded_relay_accepts() {
    let provider = TestProvider::start().await;
    for domain in ["hung1.example", "hung2.example"] {
        provider.relay.silence(domain, true);
        provider.store().enqueue(&[notice(domain, &format!("a@{domain}"))]).await.unwrap();
    }
    let (stop, worker) = provider.mailing();
    provider.relay.wait_for_silence(2).await;
    provider.relay.answer(crowded(false));
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(provider.mails().is_empty(), "both places that the relay has are taken");
    provider.relay.silence("hung1.example", false);
    provider.relay.wait_for(2).await;
    assert!(provider.mails().iter().any(|mail| mail.recipient() == ANNA_COMPANY));
    provider.relay.silence("hung2.example", false);
    provider.relay.wait_for(3).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn repeated_password_notices_are_reduced_to_the_first_and_the_last() {
    let provider = TestProvider::start().await;
    for id in ["first", "second", "third"] {
        provider.store().enqueue(&[notice(id, ANNA_COMPANY)]).await.unwrap();
    }
    for (seconds, sent) in [(0, 1), (59, 1), (1, 2), (3_600, 2)] {
        provider.pass(seconds);
        provider.deliver().await;
        assert_eq!(provider.mails().len(), sent);
    }
}
