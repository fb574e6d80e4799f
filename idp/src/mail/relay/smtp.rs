//! Handing a mail over to a relay ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)), one step at
//! a time, so that every step has a time-out and every failure is known by its step.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::time::{Instant, timeout};

use crate::mail::message::{Message, lettre_address};
use crate::mail::relay::dial::{dial, order};
use crate::mail::relay::failure::{Failure, Step, chain};
use crate::mail::relay::url::{Relay, Tls};
use crate::mail::{Error, Outcome, one_line};

/// For how long a connection is kept open between two mails, and for how many mails.
const KEPT_FOR: Duration = Duration::from_secs(5);
const KEPT_MAILS: u32 = 100;
/// A connection that was used so lately is used again without asking whether it is alive.
const FRESH: Duration = Duration::from_secs(1);

/// A relay, and the connections that wait for the next mail.
pub struct Smtp {
    relay: Relay,
    parameters: Option<TlsParameters>,
    patience: Duration,
    name: ClientId,
    kept: Mutex<Vec<Open>>,
    /// Mails that are being handed over.
    in_use: AtomicUsize,
    /// The relay's address that answered last.
    preferred: Mutex<Option<SocketAddr>>,
}

/// One mail that is being handed over.
struct InUse<'a>(&'a AtomicUsize);

impl<'a> InUse<'a> {
    fn count(in_use: &'a AtomicUsize) -> Self {
        in_use.fetch_add(1, Ordering::SeqCst);
        Self(in_use)
    }

    /// Whether no other mail is being handed over.
    fn is_alone(&self) -> bool {
        self.0.load(Ordering::SeqCst) <= 1
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Open {
    connection: AsyncSmtpConnection,
    since: Instant,
    mails: u32,
}

impl Smtp {
    /// A relay, without connecting. `authority` holds PEM certificates that are trusted as well.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub(in crate::mail) fn new(
        relay: Relay,
        authority: Option<&str>,
        patience: Duration,
        name: ClientId,
    ) -> Result<Self, Error> {
        let parameters = match relay.tls {
            Tls::None => None,
            tls => Some(parameters(&relay.host, tls, authority)?),
        };
        Ok(Self {
            relay,
            parameters,
            patience,
            name,
            kept: Mutex::default(),
            in_use: AtomicUsize::new(0),
            preferred: Mutex::default(),
        })
    }

    pub(in crate::mail) async fn send(&self, message: &Message) -> Outcome {
        let in_use = InUse::count(&self.in_use);
        match self.deliver(message).await {
            Ok(reply) => Outcome::Accepted { reply },
            Err(failure) => {
                let alone = in_use.is_alone();
                let crowded = if alone { failure.is_turned_away() } else { failure.is_of_crowd() };
                match crowded {
                    true => Outcome::Crowded { alone, reply: failure.to_string() },
                    false => failure.outcome(),
                }
            }
        }
    }

    /// Closes connections that no mail has used for a while.
    pub(in crate::mail) async fn close_idle(&self) {
        let is_old = |kept: &mut Open| kept.since.elapsed() >= KEPT_FOR;
        let old: Vec<_> = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extract_if(.., is_old).collect()
        };
        let leaving =
            old.into_iter().map(|mut kept| async move { leave(&mut kept.connection).await });
        futures_util::future::join_all(leaving).await;
    }

    pub(in crate::mail) async fn check(&self) -> Result<String, Error> {
        let failed = |failure: Failure| Error::Relay {
            relay: self.relay.to_string(),
            why: failure.to_string(),
        };
        let mut connection = self.connect().await.map_err(failed)?;
        let encrypted = if connection.is_encrypted() { "encrypted" } else { "in clear" };
        let line = format!(
            "{} answers as {}, {encrypted}",
            self.relay,
            one_line(connection.server_info().name())
        );
        leave(&mut connection).await;
        Ok(line)
    }

    async fn deliver(&self, message: &Message) -> Result<String, Failure> {
        if let Some(kept) = self.take().await {
            match self.send_on(kept, message).await {
                Err(failure) if failure.is_of_old_connection() => {}
                outcome => return outcome,
            }
        }
        let connection = self.connect().await?;
        self.send_on(Open { connection, since: Instant::now(), mails: 0 }, message).await
    }

