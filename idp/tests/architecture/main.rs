//! The floors of the crate: a floor may name only the floors below it.
//!
//! Rust lets any module import any other, so the arrows are kept here. A line that breaks one
//! fails with its file and line; move the code, do not widen the table.
#![expect(clippy::expect_used, reason = "a helper of a test fails with its test")]

mod circles;

use std::fs;
use std::path::{Path, PathBuf};

/// A floor, the floors it may name, and the outside crates that no other floor may name.
struct Floor(&'static str, &'static [&'static str], &'static [&'static str]);

const FLOORS: &[Floor] = &[
    Floor("named", &[], &[]),
    Floor("clock", &[], &["chrono", "chrono_tz"]),
    Floor("secret", &[], &["sha1", "sha2", "subtle", "hmac"]),
    Floor("entropy", &["clock", "secret"], &["rand"]),
    Floor("config", &["clock", "secret"], &["toml", "serde_path_to_error"]),
    Floor("measures", &["clock"], &["prometheus_client"]),
    Floor("database", &[], &["tokio_postgres"]),
    Floor(
        "account",
        &["clock", "secret", "entropy", "contact"],
        &["argon2", "unicode_normalization", "zxcvbn"],
    ),
    Floor("contact", &["clock", "secret", "entropy"], &["idna", "unicode_segmentation"]),
    Floor("jose", &["clock", "secret", "entropy"], &["josekit", "openssl", "x509_cert"]),
    Floor("audit", &["clock", "secret", "jose"], &[]),
    Floor("oauth", &["clock", "secret", "entropy", "jose"], &["oxide_auth"]),
    Floor("oidc", &["clock", "secret", "entropy", "oauth", "jose"], &["openidconnect"]),
    Floor("grant", &["clock", "secret", "entropy", "account", "jose", "oauth", "oidc"], &[]),
    Floor(
        "store",
        &[
            "clock", "secret", "config", "database", "account", "contact", "jose", "oauth", "oidc",
            "grant",
        ],
        &["diesel", "diesel_async", "diesel_migrations", "moka"],
    ),
    Floor("source", &["clock", "secret", "config", "database", "contact"], &[]),
    Floor("fetch", &["clock", "config"], &["reqwest"]),
    Floor("breached", &["secret"], &[]),
    Floor("hashing", &["account", "secret", "measures"], &[]),
    Floor(
        "pages",
        &["clock", "account", "contact", "oauth", "oidc"],
        &["tera", "fluent_bundle", "unic_langid"],
    ),
    Floor(
        "mail",
        &["clock", "secret", "config", "account", "contact", "pages"],
        &["lettre", "ring"],
    ),
    Floor(
        "provider",
        &[
            "clock", "secret", "entropy", "config", "measures", "account", "contact", "jose",
            "audit", "oauth", "oidc", "grant", "store", "source", "fetch", "hashing", "breached",
        ],
        &[],
    ),
    Floor(
        "app",
        &[
            "clock", "secret", "entropy", "config", "measures", "jose", "oauth", "oidc", "store",
            "source", "fetch", "hashing", "breached", "pages", "mail", "provider",
        ],
        &[],
    ),
    Floor(
        "http",
        &[
            "clock", "secret", "config", "measures", "account", "contact", "oauth", "oidc",
            "pages", "provider", "app",
        ],
        &["axum", "axum_extra", "hyper", "tower", "tower_http", "http"],
    ),
    Floor(
        "jobs",
        &[
            "clock", "config", "measures", "account", "contact", "store", "pages", "mail",
            "provider", "app",
        ],
        &[],
    ),
    Floor(
        "cli",
        &[
            "clock", "secret", "entropy", "config", "account", "audit", "contact", "oauth", "oidc",
            "store", "source", "mail", "provider", "app", "http", "jobs", "demo",
        ],
        &["clap"],
    ),
    Floor("demo", &["clock", "secret", "entropy", "account", "store"], &["relying_party_demo"]),
];

/// Crates that a second floor may name as well, with the reason it must.
const SHARED: &[(&str, &str, &str)] = &[
    ("source", "diesel", "the party-parameters database is read with the store's own driver"),
    ("source", "diesel_async", "the party-parameters database is read with the store's own driver"),
    ("database", "diesel", "a connection is one of the driver's"),
    ("database", "diesel_async", "a connection is one of the driver's"),
    ("demo", "mail_parser", "the mailbox reads what it was sent"),
    ("demo", "axum", "the mailbox is a web page of its own, no part of the provider"),
    ("telemetry", "tracing_subscriber", "the one place that sets up logging"),
];

/// Floors that come to the store by the acts of the provider, and the files of them that open it.
const DOORS: &[(&str, &[&str])] =
    &[("http", &[]), ("jobs", &[]), ("cli", &["check.rs", "migrate.rs"])];

/// Floors that decide: they hold no `async` and no `.await`.
const PURE: &[&str] = &["account", "audit", "contact", "grant", "jose", "oauth", "oidc"];

#[test]
fn modules_use_only_permitted_floors_and_crates() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let broken: Vec<_> = FLOORS
        .iter()
        .flat_map(|floor| rust_files(&src, floor.0).into_iter().map(move |file| (floor, file)))
        .flat_map(|(floor, file)| faults(floor, &file))
        .collect();
    assert!(broken.is_empty(), "arrows that point up:\n{}", broken.join("\n"));
}

/// `cargo test -p idp --test architecture -- --nocapture arrows_are_printed` shows which floor names
/// which, and in how many lines.
#[test]
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn arrows_are_printed() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for Floor(name, below, _) in FLOORS {
        let files = rust_files(&src, name);
        let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let lines = || texts.iter().flat_map(|text| text.lines());
        let count =
            |other: &&str| lines().filter(|line| names(line, &format!("crate::{other}"))).count();
        let arrows: Vec<_> =
            below.iter().map(|other| format!("{other} {}", count(other))).collect();
        println!(
            "{name} ({} files, {} lines): {}",
            files.len(),
            lines().count(),
            arrows.join(", ")
        );
        assert!(!files.is_empty(), "no file on the floor {name}");
    }
}

#[test]
fn every_source_file_stands_on_a_floor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let homeless: Vec<_> = fs::read_dir(&src)
        .expect("a source folder")
        .flatten()
        .map(|entry| entry.path().with_extension("").file_name().unwrap().to_owned())
        .filter(|name| !["main", "lib", "telemetry"].iter().any(|other| name == *other))
        .filter(|name| !FLOORS.iter().any(|floor| *name == *floor.0))
        .collect();
    assert!(homeless.is_empty(), "no floor of the table holds {homeless:?}");
}

