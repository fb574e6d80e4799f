//! Runs plans and tells what came of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::stream::{self, StreamExt as _};

use crate::judge::plan::{self, Module, Pass};
use crate::judge::test::{Judge, Test};
use crate::judge::variant::Variant;
use crate::judge::verdict::{Findings, Verdict};

/// No module may take longer; the longest of the official suite waits a little over a minute.
const LIMIT: Duration = Duration::from_secs(240);

/// How often each verdict came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Nothing was noticed.
    pub passed: usize,
    /// Only warnings.
    pub warning: usize,
    /// At least one failure.
    pub failed: usize,
    /// Did not apply.
    pub skipped: usize,
}

impl Counts {
    /// Counts one more.
    pub const fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Warning(_) => self.warning += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
    }

    /// Whether there was neither failure nor warning.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.failed == 0 && self.warning == 0
    }
}

/// Runs a plan, written as `name[variant=value]`, and prints a line for each module. At most
/// `parallel` modules run at a time; `only` names those that run, if any are named.
pub async fn plan(
    judge: &Arc<Judge>,
    written: &str,
    only: &[String],
    parallel: usize,
) -> anyhow::Result<Counts> {
    let (name, picked) = Variant::parse(written)?;
    let client = &judge.configuration.client;
    let registration = match client.contains_key("client_id") {
        true => "static_client",
        false => "dynamic_client",
    };
    let picked = picked.or("client_registration", registration);
    let mut due = Vec::new();
    for Pass { variant, modules } in (plan::plan(&name)?.passes)(&picked)? {
        let chosen =
            modules.iter().filter(|name| only.is_empty() || only.iter().any(|one| one == *name));
        for name in chosen {
            due.push((variant.clone(), plan::module(name)?));
        }
    }
    let counts = all(judge, &name, due, parallel).await;
    let total = counts.passed + counts.warning + counts.failed + counts.skipped;
    ensure!(total > 0, "{written} has no such module");
    Ok(counts)
}

/// Runs the modules of all passes side by side, and tells of them in their order: one that waits
/// holds back the report and nothing else.
async fn all(
    judge: &Arc<Judge>,
    plan: &str,
    due: Vec<(Variant, Module)>,
    parallel: usize,
) -> Counts {
    let mut results = stream::iter(due.iter().cloned().enumerate())
        .map(|(place, (variant, module))| async move {
            (place, one(Arc::clone(judge), variant, module).await)
        })
        .buffer_unordered(parallel);
    let (mut counts, mut ended, mut told) = (Counts::default(), BTreeMap::new(), 0);
    while let Some((place, result)) = results.next().await {
        ended.insert(place, result);
        while let Some((verdict, took)) = ended.remove(&told) {
            let (variant, module) = &due[told];
            if told == 0 || due[told - 1].0 != *variant {
                println!("== {plan}{variant}");
            }
            tell(module.name, &verdict, took);
            counts.add(&verdict);
            told += 1;
        }
    }
    counts
}

async fn one(judge: Arc<Judge>, variant: Variant, module: Module) -> (Verdict, Duration) {
    let started = Instant::now();
    let verdict = match Test::begin(judge, variant).await {
        Err(error) => Verdict::of(Findings::default(), Err(error)),
        Ok(mut test) => {
            let end = tokio::time::timeout(LIMIT, (module.run)(&mut test)).await;
            let end = end.unwrap_or_else(|_| Err(anyhow::anyhow!("no end after {LIMIT:?}")));
            Verdict::of(test.finish().await, end)
        }
    };
    (verdict, started.elapsed())
}

fn tell(name: &str, verdict: &Verdict, took: Duration) {
    let reasons = verdict.reasons();
    let first = reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
    println!("{:<8} {name} ({:.1} s){first}", verdict.word(), took.as_secs_f32());
    for reason in reasons.iter().skip(1) {
        println!("         {reason}");
    }
}
