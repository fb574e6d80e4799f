//! The table of events in the manual, made from the list of kinds.

use super::kind::EventKind;

/// The table, as the manual has it.
fn table() -> String {
    let mut table = "| kind | when | outcome | facts | seen by | kept |\n\
                     | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for kind in EventKind::ALL {
        let facts: Vec<_> = kind.facts().iter().map(|fact| format!("`{fact}`")).collect();
        let columns = [
            format!("`{}`", kind.as_str()),
            kind.sentence().to_owned(),
            kind.outcome().as_str().to_owned(),
            facts.join(", "),
            kind.seen().as_str().to_owned(),
            format!("`{}`", kind.kept().as_str()),
        ];
        table += &format!("| {} |\n", columns.join(" | "));
    }
    table
}

#[test]
fn the_table_of_events_in_the_manual_is_the_one_made_from_the_list() {
    const MANUAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md");
    const MARK: &str =
        "<!-- made from the code: UPDATE_MANUAL=1 cargo test the_table_of_events -->\n";
    let manual = std::fs::read_to_string(MANUAL).unwrap();
    let (text, found) = manual.split_once(MARK).unwrap();
    if std::env::var_os("UPDATE_MANUAL").is_some() {
        std::fs::write(MANUAL, format!("{text}{MARK}\n{}", table())).unwrap();
        return;
    }
    assert_eq!(found.trim(), table().trim(), "set UPDATE_MANUAL=1 to write it anew");
}

#[test]
fn names_of_kinds_and_facts_are_unique_and_in_snake_case() {
    let is_snake = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    for kind in EventKind::ALL {
        assert!(is_snake(kind.as_str()) && kind.facts().iter().all(|fact| is_snake(fact)));
        assert_eq!(EventKind::parse(kind.as_str()), Some(kind), "another kind has its name");
    }
}

#[test]
fn every_kind_is_recorded_somewhere() {
    let mut source = String::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provider")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => source += &std::fs::read_to_string(path).unwrap(),
            }
        }
    }
    let idle =
        EventKind::ALL.into_iter().filter(|kind| !source.contains(&format!("EventKind::{kind:?}")));
    assert_eq!(idle.collect::<Vec<_>>(), []);
}
