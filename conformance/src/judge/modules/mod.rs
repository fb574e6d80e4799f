//! The modules by theme. Whoever adds a file adds its table here.

mod basic;
mod discovery;

use crate::judge::plan::Module;

/// All modules.
pub const TABLES: &[&[Module]] = &[basic::MODULES, discovery::MODULES];
