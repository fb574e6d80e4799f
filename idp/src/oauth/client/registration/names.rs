//! The names of a client, which people read on our pages.

use std::ops::RangeInclusive;

use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::error::Error;

/// Characters that show nothing or change how others are read: marks of direction, joiners, fillers
/// and variation selectors, the private use areas
/// ([UTS 39 section 5](https://www.unicode.org/reports/tr39/#Restriction_Level_Detection) counts
/// them among what a name has no use for). Blanks but for the space itself are among them, since
/// they look like it or like nothing.
const HIDDEN: &[RangeInclusive<char>] = &[
    '\u{a0}'..='\u{a0}',
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{600}'..='\u{605}',
    '\u{61c}'..='\u{61c}',
    '\u{6dd}'..='\u{6dd}',
    '\u{70f}'..='\u{70f}',
    '\u{115f}'..='\u{1160}',
    '\u{1680}'..='\u{1680}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{2000}'..='\u{200f}',
    '\u{2028}'..='\u{202f}',
    '\u{205f}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3000}'..='\u{3000}',
    '\u{3164}'..='\u{3164}',
    '\u{e000}'..='\u{f8ff}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{ffff}',
    '\u{13430}'..='\u{1345f}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{10ffff}',
];

/// Names that are seen as they are: no character that hides or turns round, no blanks around, and
/// something between them.
pub(super) fn client_names(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.client_name.values().all(|name| is_plain(name)) {
        return Ok(());
    }
    Err(Error::invalid_client_metadata(
        "client_name must be plain text, without invisible, control or bidirectional characters \
         and without blanks around it",
    ))
}

fn is_plain(name: &str) -> bool {
    let is_hidden = |c: char| c.is_control() || HIDDEN.iter().any(|range| range.contains(&c));
    // A mark without a letter before it is drawn on what stands before the name.
    let begins = name.chars().next().is_some_and(|first| !is_combining(first));
    begins && name.trim() == name && !name.chars().any(is_hidden)
}

/// The blocks of combining marks.
const fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use crate::oauth::client::tests::register;

    #[test]
    fn a_client_name_with_invisible_or_control_characters_or_outer_blanks_is_refused() {
        for name in ["IDEP.WEB", "Räkna & redovisa", "日本語", "Приложение", "תוכנה", "a b"]
        {
            let json = serde_json::json!({"client_name": name, "client_name#sv": name});
            assert!(register(&json.to_string()).is_ok(), "{name}");
        }
        for name in [
            "",
            " ",
            " a",
            "a ",
            "a\nb",
            "a\0b",
            "a\u{7f}b",
            "a\u{85}b",
            "\u{a0}",
            "a\u{a0}b",
            "a\u{ad}b",
            "a\u{61c}b",
            "a\u{115f}b",
            "a\u{180e}b",
            "a\u{200b}b",
            "a\u{200d}b",
            "a\u{200e}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2028}b",
            "a\u{2060}b",
            "\u{2800}",
            "\u{3164}",
            "\u{feff}a",
            "a\u{fe0f}",
            "a\u{ffa0}",
            "a\u{e0041}",
            "\u{301}a",
            "\u{e000}",
        ] {
            for member in ["client_name", "client_name#sv"] {
                let json = serde_json::json!({ member: name });
                let error = register(&json.to_string()).unwrap_err();
                assert!(error.description().starts_with("client_name"), "{name:?}: {error}");
            }
        }
    }
}
