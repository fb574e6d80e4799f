//! What the work of the provider costs as its tables grow: run by name, `./conformance/run scale`.
//!
//! Each size is a database of its own, filled with that many rows in every table, none of which has
//! ended. The provider runs in this process, in time that stands still, and makes a table of the
//! milliseconds that each kind of work takes. On PostgreSQL it needs `TEST_DATABASE_URL`. Arguments
//! choose sizes and back ends: `-- 1000 1000000 PostgreSQL`.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with its test")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the time")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod fill;
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../it/support/mod.rs"]
mod support;
mod work;

use support::database::Place;
use support::{Setup, TestProvider};

use crate::work::Figures;

/// Rows in every table.
const SIZES: [usize; 3] = [1_000, 30_000, 1_000_000];

/// Each size is measured as often, in turn, so that a machine that is slower for a minute is so for
/// all of them. The least of a size counts.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let sizes = sizes();
    for back_end in back_ends() {
        let mut columns = Vec::new();
        for rows in &sizes {
            let place = match back_end {
                "SQLite" => Place::sqlite(),
                _ => match Place::postgres().await {
                    Some(place) => place,
                    None => continue,
                },
            };
            columns.push((*rows, filled(place, *rows).await, Figures::new()));
        }
        for round in 0..ROUNDS {
            for (_, provider, least) in &mut columns {
                let figures = work::repeatable(provider, round).await;
                keep_least(least, figures);
            }
        }
        for (_, provider, figures) in &mut columns {
            figures.extend(work::expiry(provider).await);
            fill::forget(provider).await;
        }
        if !columns.is_empty() {
            let columns: Vec<_> =
                columns.into_iter().map(|(rows, _, figures)| (rows, figures)).collect();
            show(back_end, &columns);
        }
    }
}

async fn filled(place: Place, rows: usize) -> TestProvider {
    let provider: TestProvider = Setup::new().start_at(place).await;
    let began = std::time::Instant::now();
    fill::fill(&provider, rows).await;
    eprintln!("{rows} rows in every table after {} s", began.elapsed().as_secs());
    provider
}

fn keep_least(least: &mut Figures, figures: Figures) {
    if least.is_empty() {
        *least = figures;
        return;
    }
    for ((_, ms), (_, other)) in least.iter_mut().zip(figures) {
        *ms = ms.min(other);
    }
}

/// The sizes named by the arguments, or all.
fn sizes() -> Vec<usize> {
    let named: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    if named.is_empty() { SIZES.to_vec() } else { named }
}

/// The back ends named by the arguments, or both.
fn back_ends() -> Vec<&'static str> {
    let all = ["SQLite", "PostgreSQL"];
    let is_named = |name: &&str| std::env::args().any(|word| word == *name);
    let named: Vec<_> = all.into_iter().filter(is_named).collect();
    if named.is_empty() { all.to_vec() } else { named }
}

/// A line for each kind of work, a column for each size, and how the last compares with the first.
fn show(back_end: &str, columns: &[(usize, Figures)]) {
    let heads: Vec<_> = columns.iter().map(|(rows, _)| format!("{rows:>12}")).collect();
    println!("\n{back_end:<34}{}{:>12}", heads.concat(), "last/first");
    let Some((_, first)) = columns.first() else { return };
    for (name, least) in first {
        let of = |(_, figures): &(usize, Figures)| {
            figures.iter().find(|(other, _)| other == name).map_or(f64::NAN, |(_, ms)| *ms)
        };
        let figures: Vec<f64> = columns.iter().map(of).collect();
        let cells: Vec<_> = figures.iter().map(|ms| format!("{ms:>9.2} ms")).collect();
        let most = figures.last().copied().unwrap_or_default();
        println!("{name:<34}{}{:>12.2}", cells.concat(), most / least);
    }
}
