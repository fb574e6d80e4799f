//! A relay that takes few connections at once, as relays do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use idp::mail::{Outcome, Transport};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{HOST, message, settings};

/// What the relay saw.
#[derive(Default)]
struct Seen {
    open: AtomicUsize,
    turned_away: AtomicUsize,
    greetings: Mutex<Vec<String>>,
}

/// A relay that turns connections beyond `most` away with 421, and takes a while for each mail.
async fn relay(most: usize) -> (u16, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::<Seen>::default();
    let notes = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if notes.open.fetch_add(1, Ordering::SeqCst) >= most {
                notes.open.fetch_sub(1, Ordering::SeqCst);
                notes.turned_away.fetch_add(1, Ordering::SeqCst);
                let _gone = stream.write_all(b"421 4.7.0 too many connections\r\n").await;
                continue;
            }
            let notes = Arc::clone(&notes);
            tokio::spawn(async move {
                let _gone = converse(stream, &notes).await;
                notes.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (port, seen)
}

async fn converse(stream: TcpStream, seen: &Seen) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 relay.example\r\n").await?;
    let (mut line, mut in_data) = (String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if in_data && line != ".\r\n" {
            continue;
        }
        let reply: &[u8] = match line.split_whitespace().next().unwrap_or_default() {
            "EHLO" => {
                seen.greetings.lock().unwrap().push(line.trim().to_owned());
                b"250 relay.example\r\n"
            }
            "DATA" => {
                in_data = true;
                b"354 go on\r\n"
            }
            "." => {
                in_data = false;
                tokio::time::sleep(Duration::from_millis(20)).await;
                b"250 taken\r\n"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => b"250 fine\r\n",
        };
        stream.write_all(reply).await?;
    }
}

fn transport(port: u16) -> Transport {
    Transport::new(&settings(format!("smtp://127.0.0.1:{port}")), HOST).unwrap()
}

#[tokio::test]
async fn a_connection_that_is_turned_away_while_others_are_open_is_no_failure() {
    let (port, seen) = relay(3).await;
    let transport = transport(port);
    let sending = (0..6).map(|n| {
        let (transport, message) = (&transport, message(&format!("info{n}@scb.se")));
        async move { transport.send(&message).await }
    });
    let outcomes = futures_util::future::join_all(sending).await;
    let accepted = outcomes.iter().filter(|o| matches!(o, Outcome::Accepted { .. })).count();
    let crowded =
        outcomes.iter().filter(|o| matches!(o, Outcome::Crowded { alone: false, .. })).count();
    assert_eq!((accepted, crowded), (3, 3), "{outcomes:?}");
    assert_eq!(seen.turned_away.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn unused_connections_to_the_relay_are_closed() {
    let (port, seen) = relay(1).await;
    let first = transport(port);
    assert!(matches!(first.send(&message("a@scb.se")).await, Outcome::Accepted { .. }));
    let second = transport(port);
    let outcome = second.send(&message("b@scb.se")).await;
    assert!(matches!(outcome, Outcome::Crowded { alone: true, .. }), "{outcome:?}");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(6)).await;
    tokio::time::resume();
    first.close_idle().await;
    while seen.open.load(Ordering::SeqCst) > 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(second.send(&message("b@scb.se")).await, Outcome::Accepted { .. }));
}

#[tokio::test]
async fn ehlo_has_the_issuer_host_or_the_configured_name() {
    let (port, seen) = relay(3).await;
    transport(port).send(&message("info@scb.se")).await;
    let mut settings = settings(format!("smtp://127.0.0.1:{port}"));
    settings.ehlo_name = "mail-out.example.se".to_owned();
    Transport::new(&settings, HOST).unwrap().send(&message("info@scb.se")).await;
    let greetings = seen.greetings.lock().unwrap().clone();
    assert_eq!(greetings, ["EHLO login.example.se", "EHLO mail-out.example.se"]);
}

#[tokio::test]
async fn a_mail_and_its_final_dot_are_sent_in_one_piece() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = async {
        let mut stream = BufReader::new(listener.accept().await.unwrap().0);
        stream.write_all(b"220 relay.example\r\n").await.unwrap();
        for reply in ["250 relay.example", "250 sender", "250 recipient", "354 go on"] {
            stream.read_line(&mut String::new()).await.unwrap();
            stream.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
        }
        let mut content = vec![0; 65_536];
        let size = stream.read(&mut content).await.unwrap();
        stream.write_all(b"250 taken\r\n").await.unwrap();
        content[..size].ends_with(b"\r\n.\r\n")
    };
    let (transport, mail) = (transport(port), message("info@scb.se"));
    let (outcome, in_one_piece) = tokio::join!(transport.send(&mail), serving);
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert!(in_one_piece, "the dot waits until the mail is acknowledged");
}
