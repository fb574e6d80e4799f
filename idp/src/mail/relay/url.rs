//! What `mail.url` says. A pure reading of the text.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::mail::Error;

/// The two kinds of place a mail can go to.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// `smtp://…`, `smtps://…`
    Relay(Relay),
    /// `file:///…`
    Folder(PathBuf),
}

/// A mail relay and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// Whether and how the connection is encrypted.
    pub tls: Tls,
    /// User and password.
    pub credentials: Option<(String, String)>,
}

/// Whether and how the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte
    /// ([RFC 8314 section 3.3](https://www.rfc-editor.org/rfc/rfc8314#section-3.3)).
    Implicit,
    /// STARTTLS ([RFC 3207](https://www.rfc-editor.org/rfc/rfc3207)) with a valid certificate, or
    /// nothing is sent.
    Required,
    /// STARTTLS when it is offered, without a look at the certificate
    /// ([RFC 7435](https://www.rfc-editor.org/rfc/rfc7435)): better than in clear, no more.
    Opportunistic,
    /// In clear.
    None,
}

impl Relay {
    /// Whether the host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl fmt::Display for Relay {
    /// Host and port, without the credentials.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(formatter, "[{}]:{}", self.host, self.port),
            false => write!(formatter, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Relay({self}, {:?})", self.tls)
    }
}

impl Destination {
    /// Reads `mail.url`.
    ///
    /// # Errors
    /// Says what is wrong, never repeating the URL, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let url = Url::parse(text).map_err(|error| fault(format!("this is no URL: {error}")))?;
        match url.scheme() {
            "file" => folder(&url),
            "smtp" | "smtps" => relay(&url).map(Self::Relay),
            other => Err(fault(format!("{other} is not one of smtp, smtps and file"))),
        }
    }
}

fn folder(url: &Url) -> Result<Destination, Error> {
    url.to_file_path()
        .map(Destination::Folder)
        .map_err(|()| fault("a file URL has three slashes: file:///folder".to_owned()))
}

fn relay(url: &Url) -> Result<Relay, Error> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| fault("the relay's host is missing".to_owned()))?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(fault("nothing may follow the relay's host and port but ?tls=…".to_owned()));
    }
    let tls = tls(url, &host)?;
    let port = url.port().unwrap_or(if tls == Tls::Implicit { 465 } else { 25 });
    let credentials = credentials(url)?;
    if tls == Tls::None && credentials.is_some() && !is_loopback(&host) {
        return Err(fault("a password is not sent in clear to another machine".to_owned()));
    }
    Ok(Relay { host, port, tls, credentials })
}

fn tls(url: &Url, host: &str) -> Result<Tls, Error> {
    let mut asked = None;
    for (key, value) in url.query_pairs() {
        if key != "tls" || asked.is_some() {
            return Err(fault(format!("{key} is not known, or given twice")));
        }
        asked = Some(match &*value {
            "required" => Tls::Required,
            "opportunistic" => Tls::Opportunistic,
            "none" => Tls::None,
            _ => {
                return Err(fault("tls is not one of required, opportunistic and none".to_owned()));
            }
        });
    }
    match (url.scheme(), asked) {
        ("smtps", None | Some(Tls::Required)) => Ok(Tls::Implicit),
        ("smtps", Some(_)) => Err(fault("smtps is always encrypted; use smtp".to_owned())),
        (_, Some(tls)) => Ok(tls),
        (_, None) if is_loopback(host) => Ok(Tls::None),
        (_, None) => Ok(Tls::Required),
    }
}

fn credentials(url: &Url) -> Result<Option<(String, String)>, Error> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| fault("user and password are not UTF-8".to_owned()))
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(fault("there is a password, but no user".to_owned())),
        (_, None) => Err(fault("there is a user, but no password".to_owned())),
        (user, Some(password)) => Ok(Some((decode(user)?, decode(password)?))),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

const fn fault(why: String) -> Error {
    Error::Setting { setting: "mail.url", why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(text: &str) -> Relay {
        match Destination::parse(text) {
            Ok(Destination::Relay(relay)) => relay,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn tls_is_required_by_default_except_for_localhost() {
        for (url, port, tls) in [
            ("smtp://mx.example.se", 25, Tls::Required),
            ("smtp://mx.example.se:587", 587, Tls::Required),
            ("smtp://mx.example.se?tls=required", 25, Tls::Required),
            ("smtp://mx.example.se:25/?tls=opportunistic", 25, Tls::Opportunistic),
            ("smtp://mx.example.se?tls=none", 25, Tls::None),
            ("smtps://mx.example.se", 465, Tls::Implicit),
            ("smtps://mx.example.se:10465?tls=required", 10465, Tls::Implicit),
            ("smtp://localhost:25", 25, Tls::None),
            ("smtp://127.0.0.2", 25, Tls::None),
            ("smtp://[::1]:2525", 2525, Tls::None),
            ("smtp://localhost?tls=required", 25, Tls::Required),
            ("smtp://localhost.example.se", 25, Tls::Required),
        ] {
            let relay = relay(url);
            assert_eq!((relay.port, relay.tls), (port, tls), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_percent_decoded_and_never_shown() {
        let relay = relay("smtps://post%40scb.se:p%C3%A5%2Bss%3A@mx.example");
        assert_eq!(relay.credentials, Some(("post@scb.se".to_owned(), "på+ss:".to_owned())));
        assert_eq!(format!("{relay:?}"), "Relay(mx.example:465, Implicit)");
    }

    #[test]
    fn an_invalid_relay_url_is_refused_without_repeating_its_password() {
        for url in [
            "",
            "localhost:25",
            "http://mx.example",
            "smtp://",
            "smtp://mx.example?tls=maybe",
            "smtp://mx.example?starttls=1",
            "smtp://mx.example?tls=none&tls=required",
            "smtp://mx.example/hello",
            "smtps://mx.example?tls=none",
            "smtp://user@mx.example",
            "smtp://:s3cret@mx.example",
            "smtp://user:s3cret@mx.example?tls=none",
            "smtp://user:%ff@mx.example",
            "file://host/folder",
        ] {
            let error = Destination::parse(url).unwrap_err().to_string();
            assert!(error.starts_with("mail.url: ") && !error.contains("s3cret"), "{url}: {error}");
        }
    }

    #[test]
    fn a_file_url_names_a_folder() {
        let folder = Destination::parse("file:///var/mail%20box").unwrap();
        assert_eq!(folder, Destination::Folder("/var/mail box".into()));
    }
}
