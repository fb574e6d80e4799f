//! Hints: enough of an address for the one who knows it, little for the one who does not.
//!
//! The rule works on the local part and on the whole domain, each in graphemes
//! ([UAX 29](https://www.unicode.org/reports/tr29/)), and fills with a fixed width, so that the
//! length stays hidden. A hint is a function of the address alone.
//!
//! | graphemes of the part | shown |
//! | --- | --- |
//! | 6 or more | the first 2 and the last 2 |
//! | 4 or 5 | the first 1 and the last 1 |
//! | 2 or 3 | the first 1 |
//! | 1 | none |

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

const FILLER: &str = "...";

/// A hint in its two forms: for the eye, and in parts for a page to say in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// For the eye: `Ma ... ge@Sc ... se`.
    pub text: String,
    /// What is shown of the part before `@`.
    pub local_part: Shown,
    /// What is shown of the part after `@`.
    pub domain: Shown,
}

/// What a hint shows of one part of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The characters it starts with; empty when none is shown.
    pub starts_with: String,
    /// The characters it ends with; empty when none is shown.
    pub ends_with: String,
}

impl Hint {
    /// The hint at an address.
    #[must_use]
    pub fn at(address: &str) -> Self {
        let (local_part, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let (local_part, domain) = (Shown::of(local_part), Shown::of(domain));
        Self { text: format!("{}@{}", local_part.masked(), domain.masked()), local_part, domain }
    }
}

/// The hint at an address, for the eye.
#[must_use]
pub fn hint(address: &str) -> String {
    Hint::at(address).text
}

impl Shown {
    fn of(part: &str) -> Self {
        let graphemes: Vec<&str> = part.graphemes(true).collect();
        let (first, last) = match graphemes.len() {
            6.. => (2, 2),
            4 | 5 => (1, 1),
            2 | 3 => (1, 0),
            _ => (0, 0),
        };
        Self {
            starts_with: graphemes[..first].concat(),
            ends_with: graphemes[graphemes.len() - last..].concat(),
        }
    }

    fn masked(&self) -> String {
        [self.starts_with.as_str(), FILLER, &self.ends_with]
            .into_iter()
            .filter(|shown| !shown.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_four_documented_examples_are_masked_as_specified() {
        for (address, hinted) in [
            ("Magnus.Lange@Scb.se", "Ma ... ge@Sc ... se"),
            ("info@scb.se", "i ... o@sc ... se"),
            ("vd@hm.se", "v ...@h ... e"),
            ("a@b.se", "...@b ... e"),
        ] {
            assert_eq!(hint(address), hinted);
        }
    }

    #[test]
    fn masking_counts_graphemes_instead_of_code_points() {
        assert_eq!(hint("info@e\u{301}a.se"), "i ... o@e\u{301} ... e");
        assert_eq!(hint("info@räk.se"), "i ... o@rä ... se");
    }

    #[test]
    fn a_hint_exposes_the_visible_beginning_and_end_of_each_part() {
        let hint = Hint::at("vd@scb.se");
        assert_eq!((&*hint.local_part.starts_with, &*hint.local_part.ends_with), ("v", ""));
        assert_eq!((&*hint.domain.starts_with, &*hint.domain.ends_with), ("sc", "se"));
        assert_eq!(Hint::at("a@scb.se").local_part, Shown::default());
    }

    #[test]
    fn text_that_is_no_email_address_is_masked_too() {
        assert_eq!(hint(""), "...@...");
        assert_eq!(hint("secret"), "se ... et@...");
    }

    proptest! {
        /// P40: the hidden part and its length do not matter.
        #[test]
        fn addresses_that_differ_only_in_the_hidden_part_have_the_same_hint(
            ends in ("[a-z]{2}", "[a-z]{2}", "[a-z]{2}", "[a-z]{2}"),
            hidden in ("[a-z0-9.]{2,40}", "[a-z0-9.]{2,40}"),
            others in ("[a-z0-9.]{2,40}", "[a-z0-9.]{2,40}"),
        ) {
            let (a, b, c, d) = ends;
            let one = hint(&format!("{a}{}{b}@{c}{}{d}", hidden.0, hidden.1));
            prop_assert_eq!(&one, &hint(&format!("{a}{}{b}@{c}{}{d}", others.0, others.1)));
            prop_assert_eq!(one, format!("{a} ... {b}@{c} ... {d}"));
        }

        /// P40: never more than the table of the rule, and always at least half hidden but one.
        #[test]
        fn a_hint_never_shows_more_than_the_masking_rule_allows(local in "[a-zå]{1,12}", domain in "[a-zé.]{1,12}") {
            let hint = Hint::at(&format!("{local}@{domain}"));
            for (part, shown) in [(&local, &hint.local_part), (&domain, &hint.domain)] {
                let all = part.graphemes(true).count();
                let seen = shown.starts_with.graphemes(true).count()
                    + shown.ends_with.graphemes(true).count();
                prop_assert_eq!(seen, match all { 6.. => 4, 4 | 5 => 2, 2 | 3 => 1, _ => 0 });
                prop_assert!(part.starts_with(&shown.starts_with));
                prop_assert!(part.ends_with(&shown.ends_with));
            }
        }
    }
}
