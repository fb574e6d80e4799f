//! No two files of the crate name each other, directly or by way of others, and no two parts of one
//! folder do, each with all that is in it. What a `mod.rs` names of its own folder without `crate::`
//! does not count: it is the map of the folder.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_files_depend_on_each_other_in_a_cycle() {
    let arrows = read_arrows();
    let circles = circles(&arrows);
    assert!(circles.is_empty(), "files that name each other in a circle: {circles:#?}");
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 500, "the arrows were not read");
}

#[test]
fn no_parts_of_a_folder_depend_on_each_other_in_a_cycle() {
    let arrows = read_arrows();
    let folders: BTreeSet<_> =
        arrows.keys().filter_map(|module| Some(module.rsplit_once("::")?.0)).collect();
    let circles: Vec<_> = folders
        .iter()
        .map(|folder| (folder, circles(&between_parts(folder, &arrows))))
        .filter(|(_, circles)| !circles.is_empty())
        .collect();
    assert!(circles.is_empty(), "parts that name each other in a circle: {circles:#?}");
    assert!(folders.len() > 40, "the folders were not read");
}

#[test]
fn cycles_are_detected_through_use_lists_and_other_files() {
    let text = "use crate::a::{b, c::Thing};\n#[cfg(test)]\nmod tests { use crate::a::d; }";
    assert_eq!(paths(text), ["a::b", "a::c::Thing"]);
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(paths(&without_super("x::y", "use super::{z, w};")), ["x::z", "x::w"]);
    let arrows = Arrows::from([
        ("a".to_owned(), named(&["b"])),
        ("b".to_owned(), named(&["c"])),
        ("c".to_owned(), named(&["a"])),
        ("d".to_owned(), named(&["a"])),
    ]);
    assert_eq!(circle("a", &arrows), Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    assert_eq!(circle("d", &arrows), None);
    let arrows = Arrows::from([
        ("r::x::a".to_owned(), named(&["r::y", "r::x::b", "s"])),
        ("r::y::b".to_owned(), named(&["r::x::c"])),
        ("r".to_owned(), named(&["r::x"])),
    ]);
    assert_eq!(circles(&between_parts("r", &arrows)).len(), 2);
    assert!(circles(&between_parts("r::x", &arrows)).is_empty());
}

/// Which file names which.
fn read_arrows() -> Arrows {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files_below(&src);
    let modules: BTreeMap<String, &PathBuf> =
        files.iter().map(|file| (module_of(&src, file), file)).collect();
    let mut arrows = Arrows::new();
    for (module, file) in &modules {
        let text = fs::read_to_string(file).expect("a source file");
        let text = without_super(module, &text);
        let named = paths(&text).into_iter().filter_map(|path| target(&path, &modules));
        arrows.insert(module.clone(), named.filter(|other| other != module).collect());
    }
    arrows
}

/// Which part of a folder names which: its files and folders, each with all that is in it.
fn between_parts(folder: &str, arrows: &Arrows) -> Arrows {
    let part = |module: &str| {
        let below = module.strip_prefix(folder)?.strip_prefix("::")?;
        below.split("::").next().map(str::to_owned)
    };
    let mut between = Arrows::new();
    for (from, others) in arrows {
        let Some(from) = part(from) else { continue };
        let others = others.iter().filter_map(|other| part(other)).filter(|other| *other != from);
        between.entry(from.clone()).or_default().extend(others);
    }
    between
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            found.extend(files_below(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    found
}

fn module_of(src: &Path, file: &Path) -> String {
    let below = file.strip_prefix(src).expect("a file of the crate").with_extension("");
    let mut parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.pop_if(|last| last == "mod");
    parts.join("::")
}

/// The text of a module with its paths from the crate on.
fn without_super(module: &str, text: &str) -> String {
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let parent = format!("crate::{parent}::").replace("crate::::", "crate::");
    text.replace("super::", &parent)
}

/// The paths behind `crate::` in a file, but for its tests and comments.
fn paths(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code: Vec<_> =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with("pub(in ") {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        let path = &rest[..end.unwrap_or(rest.len())];
        match path.strip_suffix("::").zip(rest[path.len()..].strip_prefix('{')) {
            Some((path, list)) => {
                let list = list.split('}').next().unwrap_or_default().split(',').map(str::trim);
                let names = list.filter(|name| !name.is_empty() && *name != "self");
                found.extend(names.map(|name| format!("{path}::{name}")));
            }
            None => found.push(path.to_owned()),
        }
    }
    found
}

/// The file that a path leads into.
fn target(path: &str, modules: &BTreeMap<String, &PathBuf>) -> Option<String> {
    let mut path = path.split(" as ").next().unwrap_or_default();
    loop {
        if modules.contains_key(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// All circles, by the shortest way from each file that stands in one.
fn circles(arrows: &Arrows) -> BTreeSet<Vec<String>> {
    arrows.keys().filter_map(|from| circle(from, arrows)).collect()
}

/// The shortest way from a file back to itself.
fn circle(from: &str, arrows: &Arrows) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![from.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in way.last().and_then(|last| arrows.get(last)).into_iter().flatten() {
            if next == from {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push_back(way.iter().chain([next]).cloned().collect());
            }
        }
    }
    None
}
