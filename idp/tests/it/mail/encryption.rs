//! Nothing is sent in clear where encryption is required
//! ([RFC 8314 section 3](https://www.rfc-editor.org/rfc/rfc8314#section-3)).

use super::authority::Authority;
use super::scripted::{Act, Relay, Rules};
use super::{HOST, message, settings, told, transport};
use idp::mail::Transport;

const OFFERED: Rules =
    &[("EHLO", Act::Say("250-relay.example\r\n250 STARTTLS")), ("STARTTLS", Act::Say("220 go on"))];

const WHOLE_MAIL: [&str; 4] = ["MAIL", "RCPT", "DATA", "END"];

#[tokio::test]
async fn without_starttls_nothing_is_sent_when_it_is_required() {
    let relay = Relay::plain(&[]).await;
    let outcome = transport(relay.url("?tls=required")).send(&message("info@scb.se")).await;
    assert_eq!(told(&outcome), ("misconfigured", "STARTTLS: the relay does not offer STARTTLS"));
    assert_eq!(relay.seen(), ["(connected)", "EHLO", "QUIT"]);
}

#[tokio::test]
async fn a_refused_starttls_ends_the_attempt() {
    const REFUSED: Rules = &[
        ("EHLO", Act::Say("250-relay.example\r\n250 STARTTLS")),
        ("STARTTLS", Act::Say("454 TLS not available")),
    ];
    let relay = Relay::plain(REFUSED).await;
    for query in ["?tls=required", "?tls=opportunistic"] {
        let outcome = transport(relay.url(query)).send(&message("info@scb.se")).await;
        assert_eq!(told(&outcome), ("busy", "454 TLS not available"));
    }
    assert!(!relay.seen().iter().any(|verb| verb == "MAIL"));
}

#[tokio::test]
async fn an_untrusted_certificate_or_one_of_another_host_ends_the_attempt() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    std::fs::write(&trusted, authority.pem()).unwrap();
    for (address, ca_file) in [("127.0.0.1", None), ("127.0.0.2", Some(trusted))] {
        let relay = Relay::start(OFFERED, Some(authority.server(address)), false).await;
        let mut settings = settings(relay.url("?tls=required"));
        settings.ca_file = ca_file;
        let outcome = Transport::new(&settings, HOST).unwrap().send(&message("info@scb.se")).await;
        let (kind, reply) = told(&outcome);
        assert_eq!(kind, "misconfigured", "{reply}");
        assert!(reply.starts_with("STARTTLS: ") && reply.contains("certificate"), "{reply}");
        assert!(!relay.seen().iter().any(|verb| WHOLE_MAIL.contains(&verb.as_str())));
    }
}

#[tokio::test]
async fn a_certificate_of_the_organisations_own_authority_is_accepted() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    std::fs::write(&trusted, authority.pem()).unwrap();
    for implicit in [false, true] {
        let server = authority.server("127.0.0.1");
        let relay = Relay::start(OFFERED, Some(server), implicit).await;
        let url = match implicit {
            true => format!("smtps://127.0.0.1:{}", relay.port),
            false => relay.url("?tls=required"),
        };
        let mut settings = settings(url);
        settings.ca_file = Some(trusted.clone());
        let transport = Transport::new(&settings, HOST).unwrap();
        let outcome = transport.send(&message("info@scb.se")).await;
        assert_eq!(told(&outcome).0, "accepted", "{outcome:?}");
        let seen = relay.seen();
        let encrypted = seen.iter().position(|verb| verb == "(encrypted)").unwrap();
        assert_eq!(seen[encrypted + 2..encrypted + 6], WHOLE_MAIL);
    }
}

#[tokio::test]
async fn opportunistic_tls_accepts_any_certificate_and_falls_back_to_clear_text() {
    let relay = Relay::start(OFFERED, Some(Authority::new().server("127.0.0.9")), false).await;
    let outcome = transport(relay.url("?tls=opportunistic")).send(&message("info@scb.se")).await;
    assert_eq!(told(&outcome).0, "accepted", "{outcome:?}");
    assert!(relay.seen().iter().any(|verb| verb == "(encrypted)"));

    let relay = Relay::plain(&[]).await;
    let outcome = transport(relay.url("?tls=opportunistic")).send(&message("info@scb.se")).await;
    assert_eq!(told(&outcome).0, "accepted", "{outcome:?}");
}

#[tokio::test]
async fn a_refused_relay_password_defers_the_mail_as_misconfigured() {
    const WRONG: Rules = &[
        ("EHLO", Act::Say("250-relay.example\r\n250 AUTH PLAIN LOGIN")),
        ("AUTH", Act::Say("535 5.7.8 wrong")),
    ];
    let relay = Relay::plain(WRONG).await;
    let url = format!("smtp://user:s3cret@127.0.0.1:{}", relay.port);
    let outcome = transport(url).send(&message("info@scb.se")).await;
    assert_eq!(told(&outcome), ("misconfigured", "535 5.7.8 wrong"));
    assert!(!relay.seen().iter().any(|verb| verb == "MAIL"));
}

#[tokio::test]
async fn a_check_says_in_one_line_how_the_relay_answers() {
    let relay = Relay::plain(&[]).await;
    let said = transport(relay.url("")).check().await.unwrap();
    let expected = format!("127.0.0.1:{} answers as relay.example, in clear", relay.port);
    assert_eq!(said, expected);
    assert_eq!(relay.seen(), ["(connected)", "EHLO", "QUIT"]);

    let error = transport(relay.url("?tls=required")).check().await.unwrap_err().to_string();
    assert!(error.ends_with("the relay does not offer STARTTLS"), "{error}");
}
