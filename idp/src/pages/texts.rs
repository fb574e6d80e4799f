//! The Fluent texts of one language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use tera::{Kwargs, Value};
use unic_langid::LanguageIdentifier;

use super::Error;
use super::files::Files;
use crate::account::language::Language;

/// Every text of one language, by its key.
pub(super) struct Texts(FluentBundle<FluentResource>);

impl Texts {
    /// Reads `locales/<language>*.ftl`, a later file over an earlier one.
    pub(super) fn new(language: Language, files: &Files) -> Result<Self, Error> {
        let locale = LanguageIdentifier::from_bytes(language.as_str().as_bytes())
            .map_err(|error| broken(language.as_str(), &error))?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Marks of writing direction around each argument: invisible, and copied with an address.
        bundle.set_use_isolating(false);
        for (name, content) in files.locales(language) {
            let resource = FluentResource::try_new(content.to_owned())
                .map_err(|(_, errors)| broken(name, &errors))?;
            bundle.add_resource_overriding(resource);
        }
        Ok(Self(bundle))
    }

    /// The template function `text(key="…", name=value)`.
    pub(super) fn say(&self, arguments: &Kwargs) -> Result<String, tera::Error> {
        let key: &str = arguments.must_get("key")?;
        let pattern = self
            .0
            .get_message(key)
            .and_then(|message| message.value())
            .ok_or_else(|| tera::Error::message(format!("no text has the key {key}")))?;
        let mut named = FluentArgs::new();
        for (name, value) in arguments.iter() {
            named.set(name.to_string(), fluent(value));
        }
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(&named), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(tera::Error::message(format!("the text {key}: {error}"))),
        }
    }
}

/// A number stays one, so that a text can choose its plural form.
fn fluent(value: &Value) -> FluentValue<'static> {
    value.as_i64().map_or_else(|| FluentValue::from(value.to_string()), FluentValue::from)
}

fn broken(file: &str, reason: &impl std::fmt::Debug) -> Error {
    Error::Text { file: file.to_owned(), reason: format!("{reason:?}") }
}
