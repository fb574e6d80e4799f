//! Handing a mail over to a relay ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)), one step at
//! a time, so that every step has a time-out and every failure is known by its step.

use std::fmt;
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

use super::failure::{Failure, Step, chain};
use super::message::{Message, lettre_address};
use super::relay::{Relay, Tls};
use super::{Error, Outcome, one_line};

/// How many connections are kept open between mails, for how long, and for how many mails.
const KEPT: usize = 4;
const KEPT_FOR: Duration = Duration::from_secs(20);
const KEPT_MAILS: u32 = 100;

/// A relay, and the connections that wait for the next mail.
pub struct Smtp {
    relay: Relay,
    parameters: Option<TlsParameters>,
    patience: Duration,
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
    mails: u32,
}

impl Smtp {
    /// A relay, without connecting. `authority` holds PEM certificates that are trusted as well.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub(super) fn new(
        relay: Relay,
        authority: Option<&str>,
        patience: Duration,
    ) -> Result<Self, Error> {
        let parameters = match relay.tls {
            Tls::None => None,
            tls => Some(parameters(&relay.host, tls, authority)?),
        };
        Ok(Self { relay, parameters, patience, kept: Mutex::default() })
    }

    pub(super) async fn send(&self, message: &Message) -> Outcome {
        match self.deliver(message).await {
            Ok(reply) => Outcome::Accepted { reply },
            Err(failure) => failure.outcome(),
        }
    }

    pub(super) async fn check(&self) -> Result<String, Error> {
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
        let mut kept = match self.take().await {
            Some(kept) => kept,
            None => Kept { connection: self.connect().await?, since: Instant::now(), mails: 0 },
        };
        match self.hand_over(&mut kept.connection, message).await {
            Ok(reply) => {
                self.keep(kept);
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
        let reply =
            limited(Step::Data, patience, connection.message(without_end(message.raw()))).await?;
        Ok(one_line(&said(&reply)))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Relay { host, port, tls, credentials } = &self.relay;
        let name = ClientId::default();
        let implicit = self.parameters.clone().filter(|_| *tls == Tls::Implicit);
        let address = (host.as_str(), *port);
        let connecting = AsyncSmtpConnection::connect_tokio1(address, None, &name, implicit, None);
        let mut connection = self.within(Step::Connect, connecting).await?;
        if let (Tls::Required | Tls::Opportunistic, Some(parameters)) = (tls, &self.parameters) {
            if connection.can_starttls() {
                let encrypting = connection.starttls(parameters.clone(), &name);
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

    async fn within<T>(
        &self,
        step: Step,
        answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, Failure> {
        limited(step, self.patience, answer).await
    }

    /// A connection that is still open; the others are dropped.
    async fn take(&self) -> Option<Kept> {
        while let Some(mut kept) = self.pop() {
            let fresh = kept.since.elapsed() < KEPT_FOR && kept.mails < KEPT_MAILS;
            let alive = timeout(self.patience, kept.connection.test_connected());
            if fresh && alive.await.unwrap_or(false) {
                return Some(kept);
            }
        }
        None
    }

    fn pop(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, kept: Kept) {
        let Kept { connection, mails, .. } = kept;
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < KEPT {
            all.push(Kept { connection, since: Instant::now(), mails: mails + 1 });
        }
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
        Err(_) => {
            Err(Failure::lost(step, format!("no answer within {} seconds", patience.as_secs())))
        }
    }
}

/// QUIT, without waiting long for its answer.
async fn leave(connection: &mut AsyncSmtpConnection) {
    // The mail's fate is known; a relay that does not answer QUIT changes nothing.
    drop(timeout(Duration::from_secs(1), connection.quit()).await);
}

/// The mail without its last line end, which comes with the final dot
/// ([RFC 5321 section 4.1.1.4](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.4)).
fn without_end(raw: &[u8]) -> &[u8] {
    raw.strip_suffix(b"\r\n").unwrap_or(raw)
}

fn said(reply: &Response) -> String {
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
