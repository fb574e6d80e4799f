//! The demo mailbox over a real socket.

use idp::clock::Clock;
use idp::demo::mailbox::{Mailbox, serve_smtp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::{NOW, message, told, transport};

/// A mailbox on a port of its own, open until the sender is dropped.
async fn open() -> (Mailbox, u16, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mailbox = Mailbox::new(Clock::manual(NOW));
    let (close, closed) = oneshot::channel::<()>();
    tokio::spawn(serve_smtp(listener, mailbox.clone(), async move { drop(closed.await) }));
    (mailbox, port, close)
}

/// Sends all bytes at once, as a client with PIPELINING may, and gives all replies.
async fn dialogue(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut replies = String::new();
    stream.read_to_string(&mut replies).await.unwrap();
    replies
}

fn sent(body: &[u8]) -> Vec<u8> {
    let start = b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.se>\r\nDATA\r\n";
    [&start[..], body, b"\r\n.\r\nQUIT\r\n"].concat()
}

#[tokio::test]
async fn a_mail_arrives_unchanged_at_its_recipient() {
    let (mailbox, port, _open) = open().await;
    let transport = transport(format!("smtp://127.0.0.1:{port}"));
    let message = message("Magnus.Lange@Scb.se");
    let outcome = transport.send(&message).await;
    assert_eq!(told(&outcome), ("accepted", "250 2.0.0 kept as 1"));
    let mails = mailbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].raw, message.raw());
    assert_eq!(mails[0].to, ["Magnus.Lange@Scb.se"]);
    assert_eq!(mails[0].from, "no-reply@example.se");
    assert_eq!(mails[0].received_at, NOW);
}

#[tokio::test]
async fn the_mailbox_greylists_or_refuses_by_recipient_address() {
    let (mailbox, port, _open) = open().await;
    let transport = transport(format!("smtp://127.0.0.1:{port}"));
    for (to, kind) in [
        ("greylist.info@scb.se", "busy"),
        ("refuse.info@scb.se", "refused"),
        ("greylist.info@scb.se", "accepted"),
        ("info@scb.se", "accepted"),
    ] {
        let outcome = transport.send(&message(to)).await;
        assert_eq!(told(&outcome).0, kind, "{to}: {outcome:?}");
    }
    assert_eq!(mailbox.mails().len(), 2);
}

#[tokio::test]
async fn eight_bits_dots_and_long_lines_arrive_as_they_were_sent() {
    let (mailbox, port, _open) = open().await;
    let long = "x".repeat(998);
    for (sent_body, kept) in [
        ("Subject: å\r\n\r\nåäö".to_owned(), "Subject: å\r\n\r\nåäö\r\n".to_owned()),
        ("\r\n..\r\n...a\r\n.b".to_owned(), "\r\n.\r\n..a\r\nb\r\n".to_owned()),
        (format!("\r\n{long}"), format!("\r\n{long}\r\n")),
        (format!("\r\n..{}", &long[1..]), format!("\r\n.{}\r\n", &long[1..])),
        ("\r\n\u{0}\u{1b}".to_owned(), "\r\n\u{0}\u{1b}\r\n".to_owned()),
    ] {
        let replies = dialogue(port, &sent(sent_body.as_bytes())).await;
        assert!(replies.ends_with("221 2.0.0 bye\r\n"), "{replies}");
        assert_eq!(mailbox.mails()[0].raw, kept.as_bytes());
    }
    let latin1 = dialogue(port, &sent(b"\r\n\xe5\xff")).await;
    assert!(latin1.contains("kept as"), "{latin1}");
    assert_eq!(mailbox.mails()[0].raw, b"\r\n\xe5\xff\r\n");
}

#[tokio::test]
async fn long_lines_and_bare_line_feeds_are_refused_and_the_session_continues() {
    let (mailbox, port, _open) = open().await;
    for (body, code) in [
        (format!("\r\n{}", "x".repeat(999)), "554 5.6.0 a line is longer"),
        (format!("\r\n{}", "x".repeat(100_000)), "554 5.6.0 a line is longer"),
        ("\r\nbare\nline".to_owned(), "554 5.6.0 a line does not end"),
        ("\r\nsmuggled\n.\nMAIL FROM:<b@b.se>".to_owned(), "554 5.6.0 a line does not end"),
        (format!("\r\n{}", "xxxxxxxxxx\r\n".repeat(440_000)), "552 5.3.4"),
    ] {
        let replies = dialogue(port, &sent(body.as_bytes())).await;
        assert!(replies.contains(code), "{replies}");
        assert!(replies.ends_with("221 2.0.0 bye\r\n"), "{replies}");
    }
    let command = format!("{}\r\nNOOP\nQUIT\r\n", "x".repeat(10_000));
    let replies = dialogue(port, command.as_bytes()).await;
    assert_eq!(
        replies,
        "220 mailbox ESMTP\r\n500 5.5.2 line too long\r\n250 2.0.0 here\r\n221 2.0.0 bye\r\n"
    );
    assert_eq!(mailbox.mails(), []);
}

#[tokio::test]
async fn shutting_down_closes_open_connections() {
    let (_, port, open) = open().await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut greeting = [0; 19];
    stream.read_exact(&mut greeting).await.unwrap();
    drop(open);
    assert_eq!(stream.read(&mut greeting).await.unwrap_or(0), 0);
}
