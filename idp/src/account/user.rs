//! An account: a login name, and a credential beside it, often shared by the people of one organisation.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use crate::clock::Timestamp;
use crate::contact::organisation_number::user_id_in_mail;
use crate::contact::unseen::is_unseen;

/// Who signs in.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Internal id, never shown.
    pub id: String,
    /// The login name in its canonical form, see [`canonical_username`].
    pub username: String,
    /// `sub`: opaque, stable over renames, never reused
    /// ([OpenID Connect Core 1.0 section 8](https://openid.net/specs/openid-connect-core-1_0.html#SubjectIDTypes)).
    pub subject: String,
    /// Organisation number, 10 digits.
    pub organisation: String,
    /// The organisation's name.
    pub organisation_name: String,
    /// Standard claims (OpenID Connect Core section 5.1) the operator keeps for this account.
    pub claims: Map<String, Value>,
    /// When the account was added.
    pub created_at: Timestamp,
    /// A disabled account cannot sign in, and its sessions and tokens are dead.
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// The user name as pages and mails show it: of a sole trader, whose number is a personal
    /// identity number, only the last digits.
    #[must_use]
    pub fn shown_username(&self) -> String {
        user_id_in_mail(&self.username, &self.organisation)
    }
}

/// The form under which a login name is stored and looked up: without blanks and invisible
/// characters around it, as they come along when a name is copied, in lower case and in Unicode's
/// normalization form C. `None` for a name that no account can have: empty, over 128 bytes in that
/// form, or with control or invisible characters inside.
#[must_use]
pub fn canonical_username(typed: &str) -> Option<String> {
    let around = |c: char| c.is_whitespace() || is_unseen(c);
    let name = typed.trim_matches(around).nfc().collect::<String>();
    let name = name.to_lowercase().nfc().collect::<String>();
    let invisible = |c: char| c.is_control() || (is_unseen(c) && c != ' ');
    let usable = !name.is_empty() && name.len() <= 128 && !name.contains(invisible);
    usable.then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_login_name_is_compared_without_case_and_surrounding_blanks() {
        let cases = [
            (" 202100083750 ", Some("202100083750")),
            ("Anna", Some("anna")),
            ("", None),
            ("   ", None),
            ("a\u{0}b", None),
            ("a\r\nb", None),
            ("anna berg", Some("anna berg")),
            ("anna\u{200b}berg", None),
        ];
        for (typed, canonical) in cases {
            assert_eq!(canonical_username(typed).as_deref(), canonical, "{typed:?}");
        }
        assert_eq!(canonical_username(&"x".repeat(129)), None);
    }

    #[test]
    fn invisible_characters_and_blanks_around_a_user_name_are_removed() {
        for around in ["\u{feff}", "\u{200b}", "\u{a0}", "\u{202a}", "\u{2060}\t", "\u{3000}"] {
            for typed in [format!("{around}anna"), format!("anna{around}")] {
                assert_eq!(canonical_username(&typed).as_deref(), Some("anna"), "{typed:?}");
            }
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_user_name() {
        for (composed, decomposed) in [("åsa", "a\u{30a}sa"), ("ÅSA", "A\u{30a}SA")] {
            assert_eq!(canonical_username(composed), Some("åsa".to_owned()));
            assert_eq!(canonical_username(decomposed), Some("åsa".to_owned()));
        }
    }

    proptest! {
        /// P38: whoever may type a name may type its canonical form as well.
        #[test]
        fn canonicalizing_a_user_name_is_idempotent(
            typed in "[ ÅİẞΣςa1]{0,8}|İ{60,70}|.{0,140}",
        ) {
            if let Some(once) = canonical_username(&typed) {
                prop_assert_eq!(canonical_username(&once), Some(once.clone()));
                let blanks = format!(" {once}\t");
                prop_assert_eq!(canonical_username(&blanks), Some(once));
            }
        }
    }
}
