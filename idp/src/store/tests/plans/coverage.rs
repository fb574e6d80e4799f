//! No method of the store escapes: each is called by a case of the contract.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Methods that run no statement of their own.
const WITHOUT: &[(&str, &str)] = &[("ping", "asks for a constant")];

#[test]
fn every_method_of_the_store_is_called_by_a_store_test() {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let source = sources(&store, "tests");
    let cases = sources(&store.join("tests"), "plans");
    let methods = methods(&source);
    assert!(methods.len() > 60, "the methods were found: {methods:?}");
    let uncalled: Vec<_> = methods
        .into_iter()
        .filter(|name| !cases.contains(&format!(".{name}(")))
        .filter(|name| !WITHOUT.iter().any(|(without, _)| without == name))
        .collect();
    assert!(
        uncalled.is_empty(),
        "no case of store/tests runs the statements of {uncalled:?}, so that nobody explains them"
    );
}

/// The names of all public asynchronous methods.
fn methods(source: &str) -> BTreeSet<String> {
    let after = source.split("pub async fn ").skip(1);
    after.filter_map(|text| Some(text.split(['(', '<']).next()?.to_owned())).collect()
}

/// All text below a folder, but for one folder.
fn sources(folder: &Path, without: &str) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with(without) {
            text += &sources(&path, without);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &fs::read_to_string(&path).unwrap();
        }
    }
    text
}
