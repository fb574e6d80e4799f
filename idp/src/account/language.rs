//! Which of our languages a person reads, from what the application, the person and the browser
//! ask for.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

named! {
    /// A language that every page and mail is written in, named by its primary subtag of
    /// [BCP 47](https://www.rfc-editor.org/rfc/rfc5646#section-2.2.1).
    #[derive(Default, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Language {
        /// Swedish, used when nothing else is asked for.
        #[default]
        Sv = "sv",
        /// English.
        En = "en",
    }
}

/// Ranges read of one `Accept-Language` header or `ui_locales` parameter; a person lists a few.
const RANGES: usize = 32;

impl Language {
    /// The language's own name for itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sv => "Svenska",
            Self::En => "English",
        }
    }

    /// The language of a BCP 47 tag such as `sv-FI`, when its primary subtag is one of ours.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let mut subtags = tag.split('-');
        let primary = subtags.next()?;
        let plain = |subtag: &str| {
            (1..=8).contains(&subtag.len())
                && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let known =
            Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.as_str()));
        known.filter(|_| subtags.all(plain))
    }

    /// The first language we know of `ui_locales`
    /// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)),
    /// then of the person's earlier choice, then of the browser's `Accept-Language`, else Swedish.
    #[must_use]
    pub fn negotiate(
        ui_locales: Option<&str>,
        choice: Option<&str>,
        accept_language: Option<&str>,
    ) -> Self {
        ui_locales
            .and_then(|locales| locales.split(' ').take(RANGES).find_map(Self::parse))
            .or_else(|| choice.and_then(Self::parse))
            .or_else(|| accept_language.and_then(preferred))
            .unwrap_or_default()
    }
}

/// The language of highest quality in an `Accept-Language` header, the first of equals
/// ([RFC 9110 section 12.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4)).
fn preferred(header: &str) -> Option<Language> {
    let ranges: Vec<_> = header.split(',').take(RANGES).enumerate().filter_map(range).collect();
    let rank = |language: Language| {
        let own = ranges.iter().filter(|range| Language::parse(range.tag) == Some(language));
        let any = ranges.iter().filter(|range| range.tag == "*");
        let best = |range: &&Range<'_>| (range.quality, Reverse(range.place));
        own.max_by_key(best).or_else(|| any.max_by_key(best)).map(|range| best(&range))
    };
    let ranked = Language::ALL.into_iter().rev().filter_map(|language| {
        rank(language).filter(|(quality, _)| *quality > 0).map(|rank| (rank, language))
    });
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, language)| language)
}

struct Range<'a> {
    tag: &'a str,
    quality: u16,
    place: usize,
}

fn range((place, text): (usize, &str)) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next()?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    Some(Range { tag, quality: weight.map_or(Some(1000), thousandths)?, place })
}

/// A weight of [RFC 9110 section 12.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2):
/// `0.8` is 800.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = format!("{fraction:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_language_tag_is_matched_by_its_primary_subtag() {
        for (tag, language) in [
            ("sv", Some(Language::Sv)),
            ("SV-fi", Some(Language::Sv)),
            ("en-GB-oxendict", Some(Language::En)),
            ("svx", None),
            ("s", None),
            ("", None),
            ("sv-", None),
            ("sv;q=1", None),
            ("en-toolongsubtag", None),
            ("de", None),
        ] {
            assert_eq!(Language::parse(tag), language, "{tag}");
        }
    }

    #[test]
    fn ui_locales_precede_the_language_cookie_and_the_cookie_precedes_accept_language() {
        for (ui_locales, choice, accept_language, language) in [
            (None, None, None, Language::Sv),
            (Some("de fr-CA en sv"), Some("sv"), Some("sv"), Language::En),
            (Some("de"), Some("en"), Some("sv"), Language::En),
            (Some(""), Some("nonsense"), Some("en"), Language::En),
            (None, None, Some("de"), Language::Sv),
        ] {
            assert_eq!(Language::negotiate(ui_locales, choice, accept_language), language);
        }
    }

    #[test]
    fn accept_language_is_ranked_by_quality_and_then_by_order() {
        for (header, language) in [
            ("en-US,en;q=0.9,sv;q=0.8", Language::En),
            ("de, en;q=0.5, sv;q=0.7", Language::Sv),
            ("en, sv", Language::En),
            ("sv, en", Language::Sv),
            ("sv;q=0, *", Language::En),
            ("*;q=0.5, en;q=0.1", Language::Sv),
            ("*", Language::Sv),
            ("sv;q=0", Language::Sv),
            ("en;q=2, sv;q=0.1", Language::Sv),
            ("en;q=0.1234, sv;q=0.1", Language::Sv),
            ("en ; Q=1.000", Language::En),
            (",;,;q=,en;q=x", Language::Sv),
        ] {
            assert_eq!(Language::negotiate(None, None, Some(header)), language, "{header}");
        }
    }

    proptest! {
        #[test]
        fn language_negotiation_never_panics(
            locales in "\\PC*", choice in "\\PC*", header in "[svenq=;,.*0-9 -]*|\\PC*"
        ) {
            let language = Language::negotiate(Some(&locales), Some(&choice), Some(&header));
            prop_assert!(Language::ALL.contains(&language));
        }
    }
}
