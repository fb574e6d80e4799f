//! Why an attempt failed, and whose fault that is. A pure rule.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;

use crate::mail::{Cause, Outcome, one_line};

/// The step at which an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mail) enum Step {
    /// TCP, implicit TLS, greeting, EHLO.
    Connect,
    /// STARTTLS and the second EHLO.
    Encrypt,
    /// AUTH.
    Authenticate,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and its final reply.
    Data,
}

/// What went wrong at a step.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mail) struct Failure {
    step: Step,
    /// The code of the reply, if there was one.
    code: Option<u16>,
    /// Whether the relay and the settings do not fit.
    unfit: bool,
    /// Whether there was no answer in time.
    timed_out: bool,
    text: String,
}

impl Failure {
    /// The relay cannot be used as it is set up.
    pub(in crate::mail) fn unfit(step: Step, text: &str) -> Self {
        Self { step, code: None, unfit: true, timed_out: false, text: text.to_owned() }
    }

    /// The connection was lost.
    pub(in crate::mail) const fn lost(step: Step, text: String) -> Self {
        Self { step, code: None, unfit: false, timed_out: false, text }
    }

    /// No answer in time.
    pub(in crate::mail) fn late(step: Step, patience: Duration) -> Self {
        let text = format!("no answer within {} seconds", patience.as_secs());
        Self { timed_out: true, ..Self::lost(step, text) }
    }

    /// The relay's name has no address.
    pub(in crate::mail) fn no_address() -> Self {
        Self::lost(Step::Connect, "the name of the relay has no address".to_owned())
    }

    /// Whether a relay that is well otherwise may answer so when it has enough connections: it turns
    /// a further one away with 421
    /// ([RFC 5321 section 3.8](https://www.rfc-editor.org/rfc/rfc5321#section-3.8)) or closes it.
    pub(in crate::mail) fn is_of_crowd(&self) -> bool {
        let closed = self.code.is_none() && !self.unfit && !self.timed_out;
        self.step == Step::Connect && (closed || matches!(self.code, Some(400..=499)))
    }

    /// Whether the relay ended a connection that it had kept open, before it heard of the mail.
    pub(in crate::mail) fn is_of_old_connection(&self) -> bool {
        self.step == Step::Sender
            && !self.unfit
            && (self.code == Some(421) || (self.code.is_none() && !self.timed_out))
    }

    /// Whether it is the relay's 421 to a new connection.
    pub(in crate::mail) fn is_turned_away(&self) -> bool {
        self.step == Step::Connect && self.code == Some(421)
    }

    /// Whether the relay said so itself, so that the connection still stands.
    pub(in crate::mail) const fn is_reply(&self) -> bool {
        self.code.is_some()
    }

    /// What lettre reports at a step.
    pub(in crate::mail) fn of(step: Step, error: &SmtpError) -> Self {
        let code = error.status().map(u16::from);
        let unfit = is_of_tls(error) || (error.is_client() && step != Step::Recipient);
        let text = match (std::error::Error::source(error), code) {
            (Some(source), Some(code)) => format!("{code} {source}"),
            (Some(source), None) => chain(source),
            (None, _) => error.to_string(),
        };
        Self { step, code, unfit, timed_out: false, text: one_line(&text) }
    }

