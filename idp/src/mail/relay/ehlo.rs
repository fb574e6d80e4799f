//! The name under which the provider greets a relay
//! ([RFC 5321 section 4.1.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1)).

use std::net::IpAddr;

use lettre::transport::smtp::extension::ClientId;

use crate::mail::Error;

/// The name that `mail.ehlo_name` gives, or the host of the issuer.
///
/// # Errors
/// When the setting is neither a host name nor an address.
pub(in crate::mail) fn client_id(setting: &str, issuer_host: &str) -> Result<ClientId, Error> {
    match setting.trim() {
        "" => Ok(read(issuer_host).unwrap_or_default()),
        name => read(name).ok_or_else(|| Error::Setting {
            setting: "mail.ehlo_name",
            why: "is neither a full host name nor an IP address".to_owned(),
        }),
    }
}

fn read(name: &str) -> Option<ClientId> {
    let literal = name.trim_start_matches('[').trim_end_matches(']');
    let literal = literal.strip_prefix("IPv6:").unwrap_or(literal);
    match literal.parse() {
        Ok(IpAddr::V4(address)) => return Some(ClientId::Ipv4(address)),
        Ok(IpAddr::V6(address)) => return Some(ClientId::Ipv6(address)),
        Err(_) => {}
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_host = name.len() <= 253 && name.split('.').all(is_label);
    is_host.then(|| ClientId::Domain(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted(setting: &str, issuer_host: &str) -> String {
        client_id(setting, issuer_host).unwrap().to_string()
    }

    #[test]
    fn the_ehlo_name_is_the_issuer_host_unless_configured() {
        assert_eq!(greeted("", "login.example.se"), "login.example.se");
        assert_eq!(greeted("mail-out.example.se", "login.example.se"), "mail-out.example.se");
        assert_eq!(greeted("192.0.2.1", "login.example.se"), "[192.0.2.1]");
        assert_eq!(greeted("[IPv6:2001:db8::1]", "localhost"), "[IPv6:2001:db8::1]");
        assert_eq!(greeted("", "127.0.0.1"), "[127.0.0.1]");
    }

    #[test]
    fn an_invalid_ehlo_name_is_refused() {
        for name in ["a b", "a\r\nMAIL", "-a.se", "a..se", "å.se", "a.se."] {
            let error = client_id(name, "login.example.se").unwrap_err().to_string();
            assert!(error.starts_with("mail.ehlo_name: "), "{error}");
        }
    }
}
