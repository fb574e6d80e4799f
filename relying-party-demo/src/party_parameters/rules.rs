//! What counts as a line of text, a telephone number and an e-mail address. Stricter than the
//! standards allow, so that what is saved here can be mailed to.

/// Control characters would split a log line or a mail header; marks that turn the direction of
/// text would make it look like another text; the replacement character is what is left of bytes
/// that were not UTF-8.
pub(crate) fn spoils_a_line(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fffd}'
        )
}

/// Digits with the usual signs between them, five digits at least, a plus only in front.
pub(crate) fn is_phone_number(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let usual = |character: char| character.is_ascii_digit() || " -()/.".contains(character);
    digits >= 5 && number.chars().all(usual)
}

/// One address: a dot-atom of RFC 5321 section 4.1.2 before the sign, a domain of at least two
/// labels after it, which may hold letters of any script (RFC 5890 section 2.3.2.1).
pub(crate) fn is_email_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(it))
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|it| it.is_alphanumeric() || it == '-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    text.len() <= 254
        && local.len() <= 64
        && local.split('.').all(atom)
        && domain.contains('.')
        && domain.split('.').all(label)
        && !last.chars().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliverable_email_addresses_are_accepted_and_others_refused() {
        let long_local = format!("{}@scb.se", "a".repeat(65));
        let cases = [
            ("Magnus.Lange@Scb.se", true),
            ("vd@hm.se", true),
            ("a+b_c@sub.example.co.uk", true),
            ("info@åkeri.se", true),
            ("", false),
            ("info", false),
            ("info@", false),
            ("@scb.se", false),
            ("info@scb", false),
            ("info@.se", false),
            ("info@scb..se", false),
            ("info@-scb.se", false),
            ("info@10.0.0.1", false),
            (".info@scb.se", false),
            ("in fo@scb.se", false),
            ("<info@scb.se>", false),
            ("\"in fo\"@scb.se", false),
            ("info@[10.0.0.1]", false),
            ("å@scb.se", false),
            (long_local.as_str(), false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_email_address(text), expected, "{text}");
        }
    }

    #[test]
    fn telephone_numbers_have_digits_and_the_usual_signs() {
        let cases = [
            ("08-506 940 00", true),
            ("+46 (0)8 506 940 00", true),
            ("019/17.60.00", true),
            ("1234", false),
            ("08+506 940", false),
            ("växeln", false),
            ("08-506 940 00 ankn. 3", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_phone_number(text), expected, "{text}");
        }
    }

    #[test]
    fn control_and_invisible_characters_are_detected() {
        for character in ['\n', '\r', '\t', '\0', '\u{85}', '\u{202e}', '\u{200b}', '\u{fffd}'] {
            assert!(spoils_a_line(character), "{character:?}");
        }
        for character in ['a', 'Å', ' ', '’', '—'] {
            assert!(!spoils_a_line(character), "{character:?}");
        }
    }
}
