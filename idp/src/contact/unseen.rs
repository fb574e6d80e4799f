//! Characters without a shape of their own. A domain name loses them when it is mapped
//! ([UTS 46 section 4](https://www.unicode.org/reports/tr46/#Processing)), so that two addresses
//! that look alike, and are alike, would be kept as two texts.

use std::ops::RangeInclusive;

const UNSEEN: &[RangeInclusive<char>] = &[
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether the character shows nothing: a blank, a joiner, a mark of direction or variation.
/// Control characters are no part of it; they are refused for a reason of their own.
pub(crate) fn is_unseen(c: char) -> bool {
    (c.is_whitespace() && !c.is_control()) || UNSEEN.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use idna::AsciiDenyList;
    use idna::uts46::{Hyphens, Uts46};

    use super::*;

    #[test]
    fn every_character_that_idna_mapping_removes_is_listed_as_invisible() {
        let idna = Uts46::new();
        for c in ('\u{80}'..=char::MAX).filter(|c| !is_unseen(*c) && !c.is_control()) {
            let label = format!("a{c}b");
            let (mapped, _) =
                idna.to_unicode(label.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
            assert_ne!(mapped, "ab", "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn letters_and_control_characters_are_not_listed_as_invisible() {
        for c in ['a', 'å', '.', '\n', '\0', '\u{301}'] {
            assert!(!is_unseen(c), "{c:?}");
        }
    }
}
