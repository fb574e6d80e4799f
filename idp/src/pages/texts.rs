//! The Fluent texts of one language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use tera::{Kwargs, Value};
use unic_langid::LanguageIdentifier;

use super::Error;
use super::files::Files;
use crate::account::language::Language;

/// Every text of one language, by its key.
pub(super) struct Texts {
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Reads `locales/<language>*.ftl`, a later file over an earlier one.
    pub(super) fn new(language: Language, files: &Files) -> Result<Self, Error> {
        let locale = LanguageIdentifier::from_bytes(language.as_str().as_bytes())
            .map_err(|error| broken(language.as_str(), &error))?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Marks of writing direction around each argument: invisible, and copied with an address.
        bundle.set_use_isolating(false);
        bundle
            .add_function("CLOCK", move |arguments, _| match arguments {
                [FluentValue::String(time)] => FluentValue::from(clock_time(language, time)),
                _ => FluentValue::Error,
            })
            .map_err(|error| broken(language.as_str(), &error))?;
        for (name, content) in files.locales(language) {
            let resource = FluentResource::try_new(content.to_owned())
                .map_err(|(_, errors)| broken(name, &errors))?;
            bundle.add_resource_overriding(resource);
        }
        Ok(Self { bundle })
    }

    /// The template function `text(key="…", name=value)`.
    pub(super) fn say(&self, arguments: &Kwargs) -> Result<String, tera::Error> {
        let mut named = FluentArgs::new();
        for (name, value) in arguments.iter() {
            named.set(name.to_string(), fluent(value));
        }
        self.format(arguments.must_get("key")?, &named)
    }

    /// A text without arguments; none where it needs some, or is unknown.
    pub(super) fn fixed(&self, key: &str) -> Option<String> {
        self.format(key, &FluentArgs::new()).ok()
    }

    fn format(&self, key: &str, named: &FluentArgs<'_>) -> Result<String, tera::Error> {
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
            .ok_or_else(|| tera::Error::message(format!("no text has the key {key}")))?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(named), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(tera::Error::message(format!("the text {key}: {error}"))),
        }
    }
}

/// A time as the sentences of a language have it. In Swedish that is `kl. 14.30`, after
/// the date if there is one; the texts of the program have `14:30` and `2026-11-30 14:30`.
fn clock_time(language: Language, time: &str) -> String {
    match (language, time.rsplit_once(' ')) {
        (Language::En, _) => time.to_owned(),
        (Language::Sv, Some((date, time))) => format!("{date} {}", clock_time(language, time)),
        (Language::Sv, None) => format!("kl. {}", time.replace(':', ".")),
    }
}

/// A number stays one, so that a text can choose its plural form.
fn fluent(value: &Value) -> FluentValue<'static> {
    value.as_i64().map_or_else(|| FluentValue::from(value.to_string()), FluentValue::from)
}

fn broken(file: &str, reason: &impl std::fmt::Debug) -> Error {
    Error::Text { file: file.to_owned(), reason: format!("{reason:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swedish_sentences_write_a_clock_time_with_a_stop_and_english_ones_with_a_colon() {
        for (time, swedish) in [
            ("14:30", "kl. 14.30"),
            ("14:30:05", "kl. 14.30.05"),
            ("2026-11-30 14:30", "2026-11-30 kl. 14.30"),
        ] {
            assert_eq!(clock_time(Language::Sv, time), swedish);
            assert_eq!(clock_time(Language::En, time), time);
        }
    }
}
