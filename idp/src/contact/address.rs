//! One e-mail address: a strict subset of the `Mailbox` of
//! [RFC 5321 section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2), that is one
//! dot-atom, one `@`, one domain name, which may be internationalised
//! ([RFC 5890](https://www.rfc-editor.org/rfc/rfc5890)).
//!
//! Quoted local parts, comments, display names, groups, lists and address literals are refused:
//! no organisation needs them for a login, and each is a way to make two readers see two
//! addresses. A local part beyond ASCII is refused too, because the relay may lack SMTPUTF8
//! ([RFC 6531](https://www.rfc-editor.org/rfc/rfc6531)) and then the mail would never arrive.
//!
//! An address keeps the text it came with. [`Address::canonical`] is for comparing,
//! [`Address::envelope`] for SMTP; for an ASCII address the envelope is the kept text, byte by byte.

use std::borrow::Cow;
use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use crate::contact::mask;
use crate::contact::unseen::is_unseen;

/// The longest address an SMTP path may hold: 256 octets less the two angle brackets
/// ([RFC 5321 section 4.5.3.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3)).
pub const LONGEST: usize = 254;

/// The longest local part
/// ([RFC 5321 section 4.5.3.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1)).
pub const LONGEST_LOCAL_PART: usize = 64;

/// One address that mail can be sent to. Its `Debug` is a hint, so that no log holds it in full.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    text: String,
    canonical: String,
    local_part_length: usize,
}

/// Why a text is not an address. The message never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressError {
    /// Nothing but blanks.
    #[error("there is no address")]
    Empty,
    /// Longer than [`LONGEST`] bytes.
    #[error("the address is longer than 254 bytes")]
    TooLong,
    /// A line break, NUL or another control character, which could end or forge a mail header.
    #[error("the address contains a control character")]
    ControlCharacter,
    /// Two addresses, or a separator of a list.
    #[error("there is more than one address")]
    Several,
    /// A blank at either end or inside.
    #[error("the address contains a blank")]
    Blank,
    /// Quotes, angle brackets or comments of RFC 5322.
    #[error("quotes, brackets and comments are not allowed in an address")]
    Decorated,
    /// No `@`.
    #[error("the address has no @")]
    NoAt,
    /// A part before `@` that is no dot-atom.
    #[error("the part before @ is not allowed in an address")]
    LocalPart,
    /// More than [`LONGEST_LOCAL_PART`] bytes before `@`.
    #[error("the part before @ is longer than 64 bytes")]
    LocalPartTooLong,
    /// A letter beyond ASCII before `@`.
    #[error("the part before @ has a letter that not every mail server accepts")]
    LocalPartNotAscii,
    /// No domain name after `@`.
    #[error("the part after @ is not a domain name")]
    Domain,
    /// A domain without a dot.
    #[error("the domain has only one part")]
    SingleLabel,
    /// An IP address in the place of a domain.
    #[error("an IP address is not a domain name")]
    AddressLiteral,
}

impl Address {
    /// Reads an address exactly as it stands; the text is kept as it is.
    ///
    /// # Errors
    /// Says the first reason why the text is not one usable address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local_part, domain) = split(text)?;
        local_part_is_a_dot_atom(local_part)?;
        let domain = a_label(domain)?;
        let canonical = format!("{}@{domain}", local_part.to_ascii_lowercase());
        if canonical.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        Ok(Self { text: text.to_owned(), canonical, local_part_length: local_part.len() })
    }

    /// Reads an address that a person typed or that stands in a cell: blanks around it, and the
    /// invisible ones that come with a paste, are no part of it.
    ///
    /// # Errors
    /// As [`Address::parse`].
    pub fn parse_typed(text: &str) -> Result<Self, AddressError> {
        Self::parse(text.trim_matches(|c: char| c == ' ' || c == '\t' || is_unseen(c)))
    }

    /// The text as it was read, case kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form for comparing: lower case, the domain as A-labels
    /// ([RFC 5890 section 2.3.2.1](https://www.rfc-editor.org/rfc/rfc5890#section-2.3.2.1)).
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The recipient for SMTP: the kept text, with only an internationalised domain turned into
    /// A-labels. Equal to [`Address::as_str`] for every ASCII address.
    #[must_use]
    pub fn envelope(&self) -> Cow<'_, str> {
        if self.text.is_ascii() {
            Cow::Borrowed(&self.text)
        } else {
            Cow::Owned(format!("{}@{}", &self.text[..self.local_part_length], self.domain()))
        }
    }

    /// The domain as lower-case A-labels.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.canonical[self.local_part_length + 1..]
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({})", mask::hint(&self.text))
    }
}

