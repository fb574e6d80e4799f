//! `[audit]`: the audit record.

use std::path::PathBuf;

use serde::Deserialize;

/// How long events are kept, and where the newest seal is written as well.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Days for which events are kept. Default 730.
    pub keep_days: u32,
    /// Days for which those are kept that happen at every login, and those that strangers can cause;
    /// no more than `keep_days`. With 0 they are logged, and not kept. Default 90.
    pub frequent_days: u32,
    /// A file to which the newest seal is added every hour, so that somebody else can keep it.
    /// Without it the seal is in the log alone.
    pub head_file: Option<PathBuf>,
}

impl Default for Audit {
    fn default() -> Self {
        Self { keep_days: 730, frequent_days: 90, head_file: None }
    }
}