    async fn send_on(&self, mut kept: Open, message: &Message) -> Result<String, Failure> {
        match self.hand_over(&mut kept.connection, message).await {
            Ok(reply) => {
                self.keep(kept).await;
                Ok(reply)
            }
            Err(failure) => {
                if failure.is_reply() {
                    leave(&mut kept.connection).await;
                }
                Err(failure)
            }
        }
    }

    /// [RFC 5321 section 3.3](https://www.rfc-editor.org/rfc/rfc5321#section-3.3): one sender, one
    /// recipient, one mail.
    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<String, Failure> {
        let sender = Mail::new(Some(lettre_address(message.sender())), Vec::new());
        self.within(Step::Sender, connection.command(sender)).await?;
        let recipient = Rcpt::new(lettre_address(message.recipient()), Vec::new());
        self.within(Step::Recipient, connection.command(recipient)).await?;
        self.within(Step::Data, connection.command(Data)).await?;
        // RFC 5321 section 4.5.3.2.6: the final reply may take long; who gives up early doubles mails.
        let patience = self.patience.saturating_mul(4);
        let content = Content(&String::from_utf8_lossy(message.raw()));
        let reply = limited(Step::Data, patience, connection.command(content)).await?;
        Ok(one_line(&reply_text(&reply)))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Relay { host, port, tls, credentials } = &self.relay;
        let looking_up = tokio::net::lookup_host((host.as_str(), *port));
        let resolved = match timeout(self.patience, looking_up).await {
            Ok(Ok(resolved)) => resolved.collect(),
            Ok(Err(error)) => return Err(Failure::lost(Step::Connect, chain(&error))),
            Err(_) => return Err(Failure::late(Step::Connect, self.patience)),
        };
        let mut connection = self.reach(resolved).await?;
        let name = &self.name;
        if let (Tls::Required | Tls::Opportunistic, Some(parameters)) = (tls, &self.parameters) {
            if connection.can_starttls() {
                let encrypting = connection.starttls(parameters.clone(), name);
                self.within(Step::Encrypt, encrypting).await?;
            } else if *tls == Tls::Required {
                leave(&mut connection).await;
                return Err(Failure::unfit(Step::Encrypt, "the relay does not offer STARTTLS"));
            }
        }
        if let Some((user, password)) = credentials {
            if !connection.is_encrypted() && !self.relay.is_loopback() {
                leave(&mut connection).await;
                let why = "the password is not sent, since the relay does not offer STARTTLS";
                return Err(Failure::unfit(Step::Authenticate, why));
            }
            let credentials = Credentials::new(user.clone(), password.clone());
            let known = [Mechanism::Plain, Mechanism::Login];
            self.within(Step::Authenticate, connection.auth(&known, &credentials)).await?;
        }
        Ok(connection)
    }

    /// A connection to the first address that answers, up to the answer to EHLO. The certificate is
    /// held against the relay's name, for every address.
    async fn reach(&self, resolved: Vec<SocketAddr>) -> Result<AsyncSmtpConnection, Failure> {
        let implicit = self.parameters.clone().filter(|_| self.relay.tls == Tls::Implicit);
        let attempt = |address: SocketAddr| {
            let (name, implicit) = (&self.name, implicit.clone());
            let connecting =
                AsyncSmtpConnection::connect_tokio1(address, None, name, implicit, None);
            self.within(Step::Connect, connecting)
        };
        let preferred = *self.preferred.lock().unwrap_or_else(PoisonError::into_inner);
        let (address, connection) = dial(&order(&resolved, preferred), attempt).await?;
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
        Ok(connection)
    }

