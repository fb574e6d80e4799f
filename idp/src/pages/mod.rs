//! The pages and mails that people read. Templates, texts and assets are embedded in the binary;
//! a folder may replace them file by file. A template sees one context struct of strings and lists
//! that are ready to show ([`Page`]) and, on a web page, its [`Frame`]; it loads nothing.
//!
//! Called by `http` for the web pages and by `mail` for the messages.

pub mod about;
pub mod acr;
mod assets;
pub mod error;
mod files;
mod fixed;
mod frame;
pub mod hint;
pub mod login;
mod rehearsal;
mod rehearsed;
#[cfg(test)]
mod tests;
mod texts;

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};

use crate::account::language::Language;
pub use assets::Asset;
use assets::Assets;
use files::Files;
use fixed::answer_calls;
pub use frame::{About, Application, Foot, Frame, HelpDesk};
use texts::Texts;

/// What one template is shown: the struct's fields are the template's variables.
pub trait Page: Serialize {
    /// The template's path below `templates/`.
    const FILE: &'static str;
}

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of replacements cannot be read.
    #[error("cannot read {path}: {source}")]
    Folder {
        /// The folder or file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The folder holds a file that replaces nothing, most likely misspelt.
    #[error("{0} replaces no template, text or asset of the program")]
    Unknown(String),
    /// A file of texts is not Fluent.
    #[error("{file} is not a valid Fluent file: {reason}")]
    Text {
        /// The file, below `templates/`.
        file: String,
        /// Where and why.
        reason: String,
    },
    /// A template is broken; the source names it.
    #[error("a template is broken: {0}")]
    Template(#[from] tera::Error),
}

/// Every template in every language, parsed.
#[derive(Debug)]
pub struct Pages {
    swedish: Tera,
    english: Tera,
    assets: Arc<Assets>,
}

impl Pages {
    /// Parses the embedded templates, those in `folder` in place of the embedded ones, and then
    /// shows every page once, so that a broken replacement is found now and not by a person.
    ///
    /// # Errors
    /// When a file cannot be read, is not a valid template or text, or cannot show a page.
    pub fn new(folder: Option<&Path>) -> Result<Self, Error> {
        let files = Files::new(folder)?;
        let assets = Arc::new(Assets::new(&files));
        let speak = |language| speaking(language, &files, &assets);
        let pages = Self { swedish: speak(Language::Sv)?, english: speak(Language::En)?, assets };
        if folder.is_some() {
            for language in Language::ALL {
                rehearsal::rehearse(&pages, language)?;
            }
        }
        Ok(pages)
    }

    /// A text of its own, such as a part of a mail, in `language`. It has no [`Frame`].
    ///
    /// # Errors
    /// When the template names a variable or a text that does not exist.
    pub fn render<P: Page>(&self, page: &P, language: Language) -> Result<String, Error> {
        let mut context = Context::from_serialize(page)?;
        context.insert("language", language.as_str());
        Ok(self.templates(language).render(P::FILE, &context)?)
    }

    /// A web page within its frame: service name, language links and help desk.
    ///
    /// # Errors
    /// When the template names a variable or a text that does not exist.
    pub fn render_framed<P: Page>(&self, page: &P, frame: &Frame<'_>) -> Result<String, Error> {
        let mut context = Context::from_serialize(page)?;
        context.insert("language", frame.language.as_str());
        context.insert("frame", &frame.shown());
        Ok(self.templates(frame.language).render(P::FILE, &context)?)
    }

    /// What is served at `/static/{name}`.
    #[must_use]
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.find(name)
    }

    /// The address of an asset.
    #[must_use]
    pub fn asset_path(&self, name: &str) -> Option<String> {
        self.assets.path(name)
    }

    const fn templates(&self, language: Language) -> &Tera {
        match language {
            Language::Sv => &self.swedish,
            Language::En => &self.english,
        }
    }
}

/// The templates, with a `text` function bound to one language and an `asset` function.
fn speaking(language: Language, files: &Files, assets: &Arc<Assets>) -> Result<Tera, Error> {
    let texts = Texts::new(language, files)?;
    let answered = |template: &str| {
        let template = answer_calls(template, "text(key=\"", |key| texts.fixed(key));
        answer_calls(&template, "asset(name=\"", |name| assets.path(name))
    };
    let templates: Vec<_> =
        files.templates().map(|(name, content)| (name, answered(content))).collect();
    let assets = Arc::clone(assets);
    let mut tera = Tera::new();
    tera.register_function("text", move |arguments: Kwargs, _: &State<'_>| texts.say(&arguments));
    tera.register_function("asset", move |arguments: Kwargs, _: &State<'_>| {
        let name: &str = arguments.must_get("name")?;
        assets.path(name).ok_or_else(|| tera::Error::message(format!("no asset {name}")))
    });
    tera.add_raw_templates(templates)?;
    Ok(tera)
}
