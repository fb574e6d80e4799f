//! What becomes of a mail, for every way a relay may answer or fall silent.

use super::scripted::{Act, Relay, Rules};
use super::{message, told, transport};
use idp::mail::relay::memory::Memory;
use idp::mail::{Cause, Outcome};
use tokio::net::TcpListener;

#[tokio::test]
async fn the_outcome_depends_on_step_and_class_of_the_reply() {
    const CASES: [(Rules, &str, &str); 9] = [
        (&[("END", Act::Say("250 2.0.0 queued as 42"))], "accepted", "250 2.0.0 queued as 42"),
        (&[("RCPT", Act::Say("451-4.7.1 grey\r\n451 listed"))], "busy", "451 4.7.1 grey listed"),
        (&[("RCPT", Act::Say("550 5.1.1 nobody"))], "refused", "550 5.1.1 nobody"),
        (&[("RCPT", Act::Say("421 closing"))], "interrupted", "421 closing"),
        (&[("MAIL", Act::Say("550 5.7.1 not you"))], "misconfigured", "550 5.7.1 not you"),
        (&[("DATA", Act::Say("452 disk full"))], "busy", "452 disk full"),
        (&[("END", Act::Say("554 5.7.1 spam"))], "refused", "554 5.7.1 spam"),
        (&[("END", Act::Say("451 try later"))], "busy", "451 try later"),
        (&[("GREETING", Act::Say("421 too busy"))], "crowded", "421 too busy"),
    ];
    for (rules, kind, reply) in CASES {
        let relay = Relay::plain(rules).await;
        let outcome = transport(relay.url("")).send(&message("info@scb.se")).await;
        assert_eq!(told(&outcome), (kind, reply));
        assert!(relay.seen().iter().filter(|verb| *verb == "RCPT").count() <= 1);
    }
}

#[tokio::test]
async fn a_lost_connection_defers_the_mail() {
    const CASES: [Rules; 6] = [
        &[("GREETING", Act::Hang)],
        &[("EHLO", Act::Hang)],
        &[("MAIL", Act::Hang)],
        &[("RCPT", Act::Hang)],
        &[("DATA", Act::Hang)],
        &[("END", Act::Hang)],
    ];
    for rules in CASES {
        let relay = Relay::plain(rules).await;
        let outcome = transport(relay.url("")).send(&message("info@scb.se")).await;
        let of_this_mail = ["RCPT", "DATA", "END"].contains(&rules[0].0);
        let kind = if of_this_mail { "interrupted" } else { "unreachable" };
        assert_eq!(told(&outcome).0, kind, "{}: {outcome:?}", rules[0].0);
    }
}

#[tokio::test]
async fn an_unreachable_relay_defers_the_mail() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let transport = transport(format!("smtp://127.0.0.1:{port}"));
    let outcome = transport.send(&message("info@scb.se")).await;
    let (kind, reply) = told(&outcome);
    assert_eq!(kind, "unreachable");
    assert!(reply.starts_with("connecting: "), "{reply}");
    let error = transport.check().await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("127.0.0.1:{port}: ")), "{error}");
}

async fn silent_at(rules: Rules, step: &str) {
    let relay = Relay::plain(rules).await;
    let outcome = transport(relay.url("")).send(&message("info@scb.se")).await;
    let seconds = if rules[0].0 == "END" { 20 } else { 5 };
    let expected = format!("{step}: no answer within {seconds} seconds");
    let kind = if step == "connecting" { "unreachable" } else { "interrupted" };
    assert_eq!(told(&outcome), (kind, expected.as_str()));
}

#[tokio::test]
async fn a_relay_silent_at_its_greeting_is_given_up() {
    silent_at(&[("GREETING", Act::Wait)], "connecting").await;
}

#[tokio::test]
async fn a_relay_silent_at_ehlo_is_given_up() {
    silent_at(&[("EHLO", Act::Wait)], "connecting").await;
}

#[tokio::test]
async fn a_relay_silent_at_the_recipient_is_given_up() {
    silent_at(&[("RCPT", Act::Wait)], "RCPT TO").await;
}

#[tokio::test]
async fn a_relay_silent_after_the_data_times_out_later() {
    silent_at(&[("END", Act::Wait)], "DATA").await;
}

#[tokio::test]
async fn a_connection_is_used_again_and_a_dead_one_replaced() {
    let relay = Relay::plain(&[]).await;
    let transport_ = transport(relay.url(""));
    for _ in 0..3 {
        assert_eq!(told(&transport_.send(&message("info@scb.se")).await).0, "accepted");
    }
    assert_eq!(relay.seen().iter().filter(|verb| *verb == "(connected)").count(), 1);

    let relay = Relay::plain(&[("MAIL", Act::HangAgain)]).await;
    let transport_ = transport(relay.url(""));
    for _ in 0..2 {
        assert_eq!(told(&transport_.send(&message("info@scb.se")).await).0, "accepted");
    }
    assert_eq!(relay.seen().iter().filter(|verb| *verb == "(connected)").count(), 2);
}

#[tokio::test]
async fn a_mail_folder_has_the_exact_bytes_readable_only_by_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/mails");
    let transport = transport(format!("file://{}", path.display()));
    transport.check().await.unwrap();
    let message = message("info@scb.se");
    assert_eq!(told(&transport.send(&message).await).0, "accepted");
    let file = path.join(format!("{}.eml", message.id()));
    assert_eq!(std::fs::read(&file).unwrap(), message.raw());
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn an_unwritable_mail_folder_defers_and_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let transport = transport(format!("file://{}/mails", file.path().display()));
    assert_eq!(told(&transport.send(&message("info@scb.se")).await).0, "misconfigured");
    let error = transport.check().await.unwrap_err().to_string();
    assert!(error.starts_with("mail.url: /"), "{error}");
}

#[tokio::test]
async fn the_memory_transport_returns_its_prepared_outcomes() {
    let memory = Memory::default();
    let transport = memory.transport();
    let busy = Outcome::Deferred { cause: Cause::Busy, reply: "451 later".to_owned() };
    memory.answer(busy.clone());
    let message = message("info@scb.se");
    assert_eq!(transport.send(&message).await, busy);
    assert_eq!(memory.accepted(), []);
    assert_eq!(told(&transport.send(&message).await).0, "accepted");
    assert_eq!(memory.accepted(), [message]);
}
