//! A masked address, for the eye and for the ear.

use serde::Serialize;

/// A masked address and what a screen reader says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hint<'a> {
    /// The mask itself: `Ma ... ge@Sc ... se`.
    pub text: &'a str,
    local: Part<'a>,
    domain: Part<'a>,
}

/// What a mask shows of one part; nothing where it hides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Part<'a> {
    first: &'a str,
    last: &'a str,
}

impl<'a> Hint<'a> {
    /// Reads a mask as `contact::mask` writes it.
    #[must_use]
    pub fn of(mask: &'a str) -> Self {
        let (local, domain) = mask.rsplit_once('@').unwrap_or((mask, ""));
        Self { text: mask, local: Part::of(local), domain: Part::of(domain) }
    }
}

impl<'a> Part<'a> {
    fn of(mask: &'a str) -> Self {
        let (first, last) = mask.split_once("...").unwrap_or((mask, ""));
        Self { first: first.trim(), last: last.trim() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visible_beginning_and_end_of_each_masked_part_are_parsed() {
        for (mask, local, domain) in [
            ("Ma ... ge@Sc ... se", ("Ma", "ge"), ("Sc", "se")),
            ("i ... o@sc ... se", ("i", "o"), ("sc", "se")),
            ("v ...@h ... e", ("v", ""), ("h", "e")),
            ("...@b ... e", ("", ""), ("b", "e")),
            ("", ("", ""), ("", "")),
        ] {
            let hint = Hint::of(mask);
            assert_eq!((hint.local.first, hint.local.last), local, "{mask}");
            assert_eq!((hint.domain.first, hint.domain.last), domain, "{mask}");
        }
    }
}
