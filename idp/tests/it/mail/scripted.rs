//! A relay that does what a test tells it, and writes down what it was told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the relay does when a line begins with a word. Lines without a rule are answered `250`.
#[derive(Clone)]
pub(super) enum Act {
    /// Sends a reply.
    Say(&'static str),
    /// Closes the connection.
    Hang,
    /// Closes the connection at the second such line of it.
    HangAgain,
    /// Says nothing more, and lets the clock run to the client's time-out.
    Wait,
}

pub(super) type Rules = &'static [(&'static str, Act)];

pub(super) struct Relay {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

/// How a conversation in clear went on.
enum End {
    Over,
    StartTls,
}

impl Relay {
    /// A relay on a port of its own. `GREETING` and `END` name the moments before the first line
    /// and after the final dot. `tls` answers STARTTLS, or the first byte with `implicit`.
    pub(super) async fn start(rules: Rules, tls: Option<TlsAcceptor>, implicit: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let notes = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                note(&notes, "(connected)");
                if !implicit {
                    match converse(&mut stream, rules, &notes, true).await {
                        End::StartTls => {}
                        End::Over => continue,
                    }
                }
                let acceptor = tls.clone().unwrap();
                match acceptor.accept(stream).await {
                    Ok(mut stream) => {
                        note(&notes, "(encrypted)");
                        converse(&mut stream, rules, &notes, implicit).await;
                    }
                    Err(_) => note(&notes, "(no handshake)"),
                }
            }
        });
        Self { port, seen }
    }

    pub(super) async fn plain(rules: Rules) -> Self {
        Self::start(rules, None, false).await
    }

    pub(super) fn url(&self, query: &str) -> String {
        format!("smtp://127.0.0.1:{}{query}", self.port)
    }

    /// The verbs so far, in order.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn note(notes: &Mutex<Vec<String>>, what: &str) {
    notes.lock().unwrap().push(what.to_owned());
}

async fn converse(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    rules: Rules,
    notes: &Mutex<Vec<String>>,
    greet: bool,
) -> End {
    let mut stream = BufReader::new(stream);
    let mut moment = if greet { "GREETING".to_owned() } else { "(begun)".to_owned() };
    let mut in_data = false;
    let mut again = false;
    loop {
        let rule = rules.iter().find(|(word, _)| moment.starts_with(word)).map(|(_, act)| act);
        let reply = match (rule, moment.as_str()) {
            (Some(Act::Say(reply)), _) => reply,
            (Some(Act::Hang), _) => return End::Over,
            (Some(Act::HangAgain), _) if again => return End::Over,
            (Some(Act::HangAgain), _) => {
                again = true;
                "250 relay.example"
            }
            (Some(Act::Wait), _) => {
                tokio::time::pause();
                std::future::pending::<()>().await;
                return End::Over;
            }
            (None, "(begun)") => "",
            (None, "DATA") => "354 go on",
            (None, "GREETING") => "220 relay.example",
            (None, "QUIT") => "221 bye",
            (None, _) => "250 relay.example",
        };
        if !reply.is_empty() && stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return End::Over;
        }
        if moment == "STARTTLS" && reply.starts_with("220") {
            return End::StartTls;
        }
        in_data = in_data || (moment == "DATA" && reply.starts_with("354"));
        moment.clear();
        let mut line = String::new();
        while in_data || moment.is_empty() {
            line.clear();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return End::Over;
            }
            if !in_data {
                moment = line.split_whitespace().next().unwrap_or("(blank)").to_owned();
            } else if line == ".\r\n" {
                (in_data, moment) = (false, "END".to_owned());
            }
        }
        note(notes, &moment);
    }
}
