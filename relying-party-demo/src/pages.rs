//! The pages: templates and texts inside the program, and what each template is given to show.

use serde::Serialize;
use serde_json::{Map, Value};
use tera::{Context, Tera};

use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::language::Language;

const TEMPLATES: [(&str, &str); 7] = [
    ("base.html", include_str!("../templates/base.html")),
    ("field.html", include_str!("../templates/field.html")),
    ("help.html", include_str!("../templates/help.html")),
    ("message.html", include_str!("../templates/message.html")),
    ("parameters.html", include_str!("../templates/parameters.html")),
    ("parties.html", include_str!("../templates/parties.html")),
    ("start.html", include_str!("../templates/start.html")),
];
const SWEDISH: &str = include_str!("../templates/texts/sv.toml");
const ENGLISH: &str = include_str!("../templates/texts/en.toml");

/// The style sheet of all pages.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// A page: its values and its template.
pub(crate) trait Page: Serialize {
    /// The template's name.
    const FILE: &'static str;
}

/// What every page shows around its content.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    /// This page's address up to the value of `ui_locales`.
    pub(crate) language_link: String,
    /// The token of the page's forms.
    pub(crate) csrf: String,
    /// The login name of whoever is logged in.
    pub(crate) user: Option<String>,
}

/// The start page.
#[derive(Debug, Serialize)]
pub(crate) struct Start {
    pub(crate) user: Option<User>,
    /// The party that has just been saved.
    pub(crate) saved: Option<String>,
}

/// Who is logged in, and all that the provider said.
#[derive(Debug, Serialize)]
pub(crate) struct User {
    subject: String,
    login_name: String,
    organisation: String,
    organisation_name: String,
    acr: String,
    claims: Vec<Claim>,
}

#[derive(Debug, Serialize)]
struct Claim {
    name: String,
    id_token: Option<String>,
    userinfo: Option<String>,
}

/// The parties to choose from.
#[derive(Debug, Serialize)]
pub(crate) struct Parties {
    pub(crate) parties: Vec<PartyChoice>,
}

/// One party to choose.
#[derive(Debug, Serialize)]
pub(crate) struct PartyChoice {
    pub(crate) party: String,
    pub(crate) organisation_name: String,
}

/// The page that explains the form.
#[derive(Debug, Serialize)]
pub(crate) struct Help {}

/// A message with one next step.
#[derive(Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) next_link: String,
    pub(crate) next_text: String,
    pub(crate) code: Option<String>,
}

impl Page for Start {
    const FILE: &'static str = "start.html";
}
impl Page for Parties {
    const FILE: &'static str = "parties.html";
}
impl Page for Help {
    const FILE: &'static str = "help.html";
}
impl Page for Message {
    const FILE: &'static str = "message.html";
}

impl User {
    /// All claims of both sources, by name.
    pub(crate) fn new(
        identity: &Identity,
        id_token: &Map<String, Value>,
        userinfo: &Map<String, Value>,
    ) -> Self {
        let mut names: Vec<&String> = id_token.keys().chain(userinfo.keys()).collect();
        names.sort();
        names.dedup();
        let claim = |name: &String| Claim {
            name: name.clone(),
            id_token: id_token.get(name).map(readable),
            userinfo: userinfo.get(name).map(readable),
        };
        Self {
            subject: identity.subject.clone(),
            login_name: identity.login_name.clone(),
            organisation: identity.organisation.clone(),
            organisation_name: identity.organisation_name.clone(),
            acr: identity.acr.clone().unwrap_or_default(),
            claims: names.into_iter().map(claim).collect(),
        }
    }
}

fn readable(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The texts of one language.
pub(crate) struct Texts(toml::Table);

impl Texts {
    /// The text under a dotted key such as `fields.email`; the key itself if there is none, which
    /// a test rules out.
    pub(crate) fn get(&self, key: &str) -> String {
        let mut steps = key.split('.');
        let first = steps.next().and_then(|step| self.0.get(step));
        steps
            .fold(first, |value, step| value.and_then(|value| value.get(step)))
            .and_then(toml::Value::as_str)
            .map_or_else(|| key.to_owned(), str::to_owned)
    }
}

/// Writes pages.
pub(crate) struct Pages {
    tera: Tera,
    swedish: Texts,
    english: Texts,
}

impl Pages {
    /// Reads the templates and texts inside the program.
    pub(crate) fn new() -> Result<Self> {
        let mut tera = Tera::new();
        tera.add_raw_templates(TEMPLATES)?;
        let texts = |name: &str, text: &str| {
            text.parse()
                .map(Texts)
                .map_err(|error| Error::Configuration(format!("texts/{name}.toml: {error}")))
        };
        Ok(Self { tera, swedish: texts("sv", SWEDISH)?, english: texts("en", ENGLISH)? })
    }

    /// The texts of `language`.
    pub(crate) fn texts(&self, language: Language) -> &Texts {
        match language {
            Language::Sv => &self.swedish,
            Language::En => &self.english,
        }
    }

    /// The HTML of a page.
    pub(crate) fn render<P: Page>(&self, frame: &Frame, page: &P) -> tera::TeraResult<String> {
        let mut context = Context::from_serialize(page)?;
        context.insert("frame", frame);
        context.insert("t", &self.texts(frame.language).0);
        self.tera.render(P::FILE, &context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(prefix: &str, table: &toml::Table, into: &mut Vec<String>) {
        for (key, value) in table {
            match value {
                toml::Value::Table(inner) => keys(&format!("{prefix}{key}."), inner, into),
                value => {
                    assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{prefix}{key}");
                    into.push(format!("{prefix}{key}"));
                }
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_placeholders() {
        let pages = Pages::new().unwrap();
        let [mut swedish, mut english] = [Vec::new(), Vec::new()];
        keys("", &pages.swedish.0, &mut swedish);
        keys("", &pages.english.0, &mut english);
        assert_eq!(swedish, english);
        for key in swedish {
            let gaps = |texts: &Texts| {
                let text = texts.get(&key);
                (text.contains("{field}"), text.contains("{longest}"), text == key)
            };
            assert_eq!(gaps(&pages.swedish), gaps(&pages.english), "{key}");
            assert!(!gaps(&pages.swedish).2, "{key}");
        }
    }

    #[test]
    fn claims_are_escaped() {
        let pages = Pages::new().unwrap();
        let claims = serde_json::json!({ "sub": "<script>", "\"><b>": ["<i>"] });
        let claims = claims.as_object().unwrap();
        let identity = Identity::from_claims(claims, &Map::new());
        let user = User::new(&identity, claims, &Map::new());
        let frame = Frame {
            language: Language::Sv,
            language_link: "/?ui_locales=".to_owned(),
            csrf: "c".to_owned(),
            user: Some("\"><u>".to_owned()),
        };
        let html = pages.render(&frame, &Start { user: Some(user), saved: None }).unwrap();
        for raw in ["<script>", "<b>", "<i>", "<u>"] {
            assert!(!html.contains(raw), "{raw}");
        }
    }
}