    /// Whose fault a reply is depends on the step. Only at RCPT and DATA does a 5xx speak of this
    /// mail ([RFC 5321 section 4.2.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1)); before, it
    /// speaks of us, and so does 530, "authentication required", everywhere
    /// ([RFC 4954 section 6](https://www.rfc-editor.org/rfc/rfc4954#section-6)).
    pub(in crate::mail) fn outcome(self) -> Outcome {
        let of_this_mail = matches!(self.step, Step::Recipient | Step::Data);
        let cause = match self.code {
            _ if self.unfit => Cause::Misconfigured,
            Some(530) => Cause::Misconfigured,
            Some(500..=599) if of_this_mail => return Outcome::Refused { reply: self.text },
            Some(500..=599) => Cause::Misconfigured,
            // What happens once the recipient was named may be the recipient's: no other mail waits
            // for it.
            Some(421) | None if of_this_mail => Cause::Interrupted,
            // 421: the server is closing, after any command (section 3.8).
            Some(421) => Cause::Unreachable,
            Some(_) if self.step == Step::Connect => Cause::Unreachable,
            Some(_) => Cause::Busy,
            None => Cause::Unreachable,
        };
        Outcome::Deferred { cause, reply: self.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.is_some() {
            return formatter.write_str(&self.text);
        }
        let step = match self.step {
            Step::Connect => "connecting",
            Step::Encrypt => "STARTTLS",
            Step::Authenticate => "AUTH",
            Step::Sender => "MAIL FROM",
            Step::Recipient => "RCPT TO",
            Step::Data => "DATA",
        };
        write!(formatter, "{step}: {}", self.text)
    }
}

/// Whether a handshake failed for what TLS says rather than for a lost connection.
fn is_of_tls(error: &SmtpError) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(present) = source {
        let inner = present.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if present.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        source = present.source();
    }
    error.is_tls()
}

/// An error and what caused it, outermost first, each text once.
pub(in crate::mail) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(present) = source {
        let cause = present.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
        source = present.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(step: Step, code: u16) -> Outcome {
        Failure { code: Some(code), ..Failure::lost(step, format!("{code} no")) }.outcome()
    }

    #[test]
    fn a_permanent_reply_refuses_the_mail_only_in_steps_about_that_mail() {
        use Step::{Authenticate, Connect, Data, Encrypt, Recipient, Sender};
        for (step, code, cause) in [
            (Recipient, 450, Some(Cause::Busy)),
            (Recipient, 451, Some(Cause::Busy)),
            (Recipient, 452, Some(Cause::Busy)),
            (Recipient, 421, Some(Cause::Interrupted)),
            (Data, 421, Some(Cause::Interrupted)),
            (Sender, 421, Some(Cause::Unreachable)),
            (Recipient, 530, Some(Cause::Misconfigured)),
            (Recipient, 550, None),
            (Recipient, 553, None),
            (Data, 451, Some(Cause::Busy)),
            (Data, 552, None),
            (Data, 554, None),
            (Sender, 451, Some(Cause::Busy)),
            (Sender, 530, Some(Cause::Misconfigured)),
            (Sender, 550, Some(Cause::Misconfigured)),
            (Authenticate, 454, Some(Cause::Busy)),
            (Authenticate, 535, Some(Cause::Misconfigured)),
            (Encrypt, 454, Some(Cause::Busy)),
            (Encrypt, 502, Some(Cause::Misconfigured)),
            (Connect, 421, Some(Cause::Unreachable)),
            (Connect, 450, Some(Cause::Unreachable)),
            (Connect, 554, Some(Cause::Misconfigured)),
        ] {
            let reply = format!("{code} no");
            let expected = match cause {
                Some(cause) => Outcome::Deferred { cause, reply },
                None => Outcome::Refused { reply },
            };
            assert_eq!(outcome(step, code), expected, "{step:?} {code}");
        }
    }

    #[test]
    fn a_failure_without_reply_defers_the_mail_and_names_the_step() {
        for (step, expected) in [
            (Step::Connect, Cause::Unreachable),
            (Step::Sender, Cause::Unreachable),
            (Step::Recipient, Cause::Interrupted),
            (Step::Data, Cause::Interrupted),
        ] {
            let Outcome::Deferred { cause, reply } =
                Failure::lost(step, "connection lost".to_owned()).outcome()
            else {
                panic!("{step:?} is no reason to give up");
            };
            assert_eq!(cause, expected);
            assert!(reply.ends_with(": connection lost") && reply.len() > 17, "{reply}");
        }
        let unfit = Failure::unfit(Step::Encrypt, "no STARTTLS").outcome();
        let reply = "STARTTLS: no STARTTLS".to_owned();
        assert_eq!(unfit, Outcome::Deferred { cause: Cause::Misconfigured, reply });
    }
}
