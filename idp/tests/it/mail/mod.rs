//! Mail over a real socket: against a relay that follows a script, and against the demo mailbox.

mod authority;
mod connection_limit;
mod delivery;
mod encryption;
#[cfg(feature = "demo")]
mod mailbox;
mod scripted;

use idp::clock::Timestamp;
use idp::config;
use idp::contact::address::Address;
use idp::mail::message::{Content, Message, Sender};
use idp::mail::{Outcome, Transport};

const HOST: &str = "login.example.se";
const NOW: Timestamp = Timestamp(1_795_438_800);

fn settings(url: String) -> config::Mail {
    config::Mail {
        url,
        from: "Intrastat helpdesk <no-reply@example.se>".to_owned(),
        timeout_seconds: 5,
        ..config::Mail::default()
    }
}

fn transport(url: String) -> Transport {
    Transport::new(&settings(url), HOST).unwrap()
}

fn message(to: &str) -> Message {
    // Lines that begin with dots, end in blanks, are long, and letters beyond ASCII.
    let text = format!(".\n..två\nslut \n{}\n.", "x".repeat(2000));
    let content =
        Content { subject: "Slutför".to_owned(), text: text.clone(), html: format!("<p>{text}") };
    let to = Address::parse(to).unwrap();
    let sender = Sender::new(&settings(String::new()), "login.example.se").unwrap();
    sender.compose("06p1t4hg8c", &to, NOW, &content).unwrap()
}

/// The kind of an outcome, and its text.
fn told(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Accepted { reply } => ("accepted", reply),
        Outcome::Deferred { cause, reply } => (cause.as_str(), reply),
        Outcome::Crowded { reply, .. } => ("crowded", reply),
        Outcome::Refused { reply } => ("refused", reply),
    }
}
