//! Which passwords may be set: long enough, not common, not made of what everybody knows about the
//! account, and not guessed soon
//! ([NIST SP 800-63B-4 section 3.1.1.2](https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver),
//! ASVS 5.0 section 6.2). No rule of composition, and no forced change.

use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::Score;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

use crate::account::password::LONGEST;
use crate::account::user::Account;
use crate::secret::{Password, Secret};

/// A text that is shorter may be part of any password.
const SHORTEST_WORD: usize = 4;

/// Why a password cannot be set, with a way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Too few characters.
    #[error(
        "the password must have at least {0} characters; a few words in a row are easy to keep"
    )]
    TooShort(usize),
    /// More than [`LONGEST`] bytes.
    #[error("the password must have at most {LONGEST} bytes")]
    TooLong,
    /// It is one of the most common passwords.
    #[error(
        "the password is one of the most common ones; use a few words that nobody else would put together"
    )]
    Common,
    /// It was found in a breach.
    #[error(
        "the password is known from a breach, and others try it; use one that is used nowhere else"
    )]
    Breached,
    /// It contains a name or number of the account, of the service, or one of the operator's words.
    #[error(
        "the password contains the name or number of the account, of its organisation or of the service; leave that out"
    )]
    Known,
    /// It would be guessed soon.
    #[error(
        "the password is too easy to guess; add one or two words that have nothing to do with the others"
    )]
    Weak,
}

/// The rules for one account.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The least number of characters.
    minimum: usize,
    /// What everybody knows, in lower case.
    known: Vec<String>,
}

impl Rules {
    /// The rules for a new password of an account, at a service with that name and these words of
    /// the operator's.
    #[must_use]
    pub fn new(minimum: usize, account: &Account, service: &str, context: &[String]) -> Self {
        let of_account = [&account.username, &account.organisation, &account.organisation_name];
        let texts = of_account.into_iter().map(String::as_str).chain([service]);
        let known = texts.chain(context.iter().map(String::as_str)).map(fold);
        Self { minimum, known: known.collect() }
    }

    /// Whether the password may be set, as far as it can be told without a list of breached ones.
    /// Nothing is trimmed; an accent counts with its letter, as in the form that is hashed.
    ///
    /// # Errors
    /// [`Unusable`], with the reason.
    pub fn check(&self, password: &Secret<Password>) -> Result<(), Unusable> {
        if password.expose().len() > LONGEST {
            return Err(Unusable::TooLong);
        }
        let text: String = password.expose().nfc().collect();
        if text.chars().count() < self.minimum {
            return Err(Unusable::TooShort(self.minimum));
        }
        let folded = fold(&text);
        let counts = |word: &&String| word.chars().count() >= SHORTEST_WORD;
        if self.known.iter().filter(counts).any(|word| folded.contains(word.as_str())) {
            return Err(Unusable::Known);
        }
        let words: Vec<_> = self.known.iter().flat_map(|text| text.split(' ')).collect();
        let estimate = zxcvbn(&text, &words);
        if estimate.score() >= Score::Three {
            return Ok(());
        }
        // The whole of it stands in a list of passwords or words.
        match estimate.sequence() {
            [only] if matches!(only.pattern, MatchPattern::Dictionary(_)) => Err(Unusable::Common),
            _ => Err(Unusable::Weak),
        }
    }
}

/// A text as it is compared: in lower case, and with single blanks.
fn fold(text: &str) -> String {
    let text = text.nfkc().collect::<String>().to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::clock::Timestamp;

    fn rules() -> Rules {
        let account = Account {
            id: "a".to_owned(),
            username: "202100083750".to_owned(),
            subject: "s".to_owned(),
            organisation: "2021000837".to_owned(),
            organisation_name: "Svenska Exempelbolaget AB".to_owned(),
            claims: Map::new(),
            created_at: Timestamp(0),
            disabled_at: None,
        };
        Rules::new(12, &account, "Uppgiftslämnare", &["idep.web".to_owned(), "ab".to_owned()])
    }

    fn check(text: &str) -> Result<(), Unusable> {
        rules().check(&Secret::new(text.to_owned()))
    }

    #[test]
    fn a_password_is_refused_with_the_rule_that_it_breaks() {
        for (text, verdict) in [
            ("häst batteri klammer", Ok(())),
            ("xkJ8!vvQ2pLr", Ok(())),
            ("åäöåäöåäöåä", Err(Unusable::TooShort(12))),
            (&"a\u{30a}".repeat(11), Err(Unusable::TooShort(12))),
            (&"x".repeat(1_025), Err(Unusable::TooLong)),
            ("qwertyuiop123", Err(Unusable::Common)),
            ("passwordpassword", Err(Unusable::Weak)),
            ("aaaaaaaaaaaaaaaa", Err(Unusable::Weak)),
            ("november 2026", Err(Unusable::Weak)),
            ("xkJ8!202100083750", Err(Unusable::Known)),
            ("xkJ8!2021000837vvQ", Err(Unusable::Known)),
            ("SVENSKA  exempelbolaget ab 7Kq", Err(Unusable::Known)),
            ("hemligt uppgiftsLÄMNARE xq", Err(Unusable::Known)),
            ("kanin IDEP.web cykel 71", Err(Unusable::Known)),
            // A word of two letters is in too many others.
            ("kabel stol abborre 71x", Ok(())),
        ] {
            assert_eq!(check(text), verdict, "{text}");
        }
    }

    #[test]
    fn words_of_known_names_count_for_little() {
        assert_eq!(check("exempelbolaget1"), Err(Unusable::Weak));
    }

    proptest! {
        #[test]
        fn checking_arbitrary_text_never_panics(text in "\\PC{0,200}") {
            let _ = check(&text);
        }
    }
}
