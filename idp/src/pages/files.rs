//! The files below `templates/`: embedded in the binary, replaced by those of a folder.

use std::borrow::Cow;
use std::path::Path;

use super::Error;
use crate::account::language::Language;

/// Names below `templates/`, each with its content.
macro_rules! embed {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../templates/", $name)))),*]
    };
}

/// The web pages.
const PAGES: &[(&str, &str)] = embed! {
    "base.html"
    "components.html"
    "pages/accessibility.html"
    "pages/acr.html"
    "pages/consent.html"
    "pages/device.html"
    "pages/device_done.html"
    "pages/email.html"
    "pages/error.html"
    "pages/form_post.html"
    "pages/interaction_ended.html"
    "pages/leave.html"
    "pages/link.html"
    "pages/link_dead.html"
    "pages/login.html"
    "pages/logout.html"
    "pages/logout_done.html"
    "pages/no_address.html"
    "pages/other_browser.html"
    "pages/privacy.html"
    "pages/sent.html"
    "pages/sent_status.txt"
};

/// The mails, and their texts.
const EMAILS: &[(&str, &str)] = embed! {
    "emails/frame.html"
    "emails/signature.txt"
    "emails/link/body.html"
    "emails/link/body.txt"
    "emails/link/subject.txt"
    "emails/notice/body.html"
    "emails/notice/body.txt"
    "emails/notice/subject.txt"
};

const LOCALES: &[(&str, &str)] = embed! {
    "locales/en.ftl"
    "locales/en.mail.ftl"
    "locales/sv.ftl"
    "locales/sv.mail.ftl"
};

const ASSETS: &[(&str, &str)] = embed! {
    "check_session.js"
    "favicon.svg"
    "form_post.js"
    "style.css"
    "waiting.js"
};

/// Kinds of file that a folder of replacements is searched for.
const KINDS: [&str; 6] = ["html", "txt", "ftl", "css", "js", "svg"];

/// Every file, the embedded ones first, so that a later one replaces an earlier of its name.
pub(super) struct Files(Vec<(&'static str, Cow<'static, str>)>);

impl Files {
    /// The embedded files, and after them those that `folder` holds.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self, Error> {
        let embedded = || [PAGES, EMAILS, LOCALES, ASSETS].into_iter().flatten();
        let mut files: Vec<_> =
            embedded().map(|(name, content)| (*name, Cow::Borrowed(*content))).collect();
        for (name, path) in folder.map(below).transpose()?.unwrap_or_default() {
            let (name, _) = embedded()
                .find(|(known, _)| *known == name)
                .ok_or_else(|| Error::Unknown(path.clone()))?;
            let content =
                std::fs::read_to_string(&path).map_err(|source| Error::Folder { path, source })?;
            files.push((name, Cow::Owned(content)));
        }
        Ok(Self(files))
    }

    /// The templates.
    pub(super) fn templates(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.of_kind(|name| name.ends_with(".html") || name.ends_with(".txt"))
    }

    /// The texts of one language. A replacement need only hold the texts it changes.
    pub(super) fn locales(&self, language: Language) -> impl Iterator<Item = (&'static str, &str)> {
        self.of_kind(move |name| {
            let rest =
                name.strip_prefix("locales/").and_then(|n| n.strip_prefix(language.as_str()));
            rest.is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// What is served as it is.
    pub(super) fn assets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.of_kind(|name| ASSETS.iter().any(|(asset, _)| *asset == name))
    }

    fn of_kind(&self, kind: impl Fn(&str) -> bool) -> impl Iterator<Item = (&'static str, &str)> {
        let files = self.0.iter().filter(move |(name, _)| kind(name));
        files.map(|(name, content)| (*name, content.as_ref()))
    }
}

/// The files of our kinds in a folder and the folders below it: name below the folder, and path.
fn below(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let failed = |path: &Path, source| Error::Folder { path: path.display().to_string(), source };
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(present) = folders.pop() {
        for entry in std::fs::read_dir(&present).map_err(|error| failed(&present, error))? {
            let path = entry.map_err(|error| failed(&present, error))?.path();
            let known =
                path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known));
            if path.is_dir() {
                folders.push(path);
            } else if let (true, Ok(name)) = (known, path.strip_prefix(folder)) {
                let name = name.to_string_lossy().replace('\\', "/");
                found.push((name, path.display().to_string()));
            }
        }
    }
    Ok(found)
}
