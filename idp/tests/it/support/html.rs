//! As much of HTML as the pages need: elements by id, forms with their fields.

/// The attribute of a tag, its value decoded.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let rest = &tag[start..];
    Some(decoded(&rest[..rest.find('"')?]))
}

/// The tag that begins the element with this id.
pub(crate) fn tag<'a>(html: &'a str, id: &str) -> Option<&'a str> {
    let at = html.find(&format!(" id=\"{id}\""))?;
    let start = html[..at].rfind('<')?;
    let end = html[at..].find('>')? + at;
    Some(&html[start..end])
}

/// The text between the tag of this id and the next tag.
pub(crate) fn text(html: &str, id: &str) -> Option<String> {
    let at = html.find(&format!(" id=\"{id}\""))?;
    let start = html[at..].find('>')? + at + 1;
    let end = html[start..].find('<')? + start;
    Some(decoded(html[start..end].trim()))
}

/// The inside of the element with this id, up to the first end tag of its kind.
pub(crate) fn inside<'a>(html: &'a str, id: &str) -> Option<&'a str> {
    let begin = tag(html, id)?;
    let name = begin[1..].split(' ').next()?;
    let start = html.find(begin)? + begin.len() + 1;
    let end = html[start..].find(&format!("</{name}>"))? + start;
    Some(&html[start..end])
}

/// A form as a browser would send it.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// The form around the element with this id: its hidden fields, and the button if it is one
    /// with a name.
    pub(crate) fn around(html: &str, id: &str) -> Option<Self> {
        let at = html.find(&format!(" id=\"{id}\""))?;
        let start = html[..at].rfind("<form")?;
        let end = html[at..].find("</form>")? + at;
        let form = &html[start..end];
        assert!(form.starts_with("<form") && form.contains("method=\"post\""), "{form}");
        let action = attribute(form, "action")?;
        let tags = form.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default());
        let hidden = tags.filter(|tag| tag.contains("type=\"hidden\""));
        let mut fields: Vec<_> =
            hidden.filter_map(|tag| attribute(tag, "name").zip(attribute(tag, "value"))).collect();
        let button = tag(html, id).filter(|tag| tag.starts_with("<button"));
        fields.extend(button.and_then(|b| attribute(b, "name").zip(attribute(b, "value"))));
        Some(Self { action, fields })
    }

    /// The form with a field filled in.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(other, _)| other != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

fn decoded(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2F;", "/")]
        .iter()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
