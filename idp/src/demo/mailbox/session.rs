//! The conversation of one SMTP connection
//! ([RFC 5321 section 4.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1)), without the wire: a
//! line in, a reply out.

use super::{Mailbox, Welcome};

/// The largest mail, in bytes.
pub(super) const LARGEST: usize = 5 * 1024 * 1024;

/// Recipients of one mail
/// ([RFC 5321 section 4.5.3.1.8](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.8)).
const RECIPIENTS: usize = 100;

/// Commands that made no sense before the connection is closed.
const MISTAKES: u32 = 20;

/// What to do after a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Send this text and go on.
    Say(String),
    /// Send this text and read the mail.
    Read(String),
    /// Send this text and close.
    Close(String),
}

/// Why a mail was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLarge,
    LineTooLong,
    /// A line that ends in LF alone; servers disagree on where such a mail ends.
    BareLineFeed,
}

#[derive(Debug)]
pub(super) struct Session {
    mailbox: Mailbox,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
    mistakes: u32,
}

impl Session {
    pub(super) const fn new(mailbox: Mailbox) -> Self {
        Self { mailbox, greeted: false, from: None, to: Vec::new(), mistakes: 0 }
    }

    /// Answers one command line, given without its line end.
    pub(super) fn answer(&mut self, line: &str) -> Reply {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let text = match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.trim().is_empty() => self.greet(format!(
                "250-mailbox\r\n250-SIZE {LARGEST}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING"
            )),
            "HELO" if !rest.trim().is_empty() => self.greet("250 mailbox".to_owned()),
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => return self.data(),
            "RSET" => {
                self.forget();
                "250 2.0.0 forgotten".to_owned()
            }
            "NOOP" => "250 2.0.0 here".to_owned(),
            "VRFY" => "252 2.0.0 send it and see".to_owned(),
            "QUIT" => return Reply::Close("221 2.0.0 bye".to_owned()),
            "EHLO" | "HELO" => "501 5.5.4 who are you?".to_owned(),
            "AUTH" | "STARTTLS" | "EXPN" | "HELP" => "502 5.5.1 not here".to_owned(),
            _ => "500 5.5.2 unknown command".to_owned(),
        };
        self.mistakes += u32::from(text.starts_with("50"));
        if self.mistakes >= MISTAKES {
            return Reply::Close("421 4.7.0 too many mistakes".to_owned());
        }
        Reply::Say(text)
    }

    /// Answers a whole mail, dots and final line taken away.
    pub(super) fn received(&mut self, mail: Result<Vec<u8>, Fault>) -> Reply {
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        Reply::Say(match mail {
            Ok(raw) => format!("250 2.0.0 kept as {}", self.mailbox.deliver(from, to, raw)),
            Err(Fault::TooLarge) => too_large(),
            Err(Fault::LineTooLong) => "554 5.6.0 a line is longer than 998 bytes".to_owned(),
            Err(Fault::BareLineFeed) => "554 5.6.0 a line does not end in CRLF".to_owned(),
        })
    }

    fn greet(&mut self, text: String) -> String {
        self.greeted = true;
        self.forget();
        text
    }

    fn mail(&mut self, rest: &str) -> String {
        if !self.greeted || self.from.is_some() {
            return "503 5.5.1 not now".to_owned();
        }
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return "501 5.5.4 MAIL FROM:<address>".to_owned();
        };
        for parameter in parameters.split_ascii_whitespace() {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match key.to_ascii_uppercase().as_str() {
                "SIZE" if value.parse::<usize>().is_ok_and(|size| size > LARGEST) => {
                    return too_large();
                }
                "SIZE" | "BODY" | "SMTPUTF8" => {}
                _ => return "555 5.5.4 unknown parameter".to_owned(),
            }
        }
        self.from = Some(from.to_owned());
        "250 2.1.0 go on".to_owned()
    }

    fn recipient(&mut self, rest: &str) -> String {
        if self.from.is_none() {
            return "503 5.5.1 MAIL first".to_owned();
        }
        let Some((to, "")) = path(rest, "TO:").filter(|(to, _)| to.contains('@')) else {
            return "501 5.5.4 RCPT TO:<address>".to_owned();
        };
        if self.to.len() >= RECIPIENTS {
            return "452 4.5.3 too many recipients".to_owned();
        }
        match self.mailbox.welcome(to) {
            Welcome::Accepted => {
                self.to.push(to.to_owned());
                "250 2.1.5 go on".to_owned()
            }
            Welcome::Greylisted => "451 4.7.1 greylisted, try again in a minute".to_owned(),
            Welcome::Refused => "550 5.1.1 nobody of that name".to_owned(),
        }
    }

    fn data(&self) -> Reply {
        if self.to.is_empty() {
            return Reply::Say("503 5.5.1 RCPT first".to_owned());
        }
        Reply::Read("354 end with a dot".to_owned())
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

fn too_large() -> String {
    format!("552 5.3.4 larger than {LARGEST} bytes")
}

/// `FROM:<address> parameters`.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (start, rest) = rest.split_at_checked(keyword.len())?;
    let rest = rest.trim_start().strip_prefix('<')?;
    let (address, parameters) = rest.split_once('>')?;
    start.eq_ignore_ascii_case(keyword).then_some((address, parameters.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timestamp};

    fn session() -> Session {
        Session::new(Mailbox::new(Clock::manual(Timestamp(0))))
    }

    #[test]
    fn smtp_commands_out_of_order_are_refused() {
        let mut session = session();
        for (line, code) in [
            ("MAIL FROM:<a@b.se>", "503"),
            ("EHLO", "501"),
            ("ehlo client.example", "250"),
            ("RCPT TO:<a@b.se>", "503"),
            ("DATA", "503"),
            ("MAIL FROM a@b.se", "501"),
            ("MAIL FROM:<a@b.se> SIZE=99999999", "552"),
            ("MAIL FROM:<a@b.se> FUTURE=1", "555"),
            ("mail from:<a@b.se> SIZE=100 BODY=8BITMIME SMTPUTF8", "250"),
            ("MAIL FROM:<a@b.se>", "503"),
            ("DATA", "503"),
            ("RCPT TO:<nobody>", "501"),
            ("RCPT TO:<refuse.a@b.se>", "550"),
            ("RCPT TO:<greylist.a@b.se>", "451"),
            ("RCPT TO:<greylist.a@b.se>", "250"),
            ("DATA", "354"),
            ("RSET", "250"),
            ("DATA", "503"),
            ("NOOP", "250"),
            ("VRFY a", "252"),
            ("STARTTLS", "502"),
            ("åäö", "500"),
            ("", "500"),
            ("QUIT", "221"),
        ] {
            let (Reply::Say(text) | Reply::Read(text) | Reply::Close(text)) = session.answer(line);
            assert!(text.starts_with(code), "{line}: {text}");
        }
    }

    #[test]
    fn a_client_that_makes_only_mistakes_is_disconnected() {
        let mut session = session();
        let replies: Vec<_> = (0..MISTAKES).map(|_| session.answer("GET / HTTP/1.1")).collect();
        assert!(matches!(replies.last(), Some(Reply::Close(text)) if text.starts_with("421")));
        assert!(replies.iter().rev().skip(1).all(|reply| matches!(reply, Reply::Say(_))));
    }
}
