//! Swedish or English: what the request asks for, else what was chosen, else what the browser
//! prefers, else Swedish.

use serde::Serialize;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Swedish.
    #[default]
    Sv,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    /// Takes any BCP 47 tag whose primary subtag we know.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.trim().to_ascii_lowercase().as_str() {
            "sv" => Some(Self::Sv),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// `ui_locales` is a list by preference (OpenID Connect Core 1.0 section 3.1.2.1); the header
    /// weighs its entries (RFC 9110 section 12.5.4).
    pub(crate) fn negotiate(
        ui_locales: Option<&str>,
        choice: Option<&str>,
        accept_language: Option<&str>,
    ) -> Self {
        ui_locales
            .and_then(|tags| tags.split(' ').find_map(Self::parse))
            .or_else(|| choice.and_then(Self::parse))
            .or_else(|| accept_language.and_then(Self::accepted))
            .unwrap_or_default()
    }

    fn accepted(header: &str) -> Option<Self> {
        let mut best = None;
        for entry in header.split(',') {
            let mut parts = entry.split(';');
            let language = parts.next().and_then(|tag| Self::parse(tag.trim()));
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q=")?.parse().ok())
                .unwrap_or(1.0_f32);
            if let Some(language) = language
                && weight > best.map_or(0.0, |(_, highest)| highest)
            {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_language_precedes_the_cookie_and_the_cookie_precedes_the_browser() {
        let cases = [
            (None, None, None, Language::Sv),
            (Some("fr en-GB sv"), Some("sv"), Some("sv"), Language::En),
            (Some("fr"), Some("en"), Some("sv"), Language::En),
            (None, Some("xx"), Some("de, en;q=0.8, sv;q=0.5"), Language::En),
            (None, None, Some("en;q=0.3, sv-SE;q=0.9"), Language::Sv),
            (None, None, Some("en;q=0, de"), Language::Sv),
        ];
        for (ui_locales, choice, header, expected) in cases {
            assert_eq!(Language::negotiate(ui_locales, choice, header), expected, "{header:?}");
        }
    }
}
