//! A page as a person meets it: elements by id, their text, and the forms they stand in
//! (HTML Living Standard, section 4.10).

use std::collections::HashMap;

use scraper::{ElementRef, Html};

/// One element with its attributes and all text inside it.
#[derive(Clone, Debug)]
pub struct Element {
    /// The element's name in lower case.
    pub name: String,
    attributes: Vec<(String, String)>,
    text: String,
    parent: Option<usize>,
}

impl Element {
    /// The value of an attribute, if it is there.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All names and values of attributes.
    #[must_use]
    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    /// The text inside, each run of white space as one space.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.clone()
    }
}

/// A form as it would be sent by pressing one of its buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// `get` or `post`.
    pub method: String,
    /// Where it goes; empty for the page itself.
    pub action: String,
    /// The fields that would be sent.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Fills in a field, as typing or ticking does.
    pub fn fill(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(key, _)| key == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }

    /// The same form with a field filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fill(name, value);
        self
    }
}

/// A parsed page.
#[derive(Clone, Debug, Default)]
pub struct Document {
    elements: Vec<Element>,
}

impl Document {
    /// Reads a page as a browser does. What is needed of it is copied, since the parser's own tree
    /// stays in its thread.
    #[must_use]
    pub fn parse(html: &str) -> Self {
        let html = Html::parse_document(html);
        let (mut elements, mut places) = (Vec::new(), HashMap::new());
        for element in html.tree.root().descendants().filter_map(ElementRef::wrap) {
            places.insert(element.id(), elements.len());
            elements.push(Element {
                name: element.value().name().to_owned(),
                attributes: attributes(element),
                text: text(element),
                parent: element.parent().and_then(|parent| places.get(&parent.id()).copied()),
            });
        }
        Self { elements }
    }

    /// The element with this id.
    #[must_use]
    pub fn element(&self, id: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.attribute("id") == Some(id))
    }

    /// Whether an element with this id is on the page.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.element(id).is_some()
    }

    /// The text of the element with this id.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<String> {
        self.element(id).map(Element::text)
    }

    /// All elements of one name, in the order of the page.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    /// Every element of the page.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The elements of one name inside the element with this id.
    #[must_use]
    pub fn inside(&self, id: &str, name: &str) -> Vec<&Element> {
        self.elements
            .iter()
            .enumerate()
            .filter(|(index, element)| {
                element.name == name
                    && self
                        .ancestors(*index)
                        .any(|outer| self.elements[outer].attribute("id") == Some(id))
            })
            .map(|(_, element)| element)
            .collect()
    }

    /// The form that the button with this id sends, or that stands around that element.
    #[must_use]
    pub fn form_of(&self, button: &str) -> Option<Form> {
        let index =
            self.elements.iter().position(|element| element.attribute("id") == Some(button))?;
        let pressed = &self.elements[index];
        let mut form = self.form(self.owner(index)?);
        if let Some(action) = pressed.attribute("formaction") {
            action.clone_into(&mut form.action);
        }
        let named = pressed.attribute("name").filter(|name| !name.is_empty());
        if let Some(name) = named.filter(|_| pressed.name == "button") {
            let value = pressed.attribute("value").unwrap_or_default();
            form.fields.push((name.to_owned(), value.to_owned()));
        }
        Some(form)
    }

    /// The first form of the page, with the fields that are sent without pressing anything.
    #[must_use]
    pub fn first_form(&self) -> Option<Form> {
        self.elements.iter().position(|element| element.name == "form").map(|at| self.form(at))
    }

    fn form(&self, at: usize) -> Form {
        let attribute = |name| self.elements[at].attribute(name).unwrap_or_default();
        let fields = self
            .elements
            .iter()
            .enumerate()
            .filter(|(index, element)| element.name == "input" && self.owner(*index) == Some(at))
            .filter_map(|(_, element)| sent(element))
            .collect();
        Form {
            method: attribute("method").to_lowercase(),
            action: attribute("action").to_owned(),
            fields,
        }
    }

    fn owner(&self, index: usize) -> Option<usize> {
        if let Some(id) = self.elements[index].attribute("form") {
            return self.elements.iter().position(|element| element.attribute("id") == Some(id));
        }
        let mut around = std::iter::once(index).chain(self.ancestors(index));
        around.find(|&outer| self.elements[outer].name == "form")
    }

    fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.elements[index].parent, |&outer| self.elements[outer].parent)
    }
}

