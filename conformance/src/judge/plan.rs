//! Plans and modules under their official names. The lists themselves are in
//! [`crate::judge::plans`].

use std::future::Future;
use std::pin::Pin;

use anyhow::{Context as _, bail};

use crate::judge::modules;
use crate::judge::plans;
use crate::judge::test::Test;
use crate::judge::variant::Variant;

/// A running module.
pub type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// One test under its official name. An error of `run` is a failure, or [`Skip`].
///
/// [`Skip`]: crate::judge::verdict::Skip
#[derive(Clone, Copy)]
pub struct Module {
    /// The official name.
    pub name: &'static str,
    /// The test.
    pub run: fn(&mut Test) -> Running<'_>,
}

/// Writes a table of modules: official name, then the async function of the test.
#[macro_export]
macro_rules! modules {
    ($($name:literal => $run:path),+ $(,)?) => {
        &[$($crate::judge::plan::Module { name: $name, run: |test| Box::pin($run(test)) }),+]
    };
}

/// The modules of a plan that run with one variant.
#[derive(Clone, Debug)]
pub struct Pass {
    /// What they run with.
    pub variant: Variant,
    /// Their names, in the official order.
    pub modules: Vec<&'static str>,
}

/// A plan under its official name.
#[derive(Clone, Copy)]
pub struct Plan {
    /// The official name.
    pub name: &'static str,
    /// What it runs, when the tester picked this variant.
    pub passes: fn(&Variant) -> anyhow::Result<Vec<Pass>>,
}

/// The module of that name.
pub fn module(name: &str) -> anyhow::Result<Module> {
    let mut all = modules::FAMILIES.iter().copied().flatten().copied().flatten();
    let found = all.find(|module| module.name == name);
    found.copied().with_context(|| format!("there is no module {name}"))
}

/// The plan of that name.
pub fn plan(name: &str) -> anyhow::Result<Plan> {
    let mut all = plans::TABLES.iter().flat_map(|table| table.iter());
    if let Some(plan) = all.find(|plan| plan.name == name) {
        return Ok(*plan);
    }
    let names: Vec<_> = plans::TABLES.iter().flat_map(|table| table.iter()).collect();
    let names: Vec<_> = names.iter().map(|plan| plan.name).collect();
    bail!("there is no plan {name}; there are {}", names.join(", "))
}
