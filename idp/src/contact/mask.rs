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
