//! `[mail]`: where mails are handed over, and in whose name.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// How mails leave the house. An empty text means "not set".
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The mail relay, `smtp://[user:password@]host[:port][?tls=…]` or `smtps://…`; or
    /// `file:///folder`, which writes each mail as an `.eml` file and sends nothing.
    ///
    /// Ports left out are 25 for `smtp` and 465 for `smtps`. `tls` is for `smtp` alone:
    /// `required` (STARTTLS with a valid certificate, or nothing is sent), `opportunistic`
    /// (STARTTLS if it is offered, with any certificate, else in clear) or `none`. Left out it
    /// is `required`, except for a relay on this machine (`localhost`, 127.0.0.0/8, `[::1]`), where
    /// it is `none`. User and password are percent-encoded, and never sent in clear to another
    /// machine. `url_file` names a file that holds the URL, when it carries a password.
    pub url: String,
    /// A file of PEM certificates that are trusted beside the public ones, for a relay whose
    /// certificate comes from the organisation's own authority.
    pub ca_file: Option<PathBuf>,
    /// The sender: `Intrastat helpdesk <no-reply@example.se>` or an address alone. Bounces go
    /// to the same address.
    pub from: String,
    /// Where answers go, written as `from`. Left out, mails carry no `Reply-To`.
    pub reply_to: String,
    /// The private key that signs mails (DKIM): PEM, RSA of at least 2048 bits or Ed25519, or the
    /// 32 bytes of an Ed25519 key in base64. The domain that signs is that of `from`.
    pub dkim_key_file: Option<PathBuf>,
    /// The name under which the public key stands in DNS: `<selector>._domainkey.<domain>`.
    pub dkim_selector: String,
    /// Connections to the relay at once, at least 1: as many mails are handed over at once. A relay
    /// that turns one away with 421 gets fewer for a while.
    pub connections: usize,
    /// The name to greet the relay with (EHLO): a full host name or an IP address. Left out, the
    /// issuer's host.
    pub ehlo_name: String,
    /// How long to wait for each answer of the relay, in seconds. The answer to a whole mail may
    /// take four times as long.
    pub timeout_seconds: u64,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            url: "smtp://localhost:25".to_owned(),
            ca_file: None,
            from: String::new(),
            reply_to: String::new(),
            dkim_key_file: None,
            dkim_selector: String::new(),
            connections: 4,
            ehlo_name: String::new(),
            timeout_seconds: 30,
        }
    }
}

impl fmt::Debug for Mail {
    /// Without the URL, which may carry a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mail").field("from", &self.from).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_section_with_only_the_sender_has_safe_defaults() {
        let mail: Mail = toml::from_str("from = \"Helpdesk <a@example.se>\"").unwrap();
        assert_eq!(mail.url, "smtp://localhost:25");
        assert_eq!(mail.timeout_seconds, 30);
        assert_eq!(mail.dkim_key_file, None);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = toml::from_str::<Mail>("form = \"a@example.se\"").unwrap_err();
        assert!(error.to_string().contains("form"), "{error}");
    }

    #[test]
    fn the_password_of_the_relay_never_shows_in_debug() {
        let mail = Mail { url: "smtps://user:s3cret@mx.example".to_owned(), ..Mail::default() };
        assert!(!format!("{mail:?}").contains("s3cret"));
    }
}
