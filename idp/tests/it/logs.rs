//! What is logged: every line is JSON for a strict parser, and no call names a field of the
//! formatter's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use idp::mail::{Cause, Outcome};
use idp::telemetry::json_lines;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use tracing_subscriber::EnvFilter;

use crate::support::log::Log;
use crate::support::{ANNA, ANNA_COMPANY, Application, Browser, PASSWORD, TestProvider};

/// JSON none of whose objects holds a name twice.
struct Strict(serde_json::Value);

struct Reader;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Strict;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        let mut members = serde_json::Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if members.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(format!("{name} stands twice")));
            }
        }
        Ok(Strict(members.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strict, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Strict(items.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Strict, E> {
        Ok(Strict(text.into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Strict, E> {
        Ok(Strict(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Strict, E> {
        Ok(Strict(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Strict, E> {
        Ok(Strict(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(serde_json::Value::Null))
    }
}

fn strict(line: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str::<Strict>(line).map(|read| read.0).map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_log_line_of_a_login_is_json_without_duplicate_names() {
    let log = Log::default();
    let subscriber = json_lines(EnvFilter::new("debug"), log.clone());
    let logged = tracing::subscriber::set_default(subscriber);
    let provider = TestProvider::start().await;
    // With a single dispatcher, tracing asks only the thread that reaches a call site first whether
    // it listens, and remembers that for all: it may be the thread of another test.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::idep()).await;
    browser.sign_in(&page, ANNA, "fel").await;
    let page = browser.sign_in(&page, ANNA, PASSWORD).await;
    browser.type_address(&page, ANNA_COMPANY, false).await;
    let busy = Outcome::Deferred { cause: Cause::Busy, reply: "451 later".to_owned() };
    provider.relay.answer(busy);
    provider.deliver().await;
    provider.pass(120);
    browser.confirm_last_link().await.code();
    drop(logged);
    let text = String::from_utf8(log.bytes()).unwrap();
    let events: Vec<_> = text
        .lines()
        .map(|line| strict(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for text in ["a mail was deferred", "tried to send a mail"] {
        let event = events.iter().find(|event| event["message"] == text);
        let event = event.unwrap_or_else(|| panic!("nobody logged {text:?}"));
        assert!(event["timestamp"].is_string() && event["level"].is_string(), "{event}");
    }
    let told: Vec<_> = events
        .iter()
        .filter(|line| line["target"] == "audit" && line["client"].is_string())
        .map(|line| (line["kind"].as_str().unwrap(), line["actor"]["type"].as_str().unwrap()))
        .collect();
    let expected = [
        ("password_wrong", "visitor"),
        ("login_begun", "visitor"),
        ("password_right", "visitor"),
        ("link_completed", "visitor"),
        ("login_completed", "user"),
    ];
    assert_eq!(told, expected);
    let completed = events.iter().find(|line| line["kind"] == "login_completed").unwrap();
    assert_eq!(completed["facts"]["class"], "pwd-email");
    assert!(completed["timestamp"].is_string() && completed["level"] == "INFO", "{completed}");
    for id in ["account", "session", "interaction", "request_id", "network", "browser"] {
        assert!(completed[id].as_str().is_some_and(|id| !id.is_empty()), "{completed}");
    }
}

#[test]
fn the_strict_parser_refuses_a_name_that_stands_twice() {
    assert!(strict(r#"{"message":"a","level":"INFO","message":"b"}"#).is_err());
    assert!(strict(r#"{"span":{"name":"a","name":"b"}}"#).is_err());
    assert!(strict(r#"{"message":"a","span":{"name":"a"}}"#).is_ok());
}

/// Names that the formatter writes itself.
const OWN: [&str; 10] = [
    "timestamp",
    "level",
    "target",
    "message",
    "fields",
    "span",
    "spans",
    "filename",
    "line_number",
    "threadName",
];

const MACROS: [&str; 11] = [
    "trace!",
    "debug!",
    "info!",
    "warn!",
    "error!",
    "event!",
    "trace_span!",
    "debug_span!",
    "info_span!",
    "warn_span!",
    "error_span!",
];

#[test]
fn no_call_logs_a_field_that_the_formatter_writes_itself_or_one_field_twice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut calls, mut wrong) = (0, Vec::new());
    for folder in ["idp/src", "relying-party-demo/src", "conformance/src"] {
        for file in sources(&root.join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            for call in log_calls(&text) {
                calls += 1;
                let fields = fields(call);
                let distinct: BTreeSet<_> = fields.iter().collect();
                let own = fields.iter().any(|field| OWN.contains(&field.as_str()));
                if own || distinct.len() < fields.len() {
                    wrong.push(format!("{}: {call}", file.display()));
                }
            }
        }
    }
    assert!(calls > 40, "only {calls} calls were found");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_scan_for_log_calls_finds_every_form_of_field_name() {
    let text = "tracing::info!(message = id, %level, ?target, a.b = f(x, y), \"said {}\", z);";
    let calls = log_calls(text);
    assert_eq!(fields(calls[0]), ["message", "level", "target", "a.b"]);
    let text = "warn!(target: \"mail\", fields, spans = ?x, \"a, b\")";
    assert_eq!(fields(log_calls(text)[0]), ["fields", "spans"]);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The arguments of each call of a macro of `tracing`.
fn log_calls(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("!(") {
        let name = text[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
        if MACROS.contains(&format!("{name}!").as_str()) {
            let inside = &text[at + 2..];
            found.push(&inside[..end(inside, |c, depth| c == ')' && depth == 0)]);
        }
    }
    found
}

/// Where a condition first holds outside strings; it is told the depth of brackets.
fn end(text: &str, is_end: impl Fn(char, usize) -> bool) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        if is_end(c, depth) {
            return at;
        }
        match c {
            '"' => in_string = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// The names of the fields, up to the text of the event.
fn fields(call: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = call;
    while !rest.trim().is_empty() {
        let length = end(rest, |c, depth| c == ',' && depth == 0);
        let argument = rest[..length].trim();
        rest = rest.get(length + 1..).unwrap_or_default();
        if argument.starts_with('"') {
            break;
        }
        let name = argument.split('=').next().unwrap().trim().trim_start_matches(['%', '?']);
        if !name.contains(':') {
            found.push(name.to_owned());
        }
    }
    found
}