    async fn within<T>(
        &self,
        step: Step,
        answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, Failure> {
        limited(step, self.patience, answer).await
    }

    /// A connection that is still open; the others are dropped.
    async fn take(&self) -> Option<Open> {
        while let Some(mut kept) = self.pop() {
            if kept.since.elapsed() < FRESH {
                return Some(kept);
            }
            let alive = timeout(self.patience, kept.connection.test_connected());
            if alive.await.unwrap_or(false) {
                return Some(kept);
            }
        }
        None
    }

    fn pop(&self) -> Option<Open> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a connection for the next mail, unless it has carried enough.
    async fn keep(&self, kept: Open) {
        let Open { mut connection, mails, .. } = kept;
        if mails + 1 >= KEPT_MAILS {
            leave(&mut connection).await;
            return;
        }
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Open { connection, since: Instant::now(), mails: mails + 1 });
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Smtp({:?})", self.relay)
    }
}

async fn limited<T>(
    step: Step,
    patience: Duration,
    answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    match timeout(patience, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Failure::of(step, &error)),
        Err(_) => Err(Failure::late(step, patience)),
    }
}

/// QUIT, without waiting long for its answer.
async fn leave(connection: &mut AsyncSmtpConnection) {
    // The mail's fate is known; a relay that does not answer QUIT changes nothing.
    drop(timeout(Duration::from_secs(1), connection.quit()).await);
}

/// A mail as DATA carries it
/// ([RFC 5321 section 4.5.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2)), up to the final
/// dot. Written in one piece: a dot that follows by itself waits until the relay has acknowledged
/// the mail, which costs each of them some 40 ms.
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.strip_suffix("\r\n").unwrap_or(self.0);
        for line in text.split_inclusive("\r\n") {
            let stuffing = if line.starts_with('.') { "." } else { "" };
            write!(formatter, "{stuffing}{line}")?;
        }
        formatter.write_str("\r\n.\r\n")
    }
}

fn reply_text(reply: &Response) -> String {
    let lines: Vec<_> = reply.message().collect();
    format!("{} {}", reply.code(), lines.join(" "))
}

fn parameters(host: &str, tls: Tls, authority: Option<&str>) -> Result<TlsParameters, Error> {
    let unusable = |error: lettre::transport::smtp::Error| Error::Setting {
        setting: "mail.ca_file",
        why: chain(&error),
    };
    let mut builder = TlsParametersBuilder::new(host.to_owned())
        .dangerous_accept_invalid_certs(tls == Tls::Opportunistic)
        .dangerous_accept_invalid_hostnames(tls == Tls::Opportunistic);
    if let Some(pem) = authority {
        builder =
            builder.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(unusable)?);
    }
    builder.build_rustls().map_err(unusable)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    /// A relay that answers.
    async fn answering() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let mut line = String::new();
                stream.write_all(b"220 relay.example\r\n").await.unwrap();
                while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                    stream.write_all(b"250 relay.example\r\n").await.unwrap();
                }
            }
        });
        serving.detach_all();
        address
    }

    #[test]
    fn lines_with_a_leading_dot_are_dot_stuffed_and_the_content_ends_with_one_final_dot() {
        for (mail, content) in [
            ("Subject: a\r\n\r\nb\r\n", "Subject: a\r\n\r\nb\r\n.\r\n"),
            (".\r\n..\r\na.\r\n", "..\r\n...\r\na.\r\n.\r\n"),
            ("a\r\n.", "a\r\n..\r\n.\r\n"),
        ] {
            assert_eq!(Content(mail).to_string(), content);
        }
    }

    #[tokio::test]
    async fn a_silent_relay_address_delays_only_the_first_mail() {
        // The kernel takes connections to it; nobody ever speaks.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = vec![silent.local_addr().unwrap(), answering().await];
        let relay =
            Relay { host: "localhost".to_owned(), port: 25, tls: Tls::None, credentials: None };
        let name = ClientId::Domain("login.example.se".to_owned());
        let smtp = Smtp::new(relay, None, Duration::from_secs(30), name).unwrap();
        let begun = Instant::now();
        assert!(smtp.reach(addresses.clone()).await.is_ok());
        assert!(begun.elapsed() < Duration::from_secs(10));
        let preferred = *smtp.preferred.lock().unwrap();
        assert_eq!(preferred, Some(addresses[1]));
        assert_eq!(order(&addresses, preferred)[0], addresses[1], "at once from now on");
    }
}
