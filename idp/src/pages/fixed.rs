//! What a template asks for by a name that stands in it, found once, when the templates are loaded.

/// The template with the answer, as a string, in place of each `call` that has one argument, a
/// string, to which `answer` knows one.
pub(super) fn answer_calls(
    template: &str,
    call: &str,
    answer: impl Fn(&str) -> Option<String>,
) -> String {
    let mut parts = template.split(call);
    let mut answered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let found =
            part.split_once("\")").and_then(|(argument, rest)| Some((answer(argument)?, rest)));
        match found {
            Some((answer, rest)) => {
                answered += &literal(&answer);
                answered += rest;
            }
            None => {
                answered += call;
                answered += part;
            }
        }
    }
    answered
}

/// The text as a template writes a string.
fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_answered_if_its_only_argument_is_a_string_with_an_answer() {
        let answer = |key: &str| (key == "known").then(|| "a \"b\" \\ c\n".to_owned());
        for (template, answered) in [
            (r#"<p>{{ text(key="known") }}</p>"#, r#"<p>{{ "a \"b\" \\ c\n" }}</p>"#),
            (r#"{{ f(label={text(key="known")}) }}"#, r#"{{ f(label={"a \"b\" \\ c\n"}) }}"#),
            (r#"{{ text(key="unknown") }}"#, r#"{{ text(key="unknown") }}"#),
            (r#"{{ text(key="known", n=1) }}"#, r#"{{ text(key="known", n=1) }}"#),
            (r#"{{ text(key="known-" ~ n) }}"#, r#"{{ text(key="known-" ~ n) }}"#),
            ("no call", "no call"),
        ] {
            assert_eq!(answer_calls(template, "text(key=\"", answer), answered);
        }
    }

    #[test]
    fn an_answer_is_shown_and_escaped_as_the_call_would_be() {
        let text = "Å \"b\" \\ <c> {{ d }} {% e %} \t'\n";
        let template =
            answer_calls("{{ text(key=\"a\") }}", "text(key=\"", |_| Some(text.to_owned()));
        let mut tera = tera::Tera::new();
        let given = text.to_owned();
        tera.register_function("text", move |_: tera::Kwargs, _: &tera::State<'_>| given.clone());
        let templates = [("called.html", "{{ text(key=\"a\") }}"), ("answered.html", &template)];
        tera.add_raw_templates(templates).unwrap();
        let shown = |name| tera.render(name, &tera::Context::new()).unwrap();
        assert_eq!(shown("answered.html"), shown("called.html"));
    }
}