fn attributes(element: ElementRef<'_>) -> Vec<(String, String)> {
    let attributes = element.value().attrs();
    attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What a person reads: each run of white space, and each tag, as one space.
fn text(element: ElementRef<'_>) -> String {
    let is_hidden = |name: &str| matches!(name, "script" | "style" | "template");
    let shown = element.descendants().filter(|node| {
        let mut around = node.ancestors().filter_map(ElementRef::wrap);
        !around.any(|outer| is_hidden(outer.value().name()))
    });
    let words: Vec<_> = shown
        .filter_map(|node| node.value().as_text())
        .flat_map(|text| text.split_whitespace())
        .collect();
    words.join(" ")
}

fn sent(input: &Element) -> Option<(String, String)> {
    let name = input.attribute("name").filter(|name| !name.is_empty())?;
    if input.attribute("disabled").is_some() {
        return None;
    }
    let value = match input.attribute("type").unwrap_or("text") {
        "submit" | "button" | "reset" | "image" | "file" => return None,
        "checkbox" | "radio" => {
            input.attribute("checked")?;
            input.attribute("value").unwrap_or("on")
        }
        _ => input.attribute("value").unwrap_or_default(),
    };
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><html lang="sv"><head><title>T</title>
        <script>if (1 < 2) document.write("<p id=no>")</script></head><body><main><h1>Logga in</h1>
        <form method="POST" action="/interaction/1/password?a=1&amp;b=2">
          <input type=hidden name=csrf value="a&quot;b"><input id=login-username name=username>
          <input type=checkbox name=skip_email value=yes><input type=checkbox name=on checked>
          <button id=login-submit>Logga in</button>
          <button id=login-cancel formaction="/cancel" name=why value=cancel>Avbryt</button>
        </form>
        <ul id="email-hints"><li>Ma ... ge@Sc ... se</li><li>i <b>x</b></li></ul>
        <button id=outside form=other>O</button><form id=other action=/other></form>
        </main></body></html>"#;

    #[test]
    fn a_button_sends_the_fields_of_its_form() {
        let form = Document::parse(PAGE).form_of("login-submit").expect("a form");
        assert_eq!(form.method, "post");
        assert_eq!(form.action, "/interaction/1/password?a=1&b=2");
        let fields = [("csrf", "a\"b"), ("username", ""), ("on", "on")];
        assert_eq!(form.fields, fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_button_may_send_its_form_elsewhere() {
        let form = Document::parse(PAGE).form_of("login-cancel").expect("a form");
        assert_eq!(form.action, "/cancel");
        assert_eq!(form.fields.last(), Some(&("why".to_owned(), "cancel".to_owned())));
    }

    #[test]
    fn a_button_may_stand_outside_its_form() {
        let form = Document::parse(PAGE).form_of("outside").expect("a form");
        assert_eq!((form.method.as_str(), form.action.as_str()), ("", "/other"));
    }

    #[test]
    fn elements_are_found_by_id_and_by_container() {
        let document = Document::parse(PAGE);
        assert!(!document.has("no"), "text of a script is no element");
        assert_eq!(document.all("html").next().and_then(|html| html.attribute("lang")), Some("sv"));
        let hints: Vec<_> =
            document.inside("email-hints", "li").into_iter().map(Element::text).collect();
        assert_eq!(hints, ["Ma ... ge@Sc ... se", "i x"]);
    }
}