fn split(text: &str) -> Result<(&str, &str), AddressError> {
    if text.trim().is_empty() {
        return Err(AddressError::Empty);
    }
    if text.len() > LONGEST {
        return Err(AddressError::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(AddressError::ControlCharacter);
    }
    if text.contains([',', ';']) || text.matches('@').count() > 1 {
        return Err(AddressError::Several);
    }
    if text.chars().any(|c| c.is_whitespace() || is_unseen(c)) {
        return Err(AddressError::Blank);
    }
    if text.contains(['"', '\\', '<', '>', '(', ')', ':']) && !text.contains("@[") {
        return Err(AddressError::Decorated);
    }
    text.split_once('@').ok_or(AddressError::NoAt)
}

/// `Dot-string` of [RFC 5321 section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2),
/// made of the `atext` of [RFC 5322 section 3.2.3](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3).
fn local_part_is_a_dot_atom(local_part: &str) -> Result<(), AddressError> {
    if !local_part.is_ascii() {
        return Err(AddressError::LocalPartNotAscii);
    }
    if local_part.len() > LONGEST_LOCAL_PART {
        return Err(AddressError::LocalPartTooLong);
    }
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    if local_part.split('.').all(atom) { Ok(()) } else { Err(AddressError::LocalPart) }
}

/// The domain as lower-case A-labels, of at least two labels, each of letters, digits and hyphens
/// ([RFC 5891 section 4.2](https://www.rfc-editor.org/rfc/rfc5891#section-4.2)).
fn a_label(domain: &str) -> Result<Cow<'_, str>, AddressError> {
    if domain.starts_with('[') {
        return Err(AddressError::AddressLiteral);
    }
    let domain = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
        .map_err(|_| AddressError::Domain)?;
    let Some((_, last)) = domain.rsplit_once('.') else {
        return Err(AddressError::SingleLabel);
    };
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AddressError::AddressLiteral);
    }
    Ok(domain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_keeps_its_text_and_is_compared_in_lower_case_a_labels() {
        for (text, canonical, envelope) in [
            ("Magnus.Lange@Scb.se", "magnus.lange@scb.se", "Magnus.Lange@Scb.se"),
            ("a@b.se", "a@b.se", "a@b.se"),
            ("O'Hara+x=1@h-m.example", "o'hara+x=1@h-m.example", "O'Hara+x=1@h-m.example"),
            ("Info@Räksmörgås.se", "info@xn--rksmrgs-5wao1o.se", "Info@xn--rksmrgs-5wao1o.se"),
            ("x@xn--rksmrgs-5wao1o.se", "x@xn--rksmrgs-5wao1o.se", "x@xn--rksmrgs-5wao1o.se"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.as_str(), text);
            assert_eq!(address.canonical(), canonical);
            assert_eq!(address.envelope(), envelope);
        }
    }

    #[test]
    fn an_unusable_email_address_is_refused_with_the_reason() {
        use AddressError::*;
        let long_local = format!("{}@b.se", "a".repeat(65));
        let long = format!("a@{}se", "abcdefgh.".repeat(29));
        let long_label = format!("a@{}.se", "b".repeat(64));
        let long_as_a_label = format!("a@{}se", "å.".repeat(60));
        for (text, reason) in [
            ("", Empty),
            ("  \u{a0}", Empty),
            (long.as_str(), TooLong),
            ("a@b.se\r\nRCPT TO:<c@d.se>", ControlCharacter),
            ("a@b.se\0", ControlCharacter),
            ("a@b.se,c@d.se", Several),
            ("a@b.se; c@d.se", Several),
            ("a@b.se c@d.se", Several),
            ("a@b@c.se", Several),
            (" a@b.se", Blank),
            ("a b@c.se", Blank),
            ("a\u{200b}b@c.se", Blank),
            ("a@c\u{ad}d.se", Blank),
            ("\"a\"@b.se", Decorated),
            ("Anna<a@b.se>", Decorated),
            ("a@b.se(home)", Decorated),
            ("mailto:a@b.se", Decorated),
            ("anna.b.se", NoAt),
            ("@b.se", LocalPart),
            (".a@b.se", LocalPart),
            ("a..b@c.se", LocalPart),
            ("a.@c.se", LocalPart),
            (long_local.as_str(), LocalPartTooLong),
            ("åsa@b.se", LocalPartNotAscii),
            ("a@", Domain),
            ("a@b..se", Domain),
            ("a@b.se.", Domain),
            ("a@-b.se", Domain),
            ("a@b_c.se", Domain),
            ("a@xn--a.se", Domain),
            (long_label.as_str(), Domain),
            (long_as_a_label.as_str(), Domain),
            ("a@localhost", SingleLabel),
            ("a@[192.0.2.1]", AddressLiteral),
            ("a@[IPv6:2001:db8::1]", AddressLiteral),
            ("a@192.0.2.1", AddressLiteral),
        ] {
            assert_eq!(Address::parse(text).map(|a| a.text), Err(reason), "{text:?}");
        }
    }

    #[test]
    fn surrounding_blanks_are_removed_only_from_a_typed_address() {
        for typed in [" a@b.se", "a@b.se ", "\ta@b.se\u{a0}", "\u{feff}a@b.se\u{200b}"] {
            assert_eq!(Address::parse_typed(typed).unwrap().as_str(), "a@b.se");
        }
        assert_eq!(Address::parse_typed("a@b.se\n"), Err(AddressError::ControlCharacter));
    }

    #[test]
    fn debug_output_masks_the_email_address() {
        let address = Address::parse("magnus.lange@scb.se").unwrap();
        assert_eq!(format!("{address:?}"), "Address(ma ... ge@sc ... se)");
    }

    fn near_addresses() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-Za-z0-9.+'-]{1,66}@([a-zåäöA-Z0-9-]{1,12}\\.){1,3}[a-z]{2,4}",
            "[ -~åä\u{0}\r\n\t@.]{0,40}",
            any::<String>(),
        ]
    }

    proptest! {
        /// P35.
        #[test]
        fn an_accepted_email_address_parses_again_and_is_exactly_one_mailbox(text in near_addresses()) {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(address.as_str(), &text);
                prop_assert_eq!(Address::parse(address.as_str()), Ok(address.clone()));
                for form in [address.as_str(), address.canonical(), &address.envelope()] {
                    prop_assert_eq!(form.matches('@').count(), 1);
                    prop_assert!(form.len() <= LONGEST);
                    prop_assert!(!form.contains(['\r', '\n', '\0', ' ', ',', ';', '<', '>']));
                }
                prop_assert!(address.envelope().is_ascii());
                prop_assert!(address.domain().contains('.'));
            }
        }

        /// P38.
        #[test]
        fn canonicalizing_an_email_address_is_idempotent(text in near_addresses()) {
            if let Ok(address) = Address::parse(&text) {
                let again = Address::parse(address.canonical()).unwrap();
                prop_assert_eq!(again.canonical(), address.canonical());
                let upper = Address::parse(&text.to_ascii_uppercase()).unwrap();
                prop_assert_eq!(upper.canonical(), address.canonical());
            }
        }
    }
}