/// One reading of the clock for all that comes of a request: the middleware reads it, and whatever
/// answers is given it. (A router without that middleware, as in a test, reads it for the visit.)
#[test]
fn a_request_reads_the_clock_once() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = [
        "provider/authorize",
        "provider/device",
        "provider/login",
        "provider/request",
        "provider/resource",
        "provider/token",
    ];
    let files = rooms.iter().chain(&["http"]).flat_map(|room| rust_files(&src, room));
    let mut readers: Vec<_> = files
        .filter(|file| fs::read_to_string(file).expect("source").contains("clock().now()"))
        .map(|file| file.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    readers.sort();
    assert_eq!(readers, ["middleware.rs", "visit.rs"]);
    let reads = |file: &PathBuf| fs::read_to_string(file).expect("source").contains("clock.now()");
    let own: Vec<_> = rooms.iter().flat_map(|room| rust_files(&src, room)).filter(reads).collect();
    assert!(own.is_empty(), "{own:?}");
}

/// The version of a migration is its date and time; of two with one version the second is taken for
/// applied.
#[test]
fn no_two_migrations_have_one_version() {
    for folder in ["../migrations", "../relying-party-demo/migrations"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut versions: Vec<_> = fs::read_dir(&folder)
            .expect("a folder of migrations")
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().chars().take(17).collect::<String>())
            .collect();
        versions.sort_unstable();
        let doubled: Vec<_> = versions.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(doubled.is_empty(), "{doubled:?}");
        assert!(!versions.is_empty());
    }
}

/// A door parses, calls one act of the provider, and answers.
#[test]
fn http_cli_and_jobs_do_not_access_the_store_or_keys_of_the_provider() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for (door, open) in DOORS {
        for file in rust_files(&src, door) {
            let text = fs::read_to_string(&file).expect("readable source");
            let opens = open.iter().any(|name| file.ends_with(name));
            let faults = ["provider.store", "provider.master", "provider.keys", "store::Store"];
            let held = faults.iter().filter(|fault| !opens && text.contains(*fault));
            found.extend(held.map(|fault| format!("{}: {fault}", file.display())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn faults(floor: &Floor, file: &Path) -> Vec<String> {
    let Floor(name, below, own) = floor;
    let text = fs::read_to_string(file).expect("readable source");
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().take_while(|(_, line)| *line != "#[cfg(test)]") {
        let code = line.split("//").next().unwrap_or_default();
        let mut fault =
            |what: String| found.push(format!("{}:{} {what}", file.display(), number + 1));
        if code.contains("crate::{") || code.contains("super::super") {
            fault("spells a path this test cannot read".to_owned());
        }
        if PURE.contains(name) && (code.contains(".await") || code.contains("async ")) {
            fault(format!("{name} waits"));
        }
        for Floor(other, _, crates) in FLOORS.iter().filter(|other| other.0 != *name) {
            if !below.contains(other) && names(code, &format!("crate::{other}")) {
                fault(format!("{name} names crate::{other}"));
            }
            for outside in crates.iter().filter(|outside| !own.contains(outside)) {
                let shared = SHARED.iter().any(|(who, what, _)| who == name && what == outside);
                if !shared && names(code, &format!("{outside}::")) {
                    fault(format!("{name} names {outside}"));
                }
            }
        }
    }
    found
}

/// Whether `path` stands in `code` as a whole path, not as the tail of a longer one.
fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            && (path.ends_with("::") || !after.is_some_and(|c| c.is_alphanumeric() || c == '_'))
    })
}

fn rust_files(src: &Path, floor: &str) -> Vec<PathBuf> {
    let alone = src.join(format!("{floor}.rs"));
    let mut found: Vec<_> = [alone].into_iter().filter(|file| file.exists()).collect();
    let mut folders = vec![src.join(floor)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}
